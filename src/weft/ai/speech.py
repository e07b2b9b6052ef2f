"""The few sentences that a turn itself says, when no engine was asked or none could answer."""

from __future__ import annotations

from collections.abc import Sequence

LANGUAGES = {
    "ar": "Arabic",
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "en": "English",
    "es": "Spanish",
    "fi": "Finnish",
    "fr": "French",
    "he": "Hebrew",
    "hi": "Hindi",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "nl": "Dutch",
    "no": "Norwegian",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "sv": "Swedish",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "zh": "Chinese",
}
"""English names of what people write in most; another language is named by its code."""


def other_languages(spoken: Sequence[str]) -> str:
    """It was asked in a language that its owner did not give it."""
    names = [LANGUAGES.get(code.split("-")[0].lower(), code) for code in spoken]
    return f"I'm sorry, I only speak {_listed(names)}. Please ask me again in {_either(names)}."


def asked_too_often() -> str:
    return (
        "You have asked me a lot within the last hour, so I'll take a break from your questions."
        " Please try again in an hour."
    )


def said_enough_here() -> str:
    return (
        "I have said a lot in this thread within the last hour, so I'll leave it to the people"
        " here for now. Please try again in an hour, or ask me in another thread."
    )


def asked_from_everywhere() -> str:
    return (
        "I have been asked a lot from other servers within the last hour, so I'll take a break from"
        " them. Please try again in an hour."
    )


def used_up() -> str:
    return "I have answered as much today as I may, so I'll take a break. Please ask me tomorrow."


def unavailable() -> str:
    return (
        "I'm sorry, I can't answer right now: the model behind me could not be reached. Please ask"
        " me again later."
    )


def refused() -> str:
    return "I'm sorry, I can't answer this: the model behind me did not accept the question."


def no_model() -> str:
    return "I can't answer this: I was made to answer with a model, and this server has none."


def wordless() -> str:
    return "I have no answer to this."


def disclosure(name: str) -> str:
    """The label's sentence, shown wherever the AI is."""
    return f"{name} is an AI, not a person."


def introduced(operator: str) -> str:
    """What every AI's profile begins with. ``operator``: the owner's handle, without @."""
    return f"I am an AI, run by @{operator}."


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _either(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
