"""Filters: kept as documented, and said of every post that meets them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Client, Edge
from tests.conftest import House
from tests.counting import counted
from weft.kernel.errors import Invalid
from weft.people import follows
from weft.people.model import Account
from weft.reading import filter_changes
from weft.reading.filter_changes import FILTERS_MAX, KEYWORD_MAX, KEYWORDS_MAX, TITLE_MAX
from weft.threads import react

pytestmark = pytest.mark.anyio

FILTER = {"id", "title", "context", "expires_at", "filter_action", "keywords", "statuses"}
V1 = {"id", "phrase", "context", "whole_word", "expires_at", "irreversible"}


async def make(client: Client, *keywords: str, whole: bool = False, **more: Any) -> dict[str, Any]:
    form = {
        "title": "loud",
        "context": ["home"],
        "keywords_attributes": [{"keyword": one, "whole_word": whole} for one in keywords],
    }
    answer = await client.post("/api/v2/filters", json=form | more)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_made_read_changed_and_gone(edge: Edge, ada: Account) -> None:
    client = edge.of(ada)
    form = (
        "title=test&context[]=public&context[]=home"
        "&keywords_attributes[][keyword]=foo&keywords_attributes[][whole_word]=false"
        "&keywords_attributes[][keyword]=bar"
    )
    headers = {"content-type": "application/x-www-form-urlencoded"}
    made = (await client.post("/api/v2/filters", content=form, headers=headers)).json()
    assert set(made) == FILTER
    assert (made["title"], made["context"], made["filter_action"]) == (
        "test",
        ["public", "home"],
        "warn",
    )
    assert made["expires_at"] is None
    assert [(one["keyword"], one["whole_word"]) for one in made["keywords"]] == [
        ("foo", False),
        ("bar", True),
    ]
    assert (await client.get("/api/v2/filters")).json() == [made]
    path = f"/api/v2/filters/{made['id']}"
    foo, bar = (one["id"] for one in made["keywords"])
    form = (
        f"keywords_attributes[][id]={foo}&keywords_attributes[][_destroy]=true"
        f"&keywords_attributes[][id]={bar}&keywords_attributes[][keyword]=baz"
        "&filter_action=blur&expires_in=3600"
    )
    changed = (await client.put(path, content=form, headers=headers)).json()
    assert changed["keywords"] == [{"id": bar, "keyword": "baz", "whole_word": True}]
    assert changed["filter_action"] == "blur"
    assert changed["expires_at"] is not None
    assert (await client.get(path)).json() == changed
    same = (await client.put(path, json={"title": "other"})).json()
    assert same == changed | {"title": "other"}
    for nothing in (None, ""):
        forever = (await client.put(path, json={"expires_in": nothing})).json()
        assert forever["expires_at"] is None
    assert (await client.delete(path)).json() == {}
    assert (await client.get(path)).status_code == 404


async def test_keywords_and_posts_one_by_one(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    client = edge.of(ada)
    path = f"/api/v2/filters/{(await make(client))['id']}"
    keyword = (await client.post(f"{path}/keywords", json={"keyword": "some"})).json()
    assert keyword == {"id": keyword["id"], "keyword": "some", "whole_word": True}
    assert (await client.get(f"{path}/keywords")).json() == [keyword]
    one = f"/api/v2/filters/keywords/{keyword['id']}"
    changed = (await client.put(one, json={"keyword": "other", "whole_word": False})).json()
    assert changed == {"id": keyword["id"], "keyword": "other", "whole_word": False}
    assert (await client.get(one)).json() == changed
    assert (await client.delete(one)).json() == {}
    assert (await client.get(one)).status_code == 404

    post = house.post(bob, "hello")
    entry = (await client.post(f"{path}/statuses", json={"status_id": str(post.id)})).json()
    assert entry == {"id": entry["id"], "status_id": str(post.id)}
    again = await client.post(f"{path}/statuses", json={"status_id": str(post.id)})
    assert again.status_code == 422
    assert (await client.get(f"{path}/statuses")).json() == [entry]
    shown = (await client.get(f"/api/v1/statuses/{post.id}")).json()["filtered"]
    assert [one["status_matches"] for one in shown] == [[str(post.id)]]
    assert shown[0]["keyword_matches"] is None
    one = f"/api/v2/filters/statuses/{entry['id']}"
    assert (await client.get(one)).json() == entry
    assert (await client.delete(one)).json() == {}
    assert (await client.get(f"/api/v1/statuses/{post.id}")).json()["filtered"] == []


async def test_nobody_reads_or_changes_anothers(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    mine, theirs = edge.of(ada), edge.of(bob)
    made = await make(mine, "tide")
    post = house.post(ada, "hello")
    entry = (
        await mine.post(f"/api/v2/filters/{made['id']}/statuses", json={"status_id": str(post.id)})
    ).json()
    key = made["keywords"][0]["id"]
    own = await make(theirs)
    for method, path, form in (
        ("GET", f"/api/v2/filters/{made['id']}", None),
        ("PUT", f"/api/v2/filters/{made['id']}", {"title": "x"}),
        ("DELETE", f"/api/v2/filters/{made['id']}", None),
        ("GET", f"/api/v2/filters/{made['id']}/keywords", None),
        ("POST", f"/api/v2/filters/{made['id']}/keywords", {"keyword": "x"}),
        ("GET", f"/api/v2/filters/keywords/{key}", None),
        ("PUT", f"/api/v2/filters/keywords/{key}", {"keyword": "x"}),
        ("DELETE", f"/api/v2/filters/keywords/{key}", None),
        ("GET", f"/api/v2/filters/{made['id']}/statuses", None),
        ("POST", f"/api/v2/filters/{made['id']}/statuses", {"status_id": str(post.id)}),
        ("GET", f"/api/v2/filters/statuses/{entry['id']}", None),
        ("DELETE", f"/api/v2/filters/statuses/{entry['id']}", None),
        ("GET", f"/api/v1/filters/{key}", None),
        ("PUT", f"/api/v1/filters/{key}", {"phrase": "x"}),
        ("DELETE", f"/api/v1/filters/{key}", None),
        # A keyword that is in another filter than this one.
        ("PUT", f"/api/v2/filters/{own['id']}", {"keywords_attributes": [{"id": key}]}),
    ):
        answer = await theirs.ask(method, path, **({"json": form} if form else {}))
        assert answer.status_code == 404, (method, path, answer.text)
    assert (await mine.get("/api/v1/filters")).json()[0]["phrase"] == "tide"


async def test_a_post_that_is_not_for_my_eyes_cannot_be_put_in(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    client = edge.of(ada)
    made = await make(client)
    hidden = house.post(bob, "to followers", visibility="private")
    for meant in (str(hidden.id), "12", "no id", str(2**70)):
        answer = await client.post(
            f"/api/v2/filters/{made['id']}/statuses", json={"status_id": meant}
        )
        assert answer.status_code == 404


@pytest.mark.parametrize(
    ("form", "words"),
    [
        (
            {},
            (
                "Validation failed: Title can't be blank, Context can't be blank, "
                "Context None or invalid context supplied"
            ),
        ),
        ({"title": "t", "context": ["moon"]}, "Context None or invalid context supplied"),
        ({"title": "t", "context": ["home"], "filter_action": "shout"}, "Action"),
        ({"title": "t" * (TITLE_MAX + 1), "context": ["home"]}, "Title is too long"),
        ({"title": "t", "context": ["home"], "expires_in": "soon"}, "Expires in"),
        (
            {"title": "t", "context": ["home"], "keywords_attributes": [{"keyword": " "}]},
            "Validation failed: Keyword can't be blank",
        ),
        (
            {
                "title": "t",
                "context": ["home"],
                "keywords_attributes": [{"keyword": "k" * (KEYWORD_MAX + 1)}],
            },
            "Keyword is too long",
        ),
        (
            {
                "title": "t",
                "context": ["home"],
                "keywords_attributes": [{"keyword": "k"}] * (KEYWORDS_MAX + 1),
            },
            "keywords",
        ),
        ({"title": "\x00", "context": ["home"]}, "Title can't be blank"),
        ({"title": 5, "context": {"a": 1}}, "Validation failed"),
    ],
)
async def test_what_is_wrong_is_said_and_changes_nothing(
    edge: Edge, ada: Account, form: dict[str, Any], words: str
) -> None:
    client = edge.of(ada)
    answer = await client.post("/api/v2/filters", json=form)
    assert answer.status_code == 422
    assert words in answer.json()["error"]
    assert (await client.get("/api/v2/filters")).json() == []


@pytest.mark.parametrize("many", [KEYWORDS_MAX - 1, KEYWORDS_MAX, KEYWORDS_MAX * 100])
async def test_what_is_too_much_or_wrong_is_refused_before_it_is_begun(
    house: House, ada: Account, many: int
) -> None:
    """One keyword waits already; the last one sent is too long."""
    wish = filter_changes.Wish("loud", ["home"], keywords=[filter_changes.Change(text="one")])
    made = house.db.write_now(lambda tx: filter_changes.create(tx, ada.id, wish))
    changes = [
        *(filter_changes.Change(text=f"n{n}") for n in range(many - 1)),
        filter_changes.Change(text=""),
    ]
    with counted() as ran, pytest.raises(Invalid):
        house.db.write_now(
            lambda tx: filter_changes.update(
                tx, ada.id, made.id, filter_changes.Wish(keywords=changes)
            )
        )
    assert 0 < len(ran) <= 4
    swapped = [
        filter_changes.Change(id=made.keywords[0].id, drop=True),
        *changes[: KEYWORDS_MAX - 2],
    ]
    known = house.db.write_now(
        lambda tx: filter_changes.update(tx, ada.id, made.id, filter_changes.Wish(keywords=swapped))
    )
    assert len(known.keywords) == KEYWORDS_MAX - 2


async def test_there_is_an_end_to_filters(edge: Edge, ada: Account) -> None:
    client = edge.of(ada)
    for _ in range(FILTERS_MAX):
        await make(client)
    answer = await client.post("/api/v2/filters", json={"title": "t", "context": ["home"]})
    assert answer.status_code == 422


async def test_the_older_form_is_a_keyword_of_the_newer(edge: Edge, ada: Account) -> None:
    client = edge.of(ada)
    form = {"phrase": "tide", "context": ["home", "public"], "irreversible": True}
    made = (await client.post("/api/v1/filters", json=form)).json()
    assert set(made) == V1
    assert made | form == made
    assert (made["whole_word"], made["expires_at"]) == (False, None)
    (newer,) = (await client.get("/api/v2/filters")).json()
    assert (newer["title"], newer["filter_action"]) == ("tide", "hide")
    path = f"/api/v1/filters/{made['id']}"
    changed = (
        await client.put(path, json={"phrase": "ebb", "context": ["home"], "whole_word": True})
    ).json()
    assert changed == made | {"phrase": "ebb", "context": ["home"], "whole_word": True}
    assert (await client.get(path)).json() == changed
    assert (await client.get("/api/v2/filters")).json()[0]["title"] == "ebb"
    more = f"/api/v2/filters/{newer['id']}/keywords"
    await client.post(more, json={"keyword": "flow"})
    assert (await client.put(path, json={"phrase": "low"})).json()["phrase"] == "low"
    assert (await client.put(path, json={"context": ["thread"]})).status_code == 422
    assert len((await client.get("/api/v1/filters")).json()) == 2
    for one in (await client.get("/api/v1/filters")).json():
        assert (await client.delete(f"/api/v1/filters/{one['id']}")).json() == {}
    assert (await client.get("/api/v1/filters")).json() == []
    blank = await client.post("/api/v1/filters", json={"context": ["home"]})
    assert blank.json() == {"error": "Validation failed: Phrase can't be blank"}
    wrong = await client.post("/api/v1/filters", json={"phrase": "x"})
    assert "Context can't be blank" in wrong.json()["error"]


async def test_an_older_app_takes_back_what_it_made(edge: Edge, ada: Account) -> None:
    client = edge.of(ada)
    made = (await client.post("/api/v1/filters", json={"phrase": "x", "context": ["home"]})).json()
    await client.delete(f"/api/v1/filters/{made['id']}")
    assert (await client.get("/api/v2/filters")).json() == []


async def test_posts_say_which_filters_they_meet(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    house.db.write_now(lambda tx: follows.follow(tx, ada, bob))
    client = edge.of(ada)
    made = await make(client, "tide", "moon", filter_action="hide", context=["home", "thread"])
    loud = house.post(bob, "The TIDE is high")
    house.post(bob, "nothing here")
    house.post(ada, "my own tide")
    warned = house.post(bob, "look", spoiler="about the moon")
    cy = house.person("cy")
    house.db.write_now(lambda tx: follows.follow(tx, ada, cy))
    far = house.post(house.person("dee"), "high tide")
    boost = house.db.write_now(lambda tx: react.boost(tx, cy, far.id))
    home = (await client.get("/api/v1/timelines/home")).json()
    filtered = {one["id"]: one["filtered"] for one in home if one["filtered"]}
    assert set(filtered) == {str(loud.id), str(warned.id), str(boost.id)}
    (result,) = filtered[str(loud.id)]
    assert result == {
        "filter": {
            "id": made["id"],
            "title": "loud",
            "context": ["home", "thread"],
            "expires_at": None,
            "filter_action": "hide",
        },
        "keyword_matches": ["tide"],
        "status_matches": None,
    }
    assert filtered[str(warned.id)][0]["keyword_matches"] == ["moon"]
    inner = next(one for one in home if one["id"] == str(boost.id))["reblog"]
    assert inner["filtered"] == filtered[str(boost.id)]
    # Nobody else's business.
    strangers = await edge.of(None).get(f"/api/v1/statuses/{loud.id}")
    assert strangers.json()["filtered"] == []
    assert (await edge.of(bob).get(f"/api/v1/statuses/{loud.id}")).json()["filtered"] == []


async def test_changes_count_at_once_and_the_expired_never(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    client = edge.of(ada)
    post = house.post(bob, "The tide is high")

    async def keywords() -> list[str]:
        shown = (await client.get(f"/api/v1/statuses/{post.id}")).json()["filtered"]
        return [word for one in shown for word in one["keyword_matches"]]

    made = await make(client, "ebb")
    path = f"/api/v2/filters/{made['id']}"
    assert await keywords() == []
    key = made["keywords"][0]["id"]
    await client.put(f"/api/v2/filters/keywords/{key}", json={"keyword": "high"})
    assert await keywords() == ["high"]
    await client.post(f"{path}/keywords", json={"keyword": "tide"})
    assert await keywords() == ["high", "tide"]
    await client.delete(f"/api/v2/filters/keywords/{key}")
    assert await keywords() == ["tide"]
    await client.put(path, json={"expires_in": 0})
    assert await keywords() == []
    await client.put(path, json={"expires_in": 3600})
    assert await keywords() == ["tide"]
    await client.delete(path)
    assert await keywords() == []
