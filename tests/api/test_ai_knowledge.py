"""What an AI answers from, over the API: for its owner, and nobody else."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Edge
from weft.ai import documents, members
from weft.ai.knowledge import answers
from weft.people.model import Account

pytestmark = pytest.mark.anyio

ROUTES = [
    ("GET", "/sources"),
    ("POST", "/sources"),
    ("POST", "/sources/1/refresh"),
    ("DELETE", "/sources/1"),
    ("GET", "/documents"),
    ("POST", "/documents"),
    ("DELETE", "/documents/1"),
    ("GET", "/answers"),
    ("POST", "/answers"),
    ("PATCH", "/answers/1"),
    ("DELETE", "/answers/1"),
]
GOOD: dict[str, dict[str, Any]] = {
    "/sources": {"json": {"kind": "page", "url": "https://a.example/"}},
    "/documents": {"files": {"file": ("a.md", b"# A\n\nBread is baked.")}},
    "/answers": {"json": {"question": "Open?", "answer": "Yes."}},
    "/answers/1": {"json": {"state": "rejected"}},
}


@pytest.fixture
def crumb(edge: Edge, ada: Account) -> Account:
    return edge.house.db.write_now(lambda tx: members.create(tx, ada, "crumb"))


def base(ai: Account) -> str:
    return f"/api/weft/v1/ais/{ai.id}"


@pytest.mark.parametrize(("method", "path"), ROUTES, ids=[" ".join(one) for one in ROUTES])
async def test_only_its_owner_gets_anywhere(
    edge: Edge, ada: Account, bob: Account, crumb: Account, method: str, path: str
) -> None:
    more = GOOD.get(path, {}) if method in ("POST", "PATCH") else {}
    at = base(crumb) + path
    assert (await edge.of(None).ask(method, at, **more)).status_code == 401
    assert (await edge.of(bob).ask(method, at, **more)).status_code == 403
    wanted = 404 if "/1" in path else 200
    assert (await edge.of(ada).ask(method, at, **more)).status_code == wanted
    nobody = at.replace(str(crumb.id), str(bob.id))
    assert (await edge.of(ada).ask(method, nobody, **more)).status_code == 404


async def test_a_file_from_its_upload_to_its_end(edge: Edge, ada: Account, crumb: Account) -> None:
    client = edge.of(ada)
    file = {"file": ("..\\docs/our bread.md", b"# Bread\n\nRye is 6 euros.")}
    made = await client.post(
        f"{base(crumb)}/documents", files=file, data={"url": "https://a.example/bread"}
    )
    assert made.status_code == 200, made.text
    source = made.json()
    assert (source["kind"], source["uri"], source["state"]) == ("file", "our bread.md", "ready")
    (document,) = (await client.get(f"{base(crumb)}/documents")).json()
    assert (document["title"], document["url"]) == ("Bread", "https://a.example/bread")
    assert document["source_id"] == source["id"]

    again = {"file": ("our bread.md", b"# Bread\n\nRye is 7 euros.")}
    await client.post(f"{base(crumb)}/documents", files=again)
    held = edge.house.db.read_now(lambda tx: documents.of(tx, crumb.id))
    assert ["7 euros" in one.text for one in held] == [True]

    gone = await client.delete(f"{base(crumb)}/sources/{source['id']}")
    assert gone.json() == {"documents": ["our bread.md"], "published": []}
    assert (await client.get(f"{base(crumb)}/documents")).json() == []


BAD_FILES = {
    "nothing": ("a.md", b""),
    "program": ("a.exe", b"MZ"),
    "binary": ("a.txt", b"\x00\x01"),
    "no pdf": ("a.pdf", b"%PDF"),
    "no name": ("", b"text"),
}


@pytest.mark.parametrize("file", BAD_FILES.values(), ids=BAD_FILES.keys())
async def test_other_files_are_refused(
    edge: Edge, ada: Account, crumb: Account, file: tuple[str, bytes]
) -> None:
    answer = await edge.of(ada).post(f"{base(crumb)}/documents", files={"file": file})
    assert answer.status_code in (400, 422), answer.text
    assert (await edge.of(ada).get(f"{base(crumb)}/documents")).json() == []


async def test_too_large_a_file_is_refused(edge: Edge, ada: Account, crumb: Account) -> None:
    file = {"file": ("a.txt", b"x" * (2 * 2**20 + 1))}
    answer = await edge.of(ada).post(f"{base(crumb)}/documents", files=file)
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "page", "url": "ftp://a.example/"},
        {"kind": "page", "url": ""},
        {"kind": "file", "url": "https://a.example/"},
        {"kind": "feed", "url": "https://a.example/", "every": -1},
        {"kind": "feed", "url": "https://a.example/", "every": 2**70},
        {"kind": "feed", "url": "https://a.example/" + "x" * 3000},
        {},
    ],
    ids=["scheme", "blank", "kind", "before", "never", "long", "nothing"],
)
async def test_strange_sources_are_refused(
    edge: Edge, ada: Account, crumb: Account, body: dict[str, Any]
) -> None:
    answer = await edge.of(ada).post(f"{base(crumb)}/sources", json=body)
    assert answer.status_code in (400, 422), answer.text


async def test_pages_and_posts_are_followed(edge: Edge, ada: Account, crumb: Account) -> None:
    client = edge.of(ada)
    page = await client.post(
        f"{base(crumb)}/sources", json={"kind": "page", "url": "https://a.example/x#y", "every": 2}
    )
    assert (page.json()["uri"], page.json()["every"]) == ("https://a.example/x", 2)
    posts = await client.post(f"{base(crumb)}/sources", json={"kind": "posts"})
    assert posts.json()["state"] == "waiting"
    found = (await client.get(f"{base(crumb)}/sources")).json()
    assert [one["kind"] for one in found] == ["page", "posts"]
    again = await client.post(f"{base(crumb)}/sources/{found[0]['id']}/refresh")
    assert again.status_code == 200


async def test_an_admin_does_not_give_away_an_owners_posts(
    edge: Edge, boss: Account, crumb: Account
) -> None:
    answer = await edge.of(boss).post(f"{base(crumb)}/sources", json={"kind": "posts"})
    assert answer.status_code == 422


async def test_questions_are_approved_and_rejected(
    edge: Edge, ada: Account, crumb: Account
) -> None:
    client = edge.of(ada)
    for question in ("Do you sell tea?", "Are you rich?"):
        edge.house.db.write_now(lambda tx, q=question: answers.propose(tx, crumb.id, q))
    tea, rich = (await client.get(f"{base(crumb)}/answers", params={"only": "proposed"})).json()
    blank = await client.ask("PATCH", f"{base(crumb)}/answers/{tea['id']}", json={})
    assert blank.status_code == 422
    said = await client.ask(
        "PATCH", f"{base(crumb)}/answers/{tea['id']}", json={"answer": "No, bread."}
    )
    assert (said.json()["state"], said.json()["answer"]) == ("approved", "No, bread.")
    await client.ask("PATCH", f"{base(crumb)}/answers/{rich['id']}", json={"state": "rejected"})
    left = (await client.get(f"{base(crumb)}/answers")).json()
    assert [one["question"] for one in left] == ["Do you sell tea?"]
    assert (await client.delete(f"{base(crumb)}/answers/{tea['id']}")).status_code == 200
    assert (await client.get(f"{base(crumb)}/answers")).json() == []
