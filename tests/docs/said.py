"""What this server says, one of each kind that `docs/federation.md` shows, said by the real thing:
verbs of members and what they write to be sent, or the routes.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec import structs

from tests.api.conftest import Edge
from tests.conftest import House
from weft.ai import members
from weft.federation import jobs as federation_jobs
from weft.federation import outbox, render
from weft.federation.tables import outgoing
from weft.federation.vocabulary import contextualise
from weft.kernel.clock import HOUR, now_ms
from weft.moderation import reports
from weft.moderation.reports import Complaint
from weft.net import keys
from weft.net.proofs import prove
from weft.people import accounts, blocks, collections_elsewhere, follows, moves
from weft.reading import featured
from weft.threads import (
    ballots,
    consent,
    emoji_reactions,
    features,
    pins,
    quotes,
    react,
    stamps,
)
from weft.threads.delete import delete
from weft.threads.edit import edit
from weft.threads.model import Draft, GivenPoll, Incoming, Media, NewPoll, Post, Rule
from weft.threads.publish import receive

Json = dict[str, Any]
MULTIKEY = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQXJPt4swbTQ2"
PICTURE = Media(
    id="1",
    mime="image/webp",
    blob="ab/cd.webp",
    description="A loom by the window",
    blurhash="LEHV6nWB2yk8",
    width=1200,
    height=800,
    focus_x=0.5,
    focus_y=-0.25,
)
EMOJI = {"shortcode": "yarn", "url": "https://weft.test/media/ef/yarn.png"}


class Saying:
    """Ada and her AI are here, Bob too; Zoe is elsewhere and follows Ada."""

    def __init__(self, house: House, folder: Path) -> None:
        self.house, self.db, self.site = house, house.db, house.db.site
        federation_jobs.react(self.db)
        self.edge = Edge(house, folder)
        self.ada = house.person("ada", bio="<p>Weaver.</p>")
        self.bob = house.person("bob")
        self.zoe = house.remote("zoe", "other.test")
        self.db.write_now(lambda tx: follows.follow(tx, self.zoe, self.ada))
        self.guide = self.db.write_now(lambda tx: members.create(tx, self.ada, "guide"))

    def told(self, kind: str) -> Json:
        """The last activity of this kind that was written to be sent."""
        rows = self.db.read_now(
            lambda tx: tx.rows(sa.select(outgoing.c.body).order_by(outgoing.c.id))
        )
        found = [msgspec.json.decode(row.body) for row in rows]
        return [one for one in found if one["type"] == kind][-1]

    def write(self, verb: Callable[..., Any], *given: Any, **more: Any) -> Any:
        return self.db.write_now(lambda tx: verb(tx, *given, **more))

    def note(self, post: Post) -> Json:
        author = self.db.read_now(lambda tx: accounts.get(tx, post.author_id))
        around = self.db.read_now(lambda tx: outbox.around(tx, post))
        return contextualise(render.note(self.site, post, author, around))

    def theirs(self, slug: str = "1", **more: Any) -> Post:
        """A post of Zoe's."""
        uri = f"https://other.test/notes/{slug}"
        note = Incoming(uri, uri, "<p>hello</p>", "public", now_ms(), **more)
        return self.write(receive, self.zoe, note)

    async def get(self, path: str) -> Json:
        answer = await self.edge.of(None).get(
            path.removeprefix(self.site.base), headers={"Accept": "application/activity+json"}
        )
        assert answer.status_code == 200
        return answer.json()


def person(world: Saying) -> Json:
    ada = structs.replace(
        world.ada,
        avatar="ab/face.webp",
        header="ab/wide.webp",
        fields=[{"name": "Web", "value": '<a href="https://ada.example">ada.example</a>'}],
        also_known_as=["https://other.test/users/ada"],
        moved_to="https://third.test/users/ada",
        profile={"signals": ["gpc", "noindex"], "emojis": [EMOJI]},
    )
    return contextualise(render.actor(world.site, ada, "PEM", MULTIKEY))


def service(world: Saying) -> Json:
    label = (world.guide.ai or {}) | {"model": "Qwen3-0.6B"}
    named = structs.replace(world.guide, ai=label)
    return contextualise(render.actor(world.site, named, "PEM", MULTIKEY))


def created(world: Saying) -> Json:
    post = world.house.post(
        world.ada,
        "Look @zoe@other.test, #Weaving :yarn:",
        spoiler="Wool",
        language="en",
    )
    post = structs.replace(post, media=[msgspec.to_builtins(PICTURE)], emojis=[EMOJI])
    around = world.db.read_now(lambda tx: outbox.around(tx, post))
    return contextualise(render.create(world.site, post, world.ada, around))


def answer_of_an_ai(world: Saying) -> Json:
    asked = world.house.post(world.ada, "@guide how do I wash wool?")
    sources = [
        {"n": 1, "title": "Care of wool", "url": "https://a.test/care", "quote": "Wash it cold."}
    ]
    answer = world.house.post(
        world.guide, "Cold.", reply_to_id=asked.id, ai={"hops": 1, "sources": sources}
    )
    return world.note(answer)


