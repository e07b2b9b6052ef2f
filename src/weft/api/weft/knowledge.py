"""What an AI answers from, for its owner: sources, documents, approved answers; and asking it to try it."""

import asyncio
from typing import Any, Literal

from litestar import Request, delete, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Struct

from weft.ai import documents as kept_documents
from weft.ai import members
from weft.ai.knowledge import answers, published, sources
from weft.ai.knowledge.answers import Known
from weft.ai.knowledge.documents import limit_of, read
from weft.ai.knowledge.pdf import MAX_BYTES
from weft.ai.knowledge.sources import Source
from weft.api.auth import scope
from weft.api.given import Db, Me
from weft.api.mastodon.answers import id_of
from weft.api.rails import read_form
from weft.kernel.clock import HOUR, iso
from weft.kernel.errors import Invalid, WeftError
from weft.people.model import Account
from weft.store.database import Tx

_READ = [scope("read:accounts")]
_WRITE = [scope("write:accounts")]
_AI = "/api/weft/v1/ais/{ai_id:str}"
FORM_BYTES = MAX_BYTES + 64 * 1024
"""A file and its link."""


class AiKnowledgeSource(Struct, frozen=True):
    """``kind``: file, page, feed or posts. ``state``: waiting, ready or failed, and then ``error`` says why.
    ``every``: hours between two readings, null for never. Times are RFC 3339.
    """

    id: str
    kind: str
    uri: str
    title: str
    state: str
    error: str | None
    every: int | None
    fetched_at: str | None
    next_at: str | None
    created_at: str


class AiDocument(Struct, frozen=True):
    """``size`` in characters; ``source_id`` null: of the folder that it was made with."""

    id: str
    title: str
    url: str | None
    name: str
    source_id: str | None
    size: int
    fetched_at: str


class AiAnswer(Struct, frozen=True):
    """``state``: proposed (``answer`` is empty), approved or rejected. ``asked``: how often it stayed open."""

    id: str
    question: str
    answer: str
    state: str
    asked: int
    created_at: str
    updated_at: str


class Removed(Struct, frozen=True):
    """``documents``: names of what is gone. ``published``: addresses of answers that quote it; they stay."""

    documents: list[str]
    published: list[str]


class NewSource(Struct, frozen=True):
    """``kind``: page, feed or posts. ``every``: hours; null or left out: daily; 0: once."""

    kind: Literal["page", "feed", "posts"]
    url: str = ""
    every: int | None = None


class NewAnswer(Struct, frozen=True):
    question: str
    answer: str


class Ruling(Struct, frozen=True):
    """What is left out stays as it is. ``state``: approved or rejected."""

    state: Literal["approved", "rejected"] = "approved"
    answer: str = ""
    question: str = ""


@get(f"{_AI}/sources", guards=_READ)
async def list_sources(db: Db, me: Me, ai_id: FromPath[str]) -> list[AiKnowledgeSource]:
    """Oldest first."""
    found = await db.read(lambda tx: sources.of(tx, _mine(tx, me, ai_id)))
    return [_source(one) for one in found]


@post(f"{_AI}/sources", status_code=200, guards=_WRITE)
async def add_source(
    db: Db, me: Me, ai_id: FromPath[str], data: JSONBody[NewSource]
) -> AiKnowledgeSource:
    """Follow a page, a feed, or one's own public posts. It is read soon."""

    def work(tx: Tx) -> Source:
        _, ai = members.owned(tx, me, id_of(ai_id))
        if data.kind == "posts":
            if ai.owner_id != me.id:
                raise Invalid("Validation failed: Only its owner can give it their posts")
            return sources.follow_posts(tx, ai.account_id, me.id)
        every = sources.EVERY_USUAL if data.every is None else data.every * HOUR
        return sources.follow(tx, ai.account_id, data.kind, data.url, every or None)

    return _source(await db.write(work))


@post(f"{_AI}/sources/{{source_id:str}}/refresh", status_code=200, guards=_WRITE)
async def refresh_source(
    db: Db, me: Me, ai_id: FromPath[str], source_id: FromPath[str]
) -> AiKnowledgeSource:
    """Have it read again soon."""
    wanted = id_of(source_id)
    return _source(await db.write(lambda tx: sources.refresh(tx, _mine(tx, me, ai_id), wanted)))


@delete(f"{_AI}/sources/{{source_id:str}}", status_code=200, guards=_WRITE)
async def remove_source(db: Db, me: Me, ai_id: FromPath[str], source_id: FromPath[str]) -> Removed:
    """Take it away with every trace of its documents."""
    wanted = id_of(source_id)

    def work(tx: Tx) -> Removed:
        own = _mine(tx, me, ai_id)
        return _removed(tx, own, sources.remove(tx, own, wanted))

    return await db.write(work)


@get(f"{_AI}/documents", guards=_READ)
async def list_documents(db: Db, me: Me, ai_id: FromPath[str]) -> list[AiDocument]:
    """All it has, by name, without their texts."""
    found = await db.read(lambda tx: kept_documents.names(tx, _mine(tx, me, ai_id)))
    return [
        AiDocument(
            id=str(one.id),
            title=one.title,
            url=one.url,
            name=one.source,
            source_id=str(one.source_id) if one.source_id is not None else None,
            size=one.size,
            fetched_at=iso(one.at),
        )
        for one in found
    ]


