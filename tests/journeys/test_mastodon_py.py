"""Mastodon.py, as its users know it, against a real server."""

from __future__ import annotations

import queue
import threading
import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from mastodon import Mastodon, MastodonNotFoundError, MastodonUnauthorizedError, StreamListener

from tests.journeys.browser import allow
from tests.servers import PASSWORD, Server, until

SCOPES = ["read", "write", "follow", "push"]


def client(server: Server, name: str) -> Mastodon:
    """Signed in with a token from the command line."""
    token = server.person(name).token
    return Mastodon(access_token=token, api_base_url=server.url, ratelimit_method="throw")


@pytest.fixture(scope="module")
def ada(server: Server) -> Mastodon:
    return client(server, "ada")


@pytest.fixture(scope="module")
def bo(server: Server) -> Mastodon:
    return client(server, "bo")


def test_signs_in_with_a_code_that_is_shown(server: Server) -> None:
    server.person("cy")
    app_id, secret = Mastodon.create_app("Deck", scopes=SCOPES, api_base_url=server.url)
    app = Mastodon(client_id=app_id, client_secret=secret, api_base_url=server.url)
    address = app.auth_request_url(scopes=SCOPES, allow_http=True)
    code, _ = allow(address, "cy", PASSWORD)
    token = app.log_in(code=code, scopes=SCOPES, allow_http=True)
    assert token
    assert app.me().acct == "cy"
    post = app.status_post("Here by way of the front door")
    assert post.application.name == "Deck"
    assert app.app_verify_credentials().name == "Deck"

    app.revoke_access_token(allow_http=True)
    again = Mastodon(access_token=token, api_base_url=server.url)
    with pytest.raises(MastodonUnauthorizedError):
        again.me()


def test_signs_in_through_an_address_of_the_app(server: Server) -> None:
    server.person("dee")
    back = "http://127.0.0.1:9/back"
    app_id, secret = Mastodon.create_app(
        "Site", scopes=["read"], redirect_uris=back, api_base_url=server.url
    )
    app = Mastodon(client_id=app_id, client_secret=secret, api_base_url=server.url)
    address = app.auth_request_url(redirect_uris=back, scopes=["read"], state="s1", allow_http=True)
    _, sent_to = allow(address, "dee@example.org", PASSWORD)
    answer = parse_qs(urlsplit(sent_to).query)
    assert sent_to.startswith(back)
    assert answer["state"] == ["s1"]
    app.log_in(code=answer["code"][0], redirect_uri=back, scopes=["read"], allow_http=True)
    assert app.me().username == "dee"


def test_says_what_it_is(ada: Mastodon) -> None:
    assert "Weft" in ada.instance_v2().source_url or ada.instance_v2().title
    assert ada.instance_v1().uri
    assert ada.instance_v2().configuration.statuses.max_characters >= 500
    assert ada.preferences()
    assert ada.custom_emojis() == []
    assert ada.filters() == []
    assert ada.instance_nodeinfo().software.name == "weft"


def test_threads(ada: Mastodon, bo: Mastodon) -> None:
    root = ada.status_post("What do you bake on Sundays? #bread", language="en")
    reply = bo.status_reply(root, "Rye, always")
    last = ada.status_post("@bo Rye it is", in_reply_to_id=reply)

    assert "@ada" in reply.content or any(one.acct == "ada" for one in reply.mentions)
    around = ada.status_context(reply)
    assert [one.id for one in around.ancestors] == [root.id]
    assert [one.id for one in around.descendants] == [last.id]
    assert ada.status(root).replies_count == 1
    assert [tag.name for tag in root.tags] == ["bread"]
    assert root.language == "en"
    assert root.id in [one.id for one in bo.timeline_hashtag("bread")]
    assert root.id in [one.id for one in bo.timeline_public()]
    assert root.id in [one.id for one in bo.timeline_local()]
    assert root.id in [one.id for one in ada.timeline_home()]


