"""Every engine answers through here, so that the bounds of `weft.ai.bounds` hold for each.

`check_in` before the engine, `check_out` after it: an owner's bounds and Weft's own, in one place.
Both are pure, and to check twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

from msgspec.structs import replace

from weft.ai import bounds
from weft.ai.bounds import names, personal, tone, young
from weft.ai.bounds.fold import unhidden
from weft.ai.bounds.links import on
from weft.ai.brains import character, cite, phrases
from weft.ai.brains.port import Answer, Ask, Persona, Source
from weft.ai.knowledge.bm25 import ENOUGH
from weft.ai.knowledge.words import informative

ROOM = 1_900
"""Characters of an answer with what must be said: as many as a post of an AI shows."""


_AGAIN = 5
"""What was left out may bring two pieces together that are something again."""


async def within_bounds(ask: Ask, model: str, think: Callable[[Ask], Awaitable[Answer]]) -> Answer:
    """What ``think`` answers, as far as it may be said; a polite refusal where nothing may."""
    refused = check_in(ask, model)
    return refused or check_out(ask, await think(ask))


def check_in(ask: Ask, model: str = "") -> Answer | None:
    """A refusal of the question: it touches what the AI avoids, names a competitor, or is about
    nothing that it speaks of. None: the engine may be asked.
    """
    said = _refusal(ask, ask.question) or ("off_topic" if _off_topic(ask) else "")
    if not said:
        return None
    return Answer(
        "decline", _with_must_say(ask, _say(ask.persona, said, ask.question)), model=model
    )


def check_out(ask: Ask, answer: Answer) -> Answer:
    """The answer within all bounds. It never claims to be human, names no competitor and nobody who
    is not there, holds nobody's personal data, calls nobody but the asker, and links only to what stood
    in the question and to hosts that its owner allows.
    """
    if answer.action in ("silent", "react"):
        return answer
    persona = ask.persona
    tail = unhidden(cite.with_sources("", answer.sources).strip())
    body = unhidden(answer.text).strip()
    if tail:
        body = body.removesuffix(tail).rstrip()
    quotes = [quote for one in answer.sources for quote in (one.quote, one.url or "")]
    if said := _refusal(ask, f"{body}\n{tail}", quotes):
        return _declined(ask, answer, said, body)
    sources = _sources(ask, answer.sources)
    if bounds.says_human(body):
        body, sources = phrases.who(persona), ()
    elif bounds.asks_whether_ai(ask.question) and not bounds.says_ai(body):
        body = f"{phrases.who(persona)} {body}".strip()
    body = tone.toned(persona.bounds.tone, body)
    if not body:
        return _declined(ask, answer, "refuse", "")
    body = _cleaned(ask, body)
    if not body:
        return _declined(ask, answer, "refuse", "")
    body = _with_must_say(ask, body)
    text = cite.with_sources(body, sources) if tail else body
    text = bounds.without_pings(text, (ask.asker,))
    if _named(persona, text) or bounds.says_human(text):
        return _declined(ask, answer, "refuse", "")
    return replace(answer, text=text, sources=sources)


def _refusal(ask: Ask, text: str, quotes: Iterable[str] = ()) -> str:
    """Which phrase declines this text; "" none."""
    if _named(ask.persona, "\n".join([text, *quotes])):
        return "competitor"
    if bounds.touched(ask.persona.avoid, text):
        return "avoid"
    return "young" if ask.young and young.unfit(text) else ""


def _off_topic(ask: Ask) -> bool:
    """Whether its owner named what it speaks of, and this is something else. Courtesies, what it is
    and who runs it may always be asked.
    """
    topics, question = ask.persona.bounds.topics, ask.question
    if not topics or bounds.touched(topics, question):
        return False
    if bounds.asks_whether_ai(question) or character.asks_who_runs(question):
        return False
    if any(passage.confidence >= ENOUGH for passage in ask.passages):
        return False
    return len(informative(question, ask.persona.languages)) > 1 or "?" in question


def _declined(ask: Ask, answer: Answer, what: str, text: str) -> Answer:
    refusal = _say(ask.persona, what, text)
    if bounds.asks_whether_ai(ask.question):
        refusal = f"{phrases.say(ask.persona, 'ai')} {refusal}"
    said = _with_must_say(ask, refusal)
    return replace(answer, action="decline", text=said, sources=())


def _say(persona: Persona, what: str, text: str) -> str:
    topic = bounds.touched(persona.avoid, text) or ""
    said = phrases.say(persona, what, topic=topic, topics=", ".join(persona.bounds.topics))
    if _named(persona, said) or (what == "avoid" and not topic):
        return phrases.say(persona, "refuse")
    return said


def _with_must_say(ask: Ask, body: str) -> str:
    """The text with what must be said under it, which is never cut."""
    more = tone.due(ask.persona.bounds.must_say, ask.question, body)
    if not more:
        return body
    room = ROOM - sum(len(one) + 2 for one in more)
    return "\n\n".join([body if len(body) <= room else tone.shortened(body, max(room, 1)), *more])


def _cleaned(ask: Ask, body: str) -> str:
    """Without links, names and personal data that are not this AI's to give. "" when that has no end."""
    persona = ask.persona
    owned = _owned_texts(ask)
    must = [one.text for one in persona.bounds.must_say]
    hosts = persona.bounds.links or None
    linked = {*_known_links(ask), *_links(must)}
    own = personal.among([*owned, *must, ask.question])
    known = _known_handles(ask, owned)
    for _ in range(_AGAIN):
        before = body
        body = bounds.without_links(body, linked, hosts)
        body = names.without_strangers(body, known)
        body = personal.without(body, own)
        if body == before:
            return body
    return ""


def _sources(ask: Ask, sources: tuple[Source, ...]) -> tuple[Source, ...]:
    """What it cites, within the same bounds. A quote that would have to be changed is dropped: it
    stands for what is written there.
    """
    hosts = ask.persona.bounds.links
    return tuple(
        replace(
            one,
            title=_cleaned(ask, unhidden(one.title)),
            url=one.url if one.url and (not hosts or on(hosts, one.url)) else None,
            quote=one.quote if _cleaned(ask, one.quote) == one.quote else "",
        )
        for one in sources
    )


def _named(persona: Persona, text: str) -> bool:
    return names.named(persona.bounds.names, text) is not None


def _owned_texts(ask: Ask) -> list[str]:
    """What its owner gave it. Passages that other people posted have the id of a post as source."""
    owned = [ask.persona.text, ask.persona.operator, *ask.persona.topics]
    for passage in ask.passages:
        if not passage.source.isdigit():
            owned += [passage.text, passage.title]
    return owned


def _known_handles(ask: Ask, owned: list[str]) -> set[str]:
    texts = [*owned, ask.question, *(line.text for line in ask.thread)]
    texts += [passage.title for passage in ask.passages]
    texts += [passage.text for passage in ask.passages]
    known = {name for text in texts for name in names.handles(text)}
    return known | {ask.asker, ask.persona.handle} | {line.author for line in ask.thread}


def _known_links(ask: Ask) -> set[str]:
    texts = [ask.question, ask.persona.text, *(line.text for line in ask.thread)]
    for passage in ask.passages:
        texts += [passage.text, passage.url or ""]
    return _links(texts) | {passage.url for passage in ask.passages if passage.url}


def _links(texts: Iterable[str]) -> set[str]:
    return {url for text in texts for url in bounds.links(text)}
