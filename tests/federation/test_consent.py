"""Consent between servers: asking, answering, proving, taking back; through the inbox."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from tests.federation.conftest import Receiving
from tests.federation.stranger import PUBLIC, create, mention
from weft.federation import authorizations, outbox, render
from weft.federation import jobs as federation_jobs
from weft.federation.authorizations import Claim
from weft.federation.keys import Keys
from weft.federation.read_consent import read_consent, rules_of
from weft.federation.tables import outgoing
from weft.kernel.clock import DAY, iso
from weft.people import accounts, follows
from weft.people.model import Account
from weft.store.page import Page
from weft.threads import (
    approvals,
    consent,
    interaction_requests,
    posts,
    quotes,
    quoting,
    react,
    stamps,
)
from weft.threads.delete import delete
from weft.threads.edit import edit, history
from weft.threads.model import Draft, Post, Rule
from weft.threads.publish import publish
from weft.work import jobs

pytestmark = pytest.mark.anyio

ASK = Rule(("me",), ("everyone",))


class World:
    """Ada is here; Zoe is elsewhere, and Yan on a third server."""

    def __init__(self, receiving: Receiving) -> None:
        self.receiving = receiving
        self.db, self.other, self.house = receiving.db, receiving.other, receiving.house
        federation_jobs.react(self.db)
        self.ada = self.house.person("ada")
        self.zoe = self.other.actor("zoe")
        self.yan = self.other.actor("yan", host="third.test")

    async def send(self, activity: dict[str, Any]) -> None:
        await self.receiving.send(activity)
        await self.receiving.work()

    async def follows(self, actor: dict[str, Any]) -> Account:
        return await self.receiving.follow(self.ada, actor["id"])

    def told(self, *kinds: str) -> list[dict[str, Any]]:
        rows = self.db.read_now(lambda tx: tx.rows(sa.select(outgoing.c.body)))
        found = [msgspec.json.decode(row[0]) for row in rows]
        return [one for one in found if not kinds or one["type"] in kinds]

    def inboxes(self, kind: str) -> list[str]:
        """Where activities of this kind go."""
        waiting = sa.select(jobs.jobs.c.payload).where(jobs.jobs.c.kind == "federation.deliver")
        ids = sa.select(outgoing.c.id).where(outgoing.c.kind == kind)
        rows = self.db.read_now(lambda tx: (tx.rows(waiting), {row[0] for row in tx.rows(ids)}))
        return sorted(one[0]["inbox"] for one in rows[0] if one[0]["outgoing"] in rows[1])

    def account(self, name: str, domain: str) -> Account:
        """Somebody elsewhere who is known here."""
        return self.house.remote(name, domain)

    def post(self, uri: str) -> Post | None:
        return self.db.read_now(lambda tx: posts.by_uri(tx, uri))

    def mine(self, **draft: Any) -> Post:
        return self.house.post(self.ada, "hello", **draft)

    def note(self, post: Post) -> dict[str, Any]:
        """What others get of it."""
        beside = self.db.read_now(lambda tx: outbox.around(tx, post))
        return render.note(self.db.site, post, self.ada, beside)

    def waiting(self) -> list[interaction_requests.Request]:
        return self.db.read_now(lambda tx: interaction_requests.waiting(tx, self.ada.id, Page()))

    def decide(self, *, yes: bool) -> None:
        verb = approvals.authorize if yes else approvals.reject
        [request] = self.waiting()
        self.db.write_now(lambda tx: verb(tx, self.ada, request.id))

    def reply(self, to: str, slug: str = "1", **more: Any) -> dict[str, Any]:
        return self.other.note(self.zoe, slug, "may I", inReplyTo=to, **more)

    def ask(self, kind: str, about: str, instrument: Any, slug: str = "1") -> dict[str, Any]:
        uri = f"{self.zoe['id']}/asks/{slug}"
        return {
            "id": uri,
            "type": kind,
            "actor": self.zoe["id"],
            "object": about,
            "instrument": instrument,
            "to": [self.ada.uri],
        }

    def stamp(self, actor: dict[str, Any], kind: str, interacting: str, target: str) -> str:
        uri = f"{actor['id']}/stamps/1"
        self.other.serve(
            uri,
            {
                "id": uri,
                "type": f"{kind}Authorization",
                "attributedTo": actor["id"],
                "interactingObject": interacting,
                "interactionTarget": target,
            },
        )
        return uri


@pytest.fixture
def world(receiving: Receiving) -> World:
    return World(receiving)


# -- told and read -------------------------------------------------------------------------------


async def test_a_policy_is_read_as_it_was_written(world: World) -> None:
    bob = world.house.person("bob")
    chosen = {
        "like": Rule(("followers",), ("everyone",)),
        "reply": Rule(("mentioned",), ("following",)),
        "announce": consent.AUTHOR,
        "quote": Rule(("following",)),
        "invoke": Rule(("followers",)),
    }
    post = world.house.post(world.ada, "hi @bob", policy=chosen)
    note = render.note(
        world.db.site, post, world.ada, world.db.read_now(lambda tx: outbox.around(tx, post))
    )
    rules = rules_of(read_consent(note), world.ada)
    assert rules is not None
    assert rules["like"] == chosen["like"]
    assert rules["announce"] == chosen["announce"]
    assert rules["quote"] == chosen["quote"]
    assert rules["invoke"] == chosen["invoke"]
    assert rules["reply"] == Rule((bob.uri,), ("following",))


async def test_every_part_is_told_also_where_it_is_the_usual(world: World) -> None:
    post = world.mine()
    note = render.note(
        world.db.site, post, world.ada, world.db.read_now(lambda tx: outbox.around(tx, post))
    )
    policy = note["interactionPolicy"]
    assert {name: part["automaticApproval"] for name, part in policy.items()} == {
        name: [PUBLIC]
        for name in ("canLike", "canReply", "canAnnounce", "canQuote", "weft:canInvokeAI")
    }


@pytest.mark.parametrize(
    ("policy", "rule"),
    [
        ({"canReply": {"always": PUBLIC}}, consent.EVERYONE),
        ({"canReply": {"always": [], "approvalRequired": [PUBLIC]}}, ASK),
        ({"canReply": {"manualApproval": "as:Public"}}, ASK),
        (
            {"canReply": [{"automaticApproval": {"id": "https://o.test/u"}}]},
            Rule(("https://o.test/u",)),
        ),
        ({"canReply": {}}, None),
        ({"canReply": None}, None),
        ({"canReply": 7}, None),
        (["nonsense"], None),
        ({"canReply": {"automaticApproval": 3, "manualApproval": [None, {}]}}, None),
    ],
    ids=range(9),
)
async def test_both_vocabularies_are_read_and_nonsense_is_nothing(
    world: World, policy: Any, rule: Rule | None
) -> None:
    told = rules_of(read_consent({"interactionPolicy": policy}), world.ada)
    assert (told or {}).get("reply") == rule


async def test_who_may_do_what_is_told_anew_without_an_edit(world: World) -> None:
    """As Mastodon does: an ``Update`` whose ``updated`` is what it was. Nobody sees an edit."""
    await world.receiving.follow(world.ada, world.zoe["id"])
    yan = world.account("yan", "third.test")
    world.db.write_now(lambda tx: follows.follow(tx, yan, world.ada))
    mine = world.mine()
    edited = world.db.write_now(lambda tx: edit(tx, world.ada, mine.id, Draft(text="better")))
    for post in (world.mine(), edited):
        now = world.db.write_now(
            lambda tx, post=post: quotes.set_policy(tx, world.ada, post.id, "nobody")
        )
        assert now.edited_at == post.edited_at
        told = world.told("Update")[-1]["object"]
        assert told["interactionPolicy"]["canQuote"] == {"automaticApproval": [world.ada.uri]}
        assert told.get("updated") == (iso(post.edited_at) if post.edited_at else None)
        versions = world.db.read_now(lambda tx, now=now: history(tx, now))
        assert len(versions) == (2 if post.edited_at else 1)


@pytest.mark.parametrize("edited", [False, True], ids=["never-edited", "edited-before"])
async def test_others_say_anew_who_may_do_what_without_an_edit(world: World, edited: bool) -> None:
    await world.follows(world.zoe)
    theirs = world.other.note(world.zoe, "1")
    await world.send(create(theirs))
    if edited:
        theirs |= {"content": "<p>better</p>", "updated": "2026-11-21T10:00:00Z"}
        await world.send(create(theirs, type="Update", id=f"{theirs['id']}#1"))
    before = world.post(theirs["id"])
    assert before is not None
    assert (before.edited_at is not None) is edited
    ask = {"automaticApproval": [world.zoe["id"]], "manualApproval": [PUBLIC]}
    policy = {"canQuote": {"automaticApproval": [PUBLIC]}, "canReply": ask}
    theirs |= {"interactionPolicy": policy}
    await world.send(create(theirs, type="Update", id=f"{theirs['id']}#2"))
    now = world.post(theirs["id"])
    assert now is not None
    assert (now.quote_policy, consent.of(now).reply) == ("public", ASK)
    assert (now.edited_at, now.html) == (before.edited_at, before.html)
    versions = world.db.read_now(lambda tx: history(tx, now))
    assert len(versions) == (2 if edited else 1)


# -- members are asked ---------------------------------------------------------------------------


async def test_what_comes_unasked_waits_and_is_answered(world: World) -> None:
    mine = world.mine(policy={"reply": ASK})
    note = world.reply(mine.uri, tag=[mention(world.ada.uri)])
    await world.send(create(note))
    made = world.post(note["id"])
    assert made is not None
    assert made.approval == "pending"
    world.decide(yes=True)
    made = world.post(note["id"])
    assert made is not None
    assert made.approval == "accepted"
    [accept] = world.told("Accept")
    assert (accept["object"], accept["target"]) == (note["id"], mine.uri)
    stamp = world.db.read_now(lambda tx: stamps.by_uri(tx, accept["result"]))
    assert stamp is not None
    assert (stamp.interacting, stamp.target) == (note["id"], mine.uri)


async def test_what_is_not_wanted_is_refused_and_not_kept(world: World) -> None:
    mine = world.mine(policy={"reply": consent.AUTHOR, "like": consent.AUTHOR})
    note = world.reply(mine.uri)
    await world.send(create(note))
    like = {"id": f"{world.zoe['id']}/likes/1", "type": "Like", "actor": world.zoe["id"]}
    await world.send(like | {"object": mine.uri})
    assert world.post(note["id"]) is None
    assert [one["object"] for one in world.told("Reject")] == [note["id"], like["id"]]
    now = world.post(mine.uri)
    assert now is not None
    assert (now.likes_count, now.replies_count) == (0, 0)


@pytest.mark.parametrize("inline", [True, False], ids=["inline", "by-id"])
async def test_asking_to_answer(world: World, inline: bool) -> None:
    mine = world.mine(policy={"reply": ASK})
    note = world.reply(mine.uri)
    request = world.ask("ReplyRequest", mine.uri, note if inline else note["id"])
    await world.send(request)
    made = world.post(note["id"])
    assert made is not None
    assert made.approval == "pending"
    world.decide(yes=False)
    assert world.post(note["id"]) is None
    [reject] = world.told("Reject")
    assert (reject["object"]["id"], reject["object"]["type"]) == (request["id"], "ReplyRequest")
    # A no stays one, however it is tried again.
    await world.send(world.ask("ReplyRequest", mine.uri, note, "2"))
    await world.send(create(note))
    assert world.post(note["id"]) is None
    assert world.waiting() == []


async def test_asking_where_everybody_may_is_answered_at_once(world: World) -> None:
    mine = world.mine()
    uri = f"{world.zoe['id']}/likes/1"
    like = {"id": uri, "type": "Like", "actor": world.zoe["id"], "object": mine.uri}
    await world.send(world.ask("LikeRequest", mine.uri, like))
    boost = like | {"id": f"{world.zoe['id']}/boosts/1", "type": "Announce", "to": [PUBLIC]}
    await world.send(world.ask("AnnounceRequest", mine.uri, boost, "2"))
    now = world.post(mine.uri)
    assert now is not None
    assert (now.likes_count, now.boosts_count) == (1, 1)
    assert [one["object"]["type"] for one in world.told("Accept")] == [
        "LikeRequest",
        "AnnounceRequest",
    ]


async def test_nobody_asks_for_another(world: World) -> None:
    mine = world.mine()
    theirs = world.other.note(world.yan, "1", inReplyTo=mine.uri, quote=mine.uri)
    for number, kind in enumerate(("ReplyRequest", "QuoteRequest", "LikeRequest")):
        await world.send(world.ask(kind, mine.uri, theirs, str(number)))
    assert world.told("Accept", "Reject") == []
    assert world.post(theirs["id"]) is None


async def test_a_refusal_that_cannot_be_told_holds_up_no_other(world: World) -> None:
    """GoToSocial answers 500 to the refusal of a like, again and again. What else the two have to
    say to each other does not go behind it.
    """
    mine = world.mine(policy={"like": consent.AUTHOR, "reply": consent.AUTHOR})
    like = {"id": f"{world.zoe['id']}/likes/1", "type": "Like", "actor": world.zoe["id"]}
    await world.send(like | {"object": mine.uri})
    await world.send(create(world.reply(mine.uri, "2")))
    found = await restricted(world)
    world.db.write_now(lambda tx: react.like(tx, world.ada, found.id))
    world.db.write_now(lambda tx: react.unlike(tx, world.ada, found.id))

    def about(*kinds: str) -> list[str]:
        named = sa.select(outgoing.c.object).where(outgoing.c.kind.in_(kinds))
        return [row[0] for row in world.db.read_now(lambda tx: tx.rows(named))]

    assert len(set(about("Reject", "Follow", "LikeRequest"))) == 4
    # But a like and its end stay in order, and with what else is said of the post.
    assert about("LikeRequest", "Undo") == [found.uri, found.uri]


async def test_a_pending_like_that_is_undone_is_nothing(world: World) -> None:
    mine = world.mine(policy={"like": ASK})
    uri = f"{world.zoe['id']}/likes/1"
    like = {"id": uri, "type": "Like", "actor": world.zoe["id"], "object": mine.uri}
    await world.send(like)
    assert len(world.waiting()) == 1
    await world.send(
        {"id": f"{uri}/undo", "type": "Undo", "actor": world.zoe["id"], "object": like}
    )
    assert world.waiting() == []


# -- quotes --------------------------------------------------------------------------------------


async def test_asking_to_quote_as_mastodon_does(world: World) -> None:
    mine = world.mine()
    note = world.other.note(world.zoe, "q", "look", quote=mine.uri)
    request = world.ask("QuoteRequest", mine.uri, note)
    await world.send(request)
    made = world.post(note["id"])
    assert made is not None
    assert (made.quote_state, made.quote_of_id) == ("accepted", mine.id)
    [accept] = world.told("Accept")
    assert accept["object"]["id"] == request["id"]
    number = made.id
    world.db.write_now(lambda tx: quoting.revoke(tx, world.ada, mine.id, number))
    [gone] = world.told("Delete")
    assert gone["object"] == accept["result"]
    # Taken back stays taken back.
    await world.send(world.ask("QuoteRequest", mine.uri, note, "2"))
    made = world.post(note["id"])
    assert made is not None
    assert made.quote_state == "revoked"
    assert len(world.told("Accept")) == 1


async def test_a_quote_that_may_not_be_is_refused(world: World) -> None:
    mine = world.mine(quote_policy="nobody")
    note = world.other.note(world.zoe, "q", "look", quote=mine.uri)
    await world.send(world.ask("QuoteRequest", mine.uri, note))
    made = world.post(note["id"])
    assert made is not None
    assert made.quote_state == "rejected"
    assert len(world.told("Reject")) == 1


async def test_a_members_quote_waits_for_the_stamp(world: World) -> None:
    await world.follows(world.zoe)
    policy = {"canQuote": {"automaticApproval": [PUBLIC]}}
    theirs = world.other.note(world.zoe, "1", interactionPolicy=policy)
    await world.send(create(theirs))
    found = world.post(theirs["id"])
    assert found is not None
    made = world.house.post(world.ada, "look", quote_of_id=found.id)
    assert made.quote_state == "pending"
    [request] = world.told("QuoteRequest")
    assert request["instrument"]["quote"] == theirs["id"]
    assert "quoteUrl" not in request["instrument"]
    stamp = world.stamp(world.zoe, "Quote", made.uri, theirs["id"])
    accept = {
        "id": f"{world.zoe['id']}/accepts/1",
        "type": "Accept",
        "actor": world.zoe["id"],
        "object": {"id": request["id"], "type": "QuoteRequest", "instrument": made.uri},
        "result": stamp,
    }
    await world.send(accept)
    now = world.post(made.uri)
    assert now is not None
    assert now.quote_state == "accepted"
    [update] = world.told("Update") or [None]
    document = world.note(now)
    assert document["quoteAuthorization"] == stamp
    await world.send(
        {
            "id": f"{stamp}#delete",
            "type": "Delete",
            "actor": world.zoe["id"],
            "object": stamp,
        }
    )
    now = world.post(made.uri)
    assert now is not None
    assert now.quote_state == "revoked"
    assert update is None or update["object"]["quoteAuthorization"] == stamp


async def test_that_a_yes_was_taken_back_is_passed_on_as_it_came(world: World) -> None:
    """FEP-044f: whoever saw a member's quote hears it in the words of who was quoted."""
    yan = world.account("yan", "third.test")
    world.db.write_now(lambda tx: follows.follow(tx, yan, world.ada))
    await world.follows(world.zoe)
    policy = {"canQuote": {"automaticApproval": [PUBLIC]}}
    theirs = world.other.note(world.zoe, "1", interactionPolicy=policy)
    await world.send(create(theirs))
    found = world.post(theirs["id"])
    assert found is not None
    made = world.house.post(world.ada, "look", quote_of_id=found.id)
    stamp = world.stamp(world.zoe, "Quote", made.uri, theirs["id"])
    accept = {"id": f"{world.zoe['id']}/accepts/1", "type": "Accept", "actor": world.zoe["id"]}
    await world.send(accept | {"object": f"{made.uri}#asks", "result": stamp})
    gone = {
        "@context": ["https://www.w3.org/ns/activitystreams", {"more": "http://x.test/#more"}],
        "id": f"{stamp}#delete",
        "type": "Delete",
        "actor": world.zoe["id"],
        "to": [PUBLIC],
        "object": {"id": stamp, "type": "QuoteAuthorization", "more": 1},
        "signature": {"type": "RsaSignature2017", "signatureValue": "of JSON-LD"},
    }
    await world.send(gone | {"id": f"{stamp}#1", "actor": world.yan["id"]})  # not his to say
    assert world.told("Delete") == []
    await world.send(gone)
    await world.send(gone | {"id": f"{stamp}#again"})
    assert world.told("Delete") == [gone]
    assert world.inboxes("Delete") == ["https://third.test/inbox"]
    [row] = world.db.read_now(
        lambda tx: tx.rows(sa.select(outgoing).where(outgoing.c.kind == "Delete"))
    )
    assert row.actor_id == world.ada.id
    signer = await Keys(world.db).signer(world.ada.id)
    assert signer.proven(row.body, row.created_at) == row.body.encode()
    # Who knows nothing of stamps sees it by the edit.
    assert "quoteUrl" not in world.told("Update")[-1]["object"]


