"""Who wants to know whether an AI made a text, and what each member chose about AIs."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Edge
from tests.api.test_rooms import do, made
from tests.counting import counted
from weft.ai import jobs as ai_jobs
from weft.ai import members as ais
from weft.ai.disclosure.marks import PURPOSE, Marks
from weft.api.limits import DETECTIONS, Limits
from weft.net.seal import KEY_BYTES, Seal
from weft.people import accounts, follows
from weft.people.model import Account
from weft.reading import list_members, lists, matching
from weft.rooms import lines as room_lines
from weft.rooms import members as room_members
from weft.rooms.model import RoomDraft
from weft.threads import listeners, react

pytestmark = pytest.mark.anyio

SAID = "Rye bread keeps for a week when it stands in a cool cupboard and is wrapped in linen."
DETECT = "/api/weft/v1/ai/detect"


def with_marks(edge: Edge, ada: Account) -> Account:
    """An AI whose words are marked with the key of these tests."""
    ai_jobs.react(edge.house.db)
    Marks(Seal(bytes(KEY_BYTES)).key_for(PURPOSE)).react(edge.house.db)
    return edge.house.db.write_now(lambda tx: ais.create(tx, ada, "guide"))


async def test_anybody_may_ask_without_an_account(edge: Edge, ada: Account) -> None:
    guide = with_marks(edge, ada)
    stranger = edge.of(None)
    nothing = (await stranger.post(DETECT, json={"text": SAID})).json()
    assert nothing == {"made": "no", "share": 0.0, "ais": [], "since": None}
    edge.house.post(guide, SAID)
    found = (await stranger.post(DETECT, json={"text": SAID})).json()
    since = found.pop("since")
    assert found == {"made": "yes", "share": 1.0, "ais": ["guide"]}
    assert since.endswith("Z")


async def test_private_answers_are_owned_up_to_and_no_more(edge: Edge, ada: Account) -> None:
    guide = with_marks(edge, ada)
    edge.house.post(guide, f"@ada {SAID}", visibility="direct")
    found = (await edge.of(None).post(DETECT, json={"text": SAID})).json()
    assert (found["made"], found["ais"]) == ("yes", [])


@pytest.mark.parametrize(
    "text", ["", "too short", "word " * 10_000], ids=["empty", "short", "long"]
)
async def test_what_cannot_be_told(edge: Edge, text: str) -> None:
    answer = await edge.of(None).post(DETECT, json={"text": text})
    assert answer.status_code == 422
    assert "error" in answer.json()


async def test_nobody_searches_through_private_answers(edge: Edge) -> None:
    stranger = edge.of(None)
    things = edge.app._things  # pyright: ignore[reportPrivateUsage]
    things["limits"] = Limits()  # the server's own; tests have more
    for _ in range(DETECTIONS.most):
        assert (await stranger.post(DETECT, json={"text": SAID})).status_code == 200
    assert (await stranger.post(DETECT, json={"text": SAID})).status_code == 429
    # The page and the API count as one.
    assert (await stranger.post("/ai-made", data={"text": SAID})).status_code == 429


async def test_the_page_works_without_javascript(edge: Edge, ada: Account) -> None:
    guide = with_marks(edge, ada)
    edge.house.post(guide, SAID)
    stranger = edge.of(None)
    empty = await stranger.get("/ai-made")
    assert empty.status_code == 200
    assert '<form method="post" action="/ai-made"' in empty.text
    assert 'type="module"' not in empty.text
    found = await stranger.post("/ai-made", data={"text": SAID})
    assert "Yes. An AI of this server made this text." in found.text
    assert 'href="/@guide"' in found.text
    short = await stranger.post("/ai-made", data={"text": "<b>short</b>"})
    assert short.status_code == 422
    assert "fewer than 12 words" in short.text
    assert "<b>short" not in short.text
    assert (await stranger.post("/ai-made", data={})).status_code == 422


# -- what a member chose ----------------------------------------------------------------------

CHOICES = "/api/weft/v1/ai/choices"


async def test_what_nobody_chose_and_what_somebody_did(edge: Edge, ada: Account) -> None:
    guide = with_marks(edge, ada)
    a = edge.of(ada)
    usual = {"posts": "show", "characters": True, "minor": False, "keep": []}
    assert (await a.get(CHOICES)).json() == usual
    new = (await a.put(CHOICES, json={"posts": "hide", "keep": [str(guide.id)]})).json()
    assert new == usual | {"posts": "hide", "keep": [str(guide.id)]}
    new = (await a.put(CHOICES, json={"characters": False, "minor": True})).json()
    assert new == {"posts": "hide", "characters": False, "minor": True, "keep": [str(guide.id)]}
    assert (await a.get(CHOICES)).json() == new


@pytest.mark.parametrize(
    "wrong",
    [{"posts": "burn"}, {"keep": ["x"]}, {"keep": ["1"]}, {"minor": "perhaps"}, {"keep": 3}],
    ids=["posts", "no id", "nobody", "no truth", "no list"],
)
async def test_no_such_choice(edge: Edge, ada: Account, wrong: dict[str, object]) -> None:
    a = edge.of(ada)
    assert (await a.put(CHOICES, json=wrong)).status_code == 422
    assert (await a.get(CHOICES)).json()["posts"] == "show"


async def test_only_ais_are_kept(edge: Edge, ada: Account, bob: Account) -> None:
    assert (await edge.of(ada).put(CHOICES, json={"keep": [str(bob.id)]})).status_code == 422


class Scene:
    """Ada's AI said something in public, Bob boosted it, and Cy follows both."""

    def __init__(self, edge: Edge, ada: Account, bob: Account) -> None:
        db = edge.house.db
        self.edge = edge
        self.guide = with_marks(edge, ada)
        self.cy = edge.house.person("cy")
        db.write_now(lambda tx: accounts.update(tx, self.guide.id, indexable=True))
        self.guide = db.read_now(lambda tx: accounts.get(tx, self.guide.id))
        for one in (self.guide, bob):
            db.write_now(lambda tx, one=one: follows.follow(tx, self.cy, one))
        self.root = edge.house.post(bob, "Who knows bread? #bread", visibility="public")
        self.said = edge.house.post(self.guide, f"#bread {SAID}", visibility="public")
        self.answer = edge.house.post(self.guide, f"@bob {SAID}", reply_to_id=self.root.id)
        self.boost = db.write_now(lambda tx: react.boost(tx, bob, self.answer.id))
        self.list = db.write_now(lambda tx: lists.create(tx, self.cy.id, "bakers"))
        db.write_now(lambda tx: list_members.add(tx, self.cy.id, self.list.id, [self.guide.id]))
        self.later = edge.house.post(self.guide, f"Later: {SAID}", visibility="public")

    @property
    def made(self) -> set[str]:
        return {str(one.id) for one in (self.said, self.answer, self.boost, self.later)}

    def places(self) -> dict[str, str]:
        return {
            "home": "/api/v1/timelines/home",
            "public": "/api/v1/timelines/public",
            "tag": "/api/v1/timelines/tag/bread",
            "list": f"/api/v1/timelines/list/{self.list.id}",
            "thread": f"/api/v1/statuses/{self.root.id}/context",
            "search": "/api/v2/search?q=cupboard&type=statuses",
        }

    async def seen(self, path: str) -> dict[str, list[dict[str, Any]]]:
        """What is shown of the AI there to Cy: {id: what it meets of filters}."""
        answer = await self.edge.of(self.cy).get(path)
        assert answer.status_code == 200, answer.text
        found = answer.json()
        if isinstance(found, dict):
            found = found.get("descendants") or found.get("statuses", [])
        return {one["id"]: one["filtered"] for one in found if one["id"] in self.made}

    async def choose(self, **choice: object) -> None:
        assert (await self.edge.of(self.cy).put(CHOICES, json=choice)).status_code == 200


