"""Followers on thousands of servers, written at once."""

from __future__ import annotations

from msgspec import structs

from tests.conftest import House
from weft.kernel.ids import new_id
from weft.people.accounts import RemoteAccount
from weft.people.model import Account
from weft.people.tables import accounts, follows
from weft.store.database import Tx


def crowd(house: House, author: Account, hosts: list[str]) -> None:
    """One follower of ``author`` on each of these hosts, with a shared inbox."""
    people = [
        {
            **structs.asdict(
                RemoteAccount(
                    uri=f"https://{host}/users/bo",
                    username="bo",
                    domain=host,
                    kind="person",
                    url=f"https://{host}/@bo",
                    inbox=f"https://{host}/users/bo/inbox",
                    shared_inbox=f"https://{host}/inbox",
                )
            ),
            "id": new_id(),
            "username_fold": "bo",
        }
        for host in hosts
    ]

    def write(tx: Tx) -> None:
        times = {"created_at": tx.now, "updated_at": tx.now, "fetched_at": tx.now}
        tx.run_many(accounts.insert(), [{**one, **times} for one in people])
        tx.run_many(
            follows.insert(),
            [
                {
                    "id": new_id(),
                    "follower_id": one["id"],
                    "target_id": author.id,
                    "accepted": True,
                    "uri": f"{one['uri']}#follow",
                    "created_at": tx.now,
                }
                for one in people
            ],
        )
        count = accounts.c.followers_count + len(people)
        mine = accounts.c.id == author.id
        tx.run(accounts.update().where(mine).values(followers_count=count))

    house.db.write_now(write)
