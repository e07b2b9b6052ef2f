"""Mastodon.py: whom one knows, whom one would rather not, and what one is told of them."""

from __future__ import annotations

import pytest
from mastodon import MastodonAPIError, MastodonNotFoundError

from tests.journeys.typed import Typed, signed_in
from tests.push.phone import Phone
from tests.servers import Server


@pytest.fixture(scope="module")
def lena(server: Server) -> Typed:
    return signed_in(server, "lena")


@pytest.fixture(scope="module")
def matt(server: Server) -> Typed:
    return signed_in(server, "matt")


@pytest.fixture(scope="module")
def nina(server: Server) -> Typed:
    return signed_in(server, "nina")


def test_knows_people(lena: Typed, matt: Typed, nina: Typed) -> None:
    him, her = matt.me(), nina.me()
    assert lena.account_follow(him, reblogs=False, notify=True).notifying
    post = matt.status_post("Those who ring the bell hear it")
    assert [one.status.id for one in lena.notifications(types=["status"])] == [post.id]
    assert not lena.account_relationships(him)[0].showing_reblogs

    matt.account_follow(her)
    (familiar,) = lena.account_familiar_followers(her)
    assert [one.acct for one in familiar.accounts] == ["matt"]
    assert lena.account_note_set(him, "Met at the market").note == "Met at the market"
    assert lena.account_endorse(him).endorsed
    assert [one.acct for one in lena.endorsements()] == ["matt"]
    assert not lena.account_unendorse(him).endorsed
    assert [one.acct for one in lena.account_following(lena.me())] == ["matt"]
    assert [one.acct for one in lena.account_search("mat", following=True)] == ["matt"]
    assert matt.account_remove_from_followers(lena.me()).followed_by is False
    assert lena.account_following(lena.me()) == []


def test_finds_people(lena: Typed, nina: Typed) -> None:
    nina.account_update_credentials(discoverable=True)
    nina.status_post("The directory shows who writes")
    assert "nina" in [one.acct for one in lena.directory(order="active", limit=80)]
    offered = lena.suggestions_v2()
    for one in offered:
        assert one.sources
        assert one.account.acct != "lena"
    assert {one.acct for one in lena.suggestions_v1()} == {one.account.acct for one in offered}
    if offered:
        lena.suggestion_delete(offered[0].account)
        left = [one.account.acct for one in lena.suggestions_v2()]
        assert offered[0].account.acct not in left


def test_asks_first(lena: Typed, matt: Typed, nina: Typed) -> None:
    matt.account_update_credentials(locked=True)
    for one in (lena, nina):
        assert one.account_follow(matt.me()).requested
    page = matt.follow_requests(limit=1)
    assert {one.acct for one in matt.fetch_remaining(page)} == {"lena", "nina"}
    assert matt.follow_request_authorize(lena.me()).followed_by
    assert not matt.follow_request_reject(nina.me()).requested_by
    assert lena.account_relationships(matt.me())[0].following
    assert not nina.account_relationships(matt.me())[0].requested
    matt.account_update_credentials(locked=False)


def test_would_rather_not(lena: Typed, nina: Typed) -> None:
    her = nina.me()
    muted = lena.account_mute(her, notifications=False, duration=3600)
    assert (muted.muting, muted.muting_notifications) == (True, False)
    assert lena.mutes()[0].mute_expires_at is not None
    lena.account_unmute(her)
    assert lena.account_block(her).blocking
    with pytest.raises(MastodonAPIError):
        nina.account_follow(lena.me())
    assert [one.acct for one in lena.blocks()] == ["nina"]
    lena.account_unblock(her)
    lena.domain_block("noise.example")
    assert lena.domain_blocks() == ["noise.example"]
    lena.domain_unblock("noise.example")
    assert lena.domain_blocks() == []


def test_collections(lena: Typed, matt: Typed, nina: Typed) -> None:
    matt.account_update_credentials(discoverable=True)
    nina.account_update_credentials(discoverable=True)
    made = lena.collection_create(
        "Bakers of Lyon", description="Early birds", language="en", account_ids=[matt.me()]
    ).collection
    seen = nina.collection(made)
    assert seen.collection.name == "Bakers of Lyon"
    assert "matt" in [one.acct for one in seen.accounts]
    item = lena.collection_item_add(made, nina.me()).collection_item
    assert [one.name for one in lena.account_collections(lena.me()).collections] == [made.name]
    assert [one.id for one in nina.account_in_collections(None).collections] == [made.id]
    assert lena.collection_update(made, name="Millers").collection.name == "Millers"
    nina.collection_item_revoke(made, item)
    assert nina.account_in_collections(None).collections == []
    (his,) = [
        one.id
        for one in lena.collection(made).collection["items"]
        if one.account_id == matt.me().id
    ]
    lena.collection_item_delete(made, his)
    lena.collection_delete(made)
    with pytest.raises(MastodonNotFoundError):
        lena.collection(made)


