"""Servers shared by the journeys of a session: starting one takes seconds."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.servers import Server

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with nobody on it but whom each test makes, or who signs up."""
    open_to_all = {"WEFT_REGISTRATIONS": "open"}
    with Server(tmp_path_factory.mktemp("server"), **open_to_all) as running:
        yield running


@pytest.fixture(scope="session")
def picture() -> bytes:
    """A small PNG."""
    out = io.BytesIO()
    Image.linear_gradient("L").resize((320, 200)).save(out, "PNG")
    return out.getvalue()