@post(f"{_AI}/documents", status_code=200, guards=_WRITE, request_max_body_size=FORM_BYTES)
async def upload(
    request: Request[Any, Any, Any], db: Db, me: Me, ai_id: FromPath[str]
) -> AiKnowledgeSource:
    """Form data: ``file`` (text, Markdown, HTML, CSV, PDF), and ``url``, where people can read it. A file of
    the same name is replaced.
    """
    own = await db.read(lambda tx: _mine(tx, me, ai_id))
    form = await read_form(request)
    file = form.files.get("file")
    if file is None or not file.data:
        raise Invalid("Validation failed: File can't be blank")
    name = (file.name or "").replace("\\", "/").rpartition("/")[2]
    if not sources.is_file(name):
        raise Invalid("Validation failed: File must be text, Markdown, HTML, CSV or PDF")
    if len(file.data) > limit_of(name):
        raise WeftError(f"Files of this kind can have {limit_of(name) // 2**20} MB at most", 413)
    url = str(form.values.get("url") or "").strip() or None
    if url is not None and (not url.startswith(("https://", "http://")) or len(url) > 2048):
        raise Invalid("Validation failed: Url must be a web address")
    document = await asyncio.to_thread(read, file.data, name, url)
    return _source(
        await db.write(lambda tx: sources.add_file(tx, _mine(tx, me, str(own)), document))
    )


@delete(f"{_AI}/documents/{{document_id:str}}", status_code=200, guards=_WRITE)
async def remove_document(
    db: Db, me: Me, ai_id: FromPath[str], document_id: FromPath[str]
) -> Removed:
    """Take one away, with every trace."""
    wanted = id_of(document_id)

    def work(tx: Tx) -> Removed:
        own = _mine(tx, me, ai_id)
        return _removed(tx, own, [sources.remove_document(tx, own, wanted)])

    return await db.write(work)


@get(f"{_AI}/answers", guards=_READ)
async def list_answers(
    db: Db,
    me: Me,
    ai_id: FromPath[str],
    only: FromQuery[Literal["proposed", "approved", "rejected"] | None] = None,
) -> list[AiAnswer]:
    """What was asked most often first; proposed before approved ones without ``only``."""
    states: tuple[answers.State, ...] = (only,) if only else ("proposed", "approved")

    def work(tx: Tx) -> list[Known]:
        own = _mine(tx, me, ai_id)
        return [one for each in states for one in answers.of(tx, own, each)]

    return [_answer(one) for one in await db.read(work)]


@post(f"{_AI}/answers", status_code=200, guards=_WRITE)
async def add_answer(db: Db, me: Me, ai_id: FromPath[str], data: JSONBody[NewAnswer]) -> AiAnswer:
    """Give the answer to a question; said word for word from now on."""

    def work(tx: Tx) -> Known:
        return answers.add(tx, me, _mine(tx, me, ai_id), data.question, data.answer)

    return _answer(await db.write(work))


@patch(f"{_AI}/answers/{{answer_id:str}}", guards=_WRITE)
async def rule_answer(
    db: Db, me: Me, ai_id: FromPath[str], answer_id: FromPath[str], data: JSONBody[Ruling]
) -> AiAnswer:
    """Approve, change or reject."""
    wanted = id_of(answer_id)

    def work(tx: Tx) -> Known:
        own = _mine(tx, me, ai_id)
        if data.state == "rejected":
            return answers.reject(tx, me, own, wanted)
        return answers.approve(tx, me, own, wanted, data.answer, data.question)

    return _answer(await db.write(work))


@delete(f"{_AI}/answers/{{answer_id:str}}", status_code=200, guards=_WRITE)
async def remove_answer(
    db: Db, me: Me, ai_id: FromPath[str], answer_id: FromPath[str]
) -> dict[str, Any]:
    """As if it had never been there."""
    wanted = id_of(answer_id)
    await db.write(lambda tx: answers.remove(tx, _mine(tx, me, ai_id), wanted))
    return {}


def _mine(tx: Tx, me: Account, ai_id: str) -> int:
    """The AI's id, for who may change it. Errors: NotFound, Forbidden."""
    return members.owned(tx, me, id_of(ai_id))[1].account_id


def _removed(tx: Tx, ai_id: int, gone: list[str]) -> Removed:
    return Removed(gone, [post.url for post in published.quoting(tx, ai_id, gone)])


def _source(one: Source) -> AiKnowledgeSource:
    return AiKnowledgeSource(
        id=str(one.id),
        kind=one.kind,
        uri=one.uri,
        title=one.title,
        state=one.state,
        error=one.error or None,
        every=one.every // HOUR if one.every is not None else None,
        fetched_at=iso(one.fetched_at) if one.fetched_at is not None else None,
        next_at=iso(one.next_at) if one.next_at is not None else None,
        created_at=iso(one.created_at),
    )


def _answer(one: Known) -> AiAnswer:
    return AiAnswer(
        id=str(one.id),
        question=one.question,
        answer=one.answer,
        state=one.state,
        asked=one.asked,
        created_at=iso(one.created_at),
        updated_at=iso(one.updated_at),
    )


ROUTES = [
    list_sources,
    add_source,
    refresh_source,
    remove_source,
    list_documents,
    upload,
    remove_document,
    list_answers,
    add_answer,
    rule_answer,
    remove_answer,
]
