"""Every server's way of saying things, through the inbox: what is then here of it.

What is read is the same on both engines, so all of it but one is tried on SQLite alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.federation.conftest import Receiving
from tests.federation.payloads import (
    Payload,
    akkoma,
    gotosocial,
    hubzilla,
    lemmy,
    mastodon,
    misskey,
    peertube,
    pixelfed,
    threads,
    wordpress,
)
from tests.federation.scene import understood
from tests.kept import KeptSQLite

pytestmark = pytest.mark.anyio

PEERS = (
    mastodon, gotosocial, misskey, akkoma, pixelfed, lemmy, peertube, wordpress, threads, hubzilla
)  # fmt: skip
CASES = [
    pytest.param(peer.ACTORS, payload, id=f"{peer.__name__.rpartition('.')[2]}: {name}")
    for peer in PEERS
    for name, payload in peer.PAYLOADS.items()
]


@pytest.fixture
def kept(kept_sqlite: KeptSQLite) -> Iterator[KeptSQLite]:
    yield kept_sqlite
    kept_sqlite.empty()


@pytest.mark.parametrize(("actors", "payload"), CASES)
async def test_it_is_understood(receiving: Receiving, actors: Any, payload: Payload) -> None:
    await understood(receiving, actors, payload)


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= 80
    assert all(payload.why for peer in PEERS for payload in peer.PAYLOADS.values())
