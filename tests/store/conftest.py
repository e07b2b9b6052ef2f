"""The store's own tests open engines of their own: what others keep is what they are about."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import House
from tests.kept import Kept


@pytest.fixture
def house(kept: Kept) -> Iterator[House]:
    world = House(kept.url, made=True)
    yield world
    world.db.close()