PLACES = ("home", "public", "tag", "list", "thread", "search")


@pytest.mark.parametrize("place", PLACES)
async def test_posts_by_ais_are_shown_warned_of_or_hidden(
    edge: Edge, ada: Account, bob: Account, place: str
) -> None:
    scene = Scene(edge, ada, bob)
    path = scene.places()[place]
    usual = await scene.seen(path)
    assert usual
    assert not any(usual.values())
    await scene.choose(posts="warn")
    warned = await scene.seen(path)
    assert warned.keys() == usual.keys()
    for met in warned.values():
        assert [one["filter"]["title"] for one in met] == ["Made by an AI or a bot"]
        assert met[0]["filter"]["filter_action"] == "warn"
        assert "home" in met[0]["filter"]["context"]
    await scene.choose(posts="hide")
    assert await scene.seen(path) == {}
    await scene.choose(keep=[str(scene.guide.id)])
    assert await scene.seen(path) == usual
    await scene.choose(keep=[], posts="show")
    assert await scene.seen(path) == usual


async def test_who_calls_an_ai_gets_its_answer(edge: Edge, ada: Account, bob: Account) -> None:
    scene = Scene(edge, ada, bob)
    b = edge.of(bob)
    await b.put(CHOICES, json={"posts": "hide"})
    thread = (await b.get(f"/api/v1/statuses/{scene.root.id}/context")).json()
    assert [(one["id"], one["filtered"]) for one in thread["descendants"]] == [
        (str(scene.answer.id), [])
    ]


