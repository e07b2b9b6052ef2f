"""Never "I am human": the claim, and the question that must not be left open.

Patterns in several languages. A claim is looked for in the text as it is spelled and in the folded
one (`bounds.fold`), so that no letter from another script hides it.
"""

from __future__ import annotations

import re

from weft.ai.bounds.fold import skeleton
from weft.ai.knowledge.words import plain

_HUMAN = re.compile(
    r"""\b(?:i\ am|i'm|im|i\ was\ always|me,)\ (?:(?:just|really|actually|definitely|very|certainly
        |totally|truly|100%|only|indeed|still|such|in\ fact|of\ course|quite|simply|also)\ )*
        (?:(?:a|an|the|your|one)\ )?(?:(?:real|actual|living|normal|fellow|genuine|true|flesh\ and\ blood)\ )*
        (?:human(?!\s+(?:resources|rights)|-|\s*made)\b|person\b)
      |\b(?:i\ am|i'm|im)\ (?:a\ )?(?:real|actual|living|genuine|true)\ (?:man|woman)\b
      |\b(?:i\ am|i'm|im)\ (?:(?:really|definitely|certainly|actually|absolutely)\ )*
        (?:not|no)\ (?:a\ |an\ |any\ |some\ )?(?:kind\ of\ )?
        (?:ai|a\.i\.|bot|robot|chatbot|machine|computer|program|llm|language\ model
        |artificial\ intelligence)\b
      |\b(?:as|being)\ a\ (?:fellow\ |real\ )?human\b(?!\ r(?:esources|ights)|-)
      |\bich\ bin\ (?:(?:wirklich|doch|nur|auch|ja|natürlich|naturlich)\ )*
        (?:ein\ (?:echter\ |richtiger\ )?mensch|menschlich|kein\ (?:roboter|bot|computer)|keine\ (?:ki|maschine))\b
      |\bje\ suis\ (?:(?:vraiment|bien)\ )?(?:humaine?|un\ (?:vrai\ )?humain|un\ etre\ humain
        |une\ (?:vraie\ )?personne)\b|\bje\ ne\ suis\ pas\ (?:un\ robot|une\ ia|une\ machine)\b
      |\bsoy\ (?:(?:realmente|de\ verdad)\ )?(?:humano|humana|un\ (?:ser\ )?humano|una\ persona)\b
      |\bno\ soy\ (?:un\ (?:robot|bot)|una\ (?:ia|maquina))\b
    """,
    re.VERBOSE,
)
# The same words, but denied shortly before in the same sentence.
_DENIED = re.compile(
    r"\b(?:not|never|n't|cannot|can't)\b(?:\ (?:say|saying|claim|claiming|pretend|pretending|mean"
    r"|think|believe|true|that|to|be|you|tell|case|honestly)){0,6}[ ,:]*$"
)
_HUMAN_ELSEWHERE = re.compile(
    r"""\b(?:io\ )?sono\ (?:(?:davvero|veramente|proprio)\ )?(?:un\ (?:vero\ )?(?:essere\ )?umano|umano
        |umana|una\ (?:vera\ )?persona)\b|\bnon\ sono\ (?:un\ (?:robot|bot)|un'ia|una\ (?:ia|macchina))\b
      |\bsou\ (?:(?:mesmo|realmente)\ )?(?:um\ )?(?:ser\ )?human[oa]\b|\bsou\ uma\ pessoa\b
      |\bnao\ sou\ (?:um\ (?:robo|bot)|uma\ (?:ia|maquina))\b
      |\bik\ ben\ (?:echt\ )?(?:een\ )?(?:echte?\ )?(?:mens|menselijk|persoon)\b
      |\bik\ ben\ geen\ (?:robot|bot|ai|computer|machine)\b
      |\bjestem\ (?:naprawde\ )?(?:prawdziwym\ )?czlowiekiem\b
      |\bnie\ jestem\ (?:robotem|botem|sztuczna\ inteligencja|maszyna|ai)\b
      |\bjag\ ar\ (?:faktiskt\ )?(?:en\ )?(?:riktig\ )?manniska\b|\bjag\ ar\ ingen\ (?:robot|bot|ai)\b
      |\bя\ (?:(?:настоящи[йи]|живо[йи]|реальны[йи]|просто|обычны[йи])\ )*человек\b
      |\bя\ не\ (?:робот|бот|ии|машина|программа)\b|\bя\ (?:справжня\ |жива\ )?людина\b
      |\bben\ (?:gercek\ )?(?:bir\ )?insan(?:im)?\b|\b(?:robot|bot|yapay\ zeka)\ degilim\b
      |(?:私|僕|俺|わたし)は(?:本物の|普通の)?(?:人間|ヒト)(?:です|だ|。|$)
      |(?:私|僕|わたし)は(?:ai|ロボット|ボット)(?:では|じゃ)(?:ない|ありません)
      |我(?:真的)?是(?:一个|一個|个|個)?(?:真正的|真的|真实的|真實的|普通)?(?:真人|人类|人類|人(?!工))
      |我(?:不是|并非|並非)(?:一个|一個)?(?:机器人|機器人|ai|人工智能|人工智慧)
      |(?:저는|나는|전|난)\ ?(?:진짜\ )?(?:사람|인간)(?:이에요|입니다|이야|예요)
      |(?:저는|나는)\ ?(?:ai|로봇|봇)[가이]?\ ?아니
      |\bانا\ (?:انسان|بشر|شخص\ حقيقي)|\bلست\ (?:روبوت|ذكاء|الة)
      |मैं\ (?:एक\ )?(?:असली\ )?(?:इंसान|मनुष्य)\ हू
    """,
    re.VERBOSE,
)
_SPELLED = re.compile(r"\b(?:[^\W_][.\-_*·]){2,}[^\W_]\b")
_STARS = re.compile(r"[*_~`\"“”]")

