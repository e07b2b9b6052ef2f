"""Pictures on their way to a post: uploaded, processed by a job, described, attached, swept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from weft.kernel.clock import DAY
from weft.kernel.errors import Invalid, NotFound
from weft.kernel.ids import new_id
from weft.people.tables import accounts
from weft.store.database import Tx
from weft.threads.limits import ALT_TEXT_CHARS, graphemes
from weft.threads.tables import cards, custom_emojis, media
from weft.threads.tokens import storable
from weft.work import jobs

UPLOAD_BYTES = 16 * 1024 * 1024
"""Mastodon's limit for pictures; phones' JPEGs are 2 to 8 MB."""
TYPES = ("image/jpeg", "image/png", "image/webp", "image/gif")
"""What is accepted, as the instance document lists it."""
UNATTACHED_KEEP = 1 * DAY
"""How long a picture waits for its post: a draft over night."""
WAITING_MAX = 100
"""Unattached pictures of one member: ten long drafts; more is storage abuse."""
SWEEP_MAX = 500
KEYS_AT_ONCE = 500
"""Blobs asked about in one statement: engines bound its parameters."""


class Upload(Struct, frozen=True):
    """Field for field the columns of ``media``. ``blob`` is "" until it is processed; ``error``
    says why it never will be.
    """

    id: int
    owner_id: int
    post_id: int | None
    mime: str
    blob: str
    small: str
    upload: str
    width: int | None
    height: int | None
    small_width: int | None
    small_height: int | None
    blurhash: str | None
    description: str
    focus_x: float
    focus_y: float
    error: str | None
    created_at: int


class Stored(Struct, frozen=True):
    """What processing made of an upload: blob keys, sizes in pixels."""

    mime: str
    blob: str
    small: str
    width: int
    height: int
    small_width: int
    small_height: int
    blurhash: str


COLUMNS = tuple(media.c[field] for field in Upload.__struct_fields__)
_id = sa.bindparam("which", type_=sa.BigInteger)
_BY_ID = sa.select(*COLUMNS).where(media.c.id == _id)
_WAITING = sa.select(sa.func.count()).where(
    media.c.owner_id == sa.bindparam("owner"), media.c.post_id.is_(None)
)
_STALE = (
    sa.select(*COLUMNS)
    .where(media.c.post_id.is_(None), media.c.created_at < sa.bindparam("before"))
    .order_by(media.c.id)
    .limit(SWEEP_MAX)
)
_NAMING = (
    media.c.blob,
    media.c.small,
    media.c.upload,
    cards.c.image,
    custom_emojis.c.blob,
    custom_emojis.c.static_blob,
    accounts.c.avatar,
    accounts.c.header,
)
_DROP = media.delete().where(media.c.id == _id)


def add(
    tx: Tx,
    owner_id: int,
    upload: str,
    *,
    description: str = "",
    focus: tuple[float, float] = (0.0, 0.0),
) -> Upload:
    """Note an upload (``upload``: the blob key of the bytes as they came) and have it processed.

    Errors: Invalid (description too long, too many waiting pictures).
    """
    description = storable(description)
    _check(description)
    if (tx.scalar(_WAITING, owner=owner_id) or 0) >= WAITING_MAX:
        raise Invalid("Validation failed: Too many files wait to be posted")
    media_id = new_id()
    row = tx.run(
        media.insert().returning(*COLUMNS),
        id=media_id,
        owner_id=owner_id,
        mime="",
        blob="",
        small="",
        upload=upload,
        description=description,
        focus_x=_bounded(focus[0]),
        focus_y=_bounded(focus[1]),
        created_at=tx.now,
    ).one()
    jobs.enqueue(
        tx,
        jobs.NewJob(
            "threads.process_media", {"id": media_id}, key=f"media:{media_id}", pool="media"
        ),
    )
    return Upload(*row)


def by_id(tx: Tx, media_id: int) -> Upload | None:
    row = tx.row(_BY_ID, which=media_id)
    return Upload(*row) if row is not None else None


def mine(tx: Tx, owner_id: int, media_id: int) -> Upload:
    """Errors: NotFound for anyone else's."""
    found = by_id(tx, media_id)
    if found is None or found.owner_id != owner_id:
        raise NotFound
    return found


