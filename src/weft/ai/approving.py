"""What an owner does with a draft: send it, change it, or not.

A draft is said at most once: deciding it and saying it are one transaction, and only what waits can be
decided.
"""

from __future__ import annotations

import msgspec
from msgspec import structs

from weft.ai import bounds, ending, members
from weft.ai.bounds import model as owners
from weft.ai.bounds import names
from weft.ai.bounds.links import on
from weft.ai.model import REASONS, Ai
from weft.ai.places.dress import ANSWER_CHARS
from weft.ai.safety import approvals
from weft.ai.safety.approvals import Approval
from weft.ai.said import Said
from weft.kernel.errors import Invalid, NotFound, WeftError
from weft.people.model import Account
from weft.store.database import Tx


def send(tx: Tx, by: Account, ai_id: int, approval_id: int, text: str | None = None) -> Approval:
    """Say it now, as it is or with another text. ``text`` keeps the bounds that hold for the AI.

    Errors: NotFound, Forbidden; Invalid for the text; 409 when it waits no more, or may not be said
    there any more (and then it is over).
    """
    _, ai = members.owned(tx, by, ai_id)
    draft = _waiting(tx, ai_id, approval_id)
    said = msgspec.convert(draft.draft, Said)
    if text is not None:
        said = structs.replace(said, outcome="answered", reason="", text=_checked(ai, text))
    if not approvals.decide(tx, approval_id, "edited" if text is not None else "sent", by.id):
        raise _over()
    if why := ending.say_approved(tx, approval_id, said):
        raise WeftError(f"It can't be said there any more: {REASONS[why]}", 409)
    return _kept(tx, ai_id, approval_id)


def reject(tx: Tx, by: Account, ai_id: int, approval_id: int) -> Approval:
    """It is never said. Errors: NotFound, Forbidden, 409."""
    members.owned(tx, by, ai_id)
    _waiting(tx, ai_id, approval_id)
    if not approvals.decide(tx, approval_id, "rejected", by.id):
        raise _over()
    ending.never_say(tx, approval_id)
    return _kept(tx, ai_id, approval_id)


def late(tx: Tx) -> None:
    """End what nobody decided in time."""
    for one in approvals.overdue(tx):
        if approvals.decide(tx, one, "late", None):
            ending.never_say(tx, one)


def _waiting(tx: Tx, ai_id: int, approval_id: int) -> Approval:
    draft = approvals.get(tx, ai_id, approval_id)
    if draft is None:
        raise NotFound("There is no such draft")
    if draft.state != "waiting" or draft.due_at < tx.now:
        raise _over()
    return draft


def _kept(tx: Tx, ai_id: int, approval_id: int) -> Approval:
    draft = approvals.get(tx, ai_id, approval_id)
    if draft is None:
        raise NotFound("There is no such draft")
    return draft


def _over() -> WeftError:
    return WeftError("This draft does not wait any more", 409)


def _checked(ai: Ai, text: str) -> str:
    """What its owner writes bears the AI's label, so that it keeps the AI's bounds."""
    text, own = text.strip(), owners.of(ai.bounds)
    if not 0 < len(text) <= ANSWER_CHARS:
        raise Invalid(f"Validation failed: Text must have 1 to {ANSWER_CHARS} characters")
    if bounds.says_human(text):
        raise Invalid("Validation failed: Text claims to be human")
    if named := names.named(own.names, text):
        raise Invalid(f"Validation failed: Text names {named}, a competitor")
    if own.links and any(not on(own.links, url) for url in bounds.links(text)):
        raise Invalid("Validation failed: Text links to a host that is not allowed")
    return text
