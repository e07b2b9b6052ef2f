"""Groups of other servers (FEP-1b12): followed, read and answered; speaking for nobody else."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import House
from tests.federation import groups
from tests.federation.conftest import Receiving
from tests.federation.groups import announce, comment, did, moderated_by, page
from tests.federation.stranger import ACTIVITY, PUBLIC, Answer, Stranger, create, mention
from weft.federation import handlers
from weft.federation import jobs as federation_jobs
from weft.federation.handlers import Act
from weft.federation.read_activity import read_activity
from weft.federation.tables import outgoing
from weft.kernel.clock import iso, now_ms
from weft.people import accounts, follows
from weft.people.model import Account
from weft.store.database import Tx
from weft.store.page import Page
from weft.threads import delete, edit, emoji_reactions, posts, publish, react, timelines
from weft.threads.model import Draft, Incoming, Post
from weft.threads.sanitize import html_to_text
from weft.work import jobs

pytestmark = pytest.mark.anyio
Json = dict[str, Any]


class World:
    """ada follows a group; bo, cy and may write in it from elsewhere."""

    def __init__(self, receiving: Receiving, group: Json) -> None:
        self.here = receiving
        self.other = receiving.other
        self.group = group
        self.ada = receiving.house.person("ada")
        self.bo = self.other.actor("bo", host="third.test")
        self.may = self.other.actor("may", host="split.test")
        self.at = iso(now_ms())

    def page(self, slug: str, **more: Any) -> Json:
        return page(self.other, self.bo, self.group, slug, published=self.at, **more)

    async def say(self, what: Any, **more: Any) -> None:
        """The group announces it, and what follows is done."""
        assert await self.here.send(announce(self.group, what, **more)) == 202
        await self.here.work()

    async def written(self, note: Json) -> None:
        await self.say(did("Create", self.bo, note, self.group))

    async def shown(self) -> list[str]:
        """What the group shows on its profile, by the uris of the posts."""
        group = await self.here.account(self.group["id"])
        assert group is not None
        found = await self.here.db.read(
            lambda tx: timelines.account_posts(tx, None, group.id, Page())
        )
        return [(await self.original(one)).uri for one in found]

    async def home(self) -> list[str]:
        found = await self.here.db.read(lambda tx: timelines.home(tx, self.ada.id, Page()))
        return [(await self.original(one)).uri for one in found]

    async def original(self, post: Post) -> Post:
        if post.boost_of_id is None:
            return post
        which = post.boost_of_id
        found = await self.here.db.read(lambda tx: posts.by_id(tx, which))
        assert found is not None
        return found

    async def had(self, note: Json) -> Post:
        post = await self.here.post(note["id"])
        assert post is not None
        return post


@pytest.fixture(params=["lemmy", "piefed", "nodebb"])
async def world(receiving: Receiving, request: pytest.FixtureRequest) -> World:
    return await joined(receiving, getattr(groups, request.param))


@pytest.fixture
async def one(receiving: Receiving) -> World:
    return await joined(receiving, groups.lemmy)


async def joined(receiving: Receiving, software: Callable[[Stranger], Json]) -> World:
    made = World(receiving, software(receiving.other))
    followed = await receiving.follow(made.ada, made.group["id"])
    assert followed.kind == "group"
    return made


def gone(other: Stranger, note: Json) -> None:
    other.serve(note["id"], {}, status=410)


# -- read -----------------------------------------------------------------------------------


async def test_a_post_of_the_group_is_read_once_however_it_comes(world: World) -> None:
    """As an activity, as the post for those who know no groups, and from its author."""
    note = world.page("socks")
    made = did("Create", world.bo, note, world.group)
    await world.say(made)
    await world.say(note["id"])
    await world.say(note)
    assert await world.here.send(create(note)) == 202
    await world.here.work()
    await world.say(made)
    assert await world.home() == [note["id"]]
    assert await world.shown() == [note["id"]]
    post = await world.had(note)
    assert (post.boosts_count, post.visibility) == (1, "public")
    text = html_to_text(post.html)
    assert text.startswith("About socks\n\nhello")
    assert "https://news.example/socks" in text
    group = await world.here.account(world.group["id"])
    assert group is not None
    assert post.audience_id == group.id


async def test_the_group_is_not_believed_about_what_others_wrote(one: World) -> None:
    note = one.page("socks", content="<p>mine</p>")
    await one.written(note | {"content": "<p>I am a thief</p>", "name": "Thief"})
    assert "thief" not in (await one.had(note)).html.lower()
    never = note | {"id": f"{one.bo['id']}/never"}
    await one.written(never)
    assert await one.here.post(never["id"]) is None
    assert await one.shown() == [note["id"]]


async def test_answers_stand_in_their_thread_and_not_in_every_home(world: World) -> None:
    note = world.page("socks")
    below = comment(world.other, world.may, world.group, "warm", note)
    deeper = comment(world.other, world.bo, world.group, "very", below)
    # The answers come first.
    for said in (deeper, below, note):
        await world.written(said)
    root, first, second = [await world.had(said) for said in (note, below, deeper)]
    assert [first.reply_to_id, second.reply_to_id] == [root.id, first.id]
    assert {root.thread_id, first.thread_id, second.thread_id} == {root.id}
    assert await world.shown() == await world.home() == [note["id"]]
    assert {first.audience_id, second.audience_id} == {root.audience_id}


async def test_what_nobody_follows_is_not_fetched(receiving: Receiving) -> None:
    group = groups.lemmy(receiving.other)
    bo = receiving.other.actor("bo", host="third.test")
    note = page(receiving.other, bo, group, "socks")
    await receiving.resolver.actor(group["id"])
    assert await receiving.send(announce(group, did("Create", bo, note, group))) == 202
    await receiving.work()
    assert await receiving.post(note["id"]) is None


async def test_a_change_is_read_where_the_post_is(one: World) -> None:
    note = one.page("socks")
    await one.written(note)
    changed = note | {"content": "<p>two pairs</p>", "updated": iso(now_ms())}
    lie = did("Update", one.bo, changed | {"content": "<p>lie</p>"}, one.group)
    one.other.serve(note["id"], changed)
    await one.say(lie)
    assert "two pairs" in (await one.had(note)).html


async def test_what_its_author_deleted_is_gone_when_their_server_says_so(one: World) -> None:
    note = one.page("socks")
    await one.written(note)
    await one.say(did("Delete", one.bo, note["id"], one.group))
    assert await one.shown() == [note["id"]], "it is still there"
    gone(one.other, note)
    await one.say(did("Delete", one.bo, note["id"], one.group, id=f"{one.bo['id']}/d2"))
    assert await one.here.post(note["id"]) is None
    assert await one.shown() == []


@pytest.mark.parametrize("kind", ["Delete", "Remove"])
async def test_moderators_take_a_post_out_of_the_group_and_no_further(
    one: World, kind: str
) -> None:
    """It stays its author's, and for a moderator's second thought it comes back."""
    moderated_by(one.other, one.group, one.may)
    note = one.page("socks")
    await one.written(note)
    out = did(kind, one.may, note["id"], one.group, summary="no socks")
    await one.say(out)
    assert await one.shown() == []
    assert (await one.had(note)).boosts_count == 0
    await one.say(note["id"])
    assert await one.shown() == [], "it was announced late"
    await one.say(did("Undo", one.may, out, one.group))
    assert await one.shown() == [note["id"]]


async def test_piefed_names_its_moderators_in_a_term_of_its_own(receiving: Receiving) -> None:
    world = await joined(receiving, groups.piefed)
    moderated_by(world.other, world.group, world.may)
    note = world.page("socks")
    await world.written(note)
    await world.say(did("Delete", world.may, note["id"], world.group))
    assert await world.shown() == []


@pytest.mark.parametrize("whose", ["nobody's list", "a list without them", "a broken list"])
async def test_whoever_is_no_moderator_takes_nothing_out(one: World, whose: str) -> None:
    if whose == "a list without them":
        moderated_by(one.other, one.group, one.bo)
    elif whose == "a broken list":
        one.other.serve(f"{one.group['id']}/moderators", {"orderedItems": [one.may["id"]]})
    note = one.page("socks")
    await one.written(note)
    out = did("Delete", one.may, note["id"], one.group)
    await one.say(out)
    await one.say(did("Undo", one.may, out, one.group))
    assert await one.shown() == [note["id"]]


async def test_no_more_pinned_is_not_out_of_the_group(one: World) -> None:
    moderated_by(one.other, one.group, one.may)
    note = one.page("socks")
    await one.written(note)
    for target in (one.group["featured"], one.group["attributedTo"], one.may["id"]):
        await one.say(did("Remove", one.may, note["id"], one.group, target=target))
    assert await one.shown() == [note["id"]]


async def test_a_person_takes_nothing_out_by_announcing_it(one: World) -> None:
    note = one.page("socks")
    await one.written(note)
    await one.here.follow(one.ada, one.bo["id"])
    assert await one.here.send(create(note)) == 202
    out = did("Delete", one.bo, note["id"], one.group)
    for number, what in enumerate((note["id"], out)):
        told = announce(one.bo, what) | {"id": f"{one.bo['id']}/announce/{number}"}
        assert await one.here.send(told) == 202
        await one.here.work()
    assert await one.shown() == [note["id"]]
    assert (await one.had(note)).boosts_count == 2, "bo's own boost stands"


def rest(one: World, uri: str) -> dict[str, Json]:
    """What a group may announce besides."""
    like = did("Like", one.may, uri, one.group)
    group = one.group
    return {
        "a like": like,
        "a downvote": did("Dislike", one.may, uri, group),
        "a like taken back": did("Undo", one.may, like, group),
        "a lock": did("Lock", one.may, uri, group),
        "a ban": did("Block", one.may, one.bo["id"], group, target=group["id"]),
        "a pin": did("Add", one.may, uri, group, target=group["featured"]),
        "an announce": did("Announce", one.may, uri, group),
        "no actor": {"id": f"{uri}/x", "type": "Create", "object": uri},
        "no object": {"type": "Delete", "actor": one.may["id"]},
        "nonsense": {"type": ["Delete", 7], "actor": [], "object": {"object": []}},
    }


@pytest.mark.parametrize(
    "what",
    [
        "a like",
        "a downvote",
        "a like taken back",
        "a lock",
        "a ban",
        "a pin",
        "an announce",
        "no actor",
        "no object",
        "nonsense",
    ],
)
async def test_the_rest_is_left_alone_politely(one: World, what: str) -> None:
    note = one.page("socks")
    await one.written(note)
    before = await one.had(note)
    asked = len(one.other.asked)
    activity = announce(one.group, rest(one, note["id"])[what])
    assert await one.here.send(activity) in (202, 400)
    await one.here.work()
    assert await one.had(note) == before
    assert await one.shown() == [note["id"]]
    assert len(one.other.asked) == asked


async def test_a_group_and_a_person_of_one_name(receiving: Receiving) -> None:
    """Lemmy answers for both at once; ``!`` says which is meant."""
    other = receiving.other
    group = groups.lemmy(other)
    person = f"{other.base()}/u/knitting"
    kind = "https://www.w3.org/ns/activitystreams#type"
    acct = f"acct:knitting@{other.domain()}"
    other.answers["other.test", f"/.well-known/webfinger?resource={acct}"] = Answer(
        {
            "subject": acct,
            "links": [
                {"rel": "self", "type": ACTIVITY, "href": href, "properties": {kind: of}}
                for href, of in ((person, "Person"), (group["id"], "Group"))
            ],
        },
        kind="application/jrd+json",
    )
    found = await receiving.resolver.resolve(f"!knitting@{other.domain()}")
    assert isinstance(found, Account)
    assert (found.uri, found.kind) == (group["id"], "group")


# -- answered -------------------------------------------------------------------------------


def sent(tx: Tx) -> list[tuple[Json, set[str]]]:
    """What leaves, oldest first: the activity, and the inboxes it goes to."""
    found = []
    for row in tx.rows(sa.select(outgoing).order_by(outgoing.c.id)):
        to = {
            job.payload["inbox"]
            for job in tx.rows(sa.select(jobs.jobs).where(jobs.jobs.c.kind == "federation.deliver"))
            if job.payload["outgoing"] == row.id
        }
        found.append((msgspec.json.decode(row.body), to))
    return found


async def test_an_answer_goes_to_the_group_for_all_its_readers(world: World) -> None:
    note = world.page("socks")
    await world.written(note)
    post = await world.had(note)
    federation_jobs.react(world.here.db)
    answer = world.here.house.post(world.ada, "how warm?", reply_to_id=post.id)
    again = world.here.house.post(world.ada, "and long?", reply_to_id=answer.id)
    changed = Draft(text="how warm and long?")
    await world.here.db.write(lambda tx: edit.edit(tx, world.ada, again.id, changed))
    await world.here.db.write(lambda tx: delete.delete(tx, world.ada, answer.id))
    leaving = await world.here.db.read(sent)
    assert [one["type"] for one, _ in leaving] == ["Create", "Create", "Update", "Delete"]
    for activity, to in leaving:
        assert world.group["endpoints"]["sharedInbox"] in to
        assert world.group["id"] in activity["cc"]
        if activity["type"] != "Delete":
            told = activity["object"]
            assert activity["audience"] == told["audience"] == world.group["id"]
            assert world.group["id"] in told["cc"]
    assert leaving[0][0]["object"]["inReplyTo"] == note["id"]
    # Back from the group it is not somebody else's, nor new.
    await world.say(did("Create", {"id": world.ada.uri}, leaving[1][0]["object"], world.group))
    assert (await world.here.db.read(lambda tx: posts.by_id(tx, again.id))) is not None
    assert await world.shown() == [note["id"]]


@pytest.mark.parametrize("whose", ["elsewhere", "a member"])
async def test_likes_and_boosts_go_to_the_group_and_are_taken_back_there(
    world: World, whose: str
) -> None:
    """Else its other readers count none: groups pass on what they hear of."""
    bob, house = world.here.house.person("bob"), world.here.house
    if whose == "elsewhere":
        note = world.page("socks")
        await world.written(note)
        post = await world.had(note)
    else:
        post = house.post(world.ada, f"@knitting@{world.other.domain()} my first socks")
    federation_jobs.react(world.here.db)
    for deed in (react.like, react.unlike, react.boost, react.unboost):
        await world.here.db.write(lambda tx, deed=deed: deed(tx, bob, post.id))
    for change in (emoji_reactions.react, emoji_reactions.unreact):
        await world.here.db.write(lambda tx, change=change: change(tx, bob, post.id, "🧶"))
    leaving = await world.here.db.read(sent)
    kinds = ["Like", "Undo", "Announce", "Undo", "Like", "Undo"]
    assert [one["type"] for one, _ in leaving] == kinds
    for activity, to in leaving:
        assert world.group["endpoints"]["sharedInbox"] in to
        assert world.group["id"] in activity["cc"]
    like, undone = leaving[0][0], leaving[1][0]
    assert like["audience"] == undone["audience"] == undone["object"]["audience"]


async def test_a_boost_for_few_is_not_for_the_group(one: World) -> None:
    note = one.page("socks")
    await one.written(note)
    post = await one.had(note)
    federation_jobs.react(one.here.db)
    for deed in (partial(react.boost, visibility="private"), react.unboost):
        await one.here.db.write(lambda tx, deed=deed: deed(tx, one.ada, post.id))
    for activity, to in await one.here.db.read(sent):
        assert one.group["endpoints"]["sharedInbox"] not in to
        assert one.group["id"] not in activity["to"] + activity["cc"]


async def test_who_mentions_a_group_posts_to_it(world: World) -> None:
    federation_jobs.react(world.here.db)
    acct = f"knitting@{world.other.domain()}"
    post = world.here.house.post(world.ada, f"@{acct} my first socks")
    [(activity, to)] = await world.here.db.read(sent)
    assert to == {world.group["endpoints"]["sharedInbox"]}
    assert activity["object"]["audience"] == world.group["id"]
    assert world.group["id"] in activity["cc"]
    assert PUBLIC in activity["to"]
    # The group shows it to everybody, us among them.
    await world.say(did("Create", {"id": world.ada.uri}, activity["object"], world.group))
    await world.say(post.uri)
    assert await world.shown() == [post.uri]
    after = await world.here.db.read(lambda tx: posts.by_id(tx, post.id))
    assert after is not None
    assert after.boosts_count == 1


async def test_what_is_not_for_everybody_is_not_for_a_group(one: World) -> None:
    federation_jobs.react(one.here.db)
    acct = f"knitting@{one.other.domain()}"
    one.here.house.post(one.ada, f"@{acct} psst", visibility="direct")
    [(activity, _)] = await one.here.db.read(sent)
    assert "audience" not in activity
    assert "audience" not in activity["object"]


async def test_the_group_of_a_post_that_comes_by_itself_is_looked_up(
    receiving: Receiving,
) -> None:
    group = groups.lemmy(receiving.other)
    bo = receiving.other.actor("bo", host="third.test")
    ada = receiving.house.person("ada")
    note = page(receiving.other, bo, group, "socks", tag=[mention(ada.uri)])
    assert await receiving.send(create(note)) == 202
    await receiving.work()
    post, known = await receiving.post(note["id"]), await receiving.account(group["id"])
    assert post is not None
    assert known is not None
    assert post.audience_id == known.id


async def test_the_group_of_a_post_that_was_looked_for_is_looked_up(receiving: Receiving) -> None:
    """Else the answer of whoever looked for it would reach its author alone."""
    group = groups.lemmy(receiving.other)
    bo = receiving.other.actor("bo", host="third.test")
    note = page(receiving.other, bo, group, "socks")
    found = await receiving.resolver.resolve(note["id"])
    assert isinstance(found, Post)
    known = await receiving.account(group["id"])
    assert known is not None
    assert (known.kind, found.audience_id) == ("group", known.id)
    federation_jobs.react(receiving.db)
    receiving.house.post(receiving.house.person("ada"), "how warm?", reply_to_id=found.id)
    [(_, to)] = await receiving.db.read(sent)
    assert group["endpoints"]["sharedInbox"] in to


@pytest.mark.parametrize("audience", ["a person", "nobody", "nonsense"])
async def test_an_audience_that_is_no_group_is_none(receiving: Receiving, audience: str) -> None:
    bo = receiving.other.actor("bo")
    cy = receiving.other.actor("cy")
    ada = receiving.house.person("ada")
    named = {"a person": cy["id"], "nobody": f"{cy['id']}/no", "nonsense": [{"x": 1}]}[audience]
    note = receiving.other.note(bo, "1", tag=[mention(ada.uri)], audience=named)
    assert await receiving.send(create(note)) == 202
    await receiving.work()
    post = await receiving.post(note["id"])
    assert post is not None
    assert post.audience_id is None


# -- in any order ------------------------------------------------------------------------------

DEEDS = ["direct", "announce activity", "announce post", "take out", "bring back", "author deletes"]
_numbers = iter(range(1_000_000))


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.sampled_from(DEEDS), max_size=12))
def test_whatever_the_order_nothing_is_doubled_and_the_last_word_holds(
    house: House, deeds: list[str]
) -> None:
    number = next(_numbers)
    group = house.remote("g", f"g{number}.test", kind="group")
    bo = house.remote("bo", f"b{number}.test")
    ada = house.person(f"ada{number}")
    uri = f"{bo.uri}/notes/1"
    house.db.write_now(lambda tx: _follow(tx, ada, group))
    house.db.write_now(lambda tx: _follow(tx, ada, bo))
    is_gone = is_out = is_shown = is_here = False
    for step, deed in enumerate(deeds):
        house.db.write_now(
            lambda tx, deed=deed, step=step, there=not is_gone: _do(
                tx, deed, group, bo, uri, f"{group.uri}/{step}", there=there
            )
        )
        if deed == "direct":
            is_here |= not is_gone
        elif deed.startswith("announce") and not is_out and not is_gone:
            is_here = is_shown = True
        elif deed == "take out":
            is_out, is_shown = True, False
        elif deed == "bring back":
            is_shown |= is_out and is_here
            is_out = False
        elif deed == "author deletes":
            is_gone, is_here, is_shown = True, False, False
        copies, boosts = house.db.read_now(lambda tx: _count(tx, uri, group))
        assert (copies, boosts) == (int(is_here), int(is_shown)), (deeds, step)


def _follow(tx: Tx, member: Account, target: Account) -> None:
    follows.follow(tx, member, target)
    follows.accept(tx, target, member)


def _do(
    tx: Tx, deed: str, group: Account, bo: Account, uri: str, name: str, *, there: bool
) -> None:
    def told(kind: str, actor: str, what: Any) -> Json:
        return {"id": f"{actor}#{name}", "type": kind, "actor": actor, "object": what}

    def kept(_: Tx) -> None:
        if there:
            publish.receive(tx, bo, Incoming(uri, uri, "<p>hi</p>", "public", tx.now))

    out = told("Delete", f"{group.uri}-admin", uri)
    inner: Any = {
        "direct": None,
        "announce activity": told("Create", bo.uri, {"type": "Page", "id": uri}),
        "announce post": uri,
        "take out": out,
        "bring back": told("Undo", f"{group.uri}-admin", out),
        "author deletes": None,
    }[deed]
    if deed == "direct":
        kept(tx)
    elif deed == "author deletes":
        delete_ = read_activity(told("Delete", bo.uri, uri))
        handlers.handle(tx, Act(accounts.get(tx, bo.id), delete_))
    else:
        activity = read_activity(
            {"id": name, "type": "Announce", "actor": group.uri, "to": [PUBLIC], "object": inner}
        )
        need = handlers.handle(tx, Act(group, activity))
        if need is not None:
            assert (need.what, need.uri) == ("post", uri)
            kept(tx)
            handlers.handle(tx, Act(group, activity, final=not there))


def _count(tx: Tx, uri: str, group: Account) -> tuple[int, int]:
    there = posts.by_uri(tx, uri)
    boosts = timelines.account_posts(tx, None, group.id, Page())
    assert there is None or there.boosts_count == len(boosts)
    return int(there is not None), len(boosts)
