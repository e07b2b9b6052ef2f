"""What an AI can say without a model and without documents: its card, and a few courtesies.

The card is the persona's text as its owner wrote it. A line that begins with ``Greeting:`` is how
it says hello, lines that begin with ``Says:`` are things it may say, the rest is about it. The
same question in the same thread gets the same answer.
"""

from __future__ import annotations

import re
import zlib

from msgspec import Struct

from weft.ai.brains import phrases
from weft.ai.brains.port import Ask
from weft.ai.knowledge.chunks import sentences
from weft.ai.knowledge.words import informative, plain, tokens

# What is said about itself at once; a card can be pages long.
_MAX_ABOUT = 300

_BLANK = re.compile(r"\n\s*\n")
_FIELD = re.compile(r"^\s*(greeting|says?)\s*:\s*(.+?)\s*$", re.IGNORECASE)
_HELLO = re.compile(
    r"\b(?:hello|hi|hey|hiya|greetings|good (?:morning|evening|afternoon|day)|hallo|moin|servus"
    r"|guten (?:tag|morgen|abend)|bonjour|bonsoir|salut|hola|buenos dias|buenas|ciao|ola)\b"
)
_THANKS = re.compile(r"\b(?:thanks|thank you|thx|cheers|danke|merci|gracias|grazie|obrigad[oa])\b")
_BYE = re.compile(r"\b(?:bye|goodbye|good night|see you|tschuss|auf wiedersehen|au revoir|adios)\b")
_ABOUT = re.compile(
    r"\b(?:who (?:are|r) (?:you|u)|what are you|your name|about yourself|introduce yourself"
    r"|what (?:can|do) you do|how can you help|wer bist du|was kannst du|wie heisst du"
    r"|(?:qui es[- ]tu|qui etes[- ]vous)|quien eres|como te llamas)\b|^\s*help\W*$"
)
_WHO_RUNS = re.compile(
    r"\bwho (?:runs|owns|made|created|built|operates|is behind|programmed|pays for) (?:you|u)\b"
    r"|\bwho is your (?:owner|operator|creator|maker|boss)\b|\bwer (?:betreibt|hat) dich\b"
    r"|\bqui te gere\b|\bquien te (?:gestiona|creo|hizo)\b"
)


class Card(Struct, frozen=True):
    about: str
    greetings: tuple[str, ...]
    lines: tuple[str, ...]


def read(text: str) -> Card:
    """The card in a persona's text. Never fails: a text without marks is all "about"."""
    about: list[str] = []
    greetings: list[str] = []
    lines: list[str] = []
    for line in text.splitlines():
        field = _FIELD.match(line)
        if not field:
            about.append(line)
        elif field.group(1).lower() == "greeting":
            greetings.append(field.group(2))
        else:
            lines.append(field.group(2))
    return Card("\n".join(about).strip(), tuple(greetings), tuple(lines))


def opening(about: str) -> str:
    """The first paragraph as one line: texts come wrapped, and only blank lines part them."""
    return " ".join(_BLANK.split(about.strip(), maxsplit=1)[0].split())


def asks_who_runs(question: str) -> bool:
    """Whether the question is who owns, made or runs this AI: only Weft answers that, from what it
    knows, because a card could say anything.
    """
    return bool(_WHO_RUNS.search(plain(question)))


def reply(ask: Ask) -> str:
    """A courtesy, or something from the card; empty when there is nothing fitting to say."""
    persona, question = ask.persona, plain(ask.question)
    card = read(persona.text)
    subject = informative(ask.question, persona.languages)
    about = _start(card.about)
    told = phrases.say(persona, "card", text=f"“{about}”") if about else ""
    if _ABOUT.search(question):
        return " ".join(filter(None, [phrases.who(persona), told, phrases.can_help(persona)]))
    if not subject or len(subject) == 1 or persona.kind == "character":
        if _HELLO.search(question) and _only(question, subject, 3):
            hello = _turn(card.greetings, ask) or phrases.say(persona, "hello")
            return " ".join(filter(None, [hello, phrases.can_help(persona)]))
        if _THANKS.search(question) and _only(question, subject, 3):
            return phrases.say(persona, "thanks")
        if _BYE.search(question) and _only(question, subject, 3):
            return phrases.say(persona, "bye")
    if persona.kind != "character":
        return ""
    if fitting := _fitting(set(subject), card):
        return (
            fitting if fitting in card.lines else phrases.say(persona, "card", text=f"“{fitting}”")
        )
    if line := _turn(card.lines, ask):
        return line
    return " ".join(filter(None, [phrases.say(persona, "no_words"), told]))


def _only(question: str, subject: list[str], most: int) -> bool:
    """Whether a courtesy is all there is: "hello" and not "hello, who sells bread?"."""
    courtesy = {
        t
        for rule in (_HELLO, _THANKS, _BYE)
        for m in rule.finditer(question)
        for t in tokens(m.group())
    }
    return len([t for t in subject if t not in courtesy]) < most and "?" not in question


def _start(about: str) -> str:
    held = ""
    for sentence in sentences(opening(about)):
        if held and len(held) + 1 + len(sentence) > _MAX_ABOUT:
            break
        held = f"{held} {sentence}" if held else sentence
    return held


def _fitting(subject: set[str], card: Card) -> str:
    """The line or sentence of the card that shares most with the question, if any."""
    own = [*card.lines, *sentences(card.about)]
    best = max(own, key=lambda text: len(subject & set(tokens(text))), default="")
    return best if subject & set(tokens(best)) else ""


def _turn(lines: tuple[str, ...], ask: Ask) -> str:
    """One of the lines: by the question, and not one that it has said in this thread already."""
    if not lines:
        return ""
    first = zlib.crc32(" ".join(tokens(ask.question)).encode()) % len(lines)
    said = "\n".join(line.text for line in ask.thread if line.author == ask.persona.handle)
    ordered = lines[first:] + lines[:first]
    return next((line for line in ordered if line not in said), ordered[0])
