"""Networks are kept out however an admin wrote them, and whoever comes in on whichever socket."""

from __future__ import annotations

import pytest

from tests.conftest import House
from weft.kernel.errors import Invalid
from weft.moderation import ip_blocks
from weft.moderation.ip_blocks import Gate
from weft.moderation.tables import ip_blocks as table

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ("192.0.2.7", "192.0.2.7/32"),
        ("::ffff:192.0.2.7", "192.0.2.7/32"),
        ("::FFFF:c000:0207", "192.0.2.7/32"),
        ("::ffff:192.0.2.7/120", "192.0.2.0/24"),
        ("::ffff:0:0/96", "0.0.0.0/0"),
    ],
)
async def test_ipv4_within_ipv6_is_ipv4(house: House, written: str, named: str) -> None:
    made = await house.db.write(lambda tx: ip_blocks.add(tx, written, "no_access"))
    assert made.network == named
    gate = Gate(house.db)
    for address in ("192.0.2.7", "::ffff:192.0.2.7"):
        assert await gate.severity(address) == "no_access"
    assert await gate.severity("2001:db8::7") is None
    with pytest.raises(Invalid, match="already been taken"):
        await house.db.write(lambda tx: ip_blocks.add(tx, named, "no_access"))


async def test_one_that_was_kept_as_it_was_written_counts(house: House) -> None:
    """As blocks were, before they were kept as they are compared."""
    made = await house.db.write(lambda tx: ip_blocks.add(tx, "192.0.2.7", "sign_up_block"))
    as_written = table.update().where(table.c.id == made.id)
    await house.db.write(lambda tx: tx.run(as_written.values(network="::ffff:c000:207/128")))
    assert await Gate(house.db).severity("192.0.2.7") == "sign_up_block"


async def test_ipv6_stays_what_it_is(house: House) -> None:
    await house.db.write(lambda tx: ip_blocks.add(tx, "2001:db8::7/32", "no_access"))
    gate = Gate(house.db)
    assert await gate.severity("2001:db8::1") == "no_access"
    assert await gate.severity("192.0.2.7") is None
