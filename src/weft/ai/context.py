"""What an AI is told for one turn: the question, the thread as far as it was there, and passages.

This is the wall between what people said to different audiences, so it is one file. A line enters
only if the AI may see it, the asker may see it, and whoever will read the answer may see it. So an
AI cannot tell in public what it was told directly, whatever its engine does.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

import sqlalchemy as sa
from msgspec import Struct

from weft.ai import bounds, documents, hops
from weft.ai.bounds import model as owners_bounds
from weft.ai.brains.port import Ask, Line, Passage, Persona
from weft.ai.knowledge.bm25 import Index
from weft.ai.knowledge.words import informative
from weft.ai.memory import recall
from weft.ai.model import Ai
from weft.kernel.clock import iso
from weft.people import accounts, blocks
from weft.people.model import Account
from weft.store import search
from weft.store.database import Tx
from weft.threads import posts, signals
from weft.threads.keep import ais_are_off
from weft.threads.model import Post, Visibility
from weft.threads.posts import seen_by
from weft.threads.sanitize import html_to_text
from weft.threads.tables import posts as post_table

LINES_MAX = 30
"""Posts of the thread that it is told: the last ones, and those the question answers."""
ANCESTORS_MAX = 10
LINE_CHARS = 1_500
THREAD_CHARS = 8_000
"""More than engines show a model (`brains.prompt`); a bound for what is carried about."""
QUESTION_CHARS = 4_000
PASSAGES_MAX = 6
PUBLIC_LOOK = 200
"""Public posts that share a word with the question and are looked at: most are of people who did
not agree to be found, and fall out.
"""

LISTED: tuple[Visibility, ...] = ("public", "unlisted")
_NO_AI = re.compile(r"(?<!\w)#?no[-_]?(?:ai|bots?)\b", re.IGNORECASE)

_WORD = re.compile(r"\w+")

_ai = sa.bindparam("ai", type_=sa.BigInteger)
_asker = sa.bindparam("asker", type_=sa.BigInteger)


def _present(*extra: sa.ColumnElement[bool]) -> sa.Select[*tuple[object, ...]]:
    return (
        sa.select(*posts.COLUMNS)
        .where(
            post_table.c.thread_id == sa.bindparam("thread"),
            post_table.c.id != sa.bindparam("trigger"),
            post_table.c.boost_of_id.is_(None),
            seen_by(_ai),  # pyright: ignore[reportArgumentType]
            seen_by(_asker),  # pyright: ignore[reportArgumentType]
            *extra,
        )
        .order_by(post_table.c.id.desc())
        .limit(LINES_MAX)
    )


_before = post_table.c.id < sa.bindparam("trigger")
_listed = post_table.c.visibility.in_(LISTED)
_chain = post_table.c.id.in_(sa.bindparam("chain", expanding=True))
_LATEST = {True: _present(_before, _listed), False: _present(_before)}
_CHAIN = {True: _present(_chain, _listed), False: _present(_chain)}


class Told(Struct, frozen=True):
    """What a turn knows before its engine is asked."""

    ask: Ask
    language: str | None
    """Of the question, as its author declared it."""
    open: bool = False
    """Whether everybody may read the question, and it touches nothing that the AI avoids."""


def gather(
    tx: Tx,
    ai: Ai,
    account: Account,
    asker: Account,
    post: Post,
    shelf: documents.Shelf,
    *,
    more: Iterable[Post] = (),
) -> Told:
    """The `Ask` for one post. The caller has checked that the AI may answer it. ``more``: what its
    author added since.
    """
    unread = blocks.hidden_from(tx, ai.account_id) | blocks.hidden_from(tx, asker.id)
    before = _thread(tx, ai, asker, post, unread)
    asked = [bare_question(account, tx.site.domain, text_of(one)) for one in (post, *more)]
    question = "\n".join(filter(None, asked))
    if not question:
        # Only a name, under something: "what do you say to this?"
        question = next((line.text for one, line in before if one.id == post.reply_to_id), "")
    prepared = shelf.of(tx, ai)
    found = prepared.index.search(question, PASSAGES_MAX)
    if ai.reads_public:
        found = best([*found, *public(tx, ai, asker, post.thread_id, question, unread)])
    return Told(
        ask=Ask(
            persona=persona(tx, ai, account, post.language, prepared.titles),
            question=question[:QUESTION_CHARS],
            thread=tuple(line for _, line in before),
            passages=tuple(found),
            asker=asker.acct,
            notes=recall.notes(tx, ai, "thread", post.thread_id, asker, post, question),
        ),
        language=post.language,
        open=post.visibility in LISTED and bounds.touched(ai.avoid, question) is None,
    )


def best(passages: Iterable[Passage]) -> list[Passage]:
    """The surest passages of several searches; of equal ones the earlier stays before."""
    return sorted(passages, key=lambda passage: -round(passage.confidence, 1))[:PASSAGES_MAX]


def spoken(ai: Ai, language: str | None) -> bool:
    """Whether the AI speaks a language; one that nobody declared is taken as understood."""
    if language is None or not ai.languages:
        return True
    return _primary(language) in {_primary(code) for code in ai.languages}


def answered_in(ai: Ai, language: str | None) -> str | None:
    """The language of what it says to a post in ``language``; None where nobody declared one."""
    if language is not None and spoken(ai, language):
        return language
    # Of several, nobody knows which one an undeclared question brings out.
    return ai.languages[0] if language is not None or len(ai.languages) == 1 else None


def _primary(code: str) -> str:
    return code.replace("_", "-").split("-")[0].lower()


def persona(
    tx: Tx, ai: Ai, account: Account, language: str | None, titles: tuple[str, ...]
) -> Persona:
    """Who it is, for its engine; it speaks the language of the question where its owner gave none."""
    owner = accounts.by_id(tx, ai.owner_id)
    languages = tuple(ai.languages)
    if not languages and language:
        languages = (language,)
    return Persona(
        name=account.display_name,
        handle=account.acct,
        text=ai.persona,
        languages=languages,
        avoid=tuple(ai.avoid),
        kind=ai.kind,
        operator=f"{owner.display_name} (@{owner.acct})" if owner is not None else "",
        topics=titles,
        current=ai.current,
        bounds=owners_bounds.of(ai.bounds),
    )


# -- the thread -------------------------------------------------------------------------------


def _thread(
    tx: Tx, ai: Ai, asker: Account, post: Post, unread: set[int]
) -> list[tuple[Post, Line]]:
    named = {
        "ai": ai.account_id,
        "asker": asker.id,
        "thread": post.thread_id,
        "trigger": post.id,
    }
    listed = post.visibility in LISTED
    chain = _ancestors(tx, post)
    rows = [*tx.rows(_LATEST[listed], **named)]
    if chain:
        rows += tx.rows(_CHAIN[listed], chain=chain, **named)
    found = {row[0]: Post(*row) for row in rows}
    authors = accounts.by_ids(tx, [line.author_id for line in found.values()])
    first = [found[one] for one in chain if one in found]  # the nearest of these first
    last = [found[one] for one in sorted(found, reverse=True) if one not in chain]
    asked = signals.of_posts(tx, found.values())
    kept: list[Post] = []
    room = THREAD_CHARS
    for line in [*first, *last][:LINES_MAX]:
        author = authors.get(line.author_id)
        if author is None or author.id in unread:
            continue
        if author.id != asker.id and keeps_out(author, asked.get(line.id)):
            continue
        room -= min(len(text_of(line)), LINE_CHARS)
        if room < 0:
            break
        kept.append(line)
    return [
        (line, _line(line, authors[line.author_id])) for line in sorted(kept, key=lambda p: p.id)
    ]


def _ancestors(tx: Tx, post: Post) -> list[int]:
    """Ids of what the post answers, nearest first."""
    chain: list[int] = []
    at = post.reply_to_id
    while at is not None and at not in chain and len(chain) < ANCESTORS_MAX:
        chain.append(at)
        parent = posts.by_id(tx, at)
        at = parent.reply_to_id if parent is not None else None
    return chain


def _line(post: Post, author: Account) -> Line:
    return Line(
        author=author.acct,
        name=author.display_name,
        is_ai=hops.is_machine(author, post),
        text=text_of(post)[:LINE_CHARS],
        at=iso(post.created_at),
    )


def text_of(post: Post) -> str:
    """What a post says, with its warning and what its pictures show."""
    warning = f"({post.spoiler}) " if post.spoiler else ""
    pictures = "".join(
        f" [picture: {picture['description']}]"
        for picture in post.media
        if picture.get("description")
    )
    return f"{warning}{html_to_text(post.html)}{pictures}"


def bare_question(account: Account, domain: str, text: str) -> str:
    """A text without the names it calls: the AI's own anywhere, others at the start."""
    own = re.escape(account.username)
    text = re.sub(
        rf"(?<![\w/])@{own}(?:@{re.escape(domain)})?(?![\w@-]|\.\w)[,:]?",
        " ",
        text,
        flags=re.IGNORECASE,
    )
    text = re.sub(r"^(?:\s*@[\w.-]+(?:@[\w.:-]+)?)+[,:]?", "", text)
    return "\n".join(" ".join(line.split()) for line in text.strip().splitlines()).strip()


