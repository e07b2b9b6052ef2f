"""Who may do what with a post: the judge, how a policy is kept, and the whole life of asking."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs
from tests.conftest import House

from weft.kernel.errors import Forbidden, NotFound
from weft.people import credentials, follows
from weft.people.model import Account
from weft.store.database import Tx
from weft.store.page import Page
from weft.threads import (
    allow,
    approvals,
    consent,
    interaction_requests,
    posts,
    quotes,
    quoting,
    react,
    stamps,
)
from weft.threads.ais import let_ais
from weft.threads.consent import Policy, Relation, may
from weft.threads.delete import delete
from weft.threads.model import Draft, Incoming, Post, Rule
from weft.threads.publish import publish, receive

ASK_ALL = {"reply": Rule(("me",), ("everyone",))}
WORDS = st.lists(st.sampled_from(consent.WORDS), max_size=4).map(tuple)
RULES = st.tuples(st.sampled_from(consent.DEEDS), WORDS, WORDS)


@pytest.fixture
def ada(house: House) -> Account:
    return house.person("ada")


@pytest.fixture
def bob(house: House) -> Account:
    return house.person("bob")


def answer(house: House, by: Account, to: Post, text: str = "may I", **more: Any) -> Post:
    return house.post(by, text, reply_to_id=to.id, **more)


def waiting(house: House, owner: Account) -> list[interaction_requests.Request]:
    return house.db.read_now(lambda tx: interaction_requests.waiting(tx, owner.id, Page()))


def sees(house: House, who: Account | None, post: Post) -> bool:
    viewer = who.id if who is not None else None
    return house.db.read_now(lambda tx: posts.may_see(tx, viewer, post))


# -- the judge ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "relation", "verdict"),
    [
        (Rule(("followers",)), Relation(follower=True), "yes"),
        (Rule(("followers",)), Relation(following=True), "no"),
        (Rule(("following",), ("everyone",)), Relation(following=True), "yes"),
        (Rule(("following",), ("everyone",)), Relation(), "ask"),
        (Rule(("mutuals",)), Relation(follower=True), "no"),
        (Rule(("mutuals",)), Relation(follower=True, following=True), "yes"),
        (Rule(("mentioned",), ("followers",)), Relation(follower=True), "ask"),
        # Who is named more closely is meant.
        (Rule(("everyone",), ("https://x.test/u",)), Relation("https://x.test/u"), "ask"),
        (Rule(("https://x.test/u",), ("everyone",)), Relation("https://x.test/u"), "yes"),
        (Rule(("everyone",), ("followers",)), Relation(follower=True), "ask"),
        (Rule(("followers",), ("followers",)), Relation(follower=True), "yes"),
        (consent.NOBODY, Relation(follower=True, following=True), "no"),
        (consent.NOBODY, Relation(me=True), "yes"),
    ],
)
def test_the_closest_word_decides(rule: Rule, relation: Relation, verdict: str) -> None:
    assert may(Policy(like=rule), "like", relation) == verdict


def test_whoever_is_mentioned_may_answer_and_nothing_more() -> None:
    closed = Policy(consent.AUTHOR, consent.AUTHOR, consent.AUTHOR)
    named = Relation("https://x.test/u", mentioned=True)
    assert may(closed, "reply", named) == "yes"
    assert [may(closed, deed, named) for deed in ("like", "announce", "quote")] == ["no"] * 3


def test_nobody_brings_ais_where_nobody_may_the_author_included() -> None:
    assert may(Policy(invoke=consent.NOBODY), "invoke", Relation(me=True)) == "no"
    assert may(Policy(invoke=consent.AUTHOR), "invoke", Relation(me=True)) == "yes"
    assert may(Policy(invoke=consent.AUTHOR), "invoke", Relation()) == "no"


# -- how it is kept -----------------------------------------------------------------------------


@given(st.lists(RULES, max_size=5), st.sampled_from(["public", "unlisted", "private", "direct"]))
def test_a_policy_comes_back_as_it_was_kept_and_its_columns_agree(
    chosen: list[Any], visibility: Any
) -> None:
    rules = {deed: consent.tidy(deed, always, ask) for deed, always, ask in chosen}
    policy = structs.replace(consent.usual(visibility), **rules)
    columns = consent.columns(policy, visibility)
    kept = structs.replace(_POST, visibility=visibility, **columns)
    assert consent.of(kept) == policy
    # Mastodon's word, and "no AIs", say the same as the whole.
    assert columns["quote_policy"] == consent.quote_word(consent.of(kept).quote)
    assert columns["no_ai"] is (consent.of(kept).invoke == consent.NOBODY)


_POST = Post(
    **dict.fromkeys(Post.__struct_fields__, None)  # pyright: ignore[reportArgumentType]
    | {"quote_policy": "nobody", "no_ai": False, "mentions": []}
)


def test_mastodons_word_and_the_policy_are_one(house: House, ada: Account) -> None:
    post = house.post(ada)
    assert consent.of(post).quote == consent.EVERYONE

    def change(tx: Tx) -> tuple[Post, Post, Post]:
        asked = allow.allow(tx, ada, post.id, {"quote": Rule(("me",), ("everyone",))})
        followers = quotes.set_policy(tx, ada, post.id, "followers")
        return asked, followers, let_ais(tx, ada, post.id, allowed=False)

    asked, followers, silent = house.db.write_now(change)
    assert (asked.quote_policy, consent.of(asked).quote.ask) == ("nobody", ("everyone",))
    assert (followers.quote_policy, followers.policy) == ("followers", None)
    assert (silent.no_ai, consent.of(silent).invoke) == (True, consent.NOBODY)
    assert consent.of(silent).quote == Rule(("followers",))


def test_what_members_prefer_is_what_their_posts_allow(house: House, ada: Account) -> None:
    kept = {"public": {"reply": {"always": ["followers"], "ask": ["everyone"]}}}

    def prefer(tx: Tx) -> None:
        credentials.enrol(tx, ada, "ada@weft.test", "")
        credentials.prefer(tx, ada.id, **{consent.PREFERENCE: kept})

    house.db.write_now(prefer)
    assert consent.of(house.post(ada)).reply == Rule(("followers",), ("everyone",))
    assert consent.of(house.post(ada, visibility="unlisted")).reply == consent.EVERYONE


# -- enforced here ------------------------------------------------------------------------------


def test_who_may_not_is_told_so_and_nothing_is_kept(
    house: House, ada: Account, bob: Account
) -> None:
    closed = dict.fromkeys(("like", "reply", "announce", "quote"), consent.AUTHOR)
    post = house.post(ada, policy=closed)
    verbs: list[Callable[[Tx], object]] = [
        lambda tx: react.like(tx, bob, post.id),
        lambda tx: react.boost(tx, bob, post.id),
        lambda tx: publish(tx, bob, Draft(text="no", reply_to_id=post.id)),
        lambda tx: publish(tx, bob, Draft(text="no", quote_of_id=post.id)),
    ]
    for verb in verbs:
        with pytest.raises(Forbidden):
            house.db.write_now(verb)
    now = house.db.read_now(lambda tx: posts.by_id(tx, post.id))
    assert now == post
    assert house.db.write_now(lambda tx: react.like(tx, ada, post.id)).likes_count == 1


def test_an_answer_waits_and_counts_when_its_author_said_yes(
    house: House, ada: Account, bob: Account
) -> None:
    carol = house.person("carol")
    house.db.write_now(lambda tx: follows.follow(tx, carol, bob))
    house.db.write_now(lambda tx: follows.follow(tx, carol, ada))
    post = house.post(ada, policy=ASK_ALL)
    made = answer(house, bob, post, "may I, @carol")
    assert made.approval == "pending"
    assert [sees(house, one, made) for one in (ada, bob, carol, None)] == [True, True, False, False]
    [request] = waiting(house, ada)
    with pytest.raises(NotFound):
        house.db.write_now(lambda tx: approvals.authorize(tx, bob, request.id))
    with pytest.raises(Forbidden):
        answer(house, bob, made)
    house.db.write_now(lambda tx: approvals.authorize(tx, ada, request.id))
    house.db.write_now(lambda tx: approvals.authorize(tx, ada, request.id))
    assert all(sees(house, one, made) for one in (ada, bob, carol, None))
    now = house.db.read_now(lambda tx: posts.by_id(tx, post.id))
    assert now is not None
    assert now.replies_count == 1
    stamp = house.db.read_now(lambda tx: stamps.of(tx, "reply", made.uri))
    assert stamp is not None
    assert (stamp.target, stamp.giver_id) == (post.uri, ada.id)
    house.db.write_now(lambda tx: approvals.reject(tx, ada, request.id))
    assert [sees(house, one, made) for one in (ada, bob, carol, None)] == [
        False,
        True,
        False,
        False,
    ]
    with pytest.raises(NotFound):
        house.db.write_now(lambda tx: approvals.authorize(tx, ada, request.id))


def test_a_like_that_waits_is_no_like_until_then(house: House, ada: Account, bob: Account) -> None:
    post = house.post(ada, policy={"like": Rule(("me",), ("everyone",))})
    for _ in range(2):
        assert house.db.write_now(lambda tx: react.like(tx, bob, post.id)).likes_count == 0
    [request] = waiting(house, ada)
    house.db.write_now(lambda tx: approvals.authorize(tx, ada, request.id))
    now = house.db.read_now(lambda tx: posts.by_id(tx, post.id))
    assert now is not None
    assert now.likes_count == 1
    house.db.write_now(lambda tx: approvals.reject(tx, ada, request.id))
    now = house.db.read_now(lambda tx: posts.by_id(tx, post.id))
    assert now is not None
    assert now.likes_count == 0


def test_followers_answer_at_once_where_they_may(house: House, ada: Account, bob: Account) -> None:
    post = house.post(ada, policy={"reply": Rule(("followers",))})
    with pytest.raises(Forbidden):
        answer(house, bob, post)
    house.db.write_now(lambda tx: follows.follow(tx, bob, ada))
    made = answer(house, bob, post)
    assert made.approval == "accepted"
    assert sees(house, None, made)


def test_a_quote_that_waits_shows_nothing(house: House, ada: Account, bob: Account) -> None:
    post = house.post(ada, policy={"quote": Rule(("me",), ("everyone",))})
    made = house.post(bob, "look", quote_of_id=post.id)
    assert made.quote_state == "pending"
    [request] = waiting(house, ada)
    house.db.write_now(lambda tx: approvals.authorize(tx, ada, request.id))
    now = house.db.read_now(lambda tx: posts.by_id(tx, made.id))
    assert now is not None
    assert now.quote_state == "accepted"
    house.db.write_now(lambda tx: quoting.revoke(tx, ada, post.id, made.id))
    stamp = house.db.read_now(lambda tx: stamps.of(tx, "quote", made.uri))
    assert stamp is not None
    assert stamp.revoked_at is not None


# -- the whole life -----------------------------------------------------------------------------

STEPS = ("ask", "again", "authorize", "reject", "stranger", "delete", "like", "unlike", "boost")


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(st.sampled_from(STEPS), min_size=1, max_size=9), st.booleans())
def test_in_whatever_order_only_the_author_lets_others_in(
    house: House, steps: list[str], elsewhere: bool
) -> None:
    number = next(_worlds)
    ada = house.person(f"ada{number}")
    eve = house.person(f"eve{number}")
    bob = house.remote(f"bob{number}", "far.test") if elsewhere else house.person(f"bob{number}")
    waits = Rule(("me",), ("everyone",))
    post = house.post(ada, policy={"reply": waits, "like": waits, "announce": waits})
    uri = f"https://far.test/notes/{number}"
    said_yes = said_no = False
    gone = 0
    made: Post | None = None

    def ask(tx: Tx) -> Post | None:
        if elsewhere:
            told = Incoming(uri, uri, "<p>hm</p>", "public", tx.now, reply_to_uri=post.uri)
            return receive(tx, bob, told)
        draft = Draft(text="hm", reply_to_id=post.id, idempotency_key=f"{number}-{gone}")
        return publish(tx, bob, draft)

    def decide(how: Any, who: Account) -> None:
        for request in requests:
            try:
                house.db.write_now(lambda tx, one=request: how(tx, who, one))
            except NotFound:
                continue

    requests: list[int] = []
    for step in steps:
        if step in ("ask", "again"):
            made = house.db.write_now(ask) or made
        elif step == "authorize":
            before = [one for one in waiting(house, ada) if one.kind == "reply"]
            decide(approvals.authorize, ada)
            said_yes = said_yes or bool(before)
        elif step == "reject":
            said_no = said_no or any(one.kind == "reply" for one in _all(house, requests))
            decide(approvals.reject, ada)
        elif step == "stranger":
            decide(approvals.authorize, eve)
            decide(approvals.authorize, bob)
        elif step == "delete" and made is not None and not elsewhere:
            found = house.db.read_now(lambda tx, which=made.id: posts.by_id(tx, which))
            if found is not None:
                house.db.write_now(lambda tx, which=made.id: delete(tx, bob, which))
                said_yes, gone = False, gone + 1
        elif step == "like":
            house.db.write_now(lambda tx: react.like(tx, bob, post.id))
        elif step == "unlike":
            house.db.write_now(lambda tx: react.unlike(tx, bob, post.id))
        elif step == "boost":
            house.db.write_now(lambda tx: react.boost(tx, bob, post.id))
        requests += [one.id for one in waiting(house, ada) if one.id not in requests]
        _holds(house, post, made, eve, said_yes=said_yes and not said_no)


_worlds = itertools.count()


def _all(house: House, ids: list[int]) -> list[Any]:
    return [one for one in _rows(house) if one.id in ids]


def _rows(house: House) -> list[Any]:
    return list(
        house.db.read_now(
            lambda tx: tx.rows(interaction_requests.sa.select(interaction_requests.table))
        )
    )


def _holds(house: House, post: Post, made: Post | None, eve: Account, *, said_yes: bool) -> None:
    now = house.db.read_now(lambda tx: posts.by_id(tx, post.id))
    assert now is not None
    there = house.db.read_now(lambda tx: posts.by_id(tx, made.id)) if made is not None else None
    if there is not None:
        assert sees(house, eve, there) is sees(house, None, there)
        if sees(house, eve, there):
            assert said_yes
    counted = there is not None and there.approval == "accepted"
    assert now.replies_count == int(counted)
    likers = house.db.read_now(lambda tx: react.likers(tx, post, Page()))
    assert now.likes_count == len(likers)
    assert now.boosts_count == len(house.db.read_now(lambda tx: react.boosters(tx, post, Page())))