def test_pictures(ada: Mastodon, bo: Mastodon, picture: bytes) -> None:
    media = ada.media_post(picture, "image/png", description="A loaf", focus=(0.1, -0.2))
    until(lambda: ada.media(media).url, "a finished picture")
    media = ada.media_update(media, description="A loaf of rye")
    post = ada.status_post("The loaf", media_ids=[media], sensitive=True, spoiler_text="bread")

    seen = bo.status(post)
    assert seen.sensitive
    assert seen.spoiler_text == "bread"
    (shown,) = seen.media_attachments
    assert shown.type == "image"
    assert shown.description == "A loaf of rye"
    assert shown.blurhash
    assert (shown.meta.original.width, shown.meta.original.height) == (320, 200)
    assert post.id in [one.id for one in bo.account_statuses(ada.me(), only_media=True)]


def test_reactions(ada: Mastodon, bo: Mastodon) -> None:
    post = ada.status_post("Like me")
    assert bo.status_favourite(post).favourited
    boost = bo.status_reblog(post)
    assert boost.reblog.id == post.id
    assert bo.status_bookmark(post).bookmarked
    seen = ada.status(post)
    assert (seen.favourites_count, seen.reblogs_count) == (1, 1)
    assert [one.acct for one in ada.status_favourited_by(post)] == ["bo"]
    assert [one.acct for one in ada.status_reblogged_by(post)] == ["bo"]
    assert [one.id for one in bo.favourites()] == [post.id]
    assert [one.id for one in bo.bookmarks()] == [post.id]

    assert not bo.status_unfavourite(post).favourited
    bo.status_unreblog(post)
    assert not bo.status_unbookmark(post).bookmarked
    seen = ada.status(post)
    assert (seen.favourites_count, seen.reblogs_count) == (0, 0)


def test_edits_and_takes_back(ada: Mastodon, bo: Mastodon) -> None:
    post = ada.status_post("Frist")
    edited = ada.status_update(post, "First", spoiler_text="finally")
    assert edited.edited_at is not None
    assert ada.status_source(post).text == "First"
    assert [plain.content for plain in bo.status_history(post)] == ["<p>Frist</p>", "<p>First</p>"]
    assert ada.status_delete(post).text == "First"
    with pytest.raises(MastodonNotFoundError):
        bo.status(post)


def test_people(server: Server, ada: Mastodon, bo: Mastodon) -> None:
    eve = client(server, "eve")
    she = ada.account_lookup("eve")
    assert ada.account(she).acct == "eve"
    assert ada.account_follow(she).following
    assert [one.acct for one in eve.account_followers(she)] == ["ada"]
    assert [one.acct for one in ada.account_following(ada.me())] == ["eve"]
    (told,) = eve.notifications(types=["follow"])
    assert told.account.acct == "ada"
    post = eve.status_post("For those who follow me", visibility="private")
    assert post.id in [one.id for one in ada.timeline_home()]
    with pytest.raises(MastodonNotFoundError):
        bo.status(post)

    assert ada.account_mute(she).muting
    assert [one.acct for one in ada.mutes()] == ["eve"]
    assert not ada.account_unmute(she).muting
    assert not ada.account_unfollow(she).following
    assert ada.account_block(she).blocking
    assert [one.acct for one in ada.blocks()] == ["eve"]
    assert not ada.account_unblock(she).blocking
    (relation,) = ada.account_relationships(she)
    assert not relation.following

    eve.account_update_credentials(
        display_name="Eve of the hill", note="I bake.", locked=True, fields=[("Oven", "wood")]
    )
    assert ada.account(she).display_name == "Eve of the hill"
    assert ada.account(she).fields[0].value == "wood"
    assert ada.account_follow(she).requested
    (asks,) = eve.follow_requests()
    eve.follow_request_authorize(asks)
    assert ada.account_relationships(she)[0].following


