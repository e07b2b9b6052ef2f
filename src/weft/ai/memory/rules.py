"""What is worth a note, by rules and without a model: somebody says it of themselves, in plain words.

Pure. A note begins where a first person does, at the start of a clause, so that "she said I live in
Rome" or "imagine my name is Bo" is none; and it ends before somebody else comes up. What it says of
others is left out, whoever says it: they were not asked.
"""

from __future__ import annotations

import re

from weft.ai.memory import sensitive
from weft.ai.memory.model import NOTE_CHARS, Found, Kind
from weft.ai.memory.own_words import Sentence, sentences

MOST = 8
"""Notes of one message: who says more of themselves has written a text."""

_RULES: tuple[tuple[Kind, str], ...] = (
    ("fact", r"my name(?:'s| is)\s+(?!not\b)|(?:please )?call me\s+(?!(?:back|when|later|if|tomorrow|at|on)\b)|i go by\s+"),
    ("fact", r"i(?:'m| am)? (?:live|living) in\s+|i(?:'m| am)? (?:work|working) (?:as|at|for|in|with|on)\s+"),
    ("preference", r"i(?:'d)? (?:really |much |always |usually )?prefer\s+|i(?:'m| am) allergic to\s+"),
    ("preference", r"my fav(?:ou?rite)?s?\b[^,;:]{0,40}?\s(?:is|are)\s+"),
    ("fact", r"my (?P<en>[\w-]+(?: [\w-]+){0,2}?)(?:'s| is| are)\s+(?!not\b)"),
    ("fact", r"ich hei(?:ß|ss)e\s+|mein name ist\s+|nenn(?:t|en sie)? mich\s+|du kannst mich\s+(?=\w+ nennen)"),
    ("fact", r"ich (?:wohne|lebe) in\s+|ich arbeite (?:als|bei|in|für|an)\s+"),
    ("preference", r"ich (?:bevorzuge|mag lieber)\s+|ich bin allergisch (?:gegen|auf)\s+|mein lieblings\w+ ist\s+|meine lieblings\w+ (?:ist|sind)\s+"),
    ("fact", r"meine? (?P<de>[\w-]+(?: [\w-]+){0,1}?) (?:ist|sind)\s+"),
    ("fact", r"je m'appelle\s+|mon nom est\s+|appel(?:le|ez)-moi\s+|j'habite (?:à|a|en|au|aux|dans)\s+|je vis (?:à|a|en|au|aux)\s+"),
    ("fact", r"je travaille (?:comme|chez|en tant que?|à|a|dans|pour)\s+"),
    ("preference", r"je préf[èe]re\s+|je prefere\s+|je suis allergique (?:à|a|au|aux)\s+|m(?:on|a|es) [\w-]+ préférée?s? (?:est|sont)\s+"),
    ("fact", r"m(?:on|a|es) (?P<fr>[\w-]+(?: [\w-]+){0,2}?) (?:est|sont)\s+"),
    ("fact", r"me llamo\s+|mi nombre es\s+|ll[áa]m[ae]me\s+|(?:yo )?vivo en\s+|(?:yo )?trabajo (?:como|de|en|para|con)\s+"),
    ("preference", r"(?:yo )?prefiero\s+|soy al[ée]rgic[oa] (?:a|al)\s+|mis? [\w-]+ (?:favorit|preferid)[oa]s? (?:es|son)\s+"),
    ("fact", r"mis? (?P<es>[\w-]+(?: [\w-]+){0,2}?) (?:es|son)\s+"),
)  # fmt: skip
_KNOWN: tuple[tuple[Kind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(rule, re.IGNORECASE)) for kind, rule in _RULES
)
_REMEMBER = re.compile(
    r"""(?:please\ )?(?:remember|keep\ in\ mind|note|don't\ forget|do\ not\ forget)(?:\ please)?(?:,?\ that|:|,)?\s+(?:that\s+)?
      |(?:bitte\ )?(?:merk(?:e)?\ dir|vergiss\ nicht|denk\ daran)(?:\ bitte)?(?:,?\ dass|:|,)?\s+
      |(?:souviens-toi|rappelle-toi|n'oublie\ pas|retiens)(?:\ (?:bien\ )?(?:que|qu')|:|,)?\s*
      |(?:por\ favor,?\ )?(?:recuerda|recuerde|no\ olvides|acu[ée]rdate\ de|acu[ée]rdate)(?:\ que|:|,)?\s+""",
    re.IGNORECASE | re.VERBOSE,
)
_LEAD = re.compile(
    r"""(?:(?:@[\w.@-]+|hi|hello|hey|well|oh|ok(?:ay)?|yes|no|so|and|but|also|btw|by\ the\ way|actually|fyi|thanks|please
        |hallo|ja|nein|na|und|aber|also|übrigens|danke|bitte|bonjour|salut|oui|non|et|mais|alors|au\ fait|merci
        |hola|sí|bueno|y|pero|pues|por\ cierto|gracias|because|since)[\s,:]+){0,4}""",
    re.IGNORECASE | re.VERBOSE,
)
_STARTS = re.compile(
    r"[,;:–—]\s*|\s-\s|\b(?:and|but|so|und|aber|et|mais|y|pero|because|since)\s+", re.IGNORECASE
)
_SUBJECT = r"""(?:i|i'm|i'd|i've|my|mine|we|our|he|his|she|her|they|their|you|your|it|this|that|the|what|who|how
    |ich|mein\w*|wir|unser\w*|er|sie|ihr|du|dein\w*|es|das|der|die|was|wer|wie
    |je|j'\w+|mon|ma|mes|nous|notre|il|elle|ils|tu|ton|ta|vous|c'est|que|qui
    |yo|mi|mis|nosotros|nuestr\w+|él|ella|ellos|tú|usted|qué|quién|soy|tengo|vivo|trabajo|prefiero|me)"""
