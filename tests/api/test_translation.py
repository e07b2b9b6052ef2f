"""Posts in the reader's language: what is sent to the translation server, and what comes of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from tests.api.conftest import Edge
from tests.conftest import House
from weft.net.client import Client
from weft.net.guard import OneServer, OutboundRefused
from weft.people import oauth
from weft.people.model import Account
from weft.settings import Settings
from weft.threads import react, translation
from weft.threads.model import Draft, NewPoll
from weft.threads.publish import publish
from weft.threads.translation import Translator

pytestmark = pytest.mark.anyio

LANGUAGES = [
    {"code": "en", "name": "English", "targets": ["de", "en", "pt-BR"]},
    {"code": "de", "name": "German", "targets": ["en"]},
]


def shout(asked: dict[str, Any]) -> Any:
    """A translation that one can recognise."""
    told: dict[str, Any] = {"translatedText": [f"{text}!" for text in asked["q"]]}
    if asked["source"] == "auto":
        told["detectedLanguage"] = [{"confidence": 90, "language": "en"} for _ in asked["q"]]
    return told


class LibreTranslate:
    """Speaks its API on loopback (https://docs.libretranslate.com); ``answer`` bends it."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.listed = 0
        self.answer: Callable[[dict[str, Any]], Any] = shout
        self.status = 200
        self.url = ""
        self.open = asyncio.Event()
        """Whether it answers, or lets one wait."""
        self.open.set()

    async def languages(self, _request: web.Request) -> web.Response:
        self.listed += 1
        return web.json_response(LANGUAGES)

    async def translate(self, request: web.Request) -> web.Response:
        self.asked.append(await request.json())
        await self.open.wait()
        answer = self.answer(self.asked[-1])
        if isinstance(answer, web.Response):
            return answer
        return web.json_response(answer, status=self.status)


@pytest.fixture
async def libre() -> AsyncIterator[LibreTranslate]:
    server, app = LibreTranslate(), web.Application()
    app.router.add_get("/languages", server.languages)
    app.router.add_post("/translate", server.translate)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield server
    server.open.set()
    await runner.cleanup()


@pytest.fixture
async def edge(house: House, tmp_path: Path, libre: LibreTranslate) -> AsyncIterator[Edge]:
    settings = Settings(data=tmp_path, translate_url=libre.url)
    async with Client(user_agent="test", guard=OneServer(libre.url)) as way:
        made = Edge(
            house,
            tmp_path / "media",
            translator=Translator(way, f"{libre.url}/", "secret"),
            settings=settings,
        )
        async with made.http:
            yield made


async def translate(edge: Edge, who: Account | None, post_id: int, **sent: str) -> Any:
    return await edge.of(who).post(f"/api/v1/statuses/{post_id}/translate", data=sent)


async def test_a_post_with_all_that_it_says(
    edge: Edge, house: House, ada: Account, bob: Account, libre: LibreTranslate
) -> None:
    poll = NewPoll(("soup & bread", "salad"), 3_600_000)
    post = house.post(ada, "Hello <world>", spoiler="a < b", language="en", poll=poll)
    answer = await translate(edge, bob, post.id, lang="de")
    assert answer.status_code == 200, answer.text
    assert answer.json() == {
        "content": "<p>Hello &lt;world&gt;</p>!",
        "spoiler_text": "a < b!",
        "language": "de",
        "media_attachments": [],
        "poll": {
            "id": str(post.poll_id),
            "options": [{"title": "soup & bread!"}, {"title": "salad!"}],
        },
        "detected_source_language": "en",
        "provider": "LibreTranslate",
    }
    assert libre.asked == [
        {
            "q": ["<p>Hello &lt;world&gt;</p>", "a &lt; b", "soup &amp; bread", "salad"],
            "source": "en",
            "target": "de",
            "format": "html",
            "api_key": "secret",
        }
    ]
    house.db.write_now(lambda tx: react.boost(tx, bob, post.id))
    assert (await translate(edge, ada, post.id, lang="de")).json() == answer.json()
    assert (len(libre.asked), libre.listed) == (1, 1)  # what many read is translated once


async def test_languages_are_found_by_any_spelling(
    edge: Edge, house: House, ada: Account, libre: LibreTranslate
) -> None:
    unknown = house.post(ada, "Hello")
    found = (await translate(edge, ada, unknown.id, lang="pt_br")).json()
    assert (found["language"], found["detected_source_language"]) == ("pt-BR", "en")
    assert libre.asked[0]["source"] == "auto"
    german = house.post(ada, "Hallo", language="de-AT")
    assert (await translate(edge, ada, german.id)).json()["language"] == "en"  # by default
    for lang in ("de", "xx", "", "\x00", "é" * 2000):
        answer = await translate(edge, ada, german.id, lang=lang)
        assert answer.status_code == (200 if lang == "" else 403), lang
    klingon = house.post(ada, "nuqneH", language="tlh")
    assert (await translate(edge, ada, klingon.id, lang="en")).status_code == 403


async def test_only_what_everyone_may_read_leaves_the_house(
    edge: Edge, house: House, ada: Account, bob: Account, libre: LibreTranslate
) -> None:
    followers = house.post(ada, "for few", visibility="private", language="en")
    assert (await translate(edge, ada, followers.id, lang="de")).status_code == 403
    assert (await translate(edge, bob, followers.id, lang="de")).status_code == 404
    public = house.post(ada, "for all", language="en")
    assert (await translate(edge, None, public.id, lang="de")).status_code == 401
    assert (await translate(edge, bob, 12, lang="de")).status_code == 404
    assert libre.asked == []
    app = house.db.write_now(lambda tx: oauth.issue(tx, "read", account_id=None, app_id=None))
    answer = await edge.http.post(
        f"/api/v1/statuses/{public.id}/translate",
        headers={"Authorization": f"Bearer {app.token}"},
        json={"lang": "de"},
    )
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "answer",
    [
        {"error": "Slow down"},
        {"translatedText": []},
        {"translatedText": "one"},
        {"translatedText": [None]},
        ["x"],
        web.Response,
    ],
)
async def test_a_broken_server_is_said_to_be_away(
    edge: Edge, house: House, ada: Account, libre: LibreTranslate, answer: Any
) -> None:
    post = house.post(ada, "Hello", language="en")
    libre.answer = lambda _asked: web.Response(text="{") if answer is web.Response else answer
    failed = await translate(edge, ada, post.id, lang="de")
    assert (failed.status_code, failed.json()["error"]) == (503, "Service Unavailable")
    libre.answer, libre.status = shout, 500
    assert (await translate(edge, ada, post.id, lang="de")).status_code == 503
    libre.status = 200
    assert (await translate(edge, ada, post.id, lang="de")).status_code == 200