@pytest.mark.parametrize("whose", ["elsewhere", "here"])
async def test_a_members_no_is_told_to_all_who_saw_the_quote(world: World, whose: str) -> None:
    mine = world.mine()
    yan, wim = world.account("yan", "third.test"), world.account("wim", "fourth.test")
    if whose == "here":
        by = world.house.person("bob")
        made = world.house.post(by, "look", quote_of_id=mine.id)
        world.db.write_now(lambda tx: follows.follow(tx, yan, by))
        world.db.write_now(lambda tx: follows.follow(tx, wim, world.ada))
        expected = ["https://fourth.test/inbox", "https://third.test/inbox"]
    else:
        tag = [{"type": "Mention", "href": yan.uri, "name": "@yan@third.test"}]
        note = world.other.note(world.zoe, "q", "look", quote=mine.uri, tag=tag)
        await world.send(world.ask("QuoteRequest", mine.uri, note))
        found = world.post(note["id"])
        assert found is not None
        made = found
        world.db.write_now(lambda tx: react.boost(tx, wim, made.id))
        shared = world.zoe["endpoints"]["sharedInbox"]
        expected = [shared, "https://fourth.test/inbox", "https://third.test/inbox"]
    world.db.write_now(lambda tx: quoting.revoke(tx, world.ada, mine.id, made.id))
    assert world.inboxes("Delete") == expected
    assert {one["object"].rpartition("/")[0] for one in world.told("Delete")} == {
        f"{world.ada.uri}/stamps"
    }


