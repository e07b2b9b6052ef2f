"""Mastodon.py: all that one can write, and what becomes of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from mastodon import MastodonAPIError, MastodonNotFoundError

from tests.journeys.typed import Typed, signed_in
from tests.servers import Server, until


def uploaded(by: Typed, picture: bytes, description: str | None = None) -> Any:
    """A picture, once it is ready. Mastodon.py's own way to wait sleeps five seconds."""
    media = by.media_post(picture, "image/png", description=description)
    return until(lambda: (found := by.media(media)).url and found, "a finished picture")


@pytest.fixture(scope="module")
def wren(server: Server) -> Typed:
    return signed_in(server, "wren")


@pytest.fixture(scope="module")
def xeno(server: Server) -> Typed:
    return signed_in(server, "xeno")


def test_pictures_change_with_the_post(wren: Typed, xeno: Typed, picture: bytes) -> None:
    first = uploaded(wren, picture, "A loaf")
    second = uploaded(wren, picture, "A roll")
    post = wren.status_post("Two of them", media_ids=[first, second])
    assert [one.description for one in post.media_attachments] == ["A loaf", "A roll"]

    said = wren.generate_media_edit_attributes(second, description="A roll of rye", focus=(0.5, 0))
    edited = wren.status_update(post, "One of them", media_ids=None, media_attributes=[said])
    (left,) = edited.media_attachments
    assert (left.id, left.description) == (second.id, "A roll of rye")
    before, after = xeno.status_history(post)
    assert [one.description for one in before.media_attachments] == ["A loaf", "A roll"]
    assert [one.description for one in after.media_attachments] == ["A roll of rye"]
    assert before.account.acct == "wren"


def test_polls(wren: Typed, xeno: Typed) -> None:
    asked = wren.make_poll(["Rye", "Wheat", "Spelt"], expires_in=600, multiple=True)
    post = wren.status_post("Which?", poll=asked)
    assert [one.title for one in post.poll.options] == ["Rye", "Wheat", "Spelt"]
    assert post.poll.multiple
    voted = xeno.poll_vote(post.poll, [0, 2])
    assert voted.voted
    assert voted.own_votes == [0, 2]
    seen = wren.poll(post.poll)
    assert [one.votes_count for one in seen.options] == [1, 0, 1]
    assert (seen.votes_count, seen.voters_count) == (2, 1)
    with pytest.raises(MastodonAPIError, match="already"):
        xeno.poll_vote(post.poll, [1])

    again = wren.make_poll(["Rye", "Oats"], expires_in=900, hide_totals=True)
    changed = wren.status_update(post, "Which one?", poll=again)
    assert [one.title for one in changed.poll.options] == ["Rye", "Oats"]
    assert changed.poll.votes_count == 0
    first = wren.status_history(post)[0]
    assert [one.title for one in first.poll.options] == ["Rye", "Wheat", "Spelt"]


def test_a_poll_ends_and_all_are_told(wren: Typed, xeno: Typed) -> None:
    """300 s is the shortest poll; a notice of its end is tried by tests of jobs."""
    shortest = wren.instance_v2().configuration.polls.min_expiration
    with pytest.raises(MastodonAPIError):
        wren.status_post("Too short", poll=wren.make_poll(["a", "b"], shortest - 1))
    with pytest.raises(MastodonAPIError):
        wren.status_post("Too few", poll=wren.make_poll(["a"], 600))


def test_later(wren: Typed, xeno: Typed, picture: bytes) -> None:
    soon = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
    media = uploaded(wren, picture, "Tomorrow's")
    waiting = wren.status_post(
        "Good morning",
        scheduled_at=soon,
        media_ids=[media],
        visibility="unlisted",
        spoiler_text="early",
    )
    assert waiting.scheduled_at == soon
    assert waiting.params.text == "Good morning"
    assert waiting.params.visibility == "unlisted"
    assert [one["description"] for one in waiting.media_attachments] == ["Tomorrow's"]
    assert [one.id for one in wren.scheduled_statuses()] == [waiting.id]
    later = soon + timedelta(days=1)
    assert wren.scheduled_status_update(waiting, later).scheduled_at == later
    assert wren.scheduled_status(waiting).scheduled_at == later
    with pytest.raises(MastodonNotFoundError):
        xeno.scheduled_status(waiting)
    wren.scheduled_status_delete(waiting)
    assert wren.scheduled_statuses() == []
    with pytest.raises(MastodonAPIError):
        wren.status_post("Too soon", scheduled_at=datetime.now(UTC) + timedelta(minutes=1))
    for hour in range(3):
        wren.status_post(f"Part {hour}", scheduled_at=soon + timedelta(hours=hour))
    page = wren.scheduled_statuses(limit=2)
    assert len(wren.fetch_remaining(page)) == 3
    for one in wren.scheduled_statuses():
        wren.scheduled_status_delete(one)


