"""Who may join: what is asked of a sign-up beside its own fields, and what admins say to those
who wait.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from weft.kernel.errors import Forbidden
from weft.moderation import email_blocks
from weft.moderation.ip_blocks import Severity
from weft.moderation.members import Member
from weft.people import accounts, credentials
from weft.people.credentials import SignUpRefused
from weft.people.model import Account
from weft.store.database import Tx
from weft.threads.notifications import notify

Registrations = Literal["open", "approval", "closed"]


class SignUp(Struct, frozen=True):
    """What somebody who wants to join says. ``ip``: where it came from."""

    username: str
    email: str
    password: str
    agreement: bool
    reason: str = ""
    ip: str = ""


def check(tx: Tx, wish: SignUp, registrations: Registrations, network: Severity | None) -> bool:
    """Whether it may be at once (True), or an admin has to approve of it. ``network``: what the
    blocks say of its address.

    Errors: Forbidden (closed, or from a blocked network); SignUpRefused, with all that is wrong.
    """
    if registrations == "closed" or network in ("sign_up_block", "no_access"):
        raise Forbidden
    found = credentials.sign_up_problems(
        tx, wish.username, wish.email, wish.password, agreement=wish.agreement
    )
    provider = email_blocks.rule_for(tx, wish.email)
    blocked = provider is not None and not provider.allow_with_approval
    if blocked or (wish.email and email_blocks.find_mailbox(tx, wish.email) is not None):
        told = {"error": "ERR_BLOCKED", "description": "uses a forbidden e-mail provider"}
        found.setdefault("email", []).append(told)
    if len(wish.reason) > credentials.REASON_MAX:
        told = f"is too long (maximum is {credentials.REASON_MAX} characters)"
        found["reason"] = [{"error": "ERR_TOO_LONG", "description": told}]
    if found:
        raise SignUpRefused(found)
    return registrations == "open" and network is None and provider is None


def join(tx: Tx, wish: SignUp, password_hash: str, *, approved: bool) -> Account:
    """A new member. One who waits for approval is hidden like a suspended account until then.
    The admins are told.
    """
    account = accounts.create_local(tx, wish.username)
    credentials.enrol(
        tx,
        account,
        wish.email,
        password_hash,
        approved=approved,
        reason=wish.reason,
        ip=wish.ip or None,
    )
    if not approved:
        account = accounts.update(tx, account.id, suspended_at=tx.now)
    for admin_id in credentials.admins(tx):
        notify(tx, admin_id, "admin.sign_up", account.id)
    return account


def approve(tx: Tx, member: Member) -> None:
    """Errors: Forbidden, for who does not wait."""
    if not member.pending:
        raise Forbidden
    credentials.change(tx, member.account.id, approved=True)
    accounts.update(tx, member.account.id, suspended_at=None)


def reject(tx: Tx, member: Member) -> None:
    """Gone, as if they had never asked; the name is free again. Errors: Forbidden."""
    if not member.pending:
        raise Forbidden
    accounts.remove(tx, member.account.id)