@pytest.mark.parametrize(("status", "state"), [(404, "rejected"), (403, "pending")])
async def test_a_yes_that_was_taken_back_at_once_is_a_no(
    world: World, status: int, state: str
) -> None:
    """Before its stamp was looked at. Else the quote would wait for ever; what is only not shown
    says nothing.
    """
    await world.follows(world.zoe)
    policy = {"canQuote": {"automaticApproval": [PUBLIC]}}
    theirs = world.other.note(world.zoe, "1", interactionPolicy=policy)
    await world.send(create(theirs))
    found = world.post(theirs["id"])
    assert found is not None
    made = world.house.post(world.ada, "look", quote_of_id=found.id)
    [request] = world.told("QuoteRequest")
    gone = f"{world.zoe['id']}/stamps/gone"
    world.other.serve(gone, {}, status=status)
    await world.send(
        {
            "id": f"{world.zoe['id']}/accepts/1",
            "type": "Accept",
            "actor": world.zoe["id"],
            "object": {"id": request["id"], "type": "QuoteRequest", "instrument": made.uri},
            "result": gone,
        }
    )
    now = world.post(made.uri)
    assert now is not None
    assert now.quote_state == state


async def test_who_says_nothing_of_quotes_is_not_quoted(world: World) -> None:
    await world.follows(world.zoe)
    theirs = world.other.note(world.zoe, "1")
    await world.send(create(theirs))
    found = world.post(theirs["id"])
    assert found is not None
    with pytest.raises(Exception, match="cannot be quoted"):
        world.house.post(world.ada, "look", quote_of_id=found.id)