def test_quotes(wren: Typed, xeno: Typed) -> None:
    origin = wren.status_post("Quote me", quote_approval_policy="public")
    assert xeno.status(origin).quote_approval.current_user == "automatic"
    quoting = xeno.status_post("Look at this", quoted_status_id=origin)
    assert quoting.quote.state == "accepted"
    assert quoting.quote.quoted_status.id == origin.id
    assert [one.id for one in wren.status_quotes(origin)] == [quoting.id]
    assert wren.status(origin).quotes_count == 1
    (told,) = wren.notifications(types=["quote"])
    assert told.status.id == quoting.id
    assert xeno.status_update(quoting, "Look at that").quote.quoted_status.id == origin.id

    revoked = wren.status_quote_revoke(origin, quoting)
    assert revoked.quote.state == "revoked"
    assert revoked.quote.quoted_status is None
    closed = wren.status_update_quote_approval_policy(origin, "nobody")
    assert closed.quote_approval.automatic == []
    with pytest.raises(MastodonAPIError):
        xeno.status_post("Once more", quoted_status_id=origin)


def test_pins_and_thread_mutes(wren: Typed, xeno: Typed) -> None:
    post = wren.status_post("Read this first")
    assert wren.status_pin(post).pinned
    assert [one.id for one in xeno.account_statuses(wren.me(), pinned=True)] == [post.id]
    assert not wren.status_unpin(post).pinned
    with pytest.raises(MastodonAPIError):
        xeno.status_pin(post)

    assert wren.status_mute(post).muted
    xeno.status_reply(post, "Nobody hears this")
    assert [
        one for one in wren.notifications(types=["mention"]) if one.account.acct == "xeno"
    ] == []
    assert not wren.status_unmute(post).muted


def test_who_sees_it(wren: Typed, xeno: Typed) -> None:
    for visibility in ("public", "unlisted", "private", "direct"):
        post = wren.status_post(f"For {visibility}", visibility=visibility)
        assert post.visibility == visibility
        if visibility in ("private", "direct"):
            with pytest.raises(MastodonNotFoundError):
                xeno.status(post)
    with pytest.raises(MastodonAPIError):
        wren.status_post("")
    most = wren.instance_v2().configuration.statuses.max_characters
    with pytest.raises(MastodonAPIError, match=str(most)):
        wren.status_post("x" * (most + 1))


def test_several_at_once(wren: Typed) -> None:
    posts = [wren.status_post(f"Of several {number}") for number in range(3)]
    found = wren.statuses(posts)
    assert {one.id for one in found} == {one.id for one in posts}
    people = wren.accounts([wren.me()])
    assert [one.acct for one in people] == ["wren"]


def test_takes_back_with_pictures(wren: Typed, picture: bytes) -> None:
    media = uploaded(wren, picture)
    kept = wren.status_delete(wren.status_post("Redraft me", media_ids=[media]))
    assert kept.text == "Redraft me"
    again = wren.status_post(kept.text, media_ids=[one.id for one in kept.media_attachments])
    assert len(again.media_attachments) == 1
    wren.status_delete(again, delete_media=True)
    with pytest.raises(MastodonNotFoundError):
        wren.status(again)


def test_boosts_have_an_audience(wren: Typed, xeno: Typed) -> None:
    post = wren.status_post("Pass it on")
    boost = xeno.status_reblog(post, visibility="unlisted")
    assert boost.visibility == "unlisted"
    assert boost.reblog.reblogged
    until(lambda: wren.notifications(types=["reblog"]), "a notice of the boost")
    assert xeno.status_unreblog(post).reblogs_count == 0
