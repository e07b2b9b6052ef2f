"""The codes and tokens that apps get, and the browsers that signed in to say yes to them.

Secrets (tokens, codes, session cookies) are random and stored as SHA-256 only: whoever reads the
database cannot act for anyone. OAuth 2 (RFC 6749) with PKCE (RFC 7636), the parts that Mastodon's
apps use.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

import sqlalchemy as sa
from msgspec import Struct

from weft.kernel.clock import DAY, MINUTE
from weft.kernel.ids import new_id
from weft.people import credentials as credentials_
from weft.people.accounts import COLUMNS
from weft.people.apps import App, covers
from weft.people.model import Account
from weft.people.tables import accounts, apps, credentials, grants, sessions, tokens
from weft.store.database import Tx
from weft.work import events

CODE_LIFE = 10 * MINUTE
"""RFC 6749 §4.1.2 recommends at most ten minutes; out-of-band codes are typed by hand."""
SESSION_LIFE = 30 * DAY
"""How long a browser need not ask for the password again to say yes to another app."""
UNUSED_APP_KEEP = 7 * DAY
"""How long an app stays that nobody said yes to: anyone may register any number of them."""
OWN_TOKENS_MAX = 5
"""Tokens of one app for itself: it needs one, and loses some."""
OWN_TOKEN_KEEP = 180 * DAY
"""How long an app stays that only ever had a token for itself, after the last of these."""


class Bearer(Struct, frozen=True):
    """Who asks: the owner of a token. ``account`` is None when the token is the app's own."""

    token_id: int
    app_id: int | None
    scopes: frozenset[str]
    role: str | None
    account: Account | None
    trouble: str | None = None
    """Why its owner may do nothing now: suspended, disabled, waiting for approval."""

    def may(self, scope: str) -> bool:
        return covers(self.scopes, scope)


class Issued(Struct, frozen=True):
    """A token as it is given out, the only time that it is known."""

    token: str
    scopes: str
    created_at: int
    """Milliseconds."""


# -- codes ------------------------------------------------------------------------------------

_TAKE_GRANT = grants.delete().where(grants.c.hash == sa.bindparam("which")).returning(*grants.c)


def create_grant(
    tx: Tx, app: App, account_id: int, scopes: str, *, redirect_uri: str, challenge: str | None
) -> str:
    """A code that the app exchanges for a token. ``challenge``: PKCE, method S256."""
    code = secrets.token_urlsafe(32)
    tx.run(
        grants.insert(),
        hash=_hash(code),
        app_id=app.id,
        account_id=account_id,
        scopes=scopes,
        redirect_uri=redirect_uri,
        challenge=challenge,
        expires_at=tx.now + CODE_LIFE,
    )
    return code


def exchange(
    tx: Tx, app: App, code: str, redirect_uri: str, *, verifier: str | None, secret: str | None
) -> Issued | None:
    """A token for a code; None when it does not fit. The code is spent either way, so a wrong
    guess cannot be followed by another. Without PKCE the app's secret is asked for.
    """
    grant = tx.row(_TAKE_GRANT, which=_hash(code))
    if (
        grant is None
        or grant.app_id != app.id
        or grant.expires_at <= tx.now
        or grant.redirect_uri != redirect_uri
    ):
        return None
    if grant.challenge is not None:
        if verifier is None or not hmac.compare_digest(grant.challenge, s256(verifier)):
            return None
    elif secret is None or verifier is not None:
        # A verifier without a challenge: somebody took the challenge out on the way here
        # (RFC 9700 §2.1.1, PKCE downgrade).
        return None
    return issue(tx, grant.scopes, account_id=grant.account_id, app_id=app.id)