async def test_quotes_of_third_parties_are_shown_by_a_stamp_alone(world: World) -> None:
    await world.follows(world.zoe)
    theirs = world.other.note(world.yan, "1")
    bare = world.other.note(world.zoe, "bare", quote=theirs["id"])
    await world.send(create(bare))
    uri = world.stamp(world.yan, "Quote", f"{world.other.base()}/notes/proved", theirs["id"])
    proved = world.other.note(world.zoe, "proved", quote=theirs["id"], quoteAuthorization=uri)
    await world.send(create(proved))
    older = world.other.note(world.zoe, "older", quoteUrl=theirs["id"])
    await world.send(create(older))
    states = [(one := world.post(note["id"])) and one.quote_state for note in (bare, proved, older)]
    assert states == ["pending", "accepted", None]
    linked = world.post(older["id"])
    assert linked is not None
    assert theirs["id"] in linked.html
    # It is looked at again, and gone.
    world.other.unserve(uri)
    stamp = world.db.read_now(lambda tx: stamps.by_uri(tx, uri))
    assert stamp is not None
    world.db.write_now(
        lambda tx: tx.run(stamps.stamps.update().values(checked_at=tx.now - 30 * DAY))
    )
    await authorizations.check_again(world.db, world.receiving.resolver.fetcher)
    now = world.post(proved["id"])
    assert now is not None
    assert now.quote_state == "revoked"


