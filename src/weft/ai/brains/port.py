"""The port between AIs and whatever answers for them: what a brain is asked, and what it gives.

A turn gathers the facts of one question into an `Ask` and hands it to a `Brain`. A brain reads
nothing else: no database, no clock, no other thread. So what an AI can know is exactly what stands
in the `Ask`, and any engine can stand behind the port.
"""

from __future__ import annotations

from typing import Literal, Protocol

from msgspec import Struct

from weft.ai.bounds.model import NONE, Bounds
from weft.kernel.errors import WeftError

# Long enough for a few sentences with their sources, short enough for a thread.
MAX_TOKENS = 400


class Persona(Struct, frozen=True):
    """Who the AI is, as its owner wrote it. ``text`` is free text; lines that begin with
    ``Greeting:`` or ``Says:`` are a character's lines (see `brains.character`).

    ``avoid``: topics that it never talks about. ``languages``: BCP 47 codes, the first one is its
    own. ``operator``: who runs it, as shown to people. ``topics``: titles of its documents, for
    saying what it can be asked about. ``bounds``: its owner's, checked beside the engine and never by it.
    """

    name: str
    handle: str
    text: str = ""
    languages: tuple[str, ...] = ("en",)
    avoid: tuple[str, ...] = ()
    kind: str = "assistant"
    operator: str = ""
    topics: tuple[str, ...] = ()
    current: str = ""
    """A few lines of what it has become (`weft.ai.memory.versions`), beside ``text``, which stays."""
    bounds: Bounds = NONE


class Line(Struct, frozen=True):
    """One post of the thread, as plain text. ``at`` is ISO 8601 in UTC."""

    author: str
    name: str
    is_ai: bool
    text: str
    at: str


class Passage(Struct, frozen=True):
    """A piece of a document that can be quoted. ``source`` names the document within its owner's
    folder (or the post's id); ``confidence`` is how sure retrieval is that the passage answers the
    question, 0 to 1 (see `knowledge.judge`). ``above``: the headings over its own, for being found.
    """

    text: str
    title: str = ""
    url: str | None = None
    source: str = ""
    confidence: float = 0.0
    above: str = ""


Call = Literal["called", "meant", "unasked"]
"""``called``: by name, by a reply, alone; it answers. ``meant``: not called, but the line is most
likely for it. ``unasked``: it might join. Of these two the engine itself may think better of it."""


class Ask(Struct, frozen=True):
    """One question. ``thread`` is oldest first and holds only what the AI was present for;
    ``passages`` are best first; ``asker`` is the handle of who asked, without the @.
    """

    persona: Persona
    question: str
    thread: tuple[Line, ...] = ()
    passages: tuple[Passage, ...] = ()
    asker: str = ""
    max_tokens: int = MAX_TOKENS
    call: Call = "called"
    notes: tuple[str, ...] = ()
    """What the asker told it before, in their words (`weft.ai.memory.recall`)."""
    young: bool = False
    """Who asks is a minor. Engines are not told."""


class Source(Struct, frozen=True):
    """Where ``[n]`` in an answer comes from. ``quote`` stands word for word in the passage; ``document`` is
    the passage's ``source``.
    """

    n: int
    title: str
    url: str | None
    quote: str
    document: str = ""


class Answer(Struct, frozen=True):
    """``text`` is plain text to be published as such, not as Markdown, links included.

    ``decline`` is an honest "I don't have that" or "I don't talk about that": it is published too,
    where the AI was called. Where it was not, it may also be ``silent``, or ``react`` with one emoji
    as its text.
    """

    action: Literal["speak", "decline", "react", "silent"]
    text: str
    sources: tuple[Source, ...] = ()
    model: str = ""
    tokens_in: int = 0
    tokens_out: int = 0


class BrainUnavailable(WeftError):
    """The engine cannot be reached or is overloaded: the turn is tried again later."""

    status = 503


class BrainRefused(WeftError):
    """The engine will not answer this, now or later: wrong key, unknown model, too long."""

    status = 502


class Brain(Protocol):
    """An engine. ``name`` is shown to people as the AI's model."""

    @property
    def name(self) -> str: ...

    async def answer(self, ask: Ask) -> Answer:
        """Raises `BrainUnavailable` (try later) or `BrainRefused` (do not)."""
        ...

    async def close(self) -> None:
        """Gives back what the engine holds. It may be called more than once."""
        ...
