"""One payload on both engines: the one with something of everything. The others: test_payloads."""

from __future__ import annotations

import pytest

from tests.federation.conftest import Receiving
from tests.federation.payloads import mastodon
from tests.federation.scene import understood


@pytest.mark.anyio
async def test_it_is_kept(receiving: Receiving) -> None:
    payload = mastodon.PAYLOADS["a note with everything"]
    await understood(receiving, mastodon.ACTORS, payload)