async def quoted_by_stamp(world: World) -> tuple[str, str]:
    """Zoe quotes Yan, as his server agrees: the uris of the quoting post and of the stamp."""
    await world.follows(world.zoe)
    theirs = world.other.note(world.yan, "1")
    uri = world.stamp(world.yan, "Quote", f"{world.other.base()}/notes/proved", theirs["id"])
    proved = world.other.note(world.zoe, "proved", quote=theirs["id"], quoteAuthorization=uri)
    await world.send(create(proved))
    return proved["id"], uri


PAGE = {"kind": "text/html"}


@pytest.mark.parametrize(
    ("served", "state"),
    [
        ({"status": 404}, "revoked"),
        ({"status": 410}, "revoked"),
        ({"body": {"type": "Tombstone"}}, "revoked"),
        ({"body": {"interactingObject": "http://other.test/notes/another"}}, "revoked"),
        ({"status": 401}, "accepted"),
        ({"status": 403}, "accepted"),
        ({"status": 451}, "accepted"),
        ({"status": 500}, "accepted"),
        ({"status": 204}, "accepted"),
        (PAGE, "accepted"),
        ({"body": {"id": "http://third.test/login"}}, "accepted"),
    ],
    ids=["404", "410", "tombstone", "another", "401", "403", "451", "500", "204", "page", "login"],
)
async def test_a_yes_is_taken_back_by_what_proves_it_alone(
    world: World, served: dict[str, Any], state: str
) -> None:
    """A server behind a new wall, or one that is restarted, has taken back nothing."""
    quoting, uri = await quoted_by_stamp(world)
    stamp = world.db.read_now(lambda tx: stamps.by_uri(tx, uri))
    assert stamp is not None
    good = {
        "id": uri,
        "type": "QuoteAuthorization",
        "attributedTo": world.yan["id"],
        "interactingObject": stamp.interacting,
        "interactionTarget": stamp.target,
    }
    body = good | served.get("body", {})
    world.other.serve(uri, body, **{key: one for key, one in served.items() if key != "body"})
    await authorizations.check(world.db, world.receiving.resolver.fetcher, stamp)
    now = world.post(quoting)
    assert now is not None
    assert now.quote_state == state


