"""A scene for a payload: the peer that sends it, ada here, and what is seen of it afterwards."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa

from tests.federation.conftest import Receiving
from tests.federation.payloads import ADA, ASKED, PEER, PEM, POLL, POST, Json, Payload
from tests.federation.stranger import key_pair
from weft.federation import plain
from weft.kernel.clock import HOUR
from weft.moderation import reports
from weft.people import accounts, blocks, follows
from weft.people.tables import follows as follow_table
from weft.store.database import Tx
from weft.store.page import Page
from weft.threads import consent, emoji_reactions, interaction_requests, notices, pins, polls, posts
from weft.threads.model import NewPoll, Post
from weft.threads.sanitize import html_to_text

_STANDS = ("following", "requested", "followed_by", "requested_by", "blocked_by")


class Scene:
    def __init__(self, receiving: Receiving) -> None:
        self.here, self.db, house = receiving, receiving.db, receiving.house
        self.ada = house.person("ada")
        self.post = house.post(self.ada, "hello")
        self.poll = house.post(self.ada, "Which?", poll=NewPoll(("tea", "coffee"), HOUR))
        self.ask = ""
        self._keys: dict[str, str] = {}

    def put(self, what: Any) -> Any:
        """The same with the addresses of here and now."""
        text = json.dumps(what)
        for name, address in {
            ADA: self.ada.uri,
            POST: self.post.uri,
            POLL: self.poll.uri,
            ASKED: self.ask or ASKED,
            "weft.example": "weft.test",
            PEER: self.here.other.base(),
            "@peer.example": f"@{self.here.other.domain()}",
        }.items():
            text = text.replace(name, address)
        return json.loads(text.replace(f'"{PEM}"', json.dumps(key_pair(0).public_pem)))

    def people(self, actors: tuple[Json, ...]) -> None:
        """Who is at the peer, where WebFinger finds them too."""
        for actor in self.put(actors):
            key = actor["publicKey"]
            key_id = key[0]["id"] if isinstance(key, list) else key["id"]
            self.here.other.serve(actor["id"], actor)
            if "#" not in key_id and key_id != actor["id"]:
                self.here.other.serve(key_id, {"id": actor["id"], "publicKey": key})
            self.here.other.webfinger(actor["preferredUsername"], actor["id"])
            self._keys[actor["id"]] = key_id

    async def play(self, payload: Payload) -> int:
        """All of it, to its end. The status that the last activity was answered with."""
        for document in self.put(payload.serves):
            self.here.other.serve(document["id"], document)
        actor = plain.uri(self.put(payload.sent["actor"]))
        if payload.asked == "follow":
            await self.here.follow(self.ada, actor)
        elif payload.asked:
            target = await self.here.resolver.actor(actor)
            await self.db.write(lambda tx: follows.follow(tx, self.ada, target))
        self.ask = await self.db.read(self._ask) or ""
        for activity in payload.first:
            assert await self._send(activity) == 202
        return await self._send(payload.sent)

    def _ask(self, tx: Tx) -> str | None:
        return tx.scalar(
            sa.select(follow_table.c.uri).where(follow_table.c.follower_id == self.ada.id)
        )

    async def _send(self, activity: Json) -> int:
        sent = {name: value for name, value in self.put(activity).items() if value is not None}
        key_id = self.key_of(plain.uri(sent.get("actor")))
        status = await self.here.send(sent, key_id=key_id)
        await self.here.work()
        return status

    def key_of(self, actor: str) -> str:
        return self._keys.get(actor, f"{PEER}#nobody")

    # -- what is seen ------------------------------------------------------------------------

    def seen(self, payload: Payload) -> Json:
        """All that a payload can be about, under the names that `Payload.sees` uses."""
        sent = self.put(payload.sent)
        about = self.put(payload.about) or plain.uri(sent.get("object"))
        return self.db.read_now(lambda tx: self._seen(tx, about, plain.uri(sent["actor"])))

    def _seen(self, tx: Tx, about: str, actor_uri: str) -> Json:
        post = posts.by_uri(tx, about)
        ours = posts.by_id(tx, self.post.id)
        asked = polls.of(tx, self.poll)
        actor = accounts.by_uri(tx, actor_uri)
        assert ours is not None
        assert asked is not None
        stands = blocks.relationships(tx, self.ada.id, [actor.id])[0] if actor else None
        tallies = emoji_reactions.tallies(tx, None, [ours]).get(ours.id, [])
        return {
            "post": None if post is None else self._post(tx, post),
            "likes": ours.likes_count,
            "boosts": ours.boosts_count,
            "replies": ours.replies_count,
            "quotes": ours.quotes_count,
            "reactions": [(one.name, one.count) for one in tallies],
            "ballots": asked.votes,
            "notices": sorted(one.kind for one in notices.listed(tx, self.ada.id, Page())),
            "stands": [name for name in _STANDS if stands is not None and getattr(stands, name)],
            "actor": None
            if actor is None or actor.suspended_at is not None
            else {name: getattr(actor, name) for name in actor.__struct_fields__},
            "reports": [
                (one.comment, len(one.post_ids)) for one in reports.listed(tx, Page(limit=9))
            ],
            "pins": [one.uri for one in pins.pinned(tx, None, actor.id)] if actor else [],
            "requests": [one.kind for one in interaction_requests.waiting(tx, self.ada.id, Page())],
        }

    def _post(self, tx: Tx, post: Post) -> Json:
        poll = polls.of(tx, post) if post.poll_id is not None else None
        answering = consent.of(post).reply
        return {
            "text": html_to_text(post.html),
            "html": post.html,
            "visibility": post.visibility,
            "spoiler": post.spoiler,
            "sensitive": post.sensitive,
            "language": post.language,
            "tags": post.tags,
            "url": post.url,
            "emoji": [one["shortcode"] for one in post.emojis],
            "calls": str(self.ada.id) in [one["id"] for one in post.mentions],
            "answers": post.reply_to_id == self.post.id,
            "files": [(one["remote_url"], one["description"], one["mime"]) for one in post.media],
            "poll": None if poll is None else poll.options,
            "votes": None if poll is None else poll.votes,
            "edited": post.edited_at is not None,
            "expires": post.expires_at is not None,
            "quote": (post.quote_uri, post.quote_state),
            "approval": post.approval,
            "may_answer": [list(answering.always), list(answering.ask)],
            "by": accounts.get(tx, post.author_id).uri,
        }


async def understood(receiving: Receiving, actors: tuple[Json, ...], payload: Payload) -> None:
    """Play it, and compare what is here afterwards with what should be."""
    scene = Scene(receiving)
    scene.people(actors)
    assert await scene.play(payload) == 202, payload.why
    seen, wanted = scene.seen(payload), scene.put(payload.sees)
    assert wanted, "nothing is expected of it"
    for name, value in wanted.items():
        found = seen[name]
        if isinstance(value, dict):
            assert isinstance(found, dict), (name, payload.why)
            found = {one: found[one] for one in value}
        assert _plain(found) == value, (name, payload.why)


def _plain(value: Any) -> Any:
    """As JSON has it: lists for tuples."""
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, (list, tuple)) else value
