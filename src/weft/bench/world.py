"""The data that a benchmark reads: many accounts and posts, put in directly."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from weft.bench.busy import arrange, dress
from weft.kernel.clock import MINUTE, now_ms
from weft.kernel.ids import id_at, new_id
from weft.people import accounts, follows, oauth
from weft.people.accounts import RemoteAccount
from weft.people.model import Account
from weft.people.tables import follows as follows_table
from weft.store.database import Database, Tx
from weft.threads.tables import cards, home, polls, posts

READERS = ("reader", "busy")
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
    busy: Account
    """Reads the same, and uses everything."""
    busy_token: str
    peers: list[Account]


def plant(db: Database, *, authors: int, written: int) -> World:
    """``authors`` remote accounts that both readers follow, and ``written`` posts of theirs."""
    dice = random.Random(1)  # noqa: S311 - the same world in every run

    def people(tx: Tx) -> World:
        readers = [accounts.create_local(tx, name, name=name.title()) for name in READERS]
        tokens = [
            oauth.issue(tx, SCOPES, account_id=reader.id, app_id=None).token for reader in readers
        ]
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
        tx.run_many(follows_table.insert(), _follows(tx, readers, found))
        return World(readers[0], tokens[0], readers[1], tokens[1], found)

    world = db.write_now(people)
    rows = list(_posts(world, written, dice))
    asked, linked = dress(rows, now_ms())
    for start in range(0, len(rows), 2000):
        part = rows[start : start + 2000]

        def put(tx: Tx, part: list[dict[str, Any]] = part) -> None:
            tx.run_many(posts.insert(), part)
            tx.run_many(
                home.insert(),
                [
                    {
                        "account_id": reader.id,
                        "post_id": row["id"],
                        "author_id": row["author_id"],
                    }
                    for row in part
                    for reader in (world.reader, world.busy)
                ],
            )

        db.write_now(put)

    def arranged(tx: Tx) -> None:
        tx.run_many(polls.insert(), asked)
        tx.run_many(cards.insert(), linked)
        arrange(tx, world.busy, world.peers, dice)

    db.write_now(arranged)
    return world


def _follows(tx: Tx, readers: list[Account], targets: list[Account]) -> list[dict[str, Any]]:
    """Rows, without what a follow sets in motion: thousands of them are told to nobody."""
    return [
        {
            "id": new_id(),
            "follower_id": reader.id,
            "target_id": target.id,
            "accepted": True,
            "reblogs": True,
            "notify": False,
            "languages": None,
            "uri": f"https://bench.test/follows/{reader.id}/{target.id}",
            "created_at": tx.now,
        }
        for reader in readers
        for target in targets
    ]


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
            "poll_id": None,
            "card_id": None,
            "quote_of_id": None,
            "quote_uri": None,
            "quote_state": None,
            "quote_policy": "public",
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
