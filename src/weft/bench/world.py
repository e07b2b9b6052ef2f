"""The data that a benchmark reads: many accounts and posts, put in directly."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from weft.kernel.clock import MINUTE, now_ms
from weft.kernel.ids import id_at, new_id
from weft.people import accounts, follows, oauth
from weft.people.accounts import RemoteAccount
from weft.people.model import Account
from weft.store.database import Database, Tx
from weft.threads.tables import home, posts

SCOPES = "read write follow push"
WORDS = [
    "tide",
    "bread",
    "glaze",
    "bicycle",
    "map",
    "legend",
    "tomato",
    "pizza",
    "lamp",
    "goat",
    "kiln",
    "rye",
    "shell",
    "choir",
    "fog",
    "thread",
]


class World(Struct):
    """Who reads and writes in the benchmark."""

    reader: Account
    token: str
    peers: list[Account]


def plant(db: Database, *, authors: int, written: int) -> World:
    """``authors`` remote accounts that the reader follows, and ``written`` posts of theirs."""
    dice = random.Random(1)  # noqa: S311 - the same world in every run

    def people(tx: Tx) -> World:
        reader = accounts.create_local(tx, "reader", name="Reader")
        token = oauth.issue(tx, SCOPES, account_id=reader.id, app_id=None).token
        found = [
            accounts.put_remote(
                tx,
                RemoteAccount(
                    uri=f"https://bench{n % 40}.test/users/{n}",
                    username=f"author{n}",
                    domain=f"bench{n % 40}.test",
                    kind="person",
                    url=f"https://bench{n % 40}.test/@author{n}",
                    inbox=f"https://bench{n % 40}.test/users/{n}/inbox",
                    name=f"Author {n}",
                    bio="<p>Writes about bread, tides and maps.</p>",
                    avatar=f"https://bench{n % 40}.test/avatars/{n}.png",
                ),
            )
            for n in range(authors)
        ]
        return World(reader=reader, token=token, peers=found)

    world = db.write_now(people)
    rows = list(_posts(world, written, dice))
    for start in range(0, len(rows), 2000):
        part = rows[start : start + 2000]

        def put(tx: Tx, part: list[dict[str, Any]] = part) -> None:
            tx.run_many(posts.insert(), part)
            tx.run_many(
                home.insert(),
                [
                    {
                        "account_id": world.reader.id,
                        "post_id": row["id"],
                        "author_id": row["author_id"],
                    }
                    for row in part
                ],
            )

        db.write_now(put)
    return world


def _posts(world: World, written: int, dice: random.Random) -> Iterator[dict[str, Any]]:
    start = now_ms() - written * MINUTE
    for n in range(written):
        author = dice.choice(world.peers)
        at = start + n * MINUTE
        post_id = id_at(at)
        text = " ".join(dice.choices(WORDS, k=40))
        uri = f"https://{author.domain}/posts/{n}"
        yield {
            "id": post_id,
            "uri": uri,
            "url": uri,
            "author_id": author.id,
            "local": False,
            "thread_id": post_id,
            "reply_to_id": None,
            "reply_to_author_id": None,
            "reply_to_uri": None,
            "boost_of_id": None,
            "visibility": "public",
            "source": "",
            "format": "html",
            "html": f"<p>{text}</p>",
            "spoiler": "",
            "sensitive": False,
            "language": "en",
            "mentions": [],
            "tags": [dice.choice(WORDS)] if n % 3 == 0 else [],
            "media": [],
            "emojis": [],
            "ai": None,
            "no_ai": False,
            "app": None,
            "created_at": at,
            "edited_at": None,
        }


def give_followers(db: Database, author: Account, inboxes: list[str]) -> None:
    """Remote followers of ``author``, one per inbox."""

    def make(tx: Tx) -> None:
        for inbox in inboxes:
            host = inbox.split("/")[2]
            actor = f"http://{host}/actor"
            follower = accounts.put_remote(
                tx,
                RemoteAccount(
                    uri=actor,
                    username="follower",
                    domain=host,
                    kind="person",
                    url=actor,
                    inbox=inbox,
                    shared_inbox=inbox,
                ),
            )
            follows.follow(tx, follower, author, uri=f"{actor}#follow/{new_id()}")

    db.write_now(make)
