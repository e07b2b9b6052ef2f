"""Changing what a member does not want to read: filters, the keywords and the posts in them.

Every change moves ``updated_at`` of its filter on, by which ``matching`` knows that what it compiled
is stale, and appends ``filters.changed`` (actor: the member), once, for the member's open apps.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from msgspec import Struct

from weft.kernel.clock import SECOND
from weft.kernel.errors import Invalid, NotFound
from weft.kernel.ids import new_id
from weft.reading.filters import Filter, FilteredPost, Keyword, filtered_post, get, heads, keyword
from weft.reading.tables import filter_keywords, filter_posts, filters
from weft.store.database import Tx
from weft.threads import posts
from weft.threads.tokens import storable
from weft.work import events

CONTEXTS = ("home", "notifications", "public", "thread", "account")
ACTIONS = ("warn", "hide", "blur")
FILTERS_MAX = 200
"""Filters of a member: every one is read with each of their timelines."""
KEYWORDS_MAX = 1_000
"""Keywords of a member in all filters: each is looked for in every post they are shown."""
POSTS_MAX = 1_000
"""Posts in one filter: one that long is better a block or a mute."""
TITLE_MAX = 256
KEYWORD_MAX = 512
"""Characters: Mastodon's limits."""
LASTS_MAX = 100 * 365 * 24 * 3_600
"""Seconds: a hundred years; sums of times stay within 64 bits."""


class Change(Struct, frozen=True):
    """A keyword to be added (without ``id``), changed, or taken out (``drop``). None: as it is."""

    id: int | None = None
    text: str | None = None
    whole_word: bool | None = None
    drop: bool = False


class Wish(Struct, frozen=True):
    """What a filter is to be. None: as it is (of a new one: required, or the usual)."""

    title: str | None = None
    context: Sequence[str] | None = None
    action: str | None = None
    lasts: int | None = None
    """Seconds from now; 0: it ends at once."""
    forever: bool = False
    """It never ends, whatever ``lasts`` says."""
    keywords: Sequence[Change] = ()


_owner = sa.bindparam("owner", type_=sa.BigInteger)
_which = sa.bindparam("which", type_=sa.BigInteger)
_KEYWORDS_OF_ALL = (
    sa.select(sa.func.count())
    .select_from(filter_keywords.join(filters, filters.c.id == filter_keywords.c.filter_id))
    .where(filters.c.account_id == _owner)
)
_TOUCH = (
    filters.update()
    .where(filters.c.id == _which)
    # On by one at least: two changes within a millisecond are two.
    .values(
        updated_at=sa.case(
            (filters.c.updated_at >= sa.bindparam("at"), filters.c.updated_at + 1),
            else_=sa.bindparam("at"),
        )
    )
)
_SET = filters.update().where(filters.c.id == _which)
_DROP = filters.delete().where(filters.c.id == _which)
_ADD_KEYWORD = filter_keywords.insert()
_SET_KEYWORD = (
    filter_keywords.update()
    .where(filter_keywords.c.id == _which)
    .values(
        keyword=sa.bindparam("text", type_=sa.Text),
        whole_word=sa.bindparam("whole", type_=sa.Boolean),
    )
)
_DROP_KEYWORD = filter_keywords.delete().where(filter_keywords.c.id == _which)
_ADD_POST = filter_posts.insert()
_DROP_POST = filter_posts.delete().where(filter_posts.c.id == _which)


def create(tx: Tx, owner_id: int, wish: Wish) -> Filter:
    """Errors: Invalid, in Mastodon's words; NotFound for a keyword's id."""
    values = _checked(tx, wish, new=True)
    if len(heads(tx, owner_id)) >= FILTERS_MAX:
        raise Invalid(f"Validation failed: at most {FILTERS_MAX} filters")
    made = new_id()
    tx.run(
        filters.insert(),
        {"action": "warn", "expires_at": None}
        | values
        | {"id": made, "account_id": owner_id, "updated_at": tx.now},
    )
    _change_keywords(tx, owner_id, made, (), wish.keywords)
    _tell(tx, owner_id)
    return get(tx, owner_id, made)


def update(tx: Tx, owner_id: int, filter_id: int, wish: Wish) -> Filter:
    """Errors: NotFound (another's filter, or a keyword that is not in it), Invalid."""
    known = get(tx, owner_id, filter_id)
    values = _checked(tx, wish, new=False)
    if values:
        tx.run(_SET.values(**values), {"which": filter_id})
    _change_keywords(tx, owner_id, filter_id, known.keywords, wish.keywords)
    _touched(tx, owner_id, filter_id)
    return get(tx, owner_id, filter_id)


def delete(tx: Tx, owner_id: int, filter_id: int) -> None:
    """Errors: NotFound."""
    get(tx, owner_id, filter_id)
    tx.run(_DROP, which=filter_id)
    _tell(tx, owner_id)


# -- keywords -----------------------------------------------------------------------------------


def add_keyword(tx: Tx, owner_id: int, filter_id: int, text: str, *, whole_word: bool) -> Keyword:
    """Errors: NotFound, Invalid."""
    get(tx, owner_id, filter_id)
    made = new_id()
    _check_room(tx, owner_id, 1)
    tx.run(_ADD_KEYWORD, _row(made, filter_id, text, whole_word=whole_word))
    _touched(tx, owner_id, filter_id)
    return keyword(tx, owner_id, made)


def change_keyword(
    tx: Tx, owner_id: int, keyword_id: int, *, text: str | None, whole_word: bool | None
) -> Keyword:
    """None: as it is. Errors: NotFound, Invalid."""
    known = keyword(tx, owner_id, keyword_id)
    tx.run(_SET_KEYWORD, _new_form(known, text, whole_word))
    _touched(tx, owner_id, known.filter_id)
    return keyword(tx, owner_id, keyword_id)