# -- what people said in public ---------------------------------------------------------------


def keeps_out(author: Account, asked: Collection[str] | None = None) -> bool:
    """Whether somebody asks machines not to read them, or a post of theirs (``asked``: its own
    signals): ``noai`` of FEP-5e53, or ``#noai`` or ``#nobot`` in their profile.
    """
    if signals.NOAI in signals.of_account(author) or signals.NOAI in (asked or ()):
        return True
    return bool(_NO_AI.search(html_to_text(author.bio)))


def public(
    tx: Tx, ai: Ai, asker: Account, place_id: int, question: str, unread: set[int]
) -> list[Passage]:
    """Public posts of people who agreed to be found, from other threads, about the question."""
    words = " ".join(word for word in _WORD.findall(question) if informative(word))
    found = posts.by_ids(tx, search.find(tx, words, limit=PUBLIC_LOOK))
    authors = accounts.by_ids(tx, [one.author_id for one in found.values()])
    asked = signals.of_posts(tx, found.values())
    passages: list[Passage] = []
    for one in found.values():
        author = authors.get(one.author_id)
        if (
            author is None
            or one.visibility != "public"
            or one.thread_id == place_id
            or not author.indexable
            or author.suspended_at is not None
            or author.id in unread
            or author.id in (ai.account_id, asker.id)  # asking it again is no answer
            or text_of(one).rstrip().endswith("?")
            or hops.is_machine(author, one)
            or keeps_out(author, asked.get(one.id))
            or one.sensitive
            or ais_are_off(tx, one.thread_id)
        ):
            continue
        title = f"{author.display_name} (@{author.acct})"
        passages.append(Passage(text_of(one), title, one.url, str(one.id)))
    return Index(passages, tuple(ai.languages) or ("en",)).search(question, PASSAGES_MAX)