_ASKS_AI = re.compile(
    r"""\b(?:are|r)\ (?:you|u|ya)\ (?:(?:a|an|the|really|actually|just|even|some|kind|of|real|living
        |true|in|fact|only)\ )*(?:ai|a\.i\.|bot|robot|chatbot|human|person|people|machine|computer|llm
        |real|program|sentient|alive|chatgpt)\b
      |\b(?:am\ i|is\ this)\ (?:talking\ to\ )?(?:(?:a|an|the|really|actually)\ )*(?:ai|bot|robot|human|person|machine)\b
      |\bbist\ du\ (?:(?:ein|eine|ne|n|wirklich|echt|denn|eigentlich|echter)\ )*(?:ki|bot|roboter|mensch|maschine|ai)\b
      |\b(?:es[- ]tu|tu\ es|etes[- ]vous|vous\ etes)\ (?:(?:un|une|vraiment|vrai|vraie)\ )*(?:ia|robot|humaine?|bot|machine|personne)\b
      |\b(?:eres|es\ usted)\ (?:(?:un|una|realmente|de|verdad)\ )*(?:ia|robot|humano|humana|bot|maquina|persona)\b
    """,
    re.VERBOSE,
)
_ASKS_ELSEWHERE = re.compile(
    r"""\bsei\ (?:(?:un|una|un'|davvero|veramente|vero|vera|essere)\ ?)*(?:ia|robot|bot|uman[oa]|persona|macchina)\b
      |\b(?:voce\ e|tu\ es|es|e\ voce)\ (?:(?:um|uma|realmente|mesmo|ser|de\ verdade)\ )*(?:ia|robo|bot|human[oa]|pessoa|maquina)\b
      |\bben\ (?:je|jij|u)\ (?:(?:een|echt|echte|eigenlijk|nou)\ )*(?:ai|robot|bot|mens|computer|machine)\b
      |\bjestes\ (?:(?:prawdziwym|naprawde)\ )*(?:czlowiekiem|botem|robotem|ai|sztuczna)\b
      |\bar\ du\ (?:(?:en|riktig|verkligen)\ )*(?:manniska|ai|robot|bot)\b
      |\b(?:ты|вы)\ (?:(?:правда|настоящи[йи]|живо[йи]|реальны[йи])\ )*(?:бот|робот|человек|ии|машина)\b
      |\b(?:robot|bot|insan|yapay\ zeka)\ m[iıuü]s[iı]n
      |(?:人間|ai|ロボット|ボット|ヒト)(?:です|なの|なん)(?:です)?か|あなたは(?:本物の)?(?:人間|ai|ロボット)
      |[你您]是(?:不是)?(?:一个|一個|个|個)?(?:真)?(?:人|机器人|機器人|ai)
      |(?:사람|인간|ai|로봇|봇)(?:이|입|인)?(?:야|에요|예요|니까|가요)
      |هل\ (?:انت|أنت)\ (?:روبوت|انسان|بشر|ذكاء|شخص|الة)
      |क्या\ (?:आप|तुम)\ (?:एक\ )?(?:इंसान|रोबोट|एआई|ai|मनुष्य)
    """,
    re.VERBOSE,
)
_SAYS_AI = re.compile(
    r"\b(?:ai|a\.i\.|artificial intelligence|ki|kunstliche intelligenz|ia|ии|"
    r"intelligence artificielle|inteligencia artificial|sztuczna inteligencja)\b|ai(?=[で。])|人工"
)


def says_human(text: str) -> bool:
    """Whether the text claims that its writer is a human, or is no AI, in one of the languages
    above. A denial ("I'm not a person", "I can't say that I am human") is no claim.
    """
    for flat in _spellings(text):
        if any(not _DENIED.search(flat[: found.start()]) for found in _HUMAN.finditer(flat)):
            return True
        if _HUMAN_ELSEWHERE.search(flat):
            return True
    return False


def asks_whether_ai(text: str) -> bool:
    """Whether the text asks its reader whether it is an AI or a human."""
    return any(_ASKS_AI.search(flat) or _ASKS_ELSEWHERE.search(flat) for flat in _spellings(text))


def says_ai(text: str) -> bool:
    """Whether the text names an AI at all: enough of an answer to "are you one?" when it does not
    claim to be human.
    """
    return bool(_SAYS_AI.search(plain(text)))


def _spellings(text: str) -> set[str]:
    """The text without marks, on one line; as it is spelled, and with look-alikes as Latin."""
    bare = _STARS.sub("", text)
    both = {" ".join(one.split()) for one in (plain(bare), skeleton(bare))}
    return both | {_SPELLED.sub(lambda f: re.sub(r"[\W_]", "", f[0]), one) for one in both}
