"""The store's own tests open engines of their own: what others keep is what they are about."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import House


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    world = House(database_url)
    yield world
    world.db.close()