def s256(verifier: str) -> str:
    """RFC 7636 §4.2."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


# -- tokens -----------------------------------------------------------------------------------

_OWNER = (
    sa.select(
        tokens.c.id,
        tokens.c.app_id,
        tokens.c.scopes,
        credentials.c.role,
        credentials.c.approved,
        credentials.c.disabled_at,
        *COLUMNS,
    )
    .join_from(tokens, accounts, accounts.c.id == tokens.c.account_id, isouter=True)
    .join(credentials, credentials.c.account_id == tokens.c.account_id, isouter=True)
    .where(tokens.c.hash == sa.bindparam("which"))
)
_ISSUE = tokens.insert()
_REVOKE = (
    tokens.delete()
    .where(tokens.c.hash == sa.bindparam("which"))
    .returning(tokens.c.id, tokens.c.account_id)
)
_REVOKE_ALL = (
    tokens.delete()
    .where(tokens.c.account_id == sa.bindparam("whose"))
    .returning(tokens.c.id, tokens.c.account_id)
)
_OWN_TOKENS = (
    sa.select(tokens.c.id)
    .where(tokens.c.app_id == sa.bindparam("which"), tokens.c.account_id.is_(None))
    .order_by(tokens.c.id.desc())
)
_DROP_TOKEN = tokens.delete().where(tokens.c.id == sa.bindparam("which"))


def issue(tx: Tx, scopes: str, *, account_id: int | None, app_id: int | None) -> Issued:
    """A new token; ``account_id`` None: the app's own. Tokens do not expire, as Mastodon's."""
    token = secrets.token_urlsafe(32)
    if account_id is None and app_id is not None:
        for row in tx.rows(_OWN_TOKENS, which=app_id)[OWN_TOKENS_MAX - 1 :]:
            tx.run(_DROP_TOKEN, which=row.id)
            events.append(tx, "token.revoked", subject_id=row.id)
    tx.run(
        _ISSUE,
        id=new_id(),
        hash=_hash(token),
        app_id=app_id,
        account_id=account_id,
        scopes=scopes,
        created_at=tx.now,
    )
    return Issued(token, scopes, tx.now)


def token_owner(tx: Tx, token: str) -> Bearer | None:
    """Who holds this token: one indexed read. None when it is unknown or revoked. ``trouble``
    says when its owner may not use it.
    """
    row = tx.row(_OWNER, which=_hash(token))
    if row is None:
        return None
    account = Account(*row[6:]) if row[6] is not None else None
    held = credentials_.trouble(row[4], row[5], account.suspended_at if account else None)
    return Bearer(row[0], row[1], frozenset(row[2].split()), row[3], account, held)


def revoke(tx: Tx, token: str) -> bool:
    """End a token, and with it every stream that it opened (``token.revoked``)."""
    row = tx.row(_REVOKE, which=_hash(token))
    if row is None:
        return False
    events.append(tx, "token.revoked", actor_id=row[1], subject_id=row[0])
    return True


def revoke_all(tx: Tx, account_id: int) -> int:
    """End all tokens and sessions of an account: a changed password, a suspension."""
    ended = tx.rows(_REVOKE_ALL, whose=account_id)
    for token_id, owner in ended:
        events.append(tx, "token.revoked", actor_id=owner, subject_id=token_id)
    tx.run(sessions.delete().where(sessions.c.account_id == account_id))
    return len(ended)


# -- sessions ---------------------------------------------------------------------------------

_SESSION = (
    sa.select(*COLUMNS)
    .join_from(sessions, accounts, accounts.c.id == sessions.c.account_id)
    .join(credentials, credentials.c.account_id == accounts.c.id, isouter=True)
    .where(
        sessions.c.hash == sa.bindparam("which"),
        sessions.c.expires_at > sa.bindparam("now"),
        accounts.c.suspended_at.is_(None),
        credentials.c.disabled_at.is_(None),
        credentials.c.approved.isnot(sa.false()),
    )
)


def open_session(tx: Tx, account_id: int) -> str:
    """A browser signed in; gives the value of its cookie."""
    key = secrets.token_urlsafe(32)
    tx.run(
        sessions.insert(),
        hash=_hash(key),
        account_id=account_id,
        expires_at=tx.now + SESSION_LIFE,
    )
    return key


def close_sessions(tx: Tx, account_id: int) -> None:
    """End all browsers' sessions of an account; its apps keep their tokens."""
    tx.run(sessions.delete().where(sessions.c.account_id == account_id))


def session_owner(tx: Tx, key: str) -> Account | None:
    row = tx.row(_SESSION, which=_hash(key), now=tx.now)
    return Account(*row) if row is not None else None


def close_session(tx: Tx, key: str) -> None:
    tx.run(sessions.delete().where(sessions.c.hash == _hash(key)))


_UNUSED = apps.delete().where(
    apps.c.created_at < sa.bindparam("unused"),
    ~sa.exists().where(grants.c.app_id == apps.c.id),
    ~sa.exists().where(
        tokens.c.app_id == apps.c.id,
        sa.or_(tokens.c.account_id.isnot(None), tokens.c.created_at > sa.bindparam("own")),
    ),
)


def prune(tx: Tx) -> None:
    """Forget codes and sessions that ran out, and apps that nobody uses."""
    for table in (grants, sessions):
        tx.run(table.delete().where(table.c.expires_at <= tx.now))
    tx.run(_UNUSED, unused=tx.now - UNUSED_APP_KEEP, own=tx.now - OWN_TOKEN_KEEP)


def _hash(secret: str) -> str:
    """Plain SHA-256 is right for what is random; only passwords need a slow one."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