async def test_what_anybody_says_of_a_stamp_is_looked_at_seldom(world: World) -> None:
    """A thousand hints are one look, and later; but then it is one."""
    quoting, uri = await quoted_by_stamp(world)
    world.other.asked.clear()

    def looks() -> int:
        return sum(address.endswith("/stamps/1") for address in world.other.asked)

    async def hint(number: int) -> None:
        told = {"id": f"{uri}#{number}", "type": "Delete", "actor": world.yan["id"], "object": uri}
        await world.receiving.send(told, key_id=f"{world.zoe['id']}#main-key")
        await world.receiving.work()

    for number in range(3):
        await hint(number)
    assert looks() == 0
    waiting = sa.select(sa.func.count()).where(jobs.jobs.c.kind == authorizations.CHECK)
    assert world.db.read_now(lambda tx: tx.scalar(waiting)) == 1
    for status, state in ((403, "accepted"), (410, "revoked")):
        world.other.serve(uri, {}, status=status)
        world.db.write_now(lambda tx: tx.run(jobs.jobs.update().values(run_at=0)))
        await world.receiving.work()
        now = world.post(quoting)
        assert now is not None
        assert now.quote_state == state
    assert looks() == 2


@pytest.mark.parametrize(
    "change",
    [
        {"attributedTo": "http://other.test/users/zoe"},
        {"interactingObject": "http://other.test/notes/another"},
        {"interactionTarget": "http://third.test/notes/another"},
        {"type": "ReplyAuthorization"},
        {"id": "http://third.test/stamps/another"},
        {"id": "http://other.test/stamps/1"},
        {"interactingObject": None},
        {"interactingObject": ["http://other.test/notes/another", "http://other.test/notes/1"]},
    ],
    ids=range(8),
)
def test_a_stamp_that_says_anything_else_proves_nothing(change: dict[str, Any]) -> None:
    good = {
        "id": "http://third.test/stamps/1",
        "type": "QuoteAuthorization",
        "attributedTo": "http://third.test/users/yan",
        "interactingObject": "http://other.test/notes/1",
        "interactionTarget": "http://third.test/notes/1",
    }
    claim = Claim(good["id"], "quote", good["interactingObject"], good["interactionTarget"])
    assert authorizations.proves(good, claim, good["attributedTo"])
    assert not authorizations.proves(good | change, claim, good["attributedTo"])
    elsewhere = Claim("http://other.test/stamps/1", "quote", claim.interacting, claim.target)
    assert not authorizations.proves(good | {"id": elsewhere.uri}, elsewhere, good["attributedTo"])


