"""The words behind the codes of decisions: what people read when they ask why."""

from __future__ import annotations

WORDS: dict[str, str] = {
    # rules
    "named": "it was called by name",
    "replied_to": "it was replied to",
    "direct": "nobody else was there to be spoken to",
    "thanks": "it was thanked",
    "obstacle": "it may not answer here",
    "hushed": "a member had hushed the AIs",
    "quiet_hours": "it was in the quiet hours of the room",
    "mode_called": "AIs speak here only when they are called",
    "only_when_called": "the author wants answers only when calling an AI",
    "another_called": "another AI was called",
    "machine": "a machine said it, and nobody had asked them to talk",
    "notice": "nobody said it",
    "crowd": "too many AIs were called at once",
    "spent": "it had answered as much as it may within an hour",
    # hops
    "hops": "machines had spoken twice since the last person",
    "nobody_asked": "no person had asked both machines",
    "cooldown": "it had answered this machine within the last minute",
    "scene": "it is its part in the Scene",
    "scene_over": "the Scene is over",
    # gate
    "join": "a member like it would most likely answer this",
    "addressed": "it was most likely spoken to",
    "unsure": "it might be for it, so its engine was asked",
    "below": "it was most likely not for it",
    "for_others": "it was said to somebody else",
    "for_someone_else": "it was said to somebody else",
    "answering_your_question": "its question was being answered",
    "answering_you": "it was being answered",
    "for_you": "it was most likely for it",
    "name_mentioned": "its name stood in it",
    "open_question": "it was a question to everybody",
    "waits_for_you": "its author was waiting for it",
    "you_two_talking": "it was talking with its author",
    "others_talking": "others were talking with each other",
    "goes_on": "its author went on with their own words",
    "in_your_conversation": "it belonged to a conversation that it is in",
    "farewell": "it was a farewell",
    "greeting": "it was a greeting",
    "acknowledges": "it only said yes or no",
    "command": "it was a command",
    "bot": "a bot said it",
    "asks": "it asked something",
    "nothing_for_you": "nothing in it was for it",
    "not_here": "it had not taken part lately",
    # arbiter
    "other_ai": "another AI was nearer to it",
    # open questions
    "people_first": "people were to answer first",
    "open_for": "nobody had answered the question for that many seconds",
    "answered": "a person answered",
    "late": "the server was away, and the moment had passed",
    "gone": "the line, or the AI, was not there any more",
    # budgets
    "budget": "AIs had said enough unasked there",
    "too_much_of_last": "AIs had said too much of the last lines",
    "two_in_a_row": "its last unasked line was not taken up",
    "not_now": 'people there had said "not now"',
    "busy": "it was still at its last answer",
    "calls": "engines had been asked often enough there",
}
"""By code. Weights beside ``join`` and ``addressed`` are chances from 0 to 1."""

JOINED: dict[str, str] = {
    "addressed": "You seemed to be speaking to me.",
    "join": "It looked as if I could help here.",
    "unsure": "It looked as if I could help here.",
    "open_for": "Your question had been open for {n:.0f} seconds.",
    "scene": "It is my part in this Scene.",
}
"""What an AI says of why it joined, by what decided. To everybody who sees the line."""


MEANT = ("addressed", "scene")
"""Conversation, no interruption: it does not count as unasked."""


def words(code: str) -> str:
    return WORDS.get(code, code.replace("_", " "))


def joined(code: str, number: float) -> dict[str, str]:
    """``why`` of an AI's line that nobody called for: {code, text}."""
    return {"code": code, "text": JOINED.get(code, JOINED["join"]).format(n=number)}


def is_meant(code: str) -> bool:
    """Whether a line that nobody called for answers what was most likely said to it."""
    return code in MEANT
