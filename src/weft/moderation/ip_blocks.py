"""Networks that may not sign up, or not come in at all.

``Gate`` keeps the few of them in memory, since every request asks; a change anywhere (another
process, too) makes it read them anew. https://docs.joinmastodon.org/methods/admin/ip_blocks/
"""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Literal, get_args

import sqlalchemy as sa
from msgspec import Struct, structs

from weft.kernel.clock import DAY, SECOND, now_ms
from weft.kernel.errors import Invalid, NotFound
from weft.kernel.ids import new_id
from weft.moderation.tables import ip_blocks
from weft.store.database import Database, Tx
from weft.store.page import Page, paged

Severity = Literal["sign_up_requires_approval", "sign_up_block", "no_access"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
COMMENT_MAX = 2_000
LASTS_MAX = 100 * 365 * DAY
"""A hundred years: longer is for good, and sums of times stay within 64 bits."""
BLOCKS_MAX = 5_000
"""Each is held in memory, and each new address is compared with all."""
SIGNAL = "ip_blocks"
_MAPPED = IPv6Network("::ffff:0:0/96")


class IpBlock(Struct, frozen=True):
    """Field for field the columns of ``ip_blocks``. ``network``: CIDR."""

    id: int
    network: str
    severity: Severity
    comment: str
    expires_at: int | None
    created_at: int


Known = tuple[IPv4Network | IPv6Network, IpBlock]

_COLUMNS = tuple(ip_blocks.c[field] for field in IpBlock.__struct_fields__)
_ONE = sa.select(*_COLUMNS).where(ip_blocks.c.id == sa.bindparam("which"))
_OF = sa.select(*_COLUMNS).where(ip_blocks.c.network == sa.bindparam("named"))
_ALL = sa.select(*_COLUMNS)
_COUNT = sa.select(sa.func.count()).select_from(ip_blocks)
_LIST = paged(_ALL, ip_blocks.c.id)
_DROP = ip_blocks.delete().where(ip_blocks.c.id == sa.bindparam("which"))
_SWEEP = (
    ip_blocks.delete()
    .where(ip_blocks.c.expires_at <= sa.bindparam("now"))
    .returning(ip_blocks.c.id)
)


def get(tx: Tx, block_id: int) -> IpBlock:
    """Errors: NotFound."""
    row = tx.row(_ONE, which=block_id)
    if row is None:
        raise NotFound
    return IpBlock(*row)


def listed(tx: Tx, page: Page) -> list[IpBlock]:
    return [IpBlock(*row) for row in _LIST.rows(tx, page)]


def add(
    tx: Tx, network: str, severity: str, *, comment: str = "", expires_in: int | None = None
) -> IpBlock:
    """``expires_in``: seconds. Errors: Invalid, which names everything that is wrong at once."""
    told = "can't be blank" if not severity else "is not included in the list"
    problems = [] if severity in SEVERITIES else [f"Severity {told}"]
    named = _network(network)
    if named is None:
        problems.append("Ip is invalid")
    elif tx.row(_OF, named=named) is not None:
        problems.append("Ip has already been taken")
    if len(comment) > COMMENT_MAX:
        problems.append(f"Comment is too long (maximum is {COMMENT_MAX} characters)")
    if tx.scalar(_COUNT) >= BLOCKS_MAX:
        problems.append(f"There are {BLOCKS_MAX} blocks already")
    if problems or named is None:
        raise Invalid("Validation failed: " + ", ".join(problems))
    comment = comment.replace("\x00", "")
    made = IpBlock(new_id(), named, severity, comment, _ends(tx, expires_in), tx.now)  # pyright: ignore[reportArgumentType]
    tx.run(ip_blocks.insert(), structs.asdict(made))
    tx.signal(SIGNAL)
    return made


def change(
    tx: Tx,
    block: IpBlock,
    *,
    network: str | None = None,
    severity: str | None = None,
    comment: str | None = None,
    expires_in: int | None = None,
) -> IpBlock:
    """What is None stays. Errors: Invalid."""
    named = _network(network) if network is not None else block.network
    known = tx.row(_OF, named=named) if named is not None else None
    if named is None or (known is not None and known.id != block.id):
        raise Invalid(
            f"Validation failed: Ip {'has already been taken' if named else 'is invalid'}"
        )
    if severity is not None and severity not in SEVERITIES:
        raise Invalid("Validation failed: Severity is not included in the list")
    if len(comment or "") > COMMENT_MAX:
        raise Invalid(
            f"Validation failed: Comment is too long (maximum is {COMMENT_MAX} characters)"
        )
    changed = structs.replace(
        block,
        network=named,
        severity=severity or block.severity,
        comment=block.comment if comment is None else comment.replace("\x00", ""),
        expires_at=block.expires_at if expires_in is None else _ends(tx, expires_in),
    )
    tx.run(ip_blocks.update().where(ip_blocks.c.id == block.id), structs.asdict(changed))
    tx.signal(SIGNAL)
    return changed


def remove(tx: Tx, block: IpBlock) -> None:
    tx.run(_DROP, which=block.id)
    tx.signal(SIGNAL)


def sweep(tx: Tx) -> None:
    """Forget those that ended."""
    if tx.rows(_SWEEP, now=tx.now):
        tx.signal(SIGNAL)


def _network(text: str) -> str | None:
    try:
        return str(_plain(text.strip()))
    except ValueError:
        return None


def _plain(text: str) -> IPv4Network | IPv6Network:
    """A network as addresses are compared with it: IPv4 written within IPv6 (``::ffff:192.0.2.1``,
    RFC 4291 §2.5.5.2) is IPv4. Errors: ValueError.
    """
    network = ip_network(text, strict=False)
    if isinstance(network, IPv6Network) and network.subnet_of(_MAPPED):
        first = int(network.network_address) - int(_MAPPED.network_address)
        return IPv4Network((first, network.prefixlen - _MAPPED.prefixlen))
    return network


def _ends(tx: Tx, expires_in: int | None) -> int | None:
    if expires_in is None or expires_in <= 0:
        return None
    return tx.now + min(expires_in * SECOND, LASTS_MAX)


class Gate:
    """What the blocks say of an address, from memory. One per server."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._blocks: list[Known] | None = None
        self._stale = False
        self._watching = False

    def _heard(self, signals: set[str]) -> None:
        if SIGNAL in signals:
            self._stale = True

    async def severity(self, address: str) -> Severity | None:
        """The strictest block in force that an address falls under."""
        if not self._watching:
            self._watching = True
            self._db.watch(self._heard)
        blocks = self._blocks
        if blocks is None or self._stale:
            self._stale = False  # before reading: a change meanwhile makes it stale again
            try:
                blocks = self._blocks = await self._db.read(_known)
            except BaseException:
                self._stale = True
                raise
        return strictest(blocks, address) if blocks else None


def _known(tx: Tx) -> list[Known]:
    return [(_plain(row.network), IpBlock(*row)) for row in tx.rows(_ALL)]


def strictest(blocks: list[Known], address: str) -> Severity | None:
    try:
        ip = ip_address(address)
    except ValueError:
        return None  # a socket without one: a proxy on this machine that tells none
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    now = now_ms()
    found = [
        SEVERITIES.index(block.severity)
        for network, block in blocks
        if (block.expires_at is None or block.expires_at > now)
        and ip.version == network.version
        and ip in network
    ]
    return SEVERITIES[max(found)] if found else None