# -- members ask -------------------------------------------------------------------------------


async def restricted(world: World, **more: Any) -> Post:
    await world.follows(world.zoe)
    ask = {"automaticApproval": [world.zoe["id"]], "manualApproval": [PUBLIC]}
    policy = {"canReply": ask, "canLike": ask, "canAnnounce": ask}
    theirs = world.other.note(world.zoe, "1", interactionPolicy=policy, **more)
    await world.send(create(theirs))
    found = world.post(theirs["id"])
    assert found is not None
    return found


async def test_a_members_answer_goes_to_its_author_alone_until_they_agree(world: World) -> None:
    found = await restricted(world)
    made = world.house.post(world.ada, "may I", reply_to_id=found.id)
    assert made.approval == "pending"
    assert world.told("Create") == []
    [request] = world.told("ReplyRequest")
    assert request["instrument"]["id"] == made.uri
    stamp = world.stamp(world.zoe, "Reply", made.uri, found.uri)
    accept = {"type": "Accept", "id": f"{world.zoe['id']}/accepts/1", "actor": world.zoe["id"]}
    # Only whose post it is can say so.
    forged = {"id": f"{world.yan['id']}/accepts/1", "actor": world.yan["id"], "type": "Accept"}
    await world.send(forged | {"object": request["id"], "result": stamp})
    now = world.post(made.uri)
    assert now is not None
    assert now.approval == "pending"
    await world.send(accept | {"object": request["id"], "result": stamp})
    now = world.post(made.uri)
    assert now is not None
    assert now.approval == "accepted"
    [told] = world.told("Create")
    assert told["object"]["replyAuthorization"] == stamp
    await world.send(
        {"id": f"{stamp}#x", "type": "Delete", "actor": world.zoe["id"], "object": stamp}
    )
    now = world.post(made.uri)
    assert now is not None
    assert now.approval == "rejected"
    assert [one["object"]["id"] for one in world.told("Delete")] == [made.uri]


