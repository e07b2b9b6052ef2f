"""The town of these tests."""

from __future__ import annotations

import pytest

from tests.ai.town import Town
from tests.conftest import House


@pytest.fixture
def town(house: House) -> Town:
    return Town(house)