async def content_label(world: Saying) -> Json:
    return await world.get("/ap/labels/ai-generated")


def without_ais(world: Saying) -> Json:
    note = world.note(world.house.post(world.ada, "Among us.", no_ai=True))
    kept = ("id", "type", "attributedTo", "interactionPolicy", "weft:noAI")
    return {name: note[name] for name in kept}


def policy(world: Saying) -> Json:
    chosen = {
        "like": consent.EVERYONE,
        "reply": Rule(("followers",), ("everyone",)),
        "announce": consent.AUTHOR,
        "quote": Rule(("me",), ("everyone",)),
        "invoke": Rule(("followers",)),
    }
    note = world.note(world.house.post(world.ada, "Hello", policy=chosen))
    return {"interactionPolicy": note["interactionPolicy"]}


def asking_to_quote(world: Saying) -> Json:
    theirs = world.theirs(rules={"quote": consent.EVERYONE})
    world.house.post(world.ada, "This!", quote_of_id=theirs.id)
    asked = world.told("QuoteRequest")
    return asked | {"instrument": _short(asked["instrument"], "quote")}


def quoting(world: Saying) -> Json:
    theirs = world.theirs(rules={"quote": consent.EVERYONE})
    made = world.house.post(world.ada, "This!", quote_of_id=theirs.id)
    given = ("https://other.test/stamps/1", "quote", made.uri, theirs.uri, world.zoe.id)
    world.write(stamps.learn, *given)
    note = world.note(world.write(quotes.accept, world.ada, made))
    links = [tag for tag in note["tag"] if tag["type"] == "Link"]
    terms = ("quote", "quoteUrl", "quoteUri", "_misskey_quote", "quoteAuthorization")
    return _short(note, *terms) | {"tag": links}


def answering_with_a_yes(world: Saying) -> Json:
    theirs = world.theirs(rules={"reply": Rule(("me",), ("everyone",))})
    made = world.house.post(world.ada, "Me too", reply_to_id=theirs.id)
    given = ("https://other.test/stamps/1", "reply", made.uri, theirs.uri, world.zoe.id)
    world.write(stamps.learn, *given)
    note = world.note(structs.replace(made, approval="accepted"))
    return _short(note, "inReplyTo", "replyAuthorization", "approvedBy")


def _asked_by_zoe(world: Saying) -> None:
    mine = world.house.post(world.ada, "Hello", policy={"like": consent.EVERYONE})
    uri = "https://other.test/likes/1"
    world.write(react.like, world.zoe, mine.id, uri=uri, asked="https://other.test/asks/1")


def saying_yes(world: Saying) -> Json:
    _asked_by_zoe(world)
    return world.told("Accept")


async def stamp(world: Saying) -> Json:
    _asked_by_zoe(world)
    return await world.get(world.told("Accept")["result"])


def _short(document: Json, *terms: str) -> Json:
    kept = ("id", "type", "attributedTo", *terms)
    return {name: document[name] for name in kept}


def question(world: Saying) -> Json:
    poll = NewPoll(("tea", "coffee"), 24 * HOUR)
    note = world.note(world.house.post(world.ada, "What will it be?", poll=poll))
    return _short(note, "content", "published", "oneOf", "votersCount", "endTime")


def vote(world: Saying) -> Json:
    poll = GivenPoll(["tea", "coffee"], [0, 0], 0, False, now_ms() + HOUR)
    theirs = world.theirs(poll=poll)
    world.write(ballots.vote, world.ada, theirs.poll_id, [0])
    return world.told("Create")


def extras(world: Saying) -> Json:
    post = world.house.post(
        world.ada, "Hello", language="en", signals=("noai", "gpc"), lasts_ms=48 * HOUR
    )
    note = world.note(post)
    more = render.languages({"de": {"html": "<p>Hallo</p>", "spoiler": "Gruß"}})
    around = world.db.read_now(lambda tx: outbox.around(tx, post))
    around = structs.replace(around, more=around.more | more)
    note = render.note(world.site, post, world.ada, around)
    return _short(note, "contentMap", "summaryMap", "expiry", "endTime", "xRobotsTag", "secGPC")


def edited(world: Saying) -> Json:
    post = world.house.post(world.ada, "Helo")
    world.write(edit, world.ada, post.id, Draft(text="Hello"))
    told = world.told("Update")
    return told | {"object": _short(told["object"], "content", "published", "updated")}


def deleted(world: Saying) -> Json:
    world.write(delete, world.ada, world.house.post(world.ada, "Hello").id)
    return world.told("Delete")


def boosted(world: Saying) -> Json:
    world.write(react.boost, world.ada, world.theirs().id)
    return world.told("Announce")


def in_a_group(world: Saying) -> Json:
    group = world.house.remote("weaving", "third.test", kind="group")
    theirs = world.theirs(audience_uri=group.uri)
    note = world.note(world.house.post(world.ada, "Me too", reply_to_id=theirs.id))
    return _short(note, "inReplyTo", "audience", "to", "cc")


