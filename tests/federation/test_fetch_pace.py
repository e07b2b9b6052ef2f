"""Whoever names ten thousand things at one server does not have us ask it ten thousand times."""

from __future__ import annotations

import pytest

from tests.federation.conftest import Receiving
from weft.federation import limits
from weft.federation.fetch import Fetcher, Missing
from weft.federation.keys import Keys
from weft.federation.knock import Knock
from weft.net.client import OutboundPaced

pytestmark = pytest.mark.anyio


async def test_one_server_is_asked_so_often_in_a_minute(
    receiving: Receiving, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuses(_: str) -> bool:
        return False

    monkeypatch.setattr(limits, "FETCHES_A_MINUTE", 3)
    db = receiving.db
    fetcher = Fetcher(Knock(db, receiving.client), db.site, Keys(db).instance_signer, refuses)
    for number in range(5):
        with pytest.raises(Missing if number < 3 else OutboundPaced):
            await fetcher.document(f"{receiving.other.base()}/{number}")
    assert len(receiving.other.asked) == 3
    # Another one is none the worse for it.
    with pytest.raises(Missing):
        await fetcher.document(f"{receiving.other.base('third.test')}/1")
