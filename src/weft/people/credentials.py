"""Who may sign in: e-mail address, password, role and the choices kept for a member."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Any, Literal

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from msgspec import Struct, structs

from weft.kernel.clock import HOUR
from weft.kernel.errors import Invalid, NotFound
from weft.people import accounts
from weft.people.model import Account
from weft.people.tables import accounts as account_table
from weft.people.tables import credentials
from weft.store.database import Tx

Role = Literal["user", "admin"]
Problems = dict[str, list[dict[str, str]]]
"""What is wrong with a sign-up, field by field: ``{"email": [{"error": "ERR_TAKEN", …}]}``."""

PASSWORD_MIN = 8
"""NIST SP 800-63B's floor, and Mastodon's."""
PASSWORD_MAX = 256
"""Long enough for any sentence; argon2 reads all of it, so it needs an end."""
EMAIL_MAX = 320
"""64 before the @, 255 after it (RFC 5321)."""
REASON_MAX = 1_000
"""Characters of why somebody wants to join: an admin reads all of it."""
SEEN_EVERY = 1 * HOUR
"""How often a member's address and last visit are written down: enough to find who is active."""
_EMAIL = re.compile(r"[^\s@\x00-\x1f\x7f]{1,64}@[^\s@\x00-\x1f\x7f]{1,255}")

# OWASP's second argon2id setting (19 MiB, 2 passes): some 30 ms, and a sign-in does not need the
# 64 MiB that the library's default takes from a small machine.
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_NOBODY = _hasher.hash("nobody has this password")


class Credential(Struct, frozen=True):
    """How a member signs in. ``preferences``: {visibility, sensitive, language}. Times are ms."""

    account_id: int
    email: str
    password_hash: str
    role: Role
    preferences: dict[str, Any]
    created_at: int
    approved: bool = True
    disabled_at: int | None = None
    reason: str | None = None
    sign_up_ip: str | None = None
    last_ip: str | None = None
    last_seen_at: int | None = None

    @property
    def trouble(self) -> str | None:
        """Why this member may not sign in, in Mastodon's words."""
        return trouble(self.approved, self.disabled_at)


class SignUpRefused(Invalid):
    """A sign-up that breaks rules; ``details`` says which, field by field, as Mastodon does:
    ``{"email": [{"error": "ERR_TAKEN", "description": "…"}]}``.
    """

    def __init__(self, details: Problems) -> None:
        told = [
            f"{field.capitalize()} {problem['description']}"
            for field, problems in details.items()
            for problem in problems
        ]
        super().__init__("Validation failed: " + ", ".join(told))
        self.details = details


_COLUMNS = tuple(credentials.c[field] for field in Credential.__struct_fields__)
_BY_EMAIL = sa.select(*_COLUMNS).where(credentials.c.email == sa.bindparam("email"))
_BY_ACCOUNT = sa.select(*_COLUMNS).where(credentials.c.account_id == sa.bindparam("account_id"))


def trouble(
    approved: bool | None, disabled_at: int | None, suspended_at: int | None = None
) -> str | None:
    """What a login that is not in order is told:
    https://docs.joinmastodon.org/methods/accounts/#403-forbidden
    """
    if approved is False:
        return "Your login is currently pending approval"
    if disabled_at is not None or suspended_at is not None:
        return "Your login is currently disabled"
    return None


def hash_password(password: str) -> str:
    """Slow on purpose (tens of ms): outside of any transaction, on a thread."""
    return _hasher.hash(password)


def verify_password(password_hash: str | None, password: str) -> bool:
    """Slow as well, also for nobody (None), so that time does not tell who is a member."""
    try:
        matches = _hasher.verify(password_hash or _NOBODY, password[: PASSWORD_MAX * 4])
    except (Argon2Error, InvalidHashError):
        return False
    return matches and password_hash is not None


def check_password(password: str) -> str | None:
    """What is wrong with a new password, in words; None when it will do."""
    if len(password) < PASSWORD_MIN:
        return f"is too short (minimum is {PASSWORD_MIN} characters)"
    if len(password) > PASSWORD_MAX:
        return f"is too long (maximum is {PASSWORD_MAX} characters)"
    return None


def check_sign_up(tx: Tx, username: str, email: str, password: str, *, agreement: bool) -> None:
    """Errors: SignUpRefused, which names everything that is wrong at once."""
    found = sign_up_problems(tx, username, email, password, agreement=agreement)
    if found:
        raise SignUpRefused(found)


