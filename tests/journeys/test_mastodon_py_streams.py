"""Mastodon.py: every stream it can open, each telling what happens and nothing else."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from mastodon import StreamListener

from tests.journeys.typed import Typed, faults, signed_in
from tests.servers import Server, until

LATE_S = 10
Heard = queue.Queue[tuple[str, Any]]


class _Ear(StreamListener):
    """Keeps what it hears, with the kind of the event."""

    def __init__(self) -> None:
        self.heard: Heard = queue.Queue()

    def on_any_event(self, name: str, data: Any = None, for_stream: Any = None) -> None:
        self.heard.put((name, data))

    def next(self, kind: str) -> Any:
        what, value = self.heard.get(timeout=LATE_S)
        assert what == kind, (what, value)
        assert list(faults(value, type(value), "")) == []
        return value


@contextmanager
def listening(open_stream: Callable[..., Any], nudge: Callable[[], Any]) -> Iterator[_Ear]:
    """``nudge`` makes an event: closing waits for the thread that reads, so it needs one."""
    ear = _Ear()
    handle = open_stream(listener=ear, run_async=True, timeout=60)
    until(handle.is_receiving, "an open stream")
    try:
        yield ear
    finally:
        closing = threading.Thread(target=handle.close)
        closing.start()
        until(lambda: handle.closed, "a closed stream")
        nudge()
        closing.join()


@pytest.fixture(scope="module")
def olga(server: Server) -> Typed:
    return signed_in(server, "olga")


@pytest.fixture(scope="module")
def paul(server: Server) -> Typed:
    return signed_in(server, "paul")


def test_my_own(olga: Typed, paul: Typed) -> None:
    olga.account_follow(paul.me())
    with listening(olga.stream_user, lambda: olga.status_post("Good night")) as ear:
        post = paul.status_post("Good evening")
        assert ear.next("update").id == post.id
        paul.status_update(post, "Good evening, all")
        assert ear.next("status.update").content == "<p>Good evening, all</p>"
        paul.status_favourite(olga.status_post("Do you like it?"))
        ear.next("update")
        assert ear.next("notification").type == "favourite"
        made = olga.create_filter_v2("Nights", ["home"], "warn")
        ear.next("filters_changed")
        olga.delete_filter_v2(made)
        ear.next("filters_changed")
        paul.status_delete(post)
        assert str(ear.next("delete")) == str(post.id)


def test_only_notices(olga: Typed, paul: Typed) -> None:
    def nudge() -> None:
        paul.status_post("@olga good night")

    with listening(olga.stream_user_notifications, nudge) as ear:
        olga.status_post("Not a notice")
        paul.status_post("@olga a notice")
        assert ear.next("notification").type == "mention"


def test_a_list(olga: Typed, paul: Typed) -> None:
    olga.account_follow(paul.me())
    made = olga.list_create("Streamed")
    olga.list_accounts_add(made, [paul.me()])

    def stream(**how: Any) -> Any:
        return olga.stream_list(made, **how)

    with listening(stream, lambda: paul.status_post("Good night")) as ear:
        olga.status_post("Not in the list")
        post = paul.status_post("For the list")
        assert ear.next("update").id == post.id


def test_a_hashtag(olga: Typed, paul: Typed) -> None:
    def stream(**how: Any) -> Any:
        return olga.stream_hashtag("streamlet", **how)

    with listening(stream, lambda: paul.status_post("#streamlet good night")) as ear:
        paul.status_post("No tag at all")
        post = paul.status_post("A #Streamlet")
        assert ear.next("update").id == post.id


def test_conversations(olga: Typed, paul: Typed) -> None:
    def nudge() -> None:
        paul.status_post("@olga good night", visibility="direct")

    with listening(olga.stream_direct, nudge) as ear:
        paul.status_post("@olga in public")
        post = paul.status_post("@olga between us", visibility="direct")
        told = ear.next("conversation")
        assert told.last_status.id == post.id
        assert told.unread


def test_everybody(olga: Typed, paul: Typed) -> None:
    for stream in (olga.stream_public, olga.stream_local):
        with listening(stream, lambda: paul.status_post("Good night")) as ear:
            paul.status_post("Not listed", visibility="unlisted")
            post = paul.status_post("Listed")
            assert ear.next("update").id == post.id
