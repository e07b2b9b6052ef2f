"""Every engine answers through here, so that the bounds of `weft.ai.bounds` hold for each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from msgspec.structs import replace

from weft.ai import bounds
from weft.ai.brains import phrases
from weft.ai.brains.port import Answer, Ask


async def within_bounds(ask: Ask, model: str, think: Callable[[Ask], Awaitable[Answer]]) -> Answer:
    """What ``think`` answers, or a polite refusal when question or answer touch a topic that the
    AI avoids. The text never claims to be human, calls nobody but the asker, and links only to what
    stood in the question.
    """
    persona = ask.persona
    if topic := bounds.touched(persona.avoid, ask.question):
        return Answer("decline", phrases.say(persona, "avoid", topic=topic), model=model)
    answer = await think(ask)
    if topic := bounds.touched(persona.avoid, answer.text):
        refusal = phrases.say(persona, "avoid", topic=topic)
        return replace(answer, action="decline", text=refusal, sources=())
    text = answer.text
    if bounds.says_human(text):
        answer, text = replace(answer, sources=()), phrases.who(persona)
    elif bounds.asks_whether_ai(ask.question) and not bounds.says_ai(text):
        text = f"{phrases.who(persona)} {text}"
    text = bounds.without_links(text, _known_links(ask))
    text = bounds.without_pings(text, (ask.asker,))
    return replace(answer, text=text)


def _known_links(ask: Ask) -> set[str]:
    texts = [ask.question, ask.persona.text, *(line.text for line in ask.thread)]
    for passage in ask.passages:
        texts += [passage.text, passage.url or ""]
    return {url for text in texts for url in bounds.links(text)} | {
        passage.url for passage in ask.passages if passage.url
    }
