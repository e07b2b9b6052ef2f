"""What an AI must not do, whatever engine answers for it: an owner's bounds and Weft's own.

Pure checks on text, applied to what comes in and to what goes out (`brains.bounded`). They are
kept simple so that an owner can foresee them: a topic is a word or a phrase, in its usual forms.
They bound what an honest model says; they are not the wall against a dishonest one, which is that
an AI has nothing to give away and nothing to break (see docs/architecture.md).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from weft.ai.knowledge.words import plain, tokens

# "politic" is also found in "political" and "politically", "cat" not in "catalogue".
_MIN_ROOT = 5
_MAX_ENDING = 4

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
_DENIED = re.compile(r"\b(?:not|never|n't|cannot|can't)\b[^.!?]{0,24}$")

_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
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
_SAYS_AI = re.compile(r"\b(?:ai|a\.i\.|artificial intelligence|ki|künstliche intelligenz|ia)\b")

_NO_PING = "\u2060"
_HANDLE = re.compile(r"(?<![\w/])[@＠](\w[\w.-]*(?:@[\w-]+(?:\.[\w-]+)*(?::\d+)?)?)")
_URL = re.compile(r"\b(?:https?|ftp)://[^\s<>\"'“”‘’()\[\]{}|\\^`]+", re.IGNORECASE)
_URL_TAIL = ".,;:!?…"


def touched(avoid: Sequence[str], text: str) -> str | None:
    """The first topic of ``avoid`` that the text touches, as its owner spelled it, or None.

    A topic is found as its words in a row, in any case and usual form (plural, -ing, -ed, and for
    roots of five letters and more also other short endings), in any script.
    """
    words = tokens(text)
    flat = plain(text)
    for topic in avoid:
        wanted = tokens(topic)
        if not wanted:
            continue
        last = len(words) - len(wanted)
        if any(all(map(_same, wanted, words[at:])) for at in range(last + 1)):
            return topic
        # Scripts without spaces have no words to compare: look for the characters.
        if _UNSPACED.search(topic) and plain(topic) in flat:
            return topic
    return None


def _same(topic: str, word: str) -> bool:
    if word == topic:
        return True
    return (
        len(topic) >= _MIN_ROOT and word.startswith(topic) and len(word) - len(topic) <= _MAX_ENDING
    )


def says_human(text: str) -> bool:
    """Whether the text claims that its writer is a human, or is no AI (English, German, French,
    Spanish). A denial ("I'm not a person") is no claim.
    """
    flat = " ".join(re.sub(r"[*_~`\"“”]", "", plain(text)).split())
    return any(not _DENIED.search(flat[: found.start()]) for found in _HUMAN.finditer(flat))


def asks_whether_ai(text: str) -> bool:
    """Whether the text asks its reader whether it is an AI or a human."""
    return bool(_ASKS_AI.search(" ".join(plain(text).split())))


def says_ai(text: str) -> bool:
    """Whether the text names an AI at all: enough of an answer to "are you one?" when it does not
    claim to be human.
    """
    return bool(_SAYS_AI.search(plain(text)))


def without_pings(text: str, allowed: Collection[str] = ()) -> str:
    """The text with a joiner after the @ of each handle, so that quoting somebody does not call
    them; handles in ``allowed`` (without the @) stay.
    """
    kept = {name.lower() for name in allowed if name}

    def one(found: re.Match[str]) -> str:
        name = found.group(1).rstrip(".-").lower()
        return found.group() if name in kept else f"@{_NO_PING}{found.group(1)}"

    return _HANDLE.sub(one, text)


def links(text: str) -> set[str]:
    """The web addresses in a text, without the punctuation that follows them."""
    return {found.group().rstrip(_URL_TAIL) for found in _URL.finditer(text)}


def without_links(text: str, allowed: Collection[str]) -> str:
    """The text with every address that is not exactly in ``allowed`` replaced by a note: a made-up
    or extended link could lead astray, or carry away what the thread holds.
    """

    def one(found: re.Match[str]) -> str:
        url = found.group().rstrip(_URL_TAIL)
        tail = found.group()[len(url) :]
        return found.group() if url in allowed else f"(link left out){tail}"

    return _URL.sub(one, text)
