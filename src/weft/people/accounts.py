"""Finding, making and changing accounts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from msgspec import Struct, structs
from sqlalchemy.dialects.postgresql import insert

from weft.kernel.errors import Invalid, NotFound
from weft.kernel.ids import new_id
from weft.people import own_keys
from weft.people.limited import limited
from weft.people.model import Account, Kind
from weft.people.tables import accounts
from weft.store.among import among
from weft.store.begins import begins
from weft.store.database import Tx
from weft.work import events

USERNAME_MAX = 30
"""Mastodon's limit for local names; longer ones do not fit its clients' layouts."""
NAME_MAX = 100
_USERNAME = re.compile(rf"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{{0,{USERNAME_MAX - 2}}}[A-Za-z0-9_])?")
RESERVED = frozenset(
    {"admin", "administrator", "api", "auth", "instance", "moderator", "oauth", "root", "system"}
    | {"support", "webmaster", "weft", "here", "everyone", "all"}
)
"""Names that would let someone pass for the server, or that read as a group of people."""

COLUMNS = tuple(accounts.c[field] for field in Account.__struct_fields__)

_BY_ID = sa.select(*COLUMNS).where(accounts.c.id == sa.bindparam("id"))
_BY_IDS = sa.select(*COLUMNS).where(among(accounts.c.id, "ids"))
_BY_HANDLE = sa.select(*COLUMNS).where(
    accounts.c.username_fold == sa.bindparam("fold"), accounts.c.domain == sa.bindparam("domain")
)
_BY_URI = sa.select(*COLUMNS).where(accounts.c.uri == sa.bindparam("uri"))
_BY_URIS = sa.select(*COLUMNS).where(among(accounts.c.uri, "uris"))

LOOK_MAX = 2_000
"""Handles with the same beginning that one search looks at: "a" begins very many."""
NAMES_LOOK_MAX = 5_000
"""Accounts whose names one search reads, the last that came: so many of this server and so many of
all. No index finds the middle of a name; this takes some ten milliseconds.
"""

_findable = sa.and_(accounts.c.suspended_at.is_(None), accounts.c.kind != "application")
_starting = (
    sa.select(accounts.c.id).where(begins(accounts.c.username_fold, "start")).limit(LOOK_MAX)
)


def _named(*of: sa.ColumnElement[bool]) -> sa.Select[int]:
    newest = (
        sa.select(accounts.c.id, accounts.c.name)
        .where(*of)
        .order_by(accounts.c.id.desc())
        .limit(NAMES_LOOK_MAX)
        .subquery()
    )
    part = sa.bindparam("part")
    return sa.select(newest.c.id).where(sa.func.lower(newest.c.name).like(part, escape="\\"))


_unlimited = sa.or_(
    accounts.c.username_fold == sa.bindparam("exact"),
    ~limited(accounts.c.id, sa.bindparam("viewer", type_=sa.BigInteger)),
)


def _found(where: sa.ColumnElement[bool]) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(*COLUMNS)
        .where(_findable, where, _unlimited)
        .order_by(
            (accounts.c.username_fold == sa.bindparam("exact")).desc(),
            accounts.c.followers_count.desc(),
            accounts.c.id,
        )
        .limit(sa.bindparam("most"))
    )


_BY_START = _found(accounts.c.id.in_(_starting))
_BY_NAME = _found(accounts.c.id.in_(sa.union_all(_named(accounts.c.domain == ""), _named())))
_STATE = sa.select(
    accounts.c.id,
    accounts.c.updated_at,
    accounts.c.followers_count,
    accounts.c.following_count,
    accounts.c.posts_count,
    accounts.c.last_post_at,
    accounts.c.suspended_at,
    accounts.c.silenced_at,
).where(among(accounts.c.id, "ids"))
_SENSITIZED = sa.select(accounts.c.id).where(
    among(accounts.c.id, "ids"), accounts.c.sensitized_at.isnot(None)
)


class RemoteAccount(Struct, frozen=True):
    """What discovery learned of an account elsewhere. Texts are already cleaned."""

    uri: str
    username: str
    domain: str
    kind: Kind
    url: str
    inbox: str
    shared_inbox: str = ""
    followers_uri: str = ""
    name: str = ""
    bio: str = ""
    fields: list[dict[str, Any]] = []
    avatar: str = ""
    header: str = ""
    locked: bool = False
    discoverable: bool = True
    indexable: bool = False
    ai: dict[str, Any] | None = None
    also_known_as: list[str] = []
    moved_to: str | None = None
    key_id: str = ""
    public_key: str = ""
    created_at: int | None = None
    profile: dict[str, Any] | None = None


def by_id(tx: Tx, account_id: int) -> Account | None:
    row = tx.row(_BY_ID, id=account_id)
    return Account(*row) if row is not None else None


def get(tx: Tx, account_id: int) -> Account:
    """Errors: NotFound."""
    account = by_id(tx, account_id)
    if account is None:
        raise NotFound
    return account


def by_ids(tx: Tx, ids: Iterable[int]) -> dict[int, Account]:
    wanted = list(set(ids))
    if not wanted:
        return {}
    return {row[0]: Account(*row) for row in tx.rows(_BY_IDS, ids=wanted)}


def states(tx: Tx, ids: Iterable[int]) -> list[tuple[int, tuple[int | None, ...]]]:
    """(id, what changes with every change of the account): whether a copy is still true."""
    return [(row[0], tuple(row[1:])) for row in tx.rows(_STATE, ids=list(ids))]


def sensitized(tx: Tx, ids: Iterable[int]) -> set[int]:
    """Those of these accounts whose media is always marked as sensitive: an admin said so."""
    wanted = list(set(ids))
    return {row[0] for row in tx.rows(_SENSITIZED, ids=wanted)} if wanted else set()


def by_handle(tx: Tx, username: str, domain: str = "") -> Account | None:
    """``domain`` "" or this server's own: a local account."""
    domain = domain.lower()
    if domain == tx.site.domain:
        domain = ""
    row = tx.row(_BY_HANDLE, fold=username.lower(), domain=domain)
    return Account(*row) if row is not None else None


