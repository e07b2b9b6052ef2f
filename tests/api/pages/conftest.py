"""The pages over the shared world, with and without a built client."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.datastructures import State
from litestar.di import Provide
from litestar.testing import TestClient

from tests.conftest import House
from weft.api.activitypub import actors, posts
from weft.api.activitypub.negotiate import Negotiate
from weft.api.errors import HANDLERS
from weft.api.limits import Limits
from weft.api.pages import faults
from weft.api.pages.routes import router
from weft.api.pages.shell import Shell
from weft.api.pages.static import Static
from weft.federation.keys import Keys
from weft.net.seal import KEY_BYTES, Seal
from weft.settings import Settings

PAGE = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
BUILT = """<!doctype html>
<html lang="en"><head><script src="/assets/boot-0123abcd.js"></script>
<!--weft:head-->
<title>Weft</title>
<script type="module" crossorigin src="/assets/app-0123abcd.js"></script>
<link rel="stylesheet" href="/assets/app-0123abcd.css"></head>
<body><div id="app"><!--weft:body--></div><noscript><p>Plain.</p></noscript></body></html>
"""


@pytest.fixture
def build(tmp_path: Path) -> Path:
    """The folder of the client's build; empty until a test builds it."""
    folder = tmp_path / "static"
    (folder / "assets").mkdir(parents=True)
    return folder


@pytest.fixture
def reader(house: House, build: Path) -> Iterator[TestClient[Any]]:
    """A stranger with a browser."""

    def given(value: Any) -> Provide:
        return Provide(lambda: value, sync_to_thread=False)

    shell = Shell(build)
    app = Litestar(
        [router(shell, Static(build)), *actors.ROUTES, *posts.ROUTES],
        dependencies={
            "db": given(house.db),
            "settings": given(Settings(domain="weft.test", title="Loom", contact="a@weft.test")),
            "keys": given(Keys(house.db)),
            "limits": given(Limits()),
            "inbox": given(None),
            "seal": given(Seal(bytes(KEY_BYTES))),
        },
        state=State({"db": house.db}),
        exception_handlers={**HANDLERS, **faults.handlers(shell)},
    )
    client = TestClient(Negotiate(app), base_url="https://weft.test")
    with client:
        client.headers.update(PAGE)
        client.follow_redirects = False
        yield client
