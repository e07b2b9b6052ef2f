"""Rules about servers as files and lists, over the API: for admins with the scope, and nobody else."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Edge
from tests.moderation.desk import Desk
from weft.moderation.domain_csv import LINES_MAX
from weft.moderation.domain_lists import get
from weft.people.model import Account

pytestmark = pytest.mark.anyio

ADMIN = "read write admin:read admin:write"
BASE = "/api/weft/v1/admin"
FILE = "#domain,#severity\nbad.test,suspend\nloud.test,silence\n"
ROUTES = [
    ("GET", "/domain_blocks.csv"),
    ("GET", "/domain_allows.csv"),
    ("POST", "/domain_blocks/preview"),
    ("POST", "/domain_blocks/import"),
    ("POST", "/domain_allows/import"),
    ("GET", "/domain_lists"),
    ("POST", "/domain_lists"),
    ("GET", "/domain_lists/1"),
    ("PATCH", "/domain_lists/1"),
    ("DELETE", "/domain_lists/1"),
    ("GET", "/domain_lists/1/preview"),
    ("POST", "/domain_lists/1/approve"),
    ("POST", "/domain_lists/1/refresh"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_only_admins_get_anywhere(
    edge: Edge, ada: Account, boss: Account, method: str, path: str
) -> None:
    more = {} if method in {"GET", "DELETE"} else {"json": {}}
    assert (await edge.of(None).ask(method, BASE + path, **more)).status_code == 401
    assert (await edge.of(ada, ADMIN).ask(method, BASE + path, **more)).status_code == 403
    assert (await edge.of(boss, "read write").ask(method, BASE + path, **more)).status_code == 403
    answer = await edge.of(boss, ADMIN).ask(method, BASE + path, **more)
    wanted = 404 if "/1" in path else 200 if method == "GET" else 422
    assert answer.status_code == wanted, answer.text


STRANGE: list[Any] = [None, 0, -1, 1.5, True, [], {}, "", "\x00", "x" * 3000, "\u202e", 2**70]


@pytest.mark.parametrize(("method", "path"), [one for one in ROUTES if one[0] in {"POST", "PATCH"}])
async def test_strange_values_are_refused(
    edge: Edge, boss: Account, method: str, path: str
) -> None:
    admin, desk = edge.of(boss, ADMIN), Desk(edge.house)
    one = desk.follow()
    path = BASE + path.replace("/1", f"/{one.id}")
    good: dict[str, Any] = {"url": "https://lists.test/b.csv"}
    for value in STRANGE:
        for field in ("data", "url", "name", "severity", "automatic", "version"):
            answer = await admin.ask(method, path, json={**good, field: value})
            assert answer.status_code < 500, (path, field, value, answer.text)
    for raw in (b"[]", b"1", b"null", b"{", b"\xff"):
        sent = {"content-type": "application/json"}
        answer = await admin.ask(method, path, content=raw, headers=sent)
        assert answer.status_code < 500, (path, raw, answer.text)


async def test_a_file_is_looked_at_taken_in_and_given_out(edge: Edge, boss: Account) -> None:
    admin = edge.of(boss, ADMIN)
    seen = (await admin.post(f"{BASE}/domain_blocks/preview", json={"data": FILE})).json()
    assert (seen["added"], seen["members"]) == (2, 0)
    assert seen["changes"][0] == {
        "what": "added",
        "domain": "bad.test",
        "before": None,
        "after": {"severity": "suspend", "reject_media": False, "reject_reports": False},
        "followers": 0,
        "following": 0,
    }
    assert (await admin.get("/api/v1/admin/domain_blocks")).json() == []
    done = await admin.post(f"{BASE}/domain_blocks/import", json={"data": FILE})
    assert done.json() == seen
    out = await admin.get(f"{BASE}/domain_blocks.csv")
    assert out.headers["content-type"].startswith("text/csv")
    assert out.text.splitlines()[1:] == [
        "bad.test,suspend,false,false,,false",
        "loud.test,silence,false,false,,false",
    ]
    assert (await admin.post(f"{BASE}/domain_allows/import", json={"data": "a.test"})).json() == {
        "added": 1
    }
    assert (await admin.get(f"{BASE}/domain_allows.csv")).text == "#domain\na.test\n"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        pytest.param("ok.test\n!\n", "Line 2: '!' is not a domain", id="line"),
        pytest.param("ok.test\nweft.test\n", "weft.test is this server's own domain", id="own"),
        pytest.param("", "There is no domain in this file", id="empty"),
        pytest.param("\ud800", "The file is not text", id="no text"),
        pytest.param("\n".join(f"{n}.test" for n in range(LINES_MAX + 1)), "at most", id="long"),
    ],
)
async def test_a_bad_file_changes_nothing(edge: Edge, boss: Account, data: str, why: str) -> None:
    admin = edge.of(boss, ADMIN)
    body = '{"data": "\\ud800"}' if data == "\ud800" else None
    given = {"content": body, "headers": {"Content-Type": "application/json"}}
    more = given if body else {"json": {"data": data}}
    answer = await admin.post(f"{BASE}/domain_blocks/import", **more)
    assert answer.status_code in {400, 422}
    if body is None:
        assert why in answer.json()["error"]
    assert (await admin.get("/api/v1/admin/domain_blocks")).json() == []


async def test_a_list_from_following_to_leaving(edge: Edge, boss: Account) -> None:
    admin, desk = edge.of(boss, ADMIN), Desk(edge.house)
    url = "https://lists.test/a.csv"
    made = await admin.post(f"{BASE}/domain_lists", json={"url": url, "severity": "silence"})
    one = made.json()
    assert (one["name"], one["waiting"], one["entries"]) == ("lists.test", None, 0)
    here = f"{BASE}/domain_lists/{one['id']}"
    for wrong in ({"url": url}, {"url": "x"}, {"url": f"{url}?", "severity": "kill"}):
        assert (await admin.post(f"{BASE}/domain_lists", json=wrong)).status_code == 422
    (known,) = (await admin.get(f"{BASE}/domain_lists")).json()
    desk.read(desk.db.read_now(lambda tx: get(tx, int(known["id"]))), "bad.test", "loud.test")
    assert (await admin.get(here)).json()["waiting"] == 2
    seen = (await admin.get(f"{here}/preview")).json()
    assert (seen["added"], seen["changes"][0]["after"]["severity"]) == (2, "silence")
    stale = await admin.post(f"{here}/approve", json={"version": "else"})
    assert stale.status_code == 409
    now = (await admin.post(f"{here}/approve", json={"version": seen["version"]})).json()
    assert (now["entries"], now["waiting"], now["applied_at"] is not None) == (2, None, True)
    await desk.work()
    blocks = (await admin.get("/api/v1/admin/domain_blocks")).json()
    assert {block["severity"] for block in blocks} == {"silence"}
    changed = (await admin.ask("PATCH", here, json={"name": "Ours", "automatic": True})).json()
    assert (changed["name"], changed["automatic"], changed["severity"]) == ("Ours", True, "silence")
    assert (await admin.post(f"{here}/refresh", json={})).status_code == 429
    assert (await admin.delete(here)).status_code == 200
    await desk.work()
    assert (await admin.get("/api/v1/admin/domain_blocks")).json() == []
    assert (await admin.get(here)).status_code == 404


async def test_a_rule_of_a_list_that_is_taken_away_by_an_app_stays_away(
    edge: Edge, boss: Account
) -> None:
    admin, desk = edge.of(boss, ADMIN), Desk(edge.house)
    one = desk.follow()
    await desk.bring(one, "bad.test")
    (rule,) = (await admin.get("/api/v1/admin/domain_blocks")).json()
    assert (await admin.delete(f"/api/v1/admin/domain_blocks/{rule['id']}")).status_code == 200
    await desk.work()
    (left,) = (await admin.get("/api/v1/admin/domain_blocks")).json()
    assert (left["domain"], left["severity"]) == ("bad.test", "noop")
    assert (await edge.of(None).get("/api/v1/instance/domain_blocks")).json() == []
