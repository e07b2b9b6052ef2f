"""Mastodon.py: all that one can read, and how to have it one's own way."""

from __future__ import annotations

import pytest
from mastodon import MastodonAPIError, MastodonNotFoundError

from tests.journeys.typed import Typed, signed_in
from tests.servers import Server


@pytest.fixture(scope="module")
def iris(server: Server) -> Typed:
    return signed_in(server, "iris")


@pytest.fixture(scope="module")
def jack(server: Server) -> Typed:
    return signed_in(server, "jack")


@pytest.fixture(scope="module")
def kate(server: Server) -> Typed:
    return signed_in(server, "kate")


def test_lists(iris: Typed, jack: Typed, kate: Typed) -> None:
    she = jack.me()
    made = iris.list_create("Bakers", replies_policy="followed")
    assert (made.title, made.replies_policy, made.exclusive) == ("Bakers", "followed", False)
    with pytest.raises(MastodonNotFoundError):
        iris.list_accounts_add(made, [she])  # Only whom one follows.
    iris.account_follow(she)
    iris.list_accounts_add(made, [she])
    assert [one.acct for one in iris.list_accounts(made)] == ["jack"]
    assert [one.id for one in iris.account_lists(she)] == [made.id]
    post = jack.status_post("To those who keep lists")
    kate.status_post("Not on it")
    assert [one.id for one in iris.timeline_list(made)] == [post.id]
    assert post.id in [one.id for one in iris.timeline_home()]

    changed = iris.list_update(made, "Quiet bakers", replies_policy="none", exclusive=True)
    assert changed.exclusive
    assert iris.list(made).title == "Quiet bakers"
    aside = jack.status_post("Only in the list")
    assert aside.id in [one.id for one in iris.timeline_list(made)]
    assert aside.id not in [one.id for one in iris.timeline_home()]
    with pytest.raises(MastodonNotFoundError):
        kate.list(made)

    iris.list_accounts_delete(made, [she])
    assert iris.list_accounts(made) == []
    iris.list_delete(made)
    assert iris.lists() == []


def test_filters(iris: Typed, kate: Typed) -> None:
    iris.account_follow(kate.me())
    made = iris.create_filter_v2(
        title="Weather",
        context=["home", "public"],
        filter_action="warn",
        expires_in=3600,
        keywords_attributes=[{"keyword": "rain", "whole_word": True}],
    )
    (word,) = made.keywords
    assert word.whole_word
    post = kate.status_post("More rain")
    fine = kate.status_post("More rainbows")
    home = {one.id: one for one in iris.timeline_home()}
    (hit,) = home[post.id].filtered
    assert hit.filter.title == "Weather"
    assert hit.keyword_matches == ["rain"]
    assert home[fine.id].filtered == []

    extra = iris.add_filter_keyword_v2(made, "bows")
    assert {one.keyword for one in iris.filter_keywords_v2(made)} == {"rain", "bows"}
    assert iris.status(fine).filtered != []
    iris.delete_filter_keyword_v2(extra)
    single = iris.add_filter_status_v2(made, fine)
    assert iris.status(fine).filtered[0].status_matches == [str(fine.id)]
    assert [one.id for one in iris.filter_statuses_v2(made)] == [single.id]
    assert iris.filter_status_v2(single).status_id == fine.id
    iris.delete_filter_status_v2(single)
    hiding = iris.update_filter_v2(made, title="No weather", filter_action="hide")
    assert (hiding.title, hiding.filter_action) == ("No weather", "hide")
    assert iris.filter_v2(made).title == "No weather"
    assert [one.id for one in iris.filters_v2()] == [made.id]
    (old,) = iris.filters()
    assert (old.phrase, old.whole_word) == ("rain", True)
    assert iris.filter(old).phrase == "rain"
    iris.delete_filter_v2(made)
    assert iris.status(post).filtered == []

    plain = iris.filter_create("snow", ["home"], whole_word=False)
    assert iris.filter_update(plain, phrase="sleet", context=["home"]).phrase == "sleet"
    kept = iris.filters_apply([kate.status_post("No sleet"), fine], iris.filters(), "home")
    assert [one.id for one in kept] == [fine.id]
    iris.filter_delete(plain)
    assert iris.filters() == []


