"""The words of a line: checked, made safe HTML by the means of posts, and whom they name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from weft.rooms import members
from weft.rooms.model import LineFormat
from weft.store.database import Tx
from weft.threads.drafts import write_html
from weft.threads.keep import mention_json
from weft.threads.limits import POST_CHARS, check_post
from weft.threads.model import Draft
from weft.threads.tokens import storable

LINE_CHARS = POST_CHARS
"""As a post: an AI's answer fits both."""


def check(text: str, *, media: Sequence[object]) -> str:
    """A text as it can be stored and shown. Errors: Invalid (empty without pictures, too long, too
    many pictures).
    """
    text = storable(text)
    check_post(text, media=media, limit=LINE_CHARS)
    return text


def write(tx: Tx, room_id: int, text: str, form: LineFormat) -> tuple[str, list[dict[str, Any]]]:
    """(safe HTML, members of the room that it mentions). A name of somebody who is not in the room
    is a link to their profile: they are not told, since they could not look.
    """
    html, named, _ = write_html(tx, Draft(text=text, format=form))
    here = members.among_them(tx, room_id, [account.id for account in named])
    return html, [mention_json(account) for account in named if account.id in here]
