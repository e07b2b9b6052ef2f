"""Plants the demo's community: by the same verbs as people use, so that it lives afterwards."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

import weft
from weft.ai import members
from weft.ai.knowledge.documents import Document, read_folder
from weft.demo.drawings import draw
from weft.kernel.clock import MINUTE, now_ms
from weft.people import accounts, credentials, follows
from weft.people.model import Account
from weft.store import facts
from weft.store.blobs import Blobs
from weft.store.database import Database, Tx
from weft.threads import media, react
from weft.threads.jobs import store_picture
from weft.threads.markup import Format, render
from weft.threads.model import Draft
from weft.threads.publish import publish

HERE = Path(__file__).parent
HELP = Path(weft.__file__).parent / "help"
LOGIN, PASSWORD = "sam", "weft-demo"
"""The account that whoever starts the demo signs in with."""
GUIDE = "guide"


class _Person(Struct):
    name: str
    display: str
    bio: str


class _Ai(Struct):
    handle: str
    owner: str
    display: str
    kind: str
    persona: str
    avoid: list[str] = []
    documents: str = ""
    reads_public: bool = False


class _Post(Struct):
    id: str
    by: str
    ago: int
    text: str
    reply: str = ""
    format: str = "plain"
    spoiler: str = ""
    language: str = "en"
    picture: str = ""
    alt: str = ""
    no_ai: bool = False
    likes: list[str] = []
    boosts: list[str] = []


class Community(Struct):
    """What ``community.toml`` holds."""

    person: list[_Person]
    ai: list[_Ai]
    post: list[_Post]


def read() -> Community:
    raw = tomllib.loads((HERE / "community.toml").read_text("utf-8"))
    return msgspec.convert(raw, Community)


def is_planted(tx: Tx) -> bool:
    return facts.read(tx, "demo") == "planted"


def plant(db: Database, blobs: Blobs, told: Callable[[str, int, int], None]) -> None:
    """Make the community, once. ``told(what, done, of)`` shows progress.

    Everything is one transaction at the end of the slow things (passwords, pictures), so that a
    demo that was stopped half-way begins anew.
    """
    community = read()
    steps = len(community.post) + 3
    told("people", 0, steps)
    hashed = credentials.hash_password(PASSWORD)
    pictures = {
        post.id: store_picture(blobs, draw(post.picture)) for post in community.post if post.picture
    }
    told("pictures", 1, steps)

    def make(tx: Tx) -> None:
        who = {one.name: _person(tx, one, hashed) for one in community.person}
        for follower in who.values():
            for target in who.values():
                if follower.id != target.id:
                    follows.follow(tx, follower, target)
        told("AIs", 2, steps)
        for one in community.ai:
            ai = members.create(
                tx,
                who[one.owner],
                one.handle,
                name=one.display,
                persona=one.persona.strip(),
                kind=one.kind,  # pyright: ignore[reportArgumentType] - checked by the verb
                avoid=one.avoid,
                documents=_documents(tx, one),
                reads_public=one.reads_public,
            )
            if one.handle == GUIDE:
                follows.follow(tx, who[LOGIN], ai)
        said: dict[str, int] = {}
        for number, post in enumerate(community.post):
            told("conversations", number + 3, steps)
            said[post.id] = _post(tx, who, said, post, pictures.get(post.id))
        facts.write(tx, "demo", "planted")

    db.write_now(make)


def _person(tx: Tx, one: _Person, hashed: str) -> Account:
    account = accounts.create_local(
        tx,
        one.name,
        name=one.display,
        bio=render(one.bio, Format.PLAIN, {}, tx.site.tag_url),
        bio_source=one.bio,
        indexable=True,
    )
    credentials.enrol(
        tx,
        account,
        f"{one.name}@example.org",
        hashed,
        role="admin" if one.name == LOGIN else "user",
    )
    return account


def _documents(tx: Tx, one: _Ai) -> list[Document]:
    if one.documents == "help":
        return read_folder(HELP, f"{tx.site.base}/about/help")
    if one.documents:
        return read_folder(HERE / "documents" / one.documents)
    return []


def _post(
    tx: Tx,
    who: dict[str, Account],
    said: dict[str, int],
    post: _Post,
    picture: media.Stored | None,
) -> int:
    author = accounts.get(tx, who[post.by].id)
    attached: tuple[int, ...] = ()
    if picture is not None:
        upload = media.add(tx, author.id, "", description=post.alt)
        media.finish(tx, upload.id, picture)
        attached = (upload.id,)
    made = publish(
        tx,
        author,
        Draft(
            text=post.text,
            format=post.format,  # pyright: ignore[reportArgumentType] - checked by the verb
            spoiler=post.spoiler,
            language=post.language,
            reply_to_id=said.get(post.reply),
            media_ids=attached,
            no_ai=post.no_ai,
            at=now_ms() - post.ago * MINUTE,
            app={"name": "Weft", "website": None},
        ),
    )
    for name in post.likes:
        react.like(tx, who[name], made.id)
    for name in post.boosts:
        react.boost(tx, who[name], made.id, at=made.created_at + 20 * MINUTE)
    return made.id


def summary(tx: Tx) -> dict[str, Any]:
    """How many of each there are, for the line that is printed."""
    community = read()
    return {
        "people": len(community.person),
        "ais": len(community.ai),
        "posts": len(community.post),
        "site": tx.site.base,
    }