def test_tags(iris: Typed, kate: Typed) -> None:
    assert iris.tag_follow("mycology").following
    iris.tag_follow("lichen")
    page = iris.followed_tags(limit=1)
    assert {one.name for one in iris.fetch_remaining(page)} == {"mycology", "lichen"}
    iris.account_unfollow(kate.me())
    post = kate.status_post("A chanterelle #Mycology")
    assert post.id in [one.id for one in iris.timeline_home()]
    assert iris.tag("mycology").following
    assert sum(int(day.uses) for day in iris.tag("mycology").history) == 1
    assert not iris.tag_unfollow("mycology").following
    iris.tag_unfollow("lichen")
    assert iris.followed_tags() == []


def test_search(iris: Typed, kate: Typed) -> None:
    kate.account_update_credentials(indexable=True, discoverable=True)
    en = kate.status_post("Gooseberry jam", language="en")
    de = kate.status_post("Gooseberry heißt Stachelbeere #obst", language="de")

    def found(query: str) -> list[object]:
        return [one.id for one in iris.search(query, result_type="statuses").statuses]

    assert found("gooseberry") == [de.id, en.id]
    assert found("gooseberry language:de") == [de.id]
    assert found("gooseberry -stachelbeere") == [en.id]
    assert found('"gooseberry jam" from:kate') == [en.id]
    assert found("gooseberry from:iris") == []
    assert found("gooseberry has:media") == []
    assert iris.search("obst", result_type="hashtags").hashtags[0].name == "obst"
    one = iris.search("gooseberry", result_type="statuses", limit=1)
    assert [two.id for two in one.statuses] == [de.id]
    assert [two.id for two in iris.fetch_next(one).statuses] == [en.id]
    assert iris.search(str(kate.me().url)).accounts[0].acct == "kate"
    assert iris.search(str(en.url)).statuses[0].id == en.id


def test_keeps_what_it_likes(iris: Typed, jack: Typed) -> None:
    posts = [jack.status_post(f"Keep me {number}") for number in range(5)]
    for one in posts:
        iris.status_bookmark(one)
        iris.status_favourite(one)
    ids = [one.id for one in reversed(posts)]
    for read in (iris.bookmarks, iris.favourites):
        first = read(limit=2)
        assert [one.id for one in first] == ids[:2]
        second = iris.fetch_next(first)
        assert [one.id for one in second] == ids[2:4]
        assert [one.id for one in iris.fetch_previous(second)] == ids[:2]
        assert [one.id for one in iris.pagination_iterator(first)] == ids


def test_conversations(iris: Typed, jack: Typed, kate: Typed) -> None:
    said = jack.status_post("@iris @kate a word", visibility="direct")
    (one,) = iris.conversations()
    assert one.unread
    assert {who.acct for who in one.accounts} == {"jack", "kate"}
    assert one.last_status.id == said.id
    assert not iris.conversations_read(one).unread
    answer = iris.status_reply(said, "I hear you")
    assert answer.visibility == "direct"
    (theirs,) = jack.conversations()
    assert theirs.last_status.id == answer.id
    assert theirs.unread


def test_markers(iris: Typed) -> None:
    post = iris.status_post("Read up to here")
    iris.markers_set(["home", "notifications"], [post.id, 5])
    marks = iris.markers_get(["home", "notifications"])
    assert str(marks["home"].last_read_id) == str(post.id)
    assert str(marks["notifications"].last_read_id) == "5"


def test_announcements(server: Server, iris: Typed) -> None:
    server.weft("announce", "We move on Monday")
    (told,) = [one for one in iris.announcements() if "Monday" in one.content]
    assert not told.read
    iris.announcement_reaction_create(told, "🎉")
    (seen,) = [one for one in iris.announcements() if one.id == told.id]
    (joy,) = seen.reactions
    assert (joy.name, joy.count, joy.me) == ("🎉", 1, True)
    iris.announcement_reaction_delete(told, "🎉")
    iris.announcement_dismiss(told)
    assert [one.read for one in iris.announcements() if one.id == told.id] == [True]
    with pytest.raises(MastodonAPIError):
        iris.announcement_reaction_create(told, "no emoji")


def test_what_others_talk_about(iris: Typed, jack: Typed) -> None:
    """Trends need time to become some; here only that an app can read them all."""
    for read in (iris.trending_tags, iris.trending_statuses, iris.trending_links, iris.trends):
        assert isinstance(read(), list)
    for one in iris.timeline("public", only_media=True, local=True):
        assert one.media_attachments
    with pytest.raises(MastodonNotFoundError):
        iris.timeline_link("https://example.org/")
    with pytest.raises(MastodonNotFoundError):
        iris.instance_terms_of_service()
    assert iris.annual_reports().annual_reports == []
