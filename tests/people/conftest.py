from __future__ import annotations

import pytest

from tests.conftest import House
from weft.threads import relations


@pytest.fixture
def house(house: House) -> House:
    if "follow.accepted" not in house.db.reactions:
        relations.react(house.db)
    return house
