from __future__ import annotations

import pytest

from tests.conftest import House
from tests.rooms.world import Rooms


@pytest.fixture
def rooms(house: House) -> Rooms:
    return Rooms(house)
