"""What this server hears, one of each kind that `docs/federation.md` shows: sent to its inbox, signed,
or served to it; and what is then so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import sqlalchemy as sa

from tests.federation.conftest import Receiving
from tests.federation.stranger import create, key_pair
from weft.federation import authorizations
from weft.federation import jobs as federation_jobs
from weft.federation.authorizations import Claim
from weft.federation.tables import outgoing
from weft.kernel.clock import HOUR
from weft.moderation import reports
from weft.people import accounts, blocks, follows
from weft.people.model import Account
from weft.store.page import Page
from weft.threads import (
    consent,
    details,
    emoji_reactions,
    interaction_requests,
    pins,
    polls,
    posts,
)
from weft.threads.model import NewPoll, Post, Rule

Json = dict[str, Any]


class Hearing:
    """Ada is here, with a post, a poll, and a post to which answers need her yes; Zoe elsewhere."""

    def __init__(self, receiving: Receiving) -> None:
        self.receiving, self.db, self.other = receiving, receiving.db, receiving.other
        federation_jobs.react(self.db)
        house = receiving.house
        self.ada = house.person("ada")
        self.post = house.post(self.ada, "hello")
        self.poll = house.post(self.ada, "tea?", poll=NewPoll(("tea", "coffee"), HOUR))
        self.asking = house.post(self.ada, "ask me", policy={"reply": Rule(("me",), ("everyone",))})
        self._ours = {
            "users/1": self.ada.uri,
            "posts/1": self.post.uri,
            "posts/2": self.poll.uri,
            "posts/3": self.asking.uri,
        }
        self.zoe = self.other.actor("zoe")
        self.url = f"{self.other.base()}/notes/1"

    def real(self, text: str) -> Json:
        """An example of the document, with the addresses of this world."""
        base = "https://weft.example/ap/"
        text = re.sub(rf"{base}((?:users|posts)/\d+)", lambda found: self._ours[found[1]], text)
        for shown, meant in (
            ("https://weft.example", self.db.site.base),
            ("https://other.example", self.other.base()),
            ("https://third.example", self.other.base("third.test")),
            ("weft.example", self.db.site.domain),
        ):
            text = text.replace(shown, meant)
        return json.loads(text)

    async def send(self, activity: Json) -> None:
        assert await self.receiving.send(activity) == 202
        await self.receiving.work()

    async def actor(self, document: Json) -> Account:
        """Looked up as it is served, but for its key."""
        key = document["publicKey"] | {"publicKeyPem": key_pair(0).public_pem}
        self.other.serve(document["id"], document | {"publicKey": key})
        self.other.webfinger(document["preferredUsername"], document["id"])
        return await self.receiving.resolver.actor(document["id"])

    async def note(self, activity: Json) -> Post:
        """The post that came by a Create."""
        await self.send(activity)
        return self.known(activity["object"]["id"])

    async def before(self, **changes: Any) -> Post:
        """Zoe's post is here already: it answers Ada's."""
        note = self.other.note(self.zoe, "1", inReplyTo=self.post.uri, **changes)
        return await self.note(create(note))

    def known(self, uri: str) -> Post:
        found = self.db.read_now(lambda tx: posts.by_uri(tx, uri))
        assert found is not None
        return found

    def mine(self) -> Post:
        return self.known(self.post.uri)

    def who(self) -> Account:
        found = self.db.read_now(lambda tx: accounts.by_uri(tx, self.zoe["id"]))
        assert found is not None
        return found

    def told(self, kind: str) -> list[Json]:
        rows = self.db.read_now(lambda tx: tx.rows(sa.select(outgoing.c.body)))
        return [one for row in rows if (one := msgspec.json.decode(row.body))["type"] == kind]


async def person(world: Hearing, document: Json) -> None:
    zoe = await world.actor(document)
    assert (zoe.kind, zoe.name, zoe.bio) == ("person", "Zoe", "<p>Spinner.</p>")
    assert zoe.locked
    assert [field["name"] for field in zoe.fields] == ["Web"]
    assert zoe.ai is None


async def ai_by_fields(world: Hearing, document: Json) -> None:
    bot = await world.actor(document)
    assert bot.kind == "ai"
    assert bot.ai is not None
    assert bot.ai["disclosure"] == "I am a language model."
    assert bot.ai["operator"]["url"] == f"{world.other.base()}/@zoe"
    assert bot.ai["operator"]["acct"].startswith("zoe@other.test")
    assert bot.ai["model"] == "Qwen3-0.6B"


async def ai_by_terms(world: Hearing, document: Json) -> None:
    bot = await world.actor(document)
    assert bot.ai is not None
    assert bot.ai["disclosure"] == "Oracle is an AI."
    assert bot.ai["operator"]["uri"] == world.zoe["id"]
    assert bot.ai["model"] == "Qwen3-0.6B"


async def note(world: Hearing, document: Json) -> None:
    post = await world.note(document)
    assert (post.visibility, post.spoiler, post.language) == ("unlisted", "Wool", "en")
    assert [mention["uri"] for mention in post.mentions] == [world.ada.uri]
    assert post.tags == ["Weaving"]
    assert post.media[0]["description"] == "A spinning wheel"
    assert post.reply_to_id == world.post.id
    assert world.mine().replies_count == 1


async def answer_of_an_ai(world: Hearing, document: Json) -> None:
    post = await world.note(document)
    assert post.ai == {
        "hops": 1,
        "sources": [
            {"title": "Care of wool", "url": "https://a.example/care", "quote": "Wash it cold."}
        ],
    }


async def labelled(world: Hearing, document: Json) -> None:
    post = await world.note(document)
    assert post.ai == {}


async def without_ais(world: Hearing, document: Json) -> None:
    post = await world.note(document)
    assert post.no_ai
    assert consent.of(post).invoke == consent.NOBODY


async def for_followers_ais(world: Hearing, document: Json) -> None:
    assert consent.of(await world.note(document)).invoke == Rule(("followers",))


async def extras(world: Hearing, document: Json) -> None:
    post = await world.note(document)
    told = world.db.read_now(lambda tx: details.of(tx, [post.id]))[post.id]
    assert told.content_map == {"de": {"html": "<p>Hallo</p>", "spoiler": ""}}
    assert told.signals == ["gpc", "noai"]
    assert post.expires_at is not None


async def quote_without_consent(world: Hearing, document: Json) -> None:
    post = await world.note(document)
    assert post.quote_uri is None
    assert world.post.uri in post.html


async def question(world: Hearing, document: Json) -> None:
    post = await world.note(document)
    poll = world.db.read_now(lambda tx: polls.of(tx, post))
    assert poll is not None
    assert (poll.options, poll.votes, poll.voters_count) == (["tea", "coffee"], [2, 1], 3)
    assert not poll.multiple


async def vote(world: Hearing, document: Json) -> None:
    await world.send(document)
    poll = world.db.read_now(lambda tx: polls.of(tx, world.known(world.poll.uri)))
    assert poll is not None
    assert poll.votes == [1, 0]


async def like(world: Hearing, document: Json) -> None:
    await world.send(document)
    assert world.mine().likes_count == 1


async def reaction(world: Hearing, document: Json) -> None:
    await world.send(document)
    found = world.db.read_now(
        lambda tx: emoji_reactions.tallies(tx, None, [world.mine()])[world.post.id]
    )
    assert [(one.name, one.count) for one in found] == [("🧶", 1)]


async def boost(world: Hearing, document: Json) -> None:
    await world.send(document)
    assert world.mine().boosts_count == 1


async def in_a_group(world: Hearing, document: Json) -> None:
    group = world.other.actor("weaving", host="third.test", type="Group")
    await world.receiving.follow(world.ada, group["id"])
    world.other.note(world.zoe, "1", audience=group["id"])
    await world.send(document)
    assert world.known(world.url).boosts_count == 1


async def follow(world: Hearing, document: Json) -> None:
    await world.send(document)
    ada = world.db.read_now(lambda tx: accounts.get(tx, world.ada.id))
    assert ada.followers_count == 1
    (accept,) = world.told("Accept")
    assert accept["object"]["id"] == document["id"]


async def accepted_follow(world: Hearing, document: Json) -> None:
    zoe = await world.receiving.resolver.actor(world.zoe["id"])
    world.db.write_now(lambda tx: follows.follow(tx, world.ada, zoe))
    assert world.who().followers_count == 0
    await world.send(document)
    stand = world.db.read_now(lambda tx: blocks.relationships(tx, world.ada.id, [zoe.id])[0])
    assert stand.following
    assert not stand.requested


async def taking_back(world: Hearing, document: Json) -> None:
    await world.send(document["object"])
    assert world.mine().likes_count == 1
    await world.send(document)
    assert world.mine().likes_count == 0


async def edit(world: Hearing, document: Json) -> None:
    await world.before()
    await world.send(document)
    post = world.known(world.url)
    assert post.html == "<p>better</p>"
    assert post.edited_at is not None


async def deletion(world: Hearing, document: Json) -> None:
    await world.before()
    await world.send(document)
    assert world.db.read_now(lambda tx: posts.by_uri(tx, world.url)) is None


async def block(world: Hearing, document: Json) -> None:
    zoe = await world.receiving.resolver.actor(world.zoe["id"])
    await world.send(document)
    stand = world.db.read_now(lambda tx: blocks.relationships(tx, world.ada.id, [zoe.id])[0])
    assert stand.blocked_by


async def move(world: Hearing, document: Json) -> None:
    world.other.actor("zoe", host="third.test", alsoKnownAs=[world.zoe["id"]])
    await world.receiving.follow(world.ada, world.zoe["id"])
    await world.send(document)
    assert world.who().moved_to == document["target"]


async def report(world: Hearing, document: Json) -> None:
    await world.receiving.resolver.actor(world.zoe["id"])
    await world.send(document)
    (filed,) = world.db.read_now(lambda tx: reports.listed(tx, Page(limit=10)))
    assert (filed.target_id, filed.comment) == (world.ada.id, "Unkind")
    assert filed.post_ids == [str(world.post.id)]


async def pinned(world: Hearing, document: Json) -> None:
    post = await world.before()
    await world.send(document)
    found = world.db.read_now(lambda tx: pins.pinned(tx, None, post.author_id))
    assert [one.id for one in found] == [post.id]


async def asking_to_quote(world: Hearing, document: Json) -> None:
    await world.send(document)
    (accept,) = world.told("Accept")
    assert accept["object"]["id"] == document["id"]
    assert accept["result"].startswith(f"{world.ada.uri}/stamps/")
    assert world.known(document["instrument"]["id"]).quote_state == "accepted"


async def asking_to_answer(world: Hearing, document: Json) -> None:
    await world.send(document)
    waiting = world.db.read_now(lambda tx: interaction_requests.waiting(tx, world.ada.id, Page()))
    assert [one.uri for one in waiting] == [document["id"]]
    assert world.known(document["instrument"]["id"]).approval == "pending"


async def asking_to_show(world: Hearing, document: Json) -> None:
    collection = {"id": document["instrument"], "type": "FeaturedCollection", "name": "Weavers"}
    world.other.serve(collection["id"], collection | {"attributedTo": world.zoe["id"]})
    await world.send(document)
    (accept,) = world.told("Accept")
    assert accept["object"]["id"] == document["id"]
    assert accept["result"].startswith(f"{world.ada.uri}/stamps/")


async def stamp(world: Hearing, document: Json) -> None:
    """Believed for exactly what it says."""
    zoe = world.zoe["id"]
    claim = Claim(document["id"], "quote", world.post.uri, world.url)
    assert authorizations.proves(document, claim, zoe)
    for name in document.keys() - {"@context"}:
        assert not authorizations.proves(document | {name: f"{zoe}/another"}, claim, zoe)


HEARD: dict[str, Callable[[Hearing, Json], Awaitable[None]]] = {
    "a person": person,
    "an AI by the fields of its profile": ai_by_fields,
    "an AI by our terms": ai_by_terms,
    "a note": note,
    "an answer of an AI": answer_of_an_ai,
    "a post with a content label": labelled,
    "a thread without AIs": without_ais,
    "followers may bring AIs": for_followers_ais,
    "what few notes say": extras,
    "a quote in the older way": quote_without_consent,
    "a question": question,
    "a vote": vote,
    "a like": like,
    "a reaction": reaction,
    "a boost": boost,
    "a post in a group": in_a_group,
    "a follow": follow,
    "an accepted follow": accepted_follow,
    "taking back": taking_back,
    "an edit": edit,
    "a deletion": deletion,
    "a block": block,
    "a move": move,
    "a report": report,
    "a pinned post": pinned,
    "asking to quote": asking_to_quote,
    "asking to answer": asking_to_answer,
    "asking to show an account": asking_to_show,
    "a stamp": stamp,
}
"""By the name under which the document shows it."""
