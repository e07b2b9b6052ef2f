"""What admins do about an account: warn, mark as sensitive, freeze, limit, suspend, and undo it.

Everything but deletion can be taken back. Suspended: as if it were not there (``posts.seen_by``
and every list ask ``suspended_at``). Limited (silenced): found by those who follow or name it.
https://docs.joinmastodon.org/methods/admin/accounts/
"""

from __future__ import annotations

from typing import Literal, get_args

from weft.kernel.errors import Forbidden, Invalid
from weft.moderation import reports
from weft.people import accounts, credentials, oauth
from weft.people.model import Account
from weft.store.database import Tx
from weft.threads.notifications import notify
from weft.work import events, jobs
from weft.work.jobs import NewJob

Action = Literal["none", "sensitive", "disable", "silence", "suspend"]
ACTIONS: tuple[Action, ...] = get_args(Action)
TEXT_MAX = 5_000
"""Characters of what the account is told: as long as a post."""


def act(
    tx: Tx,
    by: Account,
    target: Account,
    kind: str,
    *,
    text: str = "",
    report_id: int | None = None,
) -> None:
    """Take an action and tell the account why. Anything but ``none`` closes the open reports about
    the account; ``none`` closes the one it answers.

    Errors: Invalid (no such action, text too long), Forbidden (oneself, an admin, the server's own
    account; ``disable`` for who has no login), NotFound (the report).
    """
    if kind not in ACTIONS:
        raise Invalid("Record invalid")
    if len(text) > TEXT_MAX:
        raise Invalid(f"Validation failed: Text is too long (maximum is {TEXT_MAX} characters)")
    text = text.replace("\x00", "")
    report = reports.get(tx, report_id) if report_id is not None else None
    held = credentials.by_account(tx, target.id) if target.local else None
    if target.id == by.id or target.kind == "application" or (held and held.role == "admin"):
        raise Forbidden
    if kind == "sensitive":
        _stamp(tx, target, "sensitized_at")
    elif kind == "silence":
        _stamp(tx, target, "silenced_at")
    elif kind == "disable":
        if held is None:
            raise Forbidden
        disable(tx, by, target)
    elif kind == "suspend":
        suspend(tx, target, by=by)
    if report is not None or kind != "none":
        reports.close_about(tx, by, target, only=report if kind == "none" else None)
    if target.local:
        told = {
            "action": kind,
            "text": text,
            "post_ids": report.post_ids if report is not None and report.post_ids else None,
        }
        notify(tx, target.id, "moderation_warning", target.id, data=told)


def suspend(tx: Tx, target: Account, *, by: Account | None = None, at: int | None = None) -> None:
    """Out of sight and out of its login, at once; nothing is deleted. ``at`` marks who did it: a
    rule about a domain uses its own time, so that it takes back only what it did. Event:
    account.suspended.
    """
    if target.suspended_at is not None:
        return
    accounts.update(tx, target.id, suspended_at=at or tx.now)
    oauth.close_sessions(tx, target.id)
    _tell(tx, "account.suspended", by, target)


def unsuspend(tx: Tx, target: Account) -> None:
    """Event: account.unsuspended. Errors: Forbidden, when it is not suspended."""
    held = credentials.by_account(tx, target.id) if target.local else None
    if target.suspended_at is None or (held is not None and not held.approved):
        raise Forbidden
    if target.local and held is None and target.kind == "person":
        raise Forbidden  # deleted: there is nothing to come back to
    accounts.update(tx, target.id, suspended_at=None)
    _tell(tx, "account.unsuspended", None, target)


def disable(tx: Tx, by: Account, target: Account) -> None:
    """Freeze the login; what they said stays. Event: account.disabled."""
    credentials.change(tx, target.id, disabled_at=tx.now)
    oauth.close_sessions(tx, target.id)
    _tell(tx, "account.disabled", by, target)


def enable(tx: Tx, target: Account) -> None:
    credentials.change(tx, target.id, disabled_at=None)


def unsilence(tx: Tx, target: Account) -> None:
    if target.silenced_at is not None:
        accounts.update(tx, target.id, silenced_at=None)


def unsensitive(tx: Tx, target: Account) -> None:
    if target.sensitized_at is not None:
        accounts.update(tx, target.id, sensitized_at=None)


def delete(tx: Tx, target: Account) -> None:
    """Take the data of a suspended account away, for good: a job does it. Errors: Forbidden."""
    held = credentials.by_account(tx, target.id) if target.local else None
    if target.suspended_at is None or target.kind == "application":
        raise Forbidden
    if target.local and held is None and target.kind == "person":
        raise Forbidden  # deleted before
    erase(tx, target)


def erase(tx: Tx, target: Account) -> None:
    """The job that takes an account's data away. Event: account.deleted."""
    events.append(tx, "account.deleted", actor_id=target.id, subject_id=target.id)
    jobs.enqueue(tx, NewJob("moderation.erase", {"account": target.id}, key=f"erase:{target.id}"))


def _stamp(tx: Tx, target: Account, column: str) -> None:
    if getattr(target, column) is None:
        accounts.update(tx, target.id, **{column: tx.now})


def _tell(tx: Tx, kind: str, by: Account | None, target: Account) -> None:
    events.append(tx, kind, actor_id=by.id if by else None, subject_id=target.id)