def test_notifications(server: Server, ada: Mastodon) -> None:
    fay = client(server, "fay")
    post = fay.status_post("Notice me")
    ada.status_favourite(post)
    ada.status_reblog(post)
    ada.status_reply(post, "Noticed")
    kinds = [one.type for one in fay.notifications()]
    assert kinds == ["mention", "reblog", "favourite"]
    (mention,) = fay.notifications(mentions_only=True)
    assert mention.status.in_reply_to_id == post.id
    assert fay.notifications(mention).id == mention.id
    fay.notifications_dismiss(mention)
    assert len(fay.notifications()) == 2
    fay.notifications_clear()
    assert fay.notifications() == []
    marked = fay.markers_set(["home"], [post.id])
    assert fay.markers_get(["home"])["home"].last_read_id == marked["home"].last_read_id


def test_search(ada: Mastodon) -> None:
    ada.account_update_credentials(indexable=True)
    post = ada.status_post("Marzipan with cardamom #sweets")
    # The very name comes first, before those that begin with it.
    assert ada.search("ada").accounts[0].acct == "ada"
    assert "sweets" in [one.name for one in ada.search("#sweets").hashtags]
    assert [one.id for one in ada.search("cardamom").statuses] == [post.id]
    assert ada.account_search("ada")[0].acct == "ada"


def test_pages(server: Server) -> None:
    gil = client(server, "gil")
    said = [gil.status_post(f"Number {number}").id for number in range(7)]
    me = gil.me()
    page: Any = gil.account_statuses(me, limit=3)
    found: list[Any] = []
    while page:
        found += [one.id for one in page]
        page = gil.fetch_next(page)
    assert found == said[::-1]
    first = gil.account_statuses(me, limit=3)
    second = gil.fetch_next(first)
    assert [one.id for one in gil.fetch_previous(second)] == [one.id for one in first]
    home = gil.timeline_home(limit=2)
    assert [one.id for one in gil.fetch_remaining(home)] == said[::-1]


def test_same_key_same_post(ada: Mastodon) -> None:
    key = str(uuid.uuid4())
    once = ada.status_post("Only once", idempotency_key=key)
    twice = ada.status_post("Only once", idempotency_key=key)
    assert once.id == twice.id


class _Listener(StreamListener):
    def __init__(self) -> None:
        self.heard: queue.Queue[tuple[str, Any]] = queue.Queue()

    def on_update(self, status: Any) -> None:
        self.heard.put(("update", status))

    def on_notification(self, notification: Any) -> None:
        self.heard.put(("notification", notification))

    def on_status_update(self, status: Any) -> None:
        self.heard.put(("edit", status))

    def on_delete(self, status_id: Any) -> None:
        self.heard.put(("delete", status_id))

    def next(self, kind: str) -> Any:
        what, value = self.heard.get(timeout=10)
        assert what == kind, value
        return value


@pytest.fixture
def stream(ada: Mastodon) -> Iterator[_Listener]:
    assert ada.stream_healthy()
    listener = _Listener()
    handle = ada.stream_user(listener, run_async=True, timeout=60)
    until(handle.is_receiving, "an open stream")
    yield listener
    # Closing waits for the thread that reads; so there must be something to read.
    closing = threading.Thread(target=handle.close)
    closing.start()
    until(lambda: handle.closed, "a closed stream")
    ada.status_post("Good night")
    closing.join()


def test_streams(ada: Mastodon, bo: Mastodon, stream: _Listener) -> None:
    own = ada.status_post("I hear myself")
    assert stream.next("update").id == own.id
    mention = bo.status_post("@ada can you hear me?")
    told = stream.next("notification")
    assert told.type == "mention"
    assert told.status.id == mention.id
    ada.status_update(own, "I heard myself")
    assert stream.next("edit").content == "<p>I heard myself</p>"
    ada.status_delete(own)
    assert str(stream.next("delete")) == str(own.id)