async def test_a_post_that_is_opened_says_that_it_is_filtered(
    edge: Edge, ada: Account, bob: Account
) -> None:
    scene = Scene(edge, ada, bob)
    await scene.choose(posts="hide")
    shown = (await edge.of(scene.cy).get(f"/api/v1/statuses/{scene.said.id}")).json()
    assert shown["filtered"][0]["filter"]["filter_action"] == "hide"
    (mine,) = (await edge.of(scene.cy).get("/api/v2/filters")).json() or [None]
    assert mine is None  # it is not a filter that they made


async def test_streams_leave_out_what_is_hidden(edge: Edge, ada: Account, bob: Account) -> None:
    scene = Scene(edge, ada, bob)
    everyone = {scene.cy.id, ada.id}
    await scene.choose(posts="hide")
    hiding = edge.house.db.read_now(lambda tx: listeners.hiding(tx, scene.said, everyone))
    assert hiding == {scene.cy.id}
    boosted = edge.house.db.read_now(lambda tx: listeners.hiding(tx, scene.boost, everyone))
    assert boosted == {scene.cy.id}
    assert not edge.house.db.read_now(lambda tx: listeners.hiding(tx, scene.root, everyone))


async def test_a_line_of_a_room_says_that_it_is_filtered(
    edge: Edge, ada: Account, bob: Account
) -> None:
    guide = with_marks(edge, ada)
    a, b = edge.of(ada), edge.of(bob)
    room = await made(a)
    number = int(room.rpartition("/")[2])
    await do(b, "POST", f"{room}/join")
    edge.house.db.write_now(lambda tx: room_members.add_ai(tx, ada, number, guide.id))
    edge.house.db.write_now(lambda tx: room_lines.say(tx, guide, number, RoomDraft(SAID)))
    await b.put(CHOICES, json={"posts": "warn"})
    shown = [one for one in await do(b, "GET", f"{room}/lines") if one["kind"] == "line"]
    assert [one["filter"]["title"] for one in shown[0]["filtered"]] == ["Made by an AI or a bot"]
    shown = [one for one in await do(a, "GET", f"{room}/lines") if one["kind"] == "line"]
    assert shown[0]["filtered"] == []


async def test_home_costs_no_statement_more_for_who_chose_nothing(
    edge: Edge, ada: Account, bob: Account
) -> None:
    scene = Scene(edge, ada, bob)

    with counted() as ran:
        edge.house.db.read_now(lambda tx: matching.matches(tx, ada.id, [scene.said]))
    assert len(ran) == 1


async def test_who_comes_into_a_room_is_told_which_ais_are_there(
    edge: Edge, ada: Account, bob: Account
) -> None:
    guide = with_marks(edge, ada)
    a, b = edge.of(ada), edge.of(bob)
    room = await made(a)
    number = int(room.rpartition("/")[2])
    edge.house.db.write_now(lambda tx: room_members.add_ai(tx, ada, number, guide.id))
    entered = await do(b, "POST", f"{room}/join")
    assert [one["acct"] for one in entered["ai_members"]] == ["guide"]
    assert entered["ai_members"][0]["ai"]["operator"]["acct"] == "ada"
    joined = [one for one in await do(b, "GET", f"{room}/lines") if one["kind"] == "join"]
    said = {one["account"]["acct"]: one["text"] for one in joined}
    assert said == {"ada": "", "guide": "an AI, run by @ada", "bob": ""}
