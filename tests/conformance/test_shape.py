"""A checker that finds nothing wrong with anything would make every server look fine."""

from __future__ import annotations

import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

import weft.conformance
from weft.conformance import caller, report
from weft.conformance.caller import Result
from weft.conformance.facts import CLIENTS, entities, routes
from weft.conformance.shape import PROBLEMS_MAX, problems
from weft.net.client import Response

PLAIN = {
    *("id", "string", "url", "datetime", "date", "boolean", "integer", "number", "hash", "null"),
    "any",
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)
TAG = {"id": "cats", "name": "cats", "url": "https://a.test/tags/cats", "history": []}


def test_types_are_documented_or_plain() -> None:
    known = entities().keys() | PLAIN
    for name, fields in entities().items():
        for field, fact in fields.items():
            assert fact.type.strip("[]") in known, f"{name}.{field}"
    folder = Path(weft.conformance.__file__).parent
    for walk in folder.glob("walk*.py"):
        for type_ in re.findall(r'returns="([^"{]+)"', walk.read_text("utf-8")):
            assert type_.strip("[]") in known, f"{walk.name}: {type_}"


def test_the_table_of_routes_is_whole() -> None:
    assert len(routes()) == len({route.key for route in routes()}) == 270
    assert sum(len(route.clients) > 1 for route in routes()) == 146
    assert {client for route in routes() for client in route.clients} == CLIENTS.keys()


@given(JSON, st.sampled_from(sorted(entities())))
def test_anything_may_be_looked_at(value: object, entity: str) -> None:
    assert len(problems(value, entity)) <= PROBLEMS_MAX
    problems([value], f"[{entity}]")


def test_what_is_wrong_is_named() -> None:
    assert problems(TAG, "Tag") == []
    assert problems([TAG], "[Tag]") == []
    assert problems(TAG, "[Tag]") == ["Tag is no list"]
    assert problems(TAG | {"name": None}, "Tag") == ["Tag.name is null"]
    assert problems(TAG | {"id": 7}, "Tag") == ["Tag.id is an integer, documented is id"]
    assert problems({"name": "cats"}, "ShallowTag") == ["ShallowTag.url is missing"]
    day = {"day": 1, "uses": "2", "accounts": "3"}
    assert problems(TAG | {"history": [day]}, "Tag") == [
        "Tag.history[day] is an integer, documented is string"
    ]
    assert problems(TAG | {"following": 1}, "Tag") == [
        "Tag.following is an integer, documented is boolean"
    ]
    marker = {"last_read_id": "1", "version": True, "updated_at": "yesterday"}
    assert len(problems(marker, "Marker")) == 2


def answer(status: int, body: bytes, type_: str = "application/json") -> Response:
    return Response(status, "https://a.test/x", {"content-type": type_}, body)


def test_answers_are_judged() -> None:
    assert caller._judge(answer(200, b"[]"), "[Tag]", (200,)) == ([], [])
    assert caller._judge(answer(200, b"<html>"), "any", (200,))[1] == ["the answer is no JSON"]
    assert caller._judge(answer(200, b"[]", "text/html"), "any", (200,))[1] == [
        "the type is text/html"
    ]
    said = b'{"error": "Record not found"}'
    assert caller._judge(answer(404, said), "any", (200,))[1] == ["answers 404: Record not found"]
    assert len(caller._judge(answer(500, b"{}"), "any", (200,))[1]) == 2
    assert caller._filled("/a/:id/b/:id", ["1/2", "🧵"]) == "/a/1%2F2/b/%F0%9F%A7%B5"


def test_the_tables_say_who_is_hurt() -> None:
    results = [
        Result("GET", "/a", ("elk", "toot"), "works", 200, 3),
        Result("GET", "/b", ("elk", "toot"), "fails", 500, 3, ["answers 500"]),
        Result("GET", "/c", ("elk",), "untried", problems=["needs --second-token"]),
    ]
    assert report.shared(results) == (1, 2)
    shown = report.text("https://a.test", "4.6", results, ["GET /a"])
    assert "1 of 2 routes that two or more" in shown
    assert re.search(r"Elk +1 of 2 tried, 3 used: not GET /b", shown)
    assert "told no rate limit" in shown
    table = report.markdown("4.6", results)
    assert "| `GET /b` | Elk, toot | fails: answers 500 |" in table
    assert "| `GET /c` | Elk | not tried: needs --second-token |" in table
    assert b'"works": 1' in report.json("https://a.test", "4.6", results, [])
