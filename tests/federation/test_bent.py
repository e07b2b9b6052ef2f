"""Whatever is sent, nothing breaks, and nothing is kept that its sender may not say."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings

from tests.federation.bent import ALL, PAYLOADS, PEERS, VICTIM, VICTIMS_POST, bent
from tests.federation.conftest import Receiving
from tests.federation.payloads import PEER
from tests.federation.scene import Scene
from tests.federation.stranger import create, mention
from tests.kept import KeptSQLite
from weft.federation import plain, read_keys
from weft.federation.later import note_in
from weft.federation.plain import Malformed
from weft.federation.read_activity import read_activity
from weft.federation.read_actor import read_actor
from weft.federation.read_note import read_note
from weft.federation.read_poll import read_poll
from weft.federation.request import InboxRequest
from weft.federation.tables import seen
from weft.kernel.errors import WeftError
from weft.net.proofs import proof_in
from weft.net.signatures import SignatureRejected
from weft.people.tables import accounts
from weft.store.database import Tx
from weft.threads.tables import posts
from weft.work import jobs
from weft.work.runner import GiveUp, Retry

DOCUMENTED = {202, 400, 401, 413, 415, 429, 503}
READERS: list[Callable[[Any], Any]] = [
    read_activity,
    read_note,
    read_actor,
    lambda document: read_poll(document, 0),
    lambda document: read_keys.keys_of(document, PEER),
    read_keys.key_document,
    lambda document: note_in(read_activity(document)),
    proof_in,
]
_RAW = frozenset({"object", "instrument", "type", "object_kind", "whole"})
"""Kept as they came, and never written into a column of text."""


def unstorable(value: Any) -> list[Any]:
    """What a database would refuse: NUL, half of a character, numbers of more than 64 bits."""
    if isinstance(value, msgspec.Struct):
        given = value.__struct_fields__
        return [
            one for name in given if name not in _RAW for one in unstorable(getattr(value, name))
        ]
    if isinstance(value, dict):
        return unstorable([*value.keys(), *value.values()])
    if isinstance(value, (list, tuple)):
        return [found for one in value for found in unstorable(one)]
    if isinstance(value, str):
        return (
            [value] if "\x00" in value or value != value.encode(errors="replace").decode() else []
        )
    return [value] if isinstance(value, int) and not -(2**63) <= value < 2**63 else []


@settings(max_examples=250)
@given(PAYLOADS)
def test_readers_read_it_or_say_that_they_cannot(case: Any) -> None:
    (_, payload), ways = case
    whole = bent(payload.sent, ways)
    inner = [plain.first(whole.get(name)) for name in ("object", "instrument")]
    for document in [whole, *(one for one in inner if isinstance(one, dict))]:
        for read in READERS:
            try:
                found = read(document)
            except (Malformed, SignatureRejected):
                continue
            assert unstorable(found) == []


@pytest.mark.parametrize("peer", PEERS, ids=[peer.__name__.rpartition(".")[2] for peer in PEERS])
def test_no_word_has_a_nul(peer: Any) -> None:
    """PostgreSQL keeps none, so that one in any word would lose the whole post."""
    for document in (*peer.ACTORS, *(payload.sent for payload in peer.PAYLOADS.values())):
        spoilt = _with_nul(document)
        for one in (spoilt, plain.first(spoilt.get("object"))):
            for read in READERS if isinstance(one, dict) else ():
                try:
                    found = read(one)
                except (Malformed, SignatureRejected):
                    continue
                assert unstorable(found) == []


def _with_nul(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _with_nul(one, key) for key, one in value.items()}
    if isinstance(value, list):
        return [_with_nul(one, name) for one in value]
    word = isinstance(value, str) and name != "type" and not value.startswith("http")
    return f"{value[:1]}\x00{value[1:]}" if word else value


@pytest.fixture
def kept(kept_sqlite: KeptSQLite) -> Iterator[KeptSQLite]:
    yield kept_sqlite
    kept_sqlite.empty()


class Fuzzed:
    """Ada, a peer with the people of every software, and a victim at a third server."""

    def __init__(self, receiving: Receiving) -> None:
        self.scene, self.here, self.db = Scene(receiving), receiving, receiving.db
        for peer in PEERS:
            self.scene.people(peer.ACTORS)
        for _, payload in ALL:
            for document in self.scene.put(payload.serves):
                receiving.other.serve(document["id"], document)

    async def begin(self) -> None:
        vic = self.here.other.actor("vic", host="third.test", key=1)
        note = self.here.other.note(vic, "1", tag=[mention(self.scene.ada.uri)])
        assert await self.here.send(create(note), key=1) == 202
        self._victim, self._note = vic["id"], note["id"]
        self.before = await self.db.read(self._untouchable)

    async def send(self, actor: str, activity: Any) -> int:
        text = json.dumps(self.scene.put(activity))
        text = text.replace(VICTIM, self._victim).replace(VICTIMS_POST, self._note)
        key_id = self.scene.key_of(self.scene.put(actor))
        request = self.here.other.request({}, key_id=key_id, body=text.encode())
        return await self.here.inbox.accept(
            InboxRequest(request.target, request.headers, request.body)
        )

    async def forget(self) -> None:
        """What was heard before would be ignored, and who left stays away."""

        def forget(tx: Tx) -> None:
            tx.run(seen.delete())
            tx.run(accounts.update().values(suspended_at=None))

        await self.db.write(forget)

    async def work(self) -> None:
        """What was kept for later: faults that are none of ours show here."""
        handlers = self.here.inbox.handlers()
        for job in await self.db.write(lambda tx: jobs.claim(tx, "fetch", "test", 20)):
            try:
                await handlers[job.kind].run(job)
            except (Retry, GiveUp, WeftError):
                continue
        await self.db.write(lambda tx: tx.run(jobs.jobs.delete()))

    def _untouchable(self, tx: Tx) -> Any:
        """What nobody at the peer may change: who is here and at the third server, and their words."""
        peer = f"{self.here.other.base()}/"
        columns = ("uri", "username", "name", "inbox", "public_key", "suspended_at", "moved_to")
        people = sa.select(*(accounts.c[name] for name in columns)).where(
            ~accounts.c.uri.startswith(peer)
        )
        words = sa.select(posts.c.uri, posts.c.author_id, posts.c.html, posts.c.visibility).where(
            ~posts.c.uri.startswith(peer)
        )
        return [sorted(tuple(row) for row in tx.rows(one)) for one in (people, words)]

    def check(self, tx: Tx) -> None:
        assert self._untouchable(tx) == self.before
        whose = sa.select(posts.c.uri, accounts.c.uri).join(
            accounts, accounts.c.id == posts.c.author_id
        )
        for uri, author in tx.rows(whose):
            assert plain.same_origin(uri, author)


@pytest.mark.anyio
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(PAYLOADS)
async def test_whatever_is_sent(receiving: Receiving, case: Any) -> None:
    fuzzed = _FUZZED.get(id(receiving))
    if fuzzed is None:
        _FUZZED.clear()
        fuzzed = _FUZZED[id(receiving)] = Fuzzed(receiving)
        await fuzzed.begin()
    (_, payload), ways = case
    await fuzzed.forget()
    for activity in (*payload.first, bent(payload.sent, ways)):
        assert await fuzzed.send(payload.sent["actor"], activity) in DOCUMENTED
        await fuzzed.work()
    await fuzzed.db.read(fuzzed.check)


@pytest.mark.anyio
async def test_nobody_speaks_for_another(receiving: Receiving) -> None:
    """Every kind of activity, about somebody at another server and what they wrote."""
    fuzzed = Fuzzed(receiving)
    await fuzzed.begin()
    kinds = {(one.sent["type"], one.sent["actor"]): one.sent for _, one in ALL}
    theirs = {"id": VICTIMS_POST, "type": "Note", "attributedTo": VICTIM, "content": "forged"}
    person = {
        "id": VICTIM,
        "type": "Person",
        "preferredUsername": "vic",
        "inbox": f"{VICTIM}/inbox",
    }
    for sent in kinds.values():
        for about in (
            VICTIM,
            VICTIMS_POST,
            theirs,
            theirs | {"attributedTo": sent["actor"]},
            person,
        ):
            await fuzzed.forget()
            assert await fuzzed.send(sent["actor"], sent | {"object": about}) in DOCUMENTED
            await fuzzed.work()
    await fuzzed.db.read(fuzzed.check)


_FUZZED: dict[int, Fuzzed] = {}
"""One world for all examples of a run."""