def by_uri(tx: Tx, uri: str) -> Account | None:
    row = tx.row(_BY_URI, uri=uri)
    return Account(*row) if row is not None else None


def by_uris(tx: Tx, uris: Iterable[str]) -> dict[str, Account]:
    wanted = list(dict.fromkeys(uris))
    if not wanted:
        return {}
    return {row.uri: Account(*row) for row in tx.rows(_BY_URIS, uris=wanted)}


def find(tx: Tx, text: str, limit: int, *, viewer: int | None = None) -> list[Account]:
    """Accounts whose handle begins with the text, most followed first, then those whose name
    holds it. Limited ones are found by those who follow them (``viewer``), and by their name's
    every letter.
    """
    text = text.strip().lstrip("@!").lower()
    if not text:
        return []
    if "@" in text:
        username, _, domain = text.partition("@")
        account = by_handle(tx, username, domain)
        return [account] if account is not None and account.suspended_at is None else []
    safe = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    rows = tx.rows(_BY_START, start=text, exact=text, most=limit, viewer=viewer or 0)
    found = {row[0]: Account(*row) for row in rows}
    if len(found) < limit:
        rows = tx.rows(_BY_NAME, part=f"%{safe}%", exact=text, most=limit, viewer=viewer or 0)
        found |= {row[0]: Account(*row) for row in rows if row[0] not in found}
    return list(found.values())[:limit]


def create_local(
    tx: Tx,
    username: str,
    *,
    kind: Kind = "person",
    name: str = "",
    bio: str = "",
    bio_source: str = "",
    ai: dict[str, Any] | None = None,
    indexable: bool = False,
    locked: bool = False,
) -> Account:
    """Make an account here. ``bio`` is safe HTML. Errors: Invalid for a name that is malformed,
    reserved or taken.
    """
    fold = username.lower()
    problem = username_problem(username) if kind != "application" else None
    if problem is not None:
        raise Invalid(f"Validation failed: Username {problem[1]}")
    if by_handle(tx, username) is not None:
        raise Invalid("Validation failed: Username has already been taken")
    account_id = new_id()
    uri = tx.site.actor_uri(account_id)
    row = tx.run(
        accounts.insert().returning(*COLUMNS),
        id=account_id,
        username=username,
        username_fold=fold,
        domain="",
        kind=kind,
        uri=uri,
        url=tx.site.profile_url(username),
        inbox=f"{uri}/inbox",
        shared_inbox=f"{tx.site.base}/inbox",
        followers_uri=f"{uri}/followers",
        name=name[:NAME_MAX],
        bio=bio,
        bio_source=bio_source,
        fields=[],
        locked=locked,
        indexable=indexable,
        ai=ai,
        also_known_as=[],
        key_id=f"{uri}#main-key",
        created_at=tx.now,
        updated_at=tx.now,
    ).one()
    return Account(*row)