def liked_in_a_group(world: Saying) -> Json:
    group = world.house.remote("weaving", "third.test", kind="group")
    world.write(react.like, world.ada, world.theirs(audience_uri=group.uri).id)
    return world.told("Like")


def liked(world: Saying) -> Json:
    world.write(react.like, world.ada, world.theirs().id)
    return world.told("Like")


def reacted(world: Saying) -> Json:
    world.write(emoji_reactions.react, world.ada, world.theirs().id, "🧶")
    return world.told("Like")


def followed(world: Saying) -> Json:
    world.write(follows.follow, world.ada, world.zoe)
    return world.told("Follow")


def accepted(world: Saying) -> Json:
    return world.told("Accept")


def undone(world: Saying) -> Json:
    theirs = world.theirs()
    world.write(react.like, world.ada, theirs.id)
    world.write(react.unlike, world.ada, theirs.id)
    return world.told("Undo")


def blocked(world: Saying) -> Json:
    world.write(blocks.block, world.ada, world.zoe)
    return world.told("Block")


def moved(world: Saying) -> Json:
    new = world.house.remote("ada", "third.test", also_known_as=[world.ada.uri])
    world.write(moves.depart, world.ada, new)
    ada = world.db.read_now(lambda tx: accounts.get(tx, world.ada.id))
    world.write(outbox.announce_move, ada, "PEM", MULTIKEY)
    return world.told("Move")


def reported(world: Saying) -> Json:
    theirs = world.theirs()
    world.write(accounts.create_local, "weft.test", kind="application")
    complaint = Complaint(post_ids=[theirs.id], comment="Unkind", forward=True)
    world.write(reports.file, world.ada, world.zoe, complaint, rules=())
    return world.told("Flag")


def pinned(world: Saying) -> Json:
    world.write(pins.pin, world.ada, world.house.post(world.ada, "Hello").id)
    return world.told("Add")


def tag_shown(world: Saying) -> Json:
    world.write(featured.feature, world.ada, "Weaving")
    return world.told("Add")


def yes_to_being_shown(world: Saying) -> Json:
    uri = f"{world.zoe.uri}/collections/1"
    told = collections_elsewhere.Told(uri, world.zoe.uri, "Weavers")
    world.write(collections_elsewhere.learn, world.zoe, told)
    known = world.db.read_now(lambda tx: collections_elsewhere.by_uri(tx, uri))
    assert known is not None
    world.write(features.asked, world.zoe, known, world.ada, "https://other.test/asks/1")
    return world.told("Accept")


async def conversation(world: Saying) -> Json:
    root = world.house.post(world.ada, "Hello")
    world.house.post(world.bob, "Hi", reply_to_id=root.id)
    return await world.get(f"/ap/contexts/{root.id}")


async def replies(world: Saying) -> Json:
    root = world.house.post(world.ada, "Hello")
    world.house.post(world.bob, "Hi", reply_to_id=root.id)
    return await world.get(f"{root.uri}/replies")


async def pins_of(world: Saying) -> Json:
    world.write(pins.pin, world.ada, world.house.post(world.ada, "Hello").id)
    return await world.get(f"{world.ada.uri}/featured")


async def followers(world: Saying) -> Json:
    return await world.get(world.ada.followers_uri)


def proved(world: Saying) -> Json:
    key = keys.ed25519(keys.generate_seed())
    world.write(react.like, world.ada, world.theirs().id)
    return prove(world.told("Like"), key, f"{world.ada.uri}#ed25519-key", "2026-11-23T07:00:00Z")


def gone(world: Saying) -> Json:
    return render.tombstone(world.ada.uri)


SAID: dict[str, Callable[[Saying], Any]] = {
    "a person": person,
    "an AI": service,
    "a note": created,
    "an answer of an AI": answer_of_an_ai,
    "a content label": content_label,
    "a thread without AIs": without_ais,
    "what few notes say": extras,
    "a question": question,
    "a vote": vote,
    "an edit": edited,
    "a deletion": deleted,
    "a boost": boosted,
    "an answer in a group": in_a_group,
    "a like": liked,
    "a like in a group": liked_in_a_group,
    "a reaction": reacted,
    "a follow": followed,
    "an accepted follow": accepted,
    "taking back": undone,
    "a block": blocked,
    "a move": moved,
    "a report": reported,
    "a pinned post": pinned,
    "a hashtag on a profile": tag_shown,
    "a conversation": conversation,
    "replies": replies,
    "pinned posts": pins_of,
    "followers": followers,
    "a policy": policy,
    "asking to quote": asking_to_quote,
    "a yes": saying_yes,
    "a yes to being shown": yes_to_being_shown,
    "a stamp": stamp,
    "a quote": quoting,
    "an answer that was agreed to": answering_with_a_yes,
    "a proof": proved,
    "what is gone": gone,
}
"""By the name under which the document shows it."""
