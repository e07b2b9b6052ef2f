"""A reader who uses everything: filters, blocks, mutes, lists; and posts that quote, ask and link.

What each of these costs is paid on the home timeline, so it is measured with all of them at once.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from weft.kernel.ids import new_id
from weft.people.model import Account
from weft.people.tables import blocks, domain_mutes, mutes
from weft.reading.tables import filter_keywords, filters, list_members, lists
from weft.store.database import Tx

FILTERS, KEYWORDS = 10, 5
"""Fifty words in all: more than nearly anybody keeps."""
BLOCKED, MUTED, SERVERS = 100, 100, 20
LISTS, MEMBERS = 10, 40
QUOTING, BOOSTING, ASKING, LINKING, PICTURED = 10, 7, 25, 9, 6
"""Every so-manieth post quotes another one, boosts one, has a poll, a card, a picture."""


def arrange(tx: Tx, reader: Account, others: Sequence[Account], dice: random.Random) -> None:
    """Give the reader filters, blocks, mutes and lists."""
    named: list[dict[str, Any]] = []
    words: list[dict[str, Any]] = []
    for number in range(FILTERS):
        made = new_id()
        named.append(
            {
                "id": made,
                "account_id": reader.id,
                "title": f"Filter {number}",
                "context": ["home", "public"],
                "action": "warn",
                "expires_at": None,
                "updated_at": tx.now,
            }
        )
        words += [
            {
                "id": new_id(),
                "filter_id": made,
                # Words of no post, but for one: a filter that matches all would be measured less.
                "keyword": "goat" if number == each == 0 else f"word{number}x{each}",
                "whole_word": each % 2 == 0,
            }
            for each in range(KEYWORDS)
        ]
    tx.run_many(filters.insert(), named)
    tx.run_many(filter_keywords.insert(), words)
    apart = dice.sample(list(others), BLOCKED + MUTED)
    tx.run_many(
        blocks.insert(),
        [
            {
                "id": new_id(),
                "blocker_id": reader.id,
                "target_id": one.id,
                "uri": f"https://bench.test/blocks/{one.id}",
                "created_at": tx.now,
            }
            for one in apart[:BLOCKED]
        ],
    )
    tx.run_many(
        mutes.insert(),
        [
            {
                "id": new_id(),
                "muter_id": reader.id,
                "target_id": one.id,
                "notifications": True,
                "until": None,
                "created_at": tx.now,
            }
            for one in apart[BLOCKED:]
        ],
    )
    tx.run_many(
        domain_mutes.insert(),
        [
            {
                "id": new_id(),
                "account_id": reader.id,
                "domain": f"muted{number}.test",
                "created_at": tx.now,
            }
            for number in range(SERVERS)
        ],
    )
    for number in range(LISTS):
        made = new_id()
        tx.run(
            lists.insert(),
            id=made,
            account_id=reader.id,
            title=f"List {number}",
            replies_policy="list",
            exclusive=False,
            created_at=tx.now,
        )
        tx.run_many(
            list_members.insert(),
            [
                {"list_id": made, "account_id": one.id, "created_at": tx.now}
                for one in dice.sample(list(others), MEMBERS)
            ],
        )


def dress(rows: list[dict[str, Any]], now: int) -> tuple[list[dict[str, Any]], ...]:
    """Let some of these posts (rows of ``posts``, oldest first) quote, boost, ask and link. Gives
    the rows of ``polls`` and of ``cards`` that belong to them.
    """
    asked: list[dict[str, Any]] = []
    linked: list[dict[str, Any]] = []
    for number, row in enumerate(rows):
        before = rows[number - 1 - number % 5] if number > QUOTING else None
        if before is not None and before["boost_of_id"] is not None:
            before = None
        if (
            before is not None
            and number % BOOSTING == 0
            and before["author_id"] != row["author_id"]
        ):
            row |= {"boost_of_id": before["id"], "html": ""}
        elif before is not None and number % QUOTING == 0:
            row |= {
                "quote_of_id": before["id"],
                "quote_uri": before["uri"],
                "quote_state": "accepted",
            }
        elif number % ASKING == 0:
            row["poll_id"] = new_id()
            asked.append(_poll(row["poll_id"], row["id"], now))
        elif number % LINKING == 0:
            row["card_id"] = new_id()
            linked.append(_card(row["card_id"], now))
        elif number % PICTURED == 0:
            row["media"] = [_picture(row["id"])]
    return asked, linked


def _poll(poll_id: int, post_id: int, now: int) -> dict[str, Any]:
    return {
        "id": poll_id,
        "post_id": post_id,
        "options": ["rye", "wheat", "spelt"],
        "votes": [5, 3, 1],
        "voters_count": 9,
        "multiple": False,
        "hide_totals": False,
        "expires_at": now + 1_000_000_000,
    }


def _card(card_id: int, now: int) -> dict[str, Any]:
    return {
        "id": card_id,
        "url": f"https://bench.test/pages/{card_id}",
        "kind": "link",
        "title": "How the tide turns",
        "description": "A page about the sea, and about waiting for it.",
        "language": "en",
        "author_name": "",
        "author_url": "",
        "provider_name": "Bench",
        "provider_url": "https://bench.test",
        "image": "",
        "image_description": "",
        "width": 0,
        "height": 0,
        "blurhash": None,
        "published_at": None,
        "fetched_at": now,
        "error": None,
    }


def _picture(post_id: int) -> dict[str, Any]:
    return {
        "id": str(post_id),
        "mime": "image/webp",
        "blob": "",
        "small": "",
        "remote_url": f"https://bench.test/pictures/{post_id}.webp",
        "description": "The harbour in the morning",
        "blurhash": "LEHV6nWB2yk8pyo0adR*.7kCMdnj",
        "width": 1200,
        "height": 800,
        "small_width": 600,
        "small_height": 400,
        "focus_x": 0.0,
        "focus_y": 0.0,
    }