_CUT = re.compile(
    rf"""\s*[;–—]|\s-\s|\s*:\s|,?\s+(?:and|but|so|because|while|und|aber|weil|denn|et|mais|car|parce\ que|y|pero|porque)\s+(?={_SUBJECT}\b)
      |,\s+(?={_SUBJECT}\b)|\s+\((?=\w)""",
    re.IGNORECASE | re.VERBOSE,
)
_OTHERS = re.compile(
    r"""\b(?:wife|husband|spouse|fianc[ée]e?|partner|girlfriend|boyfriend|ex|son|daughter|kids?|child(?:ren)?|baby
        |sisters?|brothers?|siblings?|mum|mom|mother|dad|father|parents?|grand\w+|aunt|uncle|cousins?|niece|nephew
        |friends?|boss|colleagues?|coworkers?|neighbou?rs?|roommates?|flatmates?|teacher|landlord|he|him|his|she|hers?
        |they|their|them
        |frau|mann|ehe\w+|freund\w*|sohn|söhne|tochter|töchter|kind|kinder|schwester\w*|bruder|brüder|geschwister
        |mutter|mama|vater|papa|eltern|oma|opa|tante|onkel|chef\w*|kolleg\w+|nachbar\w*|mitbewohner\w*
        |femme|mari|époux|épouse|copain|copine|ami(?:e|s|es)?|fils|fille|enfants?|sœurs?|soeurs?|frères?|mère|père
        |maman|parents|oncle|tante|cousine?|patronn?e?|collègues?|voisine?s?
        |esposa|esposo|marido|mujer|novi[oa]|pareja|amig[oa]s?|hij[oa]s?|niñ[oa]s?|herman[oa]s?|madre|padre|mamá|papá
        |padres|abuel[oa]s?|tí[oa]|prim[oa]s?|jef[ea]|compañer[oa]s?|vecin[oa]s?)\b
      |(?<![\w/])@\w""",
    re.IGNORECASE | re.VERBOSE,
)  # fmt: skip
# "My point is …" says nothing of anybody.
_IDLE_WORDS = """point question questions guess opinion understanding problem problems issue idea ideas
    concern bad answer thought thoughts plan hope advice suggestion mistake apologies fault
    turn theory impression feeling conclusion assumption post code computer bread server test
    error comment reply message first next last only frage fragen meinung idee vorschlag
    fehler antwort vermutung eindruck punkt beitrag avis problème idée réponse erreur
    proposition faute pregunta opinión problema respuesta sugerencia culpa duda"""
_IDLE = frozenset(_IDLE_WORDS.split())
_FIRST_PERSON = re.compile(
    r"""\b(?:i|i'm|i've|i'd|i'll|me|my|mine|we|us|our|ich|mir|mich|mein\w*|wir|uns|unser\w*|je|j'\w+|moi|mon|ma|mes|nous
        |notre|nos|yo|me|mi|mis|nosotros|nuestr\w+|soy|estoy|tengo|vivo|trabajo|prefiero|quiero|puedo|hablo|llamo)(?![\w])""",
    re.IGNORECASE | re.VERBOSE,
)


def found(text: str) -> list[Found]:
    """What to note of a message (see `own_words.own_text`), in its words and their order."""
    kept: dict[str, Found] = {}
    for one in sentences(text):
        for note in _of_sentence(one):
            kept.setdefault(note.text.casefold(), note)
    return list(kept.values())[:MOST]


def allowed(note: Found) -> bool:
    """Whether a span may be noted at all: it is short, about its author alone, and not sensitive or
    asked for.
    """
    flat = note.text.replace("’", "'")
    return (
        0 < len(note.text) <= NOTE_CHARS
        and _OTHERS.search(flat) is None
        and (note.explicit or not sensitive.touched(flat))
    )


def in_first_person(text: str) -> bool:
    """Whether a text speaks of its author."""
    return _FIRST_PERSON.search(text.replace("’", "'")) is not None


def _of_sentence(sentence: Sentence) -> list[Found]:
    text = sentence.text.replace("’", "'")
    notes: list[Found] = []
    past = 0
    for start in [0, *(mark.end() for mark in _STARTS.finditer(text))]:
        lead = _LEAD.match(text, start)
        at = lead.end() if lead is not None else start
        if at < past or not sentence.own(at):
            continue
        if (asked := _REMEMBER.match(text, at)) is not None and sentence.own(asked.end()):
            span = _trimmed(sentence.text[asked.end() :])
            note = Found("pledge", span, explicit=True)
            return [note] if in_first_person(span) and allowed(note) else []
        kind, end = _matched(text, at)
        if kind is None:
            continue
        cut = _CUT.search(text, end)
        past = cut.start() if cut is not None else len(text)
        note = Found(kind, _trimmed(sentence.text[at:past]))
        if len(note.text) > end - at - 1 and allowed(note):
            notes.append(note)
    return notes


def _matched(text: str, at: int) -> tuple[Kind | None, int]:
    """(kind, where what it says begins) of the first rule that fits there."""
    for kind, rule in _KNOWN:
        hit = rule.match(text, at)
        if hit is None:
            continue
        named = next((value for value in hit.groupdict().values() if value), "")
        if not _IDLE & set(named.lower().split()):
            return kind, hit.end()
    return None, at


def _trimmed(text: str) -> str:
    return text.strip().rstrip(".!… ,").strip()