def sign_up_problems(
    tx: Tx, username: str, email: str, password: str, *, agreement: bool
) -> Problems:
    """Everything that is wrong with a sign-up, in Mastodon's codes; empty when it may be."""
    found: Problems = {}

    def wrong(field: str, code: str, description: str) -> None:
        found.setdefault(field, []).append({"error": code, "description": description})

    named = accounts.username_problem(username)
    if named is not None:
        wrong("username", *named)
    elif accounts.by_handle(tx, username) is not None:
        wrong("username", "ERR_TAKEN", "has already been taken")
    if not email:
        wrong("email", "ERR_BLANK", "can't be blank")
    elif len(email) > EMAIL_MAX or not _EMAIL.fullmatch(email):
        wrong("email", "ERR_INVALID", "is not a valid e-mail address")
    elif by_email(tx, email) is not None:
        wrong("email", "ERR_TAKEN", "has already been taken")
    problem = check_password(password)
    if not password:
        wrong("password", "ERR_BLANK", "can't be blank")
    elif problem is not None:
        short = len(password) < PASSWORD_MIN
        wrong("password", "ERR_TOO_SHORT" if short else "ERR_TOO_LONG", problem)
    if not agreement:
        wrong("agreement", "ERR_ACCEPTED", "must be accepted")
    return found


def canonical_hash(email: str) -> str:
    """SHA-256 (hex) of an address without what makes several of one mailbox: case, dots before
    the @, and whatever follows a +. Mastodon's rule for blocking single addresses.
    """
    local, _, domain = email.strip().lower().rpartition("@")
    local = local.partition("+")[0].replace(".", "")
    return sha256(f"{local}@{domain}".encode(errors="replace")).hexdigest()


def enrol(
    tx: Tx,
    account: Account,
    email: str,
    password_hash: str,
    *,
    role: Role = "user",
    approved: bool = True,
    reason: str | None = None,
    ip: str | None = None,
) -> Credential:
    """Let the owner of a local account sign in, once ``approved``. Errors: Invalid (address
    malformed or taken).
    """
    email = email.strip().lower()
    if len(email) > EMAIL_MAX or not _EMAIL.fullmatch(email):
        raise Invalid("Validation failed: Email is not a valid e-mail address")
    if by_email(tx, email) is not None:
        raise Invalid("Validation failed: Email has already been taken")
    made = Credential(
        account.id,
        email,
        password_hash,
        role,
        {},
        tx.now,
        approved=approved,
        reason=reason[:REASON_MAX] if reason else None,
        sign_up_ip=ip,
    )
    tx.run(credentials.insert(), structs.asdict(made))
    return made


def by_email(tx: Tx, email: str) -> Credential | None:
    row = tx.row(_BY_EMAIL, email=email.strip().lower())
    return Credential(*row) if row is not None else None


def by_account(tx: Tx, account_id: int) -> Credential | None:
    """None for AIs and for accounts elsewhere: they never sign in."""
    row = tx.row(_BY_ACCOUNT, account_id=account_id)
    return Credential(*row) if row is not None else None


_EVERYONE = (
    sa.select(*accounts.COLUMNS, credentials.c.role)
    .join_from(credentials, account_table, account_table.c.id == credentials.c.account_id)
    .order_by(account_table.c.id)
)


def everyone(tx: Tx) -> list[tuple[Account, Role]]:
    """All who can sign in here, oldest first."""
    return [(Account(*row[:-1]), row[-1]) for row in tx.rows(_EVERYONE)]


def by_login(tx: Tx, name: str) -> Credential | None:
    """By what a person types: the e-mail address, or the handle."""
    name = name.strip()
    found = by_email(tx, name)
    if found is None:
        username, _, domain = name.removeprefix("@").partition("@")
        account = accounts.by_handle(tx, username, domain)
        found = by_account(tx, account.id) if account is not None and account.local else None
    return found


def prefer(tx: Tx, account_id: int, **choices: Any) -> dict[str, Any]:
    """Change some of a member's preferences and give them all. Errors: NotFound."""
    held = by_account(tx, account_id)
    if held is None:
        raise NotFound
    preferences = held.preferences | choices
    tx.run(
        credentials.update().where(credentials.c.account_id == account_id),
        preferences=preferences,
    )
    return preferences


_CHANGE = credentials.update().where(credentials.c.account_id == sa.bindparam("whose"))
_ADMINS = (
    sa.select(credentials.c.account_id)
    .join_from(credentials, account_table, account_table.c.id == credentials.c.account_id)
    .where(
        credentials.c.role == "admin",
        credentials.c.disabled_at.is_(None),
        account_table.c.suspended_at.is_(None),
    )
    .order_by(credentials.c.account_id)
)
_SEEN = _CHANGE.where(
    sa.or_(
        credentials.c.last_seen_at.is_(None),
        credentials.c.last_seen_at < sa.bindparam("before"),
        credentials.c.last_ip != sa.bindparam("ip"),
    )
).values(last_ip=sa.bindparam("ip"), last_seen_at=sa.bindparam("at"))


def change(tx: Tx, account_id: int, **columns: Any) -> None:
    """Set ``approved``, ``disabled_at`` and the like."""
    tx.run(_CHANGE.values(**columns), whose=account_id)


def admins(tx: Tx) -> list[int]:
    """Accounts of those who look after this server now."""
    return [row[0] for row in tx.rows(_ADMINS)]


def seen(tx: Tx, account_id: int, ip: str) -> None:
    """A member was here, from this address; written when the last note is old."""
    tx.run(_SEEN, whose=account_id, before=tx.now - SEEN_EVERY, ip=ip[:45], at=tx.now)
