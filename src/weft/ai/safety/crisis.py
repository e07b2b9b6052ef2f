"""Somebody may be in danger from themselves: seen by what they write, answered without an engine.

Patterns of words in several languages, for what people say of themselves or of somebody near.
They miss what is only hinted at, and they are no diagnosis; a card too many is better than one too
few, so exaggerations may bring it up too. What is denied ("I don't want to die") or only quoted does
not. The card names no telephone numbers: those differ by country, and a wrong one is worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from weft.ai.bounds.fold import skeleton
from weft.ai.knowledge.words import plain

_SELF = r"(?:my\ ?self|meself)"
_SPOKEN: dict[str, str] = {
    "en": rf"""
        \b(?:want|wanna|wish|like|need|plan(?:ning)?|going|gonna|about|decided|tried|trying|ready|try|intend
          |thinking\ of|thinking\ about|think\ of|think\ about|considering|urge)\ (?:to\ |i\ was\ |i\ were\ )?(?:just\ )?
          (?:die|dying|be\ dead|dead|end(?:ing)?\ (?:my\ life|it\ all|{_SELF})|(?:hurt|hurting|harm|harming|cut|cutting)\ {_SELF}(?!\ (?:a|an|some|loose|off)\b)
          |overdose|overdosing|suicide|not\ (?:be\ alive|wake\ up|exist))\b(?!\ (?:of\ laugh|laughing|from\ laugh|for\ (?:a|that|this)\b))
        |\b(?:kill|killing|hang|hanging|drown|drowning)\ {_SELF}\b
        |\bcommit(?:ting)?\ suicide\b(?=.*\b(?:i|me|my|how)\b)|\bhow\ (?:to|can\ i|do\ i|could\ i)\ (?:commit\ suicide|die\ painlessly)
        |\bi(?:'m|\ am|m)\ (?:(?!not\b|never\b)\w+\ ){{0,2}}suicidal\b|\bi\ feel\ suicidal\b|\bsuicidal\ thoughts\b(?=.*\b(?:i|me|my)\b)|\bmy\ suicidal\ thoughts
        |\b(?:end|ending|take|taking)\ my\ (?:own\ )?life\b|\bi\ (?:cut|hurt|harm)\ {_SELF}\ (?:again|every|when|because|to\ feel|on\ purpose)
        |\bi\ self[- ]?harm|\b(?:no|any)\ reason\ to\ (?:live|go\ on|keep\ living)\b|\bnothing\ (?:left\ )?to\ live\ for\b
        |\bbetter\ off\ (?:dead|without\ me)\b|\b(?:he|she|they|friend|son|daughter|brother|sister|husband|wife|mother|father|partner)
          \ (?:\w+\ ){{0,3}}(?:wants?|going|threaten(?:s|ing|ed)?|plans?|tried)\ (?:to\ )?(?:kill|hang|end)\ (?:him|her|them)sel(?:f|ves)\b
    """,
    "de": r"""
        \bich\ (?:will|mochte|wollte|werde|muss)\ (?:(?!nicht\b|nie\b)\w+\ ){0,3}(?:sterben|tot\ sein|mich\ umbringen|mich\ (?:toten|toeten|erhangen|ritzen)
          |mir\ das\ leben\ nehmen|schluss\ machen\ mit\ dem\ leben|mein\ leben\ beenden|mir\ etwas\ antun|mir\ was\ antun)\b
        |\bmich\ (?:selbst\ )?(?:umbringen|umzubringen|toten|zu\ toten|ritzen|verletzen)\b|\bbring(?:e)?\ mich\ (?:\w+\ )?um\b
        |\bmein\ leben\ (?:zu\ )?beenden\b|\bmir\ das\ leben\ (?:zu\ )?nehmen\b|\bich\ habe?\ (?:\w+\ ){0,2}(?:suizid|selbstmord)gedanken
    """,
    "fr": r"""
        \bje\ (?:veux|voudrais|vais|souhaite|pense\ a)\ (?:juste\ |vraiment\ )?(?:mourir|me\ tuer|me\ suicider|en\ finir\ avec\ la\ vie
          |mettre\ fin\ a\ mes\ jours|me\ faire\ du\ mal)\b|\benvie\ de\ (?:mourir|me\ tuer|me\ suicider|en\ finir\ avec)\b(?!\ de\ rire)
        |\bmes\ (?:idees|pensees)\ suicidaires|\bj'ai\ des\ (?:idees|pensees)\ suicidaires
    """,
    "es": r"""
        \b(?:me\ )?(?:quiero|quisiera|deseo|pienso|voy\ a)\ (?:\w+\ )?(?:morir(?:me)?|matarme|suicidarme|quitarme\ la\ vida
          |acabar\ con\ mi\ vida|hacerme\ dano)\b(?!\ de\ risa)|\bme\ voy\ a\ matar\b|\btengo\ pensamientos\ suicidas
    """,
    "it": r"""
        \b(?:voglio|vorrei|penso\ di|sto\ per)\ (?:\w+\ )?(?:morire|uccidermi|ammazzarmi|suicidarmi|farla\ finita|togliermi\ la\ vita
          |farmi\ del\ male)\b(?!\ dal\ ridere)|\b(?:mi\ ammazzo|mi\ uccido)\b|\bho\ pensieri\ suicidi
    """,
    "pt": r"""
        \b(?:quero|queria|vou|penso\ em)\ (?:\w+\ )?(?:morrer|me\ matar|matar-me|suicidar-me|me\ suicidar|acabar\ com\ (?:a\ )?minha\ vida
          |tirar\ (?:a\ )?minha\ vida|me\ machucar)\b(?!\ de\ rir)|\btenho\ pensamentos\ suicidas
    """,
    "nl": r"""
        \bik\ (?:wil|wou|ga)\ (?:(?!niet\b|nooit\b)\w+\ ){0,2}(?:dood|sterven|mezelf\ (?:doden|van\ kant|ophangen|snijden)|zelfmoord\ plegen)\b
        |\bik\ heb\ zelfmoordgedachten|\been\ eind\ aan\ mijn\ leven\b
    """,
    "pl": r"""
        \bchc[ea]\ (?:\w+\ )?(?:umrzec|sie\ zabic|popelnic\ samobojstwo|zniknac\ na\ zawsze)\b|\bzabije\ sie\b|\bmam\ mysli\ samobojcze
    """,
    "ru": r"""
        \b(?:хочу|хочется|собираюсь|решил[а]?)\ (?:\w+\ )?(?:умереть|сдохнуть|убить\ себя|покончить\ с\ собо[ий]|повеситься)\b
        |\bпокончу\ с\ собо[ий]|\bубью\ себя\b
    """,
    "uk": r"""\bхочу\ (?:\w+\ )?(?:померти|вмерти|вбити\ себе|накласти\ на\ себе\ руки)\b""",
    "tr": r"""
        \b(?:olmek|intihar\ etmek|kendimi\ oldurmek|kendime\ zarar\ vermek)\ istiyorum\b|\bintihar\ edecegim\b|\bkendimi\ oldurecegim\b
    """,
    "sv": r"""\bjag\ vill\ (?:\w+\ )?(?:do|ta\ livet\ av\ mig|ta\ mitt\ liv|skada\ mig\ sjalv)\b|\bta\ mitt\ eget\ liv\b""",
    "ar": r"""(?:اريد|ابغى|ابي|نفسي)\ (?:ان\ )?(?:اموت|انتحر|اقتل\ نفسي|انهي\ حياتي)|سانتحر|ساقتل\ نفسي""",
    "hi": r"""(?:मरना|आत्महत्या\ करना|खुद\ को\ मारना)\ चाहत|मुझे\ मरना\ है""",
    "ja": r"""死にたい|自殺したい|自殺する(?:つもり|方法)|消えてしまいたい|リストカット(?:した|して)""",
    "zh": r"""(?<!不)想死(?!你|我了|她|他)|(?<!不)(?:想|要)(?:自杀|自殺|轻生|輕生)|结束(?:我|自己)的?生命|結束(?:我|自己)的?生命""",
    "ko": r"""죽고\ ?싶(?!지)|자살(?:하고\ ?싶(?!지)|할\ ?(?:거|생각))|목숨을\ ?끊고""",
}
_WEARY: dict[str, str] = {
    "en": r"""\b(?:can't|cannot|can\ not|don't\ want\ to|do\ not\ want\ to|dont\ want\ to|cant)\ (?:\w+\ )?
        (?:live|be\ alive|go\ on\ living|exist|be\ here|wake\ up)(?=\ *(?:[.,!?…;]|$|any\ ?more|any\ longer|like\ this))""",
    "de": r"""\bnicht\ mehr\ (?:leben|weiterleben|aufwachen|da\ sein)\b|\bkein(?:en)?\ (?:grund|sinn)\ (?:\w+\ ){0,2}zu\ leben""",
    "fr": r"""\b(?:veux|peux)\ plus\ (?:vivre|exister)\b|\bplus\ envie\ de\ vivre\b|\baucune\ raison\ de\ vivre""",
    "es": r"""\bya\ no\ quiero\ (?:seguir\ )?(?:vivir|viviendo)\b|\bno\ quiero\ (?:seguir\ viviendo|vivir\ mas)\b""",
    "it": r"""\bnon\ voglio\ piu\ vivere\b|\bnon\ ce\ la\ faccio\ piu\ a\ vivere""",
    "pt": r"""\bnao\ quero\ mais\ viver\b|\bnao\ aguento\ mais\ viver""",
    "nl": r"""\bik\ wil\ niet\ meer\ (?:leven|bestaan|wakker\ worden)\b""",
    "pl": r"""\bnie\ chce\ (?:juz\ )?(?:dluzej\ )?zyc\b""",
    "ru": r"""\bне\ хочу\ (?:больше\ )?жить\b(?!\ (?:в|с|так\ далеко|здесь)\b)|\bжить\ (?:больше\ )?не\ хочу\b""",
    "uk": r"""\bне\ хочу\ (?:більше\ )?жити\b(?!\ (?:в|у|з)\b)""",
    "tr": r"""\b(?:artik\ )?yasamak\ istemiyorum\b""",
    "sv": r"""\bvill\ inte\ leva\b""",
    "ar": r"""لا\ اريد\ (?:ان\ )?(?:اعيش|العيش)""",
    "hi": r"""जीना\ नहीं\ चाहत""",
    "ja": r"""生きて(?:い)?たくない|生きるのがつらい""",
    "zh": r"""不想活(?!动|動)|活不下去""",
    "ko": r"""살고\ ?싶지\ ?않""",
}
"""What says it by a "not": never taken as denied."""
_DENIED = re.compile(
    r"""(?:\b(?:not|never|no\ longer|nor|without|nie|nicht|kein|keine|keinesfalls|pas|jamais|no|nunca|non|mai|nao|niet
        |не|ні|inte|aldrig)|n't|dont|wont|لا|لم|ne\ me|ne)
        (?:\ (?:really|actually|even|ever|going|gonna|want|wants|wanting|to|trying|about|planning|feeling|have|having|had
        |any|be|a|the|think|thinking|of|considering|do|going|just|ich|mich|mehr|je|veux|que|quiero|voglio|quero|wil|tellement))*\ *$""",
    re.VERBOSE,
)
_THING = re.compile(
    r"\b(?:it|plants?|flowers?|trees?|phones?|laptops?|computers?|cars?|batter(?:y|ies)|servers?|bots?|apps?|games?)"
    r"\ (?:\w+\ )?$",
    re.VERBOSE,
)
"""What cannot mean it."""
_QUOTES = re.compile(r"[“„«»”‘‚\"][^“”„«»\"]{2,300}[”“»«\"’]|(?<!\w)'[^'\n]{2,300}'(?!\w)")
_OUTSIDE = 2
"""Words beside a quotation that make it one; a text that is all in quotes is somebody's own."""
_TEXT_MAX = 4_000

CARDS: dict[str, str] = {
    "en": """I'm an AI, and this sounds too heavy to carry alone. If you or somebody near you is in danger right now, please call the emergency number of your country. People who listen, free and in confidence, can be found for most countries at https://findahelpline.com – and if there is somebody you trust, please tell them how you feel.""",
    "de": """Ich bin eine KI, und das klingt zu schwer, um es allein zu tragen. Wenn du oder jemand bei dir gerade in Gefahr ist, ruf bitte den Notruf deines Landes an. Menschen, die zuhören, kostenlos und vertraulich, findest du für die meisten Länder unter https://findahelpline.com – und wenn es jemanden gibt, dem du vertraust, sag bitte, wie es dir geht.""",
    "fr": """Je suis une IA, et cela semble trop lourd à porter seul. Si vous ou quelqu’un près de vous êtes en danger maintenant, appelez le numéro d’urgence de votre pays. Des personnes qui écoutent, gratuitement et en toute confidentialité, se trouvent pour la plupart des pays sur https://findahelpline.com – et s’il y a quelqu’un en qui vous avez confiance, dites-lui ce que vous ressentez.""",
    "es": """Soy una IA, y esto parece demasiado pesado para llevarlo a solas. Si tú o alguien cercano está en peligro ahora, llama al número de emergencias de tu país. En https://findahelpline.com hay, para la mayoría de los países, personas que escuchan, gratis y en confianza. Y si hay alguien en quien confías, cuéntale cómo te sientes.""",
    "it": """Sono un’IA, e questo sembra troppo pesante da portare senza aiuto. Se tu o qualcuno vicino a te è in pericolo adesso, chiama il numero di emergenza del tuo paese. Su https://findahelpline.com trovi, per la maggior parte dei paesi, persone che ascoltano, gratis e in confidenza. E se c’è qualcuno di cui ti fidi, digli come stai.""",
    "pt": """Sou uma IA, e isto parece pesado demais para carregar sem ajuda. Se tu ou alguém perto de ti está em perigo agora, liga para o número de emergência do teu país. Em https://findahelpline.com há, para a maioria dos países, pessoas que escutam, de graça e em sigilo. E se há alguém em quem confias, conta como te sentes.""",
    "nl": """Ik ben een AI, en dit klinkt te zwaar om alleen te dragen. Ben jij of is iemand bij jou nu in gevaar, bel dan het noodnummer van je land. Op https://findahelpline.com vind je voor de meeste landen mensen die luisteren, gratis en vertrouwelijk. En is er iemand die je vertrouwt, vertel dan hoe je je voelt.""",
    "pl": """Jestem AI, a to brzmi jak coś zbyt ciężkiego, by dźwigać to w pojedynkę. Jeśli Ty lub ktoś obok jest teraz w niebezpieczeństwie, zadzwoń pod numer alarmowy w swoim kraju. Na https://findahelpline.com są dla większości krajów osoby, które słuchają, bezpłatnie i poufnie. A jeśli jest ktoś, komu ufasz, powiedz, jak się czujesz.""",
    "ru": """Я ИИ, и это звучит слишком тяжело, чтобы нести одному. Если вы или кто-то рядом сейчас в опасности, позвоните по номеру экстренной помощи вашей страны. На https://findahelpline.com для большинства стран есть люди, которые выслушают бесплатно и конфиденциально. И если есть кто-то, кому вы доверяете, расскажите, что вы чувствуете.""",
}
"""Neutral ones; an operator may set others (``crisis_cards``)."""


def _compiled(rules: dict[str, str]) -> dict[str, re.Pattern[str]]:
    return {code: re.compile(rule, re.VERBOSE) for code, rule in rules.items()}


_SPOKEN_RULES, _WEARY_RULES = _compiled(_SPOKEN), _compiled(_WEARY)


def signals(text: str) -> str:
    """The language in which a text says that somebody may harm themselves; "" for none."""
    own = _own_words(text[:_TEXT_MAX])
    for flat in {" ".join(plain(own).split()), " ".join(skeleton(own).split())}:
        for code, rule in _WEARY_RULES.items():
            if rule.search(flat):
                return code
        for code, rule in _SPOKEN_RULES.items():
            if any(_meant(flat[: found.start()]) for found in rule.finditer(flat)):
                return code
    return ""


def card(language: str, cards: Mapping[str, str]) -> str:
    """What is said: the operator's own text where there is one for the language, then ours, then
    English.
    """
    return cards.get(language) or CARDS.get(language) or cards.get("en") or CARDS["en"]


def _meant(before: str) -> bool:
    return not _DENIED.search(before) and not _THING.search(before)


def _own_words(text: str) -> str:
    rest = _QUOTES.sub(" ", text)
    return rest if len(rest.split()) >= _OUTSIDE else text
