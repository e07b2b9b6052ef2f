"""What is said in a room: that it arrives, once, in order, and can be changed and taken back."""

from __future__ import annotations

import pytest

from tests.rooms.world import Rooms
from weft.kernel.errors import Forbidden, Invalid, NotFound
from weft.rooms.model import RoomDraft


def test_a_line_is_read_by_everybody_in_the_room(rooms: Rooms) -> None:
    rooms.join("bob")
    line = rooms.say("ada", "Hello **all**")
    assert line.html == "<p>Hello <strong>all</strong></p>"
    assert rooms.texts("bob") == ["Hello **all**"]
    assert rooms.texts("cy") == ["Hello **all**"]  # public: whoever looks in
    with pytest.raises(Forbidden):
        rooms.say("cy", "I am not in it")


def test_the_same_nonce_is_the_same_line(rooms: Rooms) -> None:
    first = rooms.say("ada", "once", nonce="n1")
    assert rooms.say("ada", "twice", nonce="n1") == first
    rooms.delete("ada", first)
    assert rooms.say("ada", "again", nonce="n1").text == "again"


def test_a_reply_answers_a_line_of_this_room(rooms: Rooms) -> None:
    line = rooms.say("ada", "question?")
    rooms.join("bob")
    answer = rooms.say("bob", "yes", reply_to_id=line.id)
    assert (answer.reply_to_id, answer.reply_to_author_id) == (line.id, rooms.who["ada"].id)
    other = rooms.create("ada", access="public")
    with pytest.raises(NotFound):
        rooms.say("ada", "no", room=other.id, reply_to_id=line.id)
    rooms.delete("ada", line)
    with pytest.raises(NotFound):
        rooms.say("bob", "what?", reply_to_id=line.id)


def test_only_members_are_mentioned(rooms: Rooms) -> None:
    rooms.join("bob")
    line = rooms.say("ada", "@bob and @cy")
    assert [one["username"] for one in line.mentions] == ["bob"]
    assert line.html.count("mention") == 2


def test_an_edit_keeps_what_it_was(rooms: Rooms) -> None:
    line = rooms.say("ada", "frist")
    edited = rooms.edit("ada", line, "first")
    assert (edited.text, edited.created_at) == ("first", line.created_at)
    assert [one.text for one in rooms.versions(edited)] == ["frist", "first"]
    assert rooms.edit("ada", line, "first").edited_at == edited.edited_at
    rooms.join("bob")
    with pytest.raises(Forbidden):
        rooms.edit("bob", line, "mine")


def test_moderators_take_any_line_away_and_nothing_of_it_stays(rooms: Rooms) -> None:
    rooms.join("bob")
    line = rooms.say("bob", "secret words")
    rooms.edit("bob", line, "other words")
    rooms.join("cy")
    with pytest.raises(Forbidden):
        rooms.delete("cy", line)
    rooms.delete("ada", line)
    assert rooms.texts("bob") == []
    kept = rooms.raw(line.id)
    assert (kept.text, kept.html, kept.deleted_at is not None) == ("", "", True)
    assert [one.text for one in rooms.versions(kept)] == [""]
    with pytest.raises(NotFound):
        rooms.delete("ada", line)


@pytest.mark.parametrize(
    "draft",
    [
        pytest.param(RoomDraft(), id="empty"),
        pytest.param(RoomDraft("a" * 5_001), id="long"),
        pytest.param(RoomDraft("a", media_ids=(7,)), id="media"),
        pytest.param(RoomDraft("a", nonce="n" * 65), id="nonce"),
    ],
)
def test_what_cannot_be_said_changes_nothing(rooms: Rooms, draft: RoomDraft) -> None:
    before = rooms.room()
    with pytest.raises(Invalid):
        rooms.send("ada", draft)
    assert rooms.room() == before
    assert rooms.texts("ada") == []


def test_a_line_comes_after_the_last_one_whatever_the_clock_says(
    rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process, whose clock is ahead, said something: the order of the room is kept."""
    first = rooms.say("ada", "first")
    monkeypatch.setattr("weft.rooms.writing.new_id", lambda: first.id - 1_000)
    second = rooms.say("ada", "second")
    rooms.join("bob")
    assert second.id > first.id
    assert [line.kind for line in rooms.history("bob")][-1] == "join"
    assert rooms.room().last_line_id == rooms.history("bob")[-1].id