async def test_a_members_like_and_boost_wait_for_an_accept_of_gotosocials_older_form(
    world: World,
) -> None:
    found = await restricted(world)
    world.db.write_now(lambda tx: react.like(tx, world.ada, found.id))
    boost = world.db.write_now(lambda tx: react.boost(tx, world.ada, found.id))
    assert boost.approval == "pending"
    assert world.told("Like", "Announce") == []
    asked = world.told("LikeRequest", "AnnounceRequest")
    for number, request in enumerate(asked):
        accept = {"type": "Accept", "id": f"{world.zoe['id']}/a/{number}"}
        accept |= {"actor": world.zoe["id"], "object": request["instrument"]["id"]}
        await world.send(accept)
    now = world.post(found.uri)
    assert now is not None
    assert (now.likes_count, now.boosts_count) == (1, 1)
    assert len(world.told("Announce")) == 1


async def test_a_refused_answer_stays_with_its_author(world: World) -> None:
    found = await restricted(world)
    made = world.house.post(world.ada, "may I", reply_to_id=found.id)
    reject = {"type": "Reject", "id": f"{world.zoe['id']}/r/1", "actor": world.zoe["id"]}
    await world.send(reject | {"object": made.uri})
    assert world.db.read_now(lambda tx: posts.may_see(tx, world.ada.id, made))
    assert not world.db.read_now(lambda tx: posts.may_see(tx, None, made))
    world.db.write_now(lambda tx: delete(tx, world.ada, made.id))


async def test_answers_of_third_parties_wait_for_the_stamp(world: World) -> None:
    found = await restricted(world)
    await world.receiving.follow(world.ada, world.yan["id"])
    bare = world.other.note(world.yan, "bare", inReplyTo=found.uri)
    await world.send(create(bare))
    held = world.post(bare["id"])
    assert held is not None
    assert held.approval == "pending"
    uri = world.stamp(world.zoe, "Reply", bare["id"], found.uri)
    await world.send(
        create(
            bare | {"replyAuthorization": uri, "updated": "2026-11-21T10:00:00Z"},
            type="Update",
            id=f"{bare['id']}#u",
        )
    )
    held = world.post(bare["id"])
    assert held is not None
    assert held.approval == "accepted"


async def test_answers_that_came_before_what_they_answer_wait_too(world: World) -> None:
    await world.receiving.follow(world.ada, world.yan["id"])
    at = f"{world.other.base()}/notes/1"
    early = world.other.note(world.yan, "early", inReplyTo=at)
    await world.send(create(early))
    made = world.post(early["id"])
    assert made is not None
    assert made.approval is None
    await restricted(world)
    made = world.post(early["id"])
    assert made is not None
    assert made.approval == "pending"
    above = world.post(at)
    assert above is not None
    assert above.replies_count == 0


# -- AIs -----------------------------------------------------------------------------------------


async def test_who_may_bring_ais_into_a_thread_elsewhere(world: World) -> None:
    await world.follows(world.zoe)
    policy = {"weft:canInvokeAI": {"automaticApproval": [world.zoe["id"]]}}
    theirs = world.other.note(world.zoe, "1", interactionPolicy=policy)
    await world.send(create(theirs))
    found = world.post(theirs["id"])
    assert found is not None
    zoe = world.db.read_now(lambda tx: accounts.by_uri(tx, world.zoe["id"]))
    assert zoe is not None
    verdicts = world.db.read_now(
        lambda tx: [consent.verdict(tx, one, found, "invoke") for one in (world.ada, zoe)]
    )
    assert verdicts == ["no", "yes"]
    world.db.write_now(lambda tx: publish(tx, world.ada, Draft(text="fine", reply_to_id=found.id)))