def username_problem(username: str) -> tuple[str, str] | None:
    """(Mastodon's code, sentence) for a name that nobody here may have; None when it will do."""
    if not username:
        return "ERR_BLANK", "can't be blank"
    if len(username) > USERNAME_MAX:
        return "ERR_TOO_LONG", f"is too long (maximum is {USERNAME_MAX} characters)"
    if not _USERNAME.fullmatch(username):
        return (
            "ERR_INVALID",
            "must contain only letters, numbers and underscores (and . or - inside)",
        )
    if username.lower() in RESERVED:
        return "ERR_RESERVED", "is reserved"
    return None


def instance_actor(tx: Tx) -> Account:
    """The server itself: it signs what is fetched, so that no person's key is asked for."""
    return by_handle(tx, tx.site.domain) or create_local(tx, tx.site.domain, kind="application")


def put_remote(tx: Tx, remote: RemoteAccount) -> Account:
    """Store what was learned of an account elsewhere, new or known (by its uri)."""
    values = structs.asdict(remote)
    created = values.pop("created_at") or tx.now
    values |= {
        "username_fold": remote.username.lower(),
        "fetched_at": tx.now,
        "updated_at": tx.now,
    }
    # Somebody else had this handle before: a rebuilt server. The one that answers now has it.
    tx.run(
        accounts.update()
        .where(
            accounts.c.username_fold == sa.bindparam("fold"),
            accounts.c.domain == sa.bindparam("at"),
            accounts.c.uri != sa.bindparam("is_now"),
        )
        .values(username_fold=accounts.c.username_fold + "#" + sa.cast(accounts.c.id, sa.String)),
        fold=values["username_fold"],
        at=remote.domain,
        is_now=remote.uri,
    )
    statement = insert(accounts).values(id=new_id(), created_at=min(created, tx.now), **values)
    row = tx.run(
        statement.on_conflict_do_update(index_elements=["uri"], set_=values).returning(*COLUMNS)
    ).one()
    return Account(*row)


def update(tx: Tx, account_id: int, **columns: Any) -> Account:
    """Change an account here and tell whoever must know (``account.updated``)."""
    row = tx.run(
        accounts.update()
        .where(accounts.c.id == account_id)
        .values(updated_at=tx.now, **columns)
        .returning(*COLUMNS)
    ).first()
    if row is None:
        raise NotFound
    events.append(tx, "account.updated", actor_id=account_id, subject_id=account_id)
    return Account(*row)


_REMOVE = accounts.delete().where(accounts.c.id == sa.bindparam("which"))


def remove(tx: Tx, account_id: int) -> None:
    """Drop an account and all that hangs on it, at once: one that never did anything."""
    tx.run(_REMOVE, which=account_id)


def blank(tx: Tx, account: Account) -> None:
    """Leave nothing of an account but its name, which nobody else may have, and its keys, which
    sign what is still on its way. It is suspended.
    """
    keys = own_keys.of(tx, account.id)
    tx.run(_REMOVE, which=account.id)
    kept = structs.replace(
        account,
        name="",
        bio="",
        bio_source="",
        fields=[],
        avatar="",
        header="",
        ai=None,
        also_known_as=[],
        profile=None,
        followers_count=0,
        following_count=0,
        posts_count=0,
        last_post_at=None,
        updated_at=tx.now,
        suspended_at=account.suspended_at or tx.now,
    )
    tx.run(accounts.insert(), structs.asdict(kept))
    if keys is not None:
        own_keys.put(tx, account.id, keys)
