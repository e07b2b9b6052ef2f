from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.api.conftest import Edge
from tests.conftest import House
from weft.cli import main
from weft.kernel.clock import HOUR, now_ms
from weft.kernel.errors import Invalid, NotFound
from weft.moderation import announcements
from weft.people.model import Account
from weft.work import events

pytestmark = pytest.mark.anyio
LIST = "/api/v1/announcements"


async def test_members_read_react_and_dismiss(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    said = house.db.write_now(
        lambda tx: announcements.announce(tx, "Hello @bob, we <move> #soon", ends_at=tx.now + HOUR)
    )
    api = edge.of(ada)
    (shown,) = (await api.get(LIST)).json()
    assert shown["id"] == str(said.id)
    assert "&lt;move&gt;" in shown["content"]
    assert [one["acct"] for one in shown["mentions"]] == ["bob"]
    assert shown["tags"] == [{"name": "soon", "url": "https://weft.test/tags/soon"}]
    assert (shown["read"], shown["all_day"], shown["reactions"]) == (False, False, [])

    at = f"{LIST}/{said.id}"
    for one in (ada, bob):
        assert (await edge.of(one).put(f"{at}/reactions/👩🏽‍🚀")).json() == {}
    assert (await api.put(f"{at}/reactions/👩🏽‍🚀")).status_code == 200  # twice counts once
    (under,) = (await api.get(LIST)).json()[0]["reactions"]
    assert under == {"name": "👩🏽‍🚀", "count": 2, "me": True}
    assert (await api.delete(f"{at}/reactions/👩🏽‍🚀")).json() == {}
    (under,) = (await api.get(LIST)).json()[0]["reactions"]
    assert (under["count"], under["me"]) == (1, False)
    assert (await api.delete(f"{at}/reactions/👩🏽‍🚀")).status_code == 404

    assert (await api.post(f"{at}/dismiss")).json() == {}
    assert (await api.get(LIST)).json()[0]["read"] is True
    assert (await edge.of(bob).get(LIST)).json()[0]["read"] is False
    told = house.db.read_now(lambda tx: events.after(tx, 0))
    kinds = [event.kind for event in told if event.kind.startswith("announcement.")]
    assert kinds == ["announcement.published", *["announcement.reacted"] * 3]


async def test_what_is_no_emoji_or_one_too_many_is_refused(
    edge: Edge, house: House, ada: Account
) -> None:
    said = house.db.write_now(lambda tx: announcements.announce(tx, "Hello"))
    api, at = edge.of(ada), f"{LIST}/{said.id}/reactions"
    for bad in ("x", "hello", "👍👍", "%00", "a" * 300):
        refused = await api.put(f"{at}/{bad}")
        assert refused.status_code == 422, bad
        assert refused.json() == {"error": "Validation failed: Name is not a recognized emoji"}
    for good in "😀😁😂🤣😃😄😅😆":
        assert (await api.put(f"{at}/{good}")).status_code == 200
    assert (await api.put(f"{at}/🥨")).status_code == 422
    assert (await api.put(f"{at}/😀")).status_code == 200
    for unknown in ("1", "x", "9" * 30):
        assert (await api.post(f"{LIST}/{unknown}/dismiss")).status_code == 404
        assert (await api.put(f"{LIST}/{unknown}/reactions/😀")).status_code == 404
    assert (await edge.of(None).get(LIST)).status_code == 401


async def test_what_ended_or_was_taken_back_is_gone(edge: Edge, house: House, ada: Account) -> None:
    first = house.db.write_now(lambda tx: announcements.announce(tx, "First"))
    second = house.db.write_now(lambda tx: announcements.announce(tx, "Second"))
    api = edge.of(ada)
    assert [one["id"] for one in (await api.get(LIST)).json()] == [str(first.id), str(second.id)]
    house.db.write_now(lambda tx: announcements.remove(tx, first.id))
    assert [one["id"] for one in (await api.get(LIST)).json()] == [str(second.id)]
    with pytest.raises(NotFound):
        house.db.write_now(lambda tx: announcements.remove(tx, first.id))
    with pytest.raises(Invalid):
        house.db.write_now(lambda tx: announcements.announce(tx, "Late", ends_at=now_ms() - 1))
    for text in (" ", "x" * 5_001):
        with pytest.raises(Invalid):
            house.db.write_now(lambda tx, text=text: announcements.announce(tx, text))


@given(st.text(st.characters(max_codepoint=0x1FFF, categories=["L", "N", "P", "Z", "C"])))
def test_words_are_never_emojis(text: str) -> None:
    assert announcements._EMOJI.fullmatch(text) is None


def test_admins_tell_from_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def weft(*words: str) -> str:
        with pytest.raises(SystemExit) as end:
            main([*words, "--data", str(tmp_path)])
        assert not end.value.code
        return capsys.readouterr().out

    number = weft("announce", "We move on Monday", "--until", "2199-01-01").strip()
    assert "We move on Monday" in weft("announce", "list")
    weft("announce", "remove", number)
    assert weft("announce", "list") == ""