def describe(
    tx: Tx,
    owner_id: int,
    media_id: int,
    *,
    description: str | None = None,
    focus: tuple[float, float] | None = None,
) -> Upload:
    """Change the alt text or focus of a picture. One that hangs on a post shows it once the post
    is edited.
    """
    found = mine(tx, owner_id, media_id)
    values: dict[str, Any] = {}
    if description is not None:
        description = storable(description)
        _check(description)
        values["description"] = description
    if focus is not None:
        values |= {"focus_x": _bounded(focus[0]), "focus_y": _bounded(focus[1])}
    if not values:
        return found
    row = tx.run(
        media.update().where(media.c.id == media_id).values(**values).returning(*COLUMNS)
    ).one()
    return Upload(*row)


def finish(tx: Tx, media_id: int, stored: Stored) -> None:
    """It is processed: from now on it can be posted."""
    tx.run(
        media.update()
        .where(media.c.id == media_id)
        .values(
            mime=stored.mime,
            blob=stored.blob,
            small=stored.small,
            width=stored.width,
            height=stored.height,
            small_width=stored.small_width,
            small_height=stored.small_height,
            blurhash=stored.blurhash,
            upload="",
        )
    )


def fail(tx: Tx, media_id: int, why: str) -> None:
    """It cannot be processed; ``why`` is shown to its owner."""
    tx.run(media.update().where(media.c.id == media_id).values(error=why, upload=""))


def drop(tx: Tx, owner_id: int, media_id: int) -> Upload:
    """Delete an upload that is not on a post. Errors: NotFound, Invalid (it is in use)."""
    found = mine(tx, owner_id, media_id)
    if found.post_id is not None:
        raise Invalid("Media is attached to a status and cannot be deleted")
    tx.run(_DROP, which=media_id)
    return found


def sweep(tx: Tx) -> list[str]:
    """Forget what waited too long for a post; gives the blob keys that nothing names any more."""
    stale = [Upload(*row) for row in tx.rows(_STALE, before=tx.now - UNATTACHED_KEEP)]
    for upload in stale:
        tx.run(_DROP, which=upload.id)
    return unused(tx, [key for upload in stale for key in keys(upload)])


def keys(upload: Upload) -> list[str]:
    """The blobs of an upload."""
    return [key for key in (upload.blob, upload.small, upload.upload) if key]


def unused(tx: Tx, candidates: Sequence[str]) -> list[str]:
    """Those keys that no row names: the same picture may be on another post, too, or be a face, an
    emoji, or a link's, which anybody may have uploaded again to delete it.
    """
    wanted = sorted(set(candidates))
    return [
        key
        for at in range(0, len(wanted), KEYS_AT_ONCE)
        for key in _unused(tx, set(wanted[at : at + KEYS_AT_ONCE]))
    ]


def _unused(tx: Tx, free: set[str]) -> list[str]:
    for column in _NAMING:
        named = sa.select(column).where(column.in_(sa.bindparam("keys", expanding=True)))
        free -= {row[0] for row in tx.rows(named, keys=sorted(free))}
        if not free:
            break
    return sorted(free)


def parse_focus(text: str | None) -> tuple[float, float] | None:
    """``"0.1,-0.5"`` as clients send it. Errors: Invalid."""
    if not text:
        return None
    try:
        x, y = (float(part) for part in text.split(","))
    except ValueError:
        raise Invalid("Validation failed: Focus must be two numbers from -1 to 1") from None
    return _bounded(x), _bounded(y)


def _bounded(value: float) -> float:
    # A NaN compares false with everything: it becomes the middle.
    return min(1.0, max(-1.0, value)) if value == value else 0.0  # noqa: PLR0124


def _check(description: str) -> None:
    if graphemes(description) > ALT_TEXT_CHARS:
        raise Invalid(f"Validation failed: Description is too long (maximum {ALT_TEXT_CHARS})")
