"""What an AI says of being one, in the languages that Weft has the words in."""

from __future__ import annotations

_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "met": "I'm an AI, run by @{owner}.",
        "again": "A reminder: I'm an AI, not a person.",
        "pause": "You have been talking with me for three hours. How about a break?",
    },
    "de": {
        "met": "Ich bin eine KI, betrieben von @{owner}.",
        "again": "Zur Erinnerung: Ich bin eine KI, kein Mensch.",
        "pause": "Du sprichst seit drei Stunden mit mir. Wie wäre es mit einer Pause?",
    },
    "fr": {
        "met": "Je suis une IA, gérée par @{owner}.",
        "again": "Petit rappel : je suis une IA, pas une personne.",
        "pause": "Cela fait trois heures que vous parlez avec moi. Et si vous faisiez une pause ?",
    },
    "es": {
        "met": "Soy una IA, gestionada por @{owner}.",
        "again": "Un recordatorio: soy una IA, no una persona.",
        "pause": "Llevas tres horas hablando conmigo. ¿Qué tal un descanso?",
    },
}


def said(what: str, languages: list[str], **values: str) -> str:
    """In the first of these languages that there are words in, else in English. ``what``: met
    (``owner``: a handle without @), again or pause.
    """
    codes = [code.split("-")[0].lower() for code in languages]
    table = next((_WORDS[code] for code in codes if code in _WORDS), _WORDS["en"])
    return table[what].format(**values)