async def test_what_comes_back_is_a_strangers(
    edge: Edge, house: House, ada: Account, libre: LibreTranslate
) -> None:
    post = house.post(ada, "Hello", spoiler="careful", language="en")
    libre.answer = lambda _asked: {
        "translatedText": ["<p onclick=x()>Hi<script>x()</script></p>", "<b>a</b> &amp; b"]
    }
    told = (await translate(edge, ada, post.id, lang="de")).json()
    assert "script" not in told["content"]
    assert "onclick" not in told["content"]
    assert told["spoiler_text"] == "a & b"


async def test_a_slow_server_costs_its_budget_and_no_more(
    edge: Edge, house: House, ada: Account, libre: LibreTranslate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(translation, "SECONDS", 0.2)
    post = house.post(ada, "Hello", language="en")
    libre.open.clear()
    async with asyncio.timeout(10):
        assert (await translate(edge, ada, post.id, lang="de")).status_code == 503
    libre.open.set()
    monkeypatch.setattr(translation, "SECONDS", 10)
    libre.answer = lambda _asked: {"translatedText": ["x" * 2_000_000]}
    assert (await translate(edge, ada, post.id, lang="de")).status_code == 503


async def test_a_translation_server_cannot_send_us_to_its_neighbours(libre: LibreTranslate) -> None:
    libre.answer = lambda _asked: web.Response(
        status=307, headers={"Location": "http://127.0.0.1:1/translate"}
    )
    async with Client(user_agent="test", guard=OneServer(libre.url)) as way:
        with pytest.raises(OutboundRefused):
            await way.post(f"{libre.url}/translate", b'{"q": []}', "application/json")


async def test_the_server_says_whether_it_translates(
    edge: Edge, tmp_path: Path, house: House
) -> None:
    pairs = (await edge.of(None).get("/api/v1/instance/translation_languages")).json()
    assert pairs == {"en": ["de", "pt-BR"], "de": ["en"], "und": ["de", "en", "pt-BR"]}
    shown = (await edge.of(None).get("/api/v2/instance")).json()
    assert shown["configuration"]["translation"] == {"enabled": True}
    assert shown["configuration"]["polls"] == {
        "max_options": 4,
        "max_characters_per_option": 50,
        "min_expiration": 300,
        "max_expiration": 2_629_746,
    }
    without = Edge(house, tmp_path / "other")
    async with without.http:
        assert (await without.of(None).get("/api/v1/instance/translation_languages")).json() == {}
        shown = (await without.of(None).get("/api/v2/instance")).json()
        assert shown["configuration"]["translation"] == {"enabled": False}
        eve = house.person("eve")
        post = house.db.write_now(lambda tx: publish(tx, eve, Draft(text="hi", language="en")))
        assert (await translate(without, eve, post.id, lang="de")).status_code == 403