def drop_keyword(tx: Tx, owner_id: int, keyword_id: int) -> None:
    """Errors: NotFound."""
    known = keyword(tx, owner_id, keyword_id)
    tx.run(_DROP_KEYWORD, which=keyword_id)
    _touched(tx, owner_id, known.filter_id)


# -- single posts -------------------------------------------------------------------------------


def add_post(tx: Tx, owner_id: int, filter_id: int, post_id: int) -> FilteredPost:
    """Put a post that the member may see into a filter; a boost: what it boosts. Errors: NotFound,
    Invalid (there already).
    """
    known = get(tx, owner_id, filter_id)
    seen = posts.see(tx, owner_id, post_id)
    meant = seen.boost_of_id if seen.boost_of_id is not None else seen.id
    if any(one.post_id == meant for one in known.posts):
        raise Invalid("Validation failed: Status has already been taken")
    if len(known.posts) >= POSTS_MAX:
        raise Invalid(f"Validation failed: at most {POSTS_MAX} posts in a filter")
    made = new_id()
    tx.run(_ADD_POST, id=made, filter_id=filter_id, post_id=meant)
    _touched(tx, owner_id, filter_id)
    return FilteredPost(made, filter_id, meant)


def drop_post(tx: Tx, owner_id: int, entry_id: int) -> None:
    """Errors: NotFound."""
    known = filtered_post(tx, owner_id, entry_id)
    tx.run(_DROP_POST, which=entry_id)
    _touched(tx, owner_id, known.filter_id)


# -- inside -------------------------------------------------------------------------------------


def _checked(tx: Tx, wish: Wish, *, new: bool) -> dict[str, object]:
    """The columns to write. Errors: Invalid, all that is wrong in one sentence."""
    wrong: list[str] = []
    values: dict[str, object] = {}
    if new or wish.title is not None:
        title = storable(wish.title or "").strip()
        if not title:
            wrong.append("Title can't be blank")
        if len(title) > TITLE_MAX:
            wrong.append(f"Title is too long (maximum is {TITLE_MAX} characters)")
        values["title"] = title
    if new or wish.context is not None:
        context = list(dict.fromkeys(wish.context or ()))
        if not context:
            wrong.append("Context can't be blank")
        if not context or not set(context) <= set(CONTEXTS):
            wrong.append("Context None or invalid context supplied")
        values["context"] = context
    if wish.action is not None:
        if wish.action not in ACTIONS:
            wrong.append("Action is not included in the list")
        values["action"] = wish.action
    if wish.forever:
        values["expires_at"] = None
    elif wish.lasts is not None:
        values["expires_at"] = tx.now + max(0, min(wish.lasts, LASTS_MAX)) * SECOND
    if wrong:
        raise Invalid(f"Validation failed: {', '.join(wrong)}")
    return values


def _change_keywords(
    tx: Tx, owner_id: int, filter_id: int, known: Sequence[Keyword], changes: Sequence[Change]
) -> None:
    """All are looked at before any is written. What is changed and dropped is dropped."""
    mine = {one.id: one for one in known}
    if len(changes) > KEYWORDS_MAX:
        raise _too_many()
    if any(change.id is not None and change.id not in mine for change in changes):
        raise NotFound
    added = [
        _row(new_id(), filter_id, change.text or "", whole_word=change.whole_word is not False)
        for change in changes
        if change.id is None and not change.drop
    ]
    changed = [
        _new_form(mine[change.id], change.text, change.whole_word)
        for change in changes
        if change.id is not None and not change.drop
    ]
    dropped = {change.id for change in changes if change.id is not None and change.drop}
    if added:
        _check_room(tx, owner_id, len(added) - len(dropped))
    tx.run_many(_ADD_KEYWORD, added)
    tx.run_many(_SET_KEYWORD, changed)
    tx.run_many(_DROP_KEYWORD, [{"which": one} for one in dropped])


def _check_room(tx: Tx, owner_id: int, more: int) -> None:
    if tx.scalar(_KEYWORDS_OF_ALL, owner=owner_id) + more > KEYWORDS_MAX:
        raise _too_many()


def _too_many() -> Invalid:
    return Invalid(f"Validation failed: at most {KEYWORDS_MAX} keywords")


def _row(keyword_id: int, filter_id: int, text: str, *, whole_word: bool) -> dict[str, object]:
    return {
        "id": keyword_id,
        "filter_id": filter_id,
        "keyword": _keyword_text(text),
        "whole_word": whole_word,
    }


def _new_form(known: Keyword, text: str | None, whole_word: bool | None) -> dict[str, object]:
    """The parameters of ``_SET_KEYWORD``."""
    return {
        "which": known.id,
        "text": known.text if text is None else _keyword_text(text),
        "whole": known.whole_word if whole_word is None else whole_word,
    }


def _keyword_text(text: str) -> str:
    text = storable(text).strip()
    if not text:
        raise Invalid("Validation failed: Keyword can't be blank")
    if len(text) > KEYWORD_MAX:
        raise Invalid(
            f"Validation failed: Keyword is too long (maximum is {KEYWORD_MAX} characters)"
        )
    return text


def _touched(tx: Tx, owner_id: int, filter_id: int) -> None:
    tx.run(_TOUCH, which=filter_id, at=tx.now)
    _tell(tx, owner_id)


def _tell(tx: Tx, owner_id: int) -> None:
    events.append(tx, "filters.changed", actor_id=owner_id, subject_id=owner_id)