def test_reports(lena: Typed, nina: Typed) -> None:
    bad = nina.status_post("Buy my pills")
    said = lena.report(nina.me(), status_ids=[bad], comment="Again", category="spam")
    assert (said.category, said.comment, said.action_taken) == ("spam", "Again", False)
    assert [str(one) for one in said.status_ids] == [str(bad.id)]
    assert said.target_account.acct == "nina"


def test_notices_in_groups(server: Server) -> None:
    star = signed_in(server, "star")
    fans = [signed_in(server, f"fan{number}") for number in range(3)]
    post = star.status_post("Like me, all of you")
    for fan in fans:
        fan.status_favourite(post)
    fans[0].status_reply(post, "I do")
    found = star.grouped_notifications()
    mention, likes = found.notification_groups
    assert (mention.type, likes.type) == ("mention", "favourite")
    assert likes.notifications_count == 3
    assert [str(one) for one in likes.sample_account_ids] == [
        str(fan.me().id) for fan in reversed(fans)
    ]
    assert {one.acct for one in found.accounts} == {"fan0", "fan1", "fan2"} or (
        found.partial_accounts
    )
    assert {one.id for one in found.statuses} >= {post.id}
    whole = star.grouped_notifications(expand_accounts="full", types=["favourite"])
    assert {one.acct for one in whole.accounts} == {"fan0", "fan1", "fan2"}
    assert star.unread_grouped_notifications_count() == 2
    assert star.notifications_unread_count().count == 4
    alone = star.grouped_notification(likes.group_key)
    assert [one.group_key for one in alone.notification_groups] == [likes.group_key]
    who = star.grouped_notification_accounts(likes.group_key)
    assert {one.acct for one in who} == {"fan0", "fan1", "fan2"}

    page = star.grouped_notifications(limit=1)
    assert [one.type for one in page.notification_groups] == ["mention"]
    older = star.fetch_next(page)
    assert [one.type for one in older.notification_groups] == ["favourite"]

    star.dismiss_grouped_notification(likes.group_key)
    (last,) = star.notifications()
    assert last.type == "mention"
    assert star.notifications(last).id == last.id
    assert star.notifications(account_id=fans[1].me()) == []
    star.notifications_dismiss(last)
    assert star.grouped_notifications().notification_groups == []


def test_notices_of_strangers_wait(server: Server) -> None:
    shy = signed_in(server, "shyla")
    strangers = [signed_in(server, f"stranger{number}") for number in range(3)]
    assert shy.notifications_policy().for_not_following == "accept"
    policy = shy.update_notifications_policy(for_not_following="filter")
    assert policy.for_not_following == "filter"
    for one in strangers:
        one.status_post("@shyla you do not know me")
    assert shy.notifications() == []
    summary = shy.notifications_policy().summary
    assert (summary.pending_requests_count, summary.pending_notifications_count) == (3, 3)
    asked = {one.account.acct: one for one in shy.notification_requests()}
    assert int(asked["stranger0"].notifications_count) == 1
    assert asked["stranger0"].last_status.account.acct == "stranger0"
    assert shy.notification_request(asked["stranger1"]).id == asked["stranger1"].id
    shy.accept_notification_request(asked["stranger0"])
    assert shy.notifications_merged()
    assert [one.account.acct for one in shy.notifications()] == ["stranger0"]
    shy.dismiss_notification_request(asked["stranger1"])
    shy.accept_multiple_notification_requests([asked["stranger2"]])
    assert shy.notification_requests() == []
    shy.update_notifications_policy(for_not_following="drop")
    signed_in(server, "stranger9").status_post("@shyla hello?")
    assert len(shy.notifications()) == 2
    assert shy.notification_requests() == []


def test_a_phone_is_woken(lena: Typed) -> None:
    phone = Phone()
    keys = {"pubkey": phone.public, "auth": phone.secret}
    made = lena.push_subscription_set(
        "https://push.example.org/lena", keys, mention_events=True, follow_events=False
    )
    assert made.endpoint == "https://push.example.org/lena"
    assert made.alerts.mention
    assert not made.alerts.follow
    assert made.server_key
    changed = lena.push_subscription_update(follow_events=True, policy="followed")
    assert changed.alerts.follow
    assert lena.push_subscription().alerts.follow
    lena.push_subscription_delete()
    with pytest.raises(MastodonNotFoundError):
        lena.push_subscription()
