"""Filters as they were before 4.0, for older apps: each is one keyword of a filter.

https://docs.joinmastodon.org/methods/filters/#v1
"""

from litestar import delete, get, post, put
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Struct

from weft.api.auth import scope
from weft.api.given import Db, Me
from weft.api.mastodon.answers import id_of
from weft.api.mastodon.filters import Seconds, lasting, places
from weft.kernel.clock import iso
from weft.kernel.errors import Invalid
from weft.reading import filter_changes, filters
from weft.reading.filter_changes import TITLE_MAX, Change, Wish
from weft.reading.filters import Filter, Keyword
from weft.store.database import Tx

_READ, _WRITE = scope("read:filters"), scope("write:filters")
_ALL, _ONE = "/api/v1/filters", "/api/v1/filters/{key:str}"


class V1Filter(Struct, frozen=True):
    """https://docs.joinmastodon.org/entities/V1_Filter/; the id is the keyword's."""

    id: str
    phrase: str
    context: list[str]
    whole_word: bool
    expires_at: str | None
    irreversible: bool


class V1Form(Struct):
    phrase: str | None = None
    context: list[str] | str | None = None
    irreversible: bool | None = None
    whole_word: bool | None = None
    expires_in: Seconds = UNSET


def _shown(one: Filter, keyword: Keyword) -> V1Filter:
    return V1Filter(
        str(keyword.id),
        keyword.text,
        one.context,
        keyword.whole_word,
        iso(one.expires_at) if one.expires_at is not None else None,
        one.action == "hide",
    )


def _find(tx: Tx, owner_id: int, keyword_id: int) -> tuple[Filter, Keyword]:
    keyword = filters.keyword(tx, owner_id, keyword_id)
    return filters.get(tx, owner_id, keyword.filter_id), keyword


@get(_ALL, guards=[_READ])
async def listed(db: Db, me: Me) -> list[V1Filter]:
    def read(tx: Tx) -> list[V1Filter]:
        return [
            _shown(one, keyword) for one in filters.listed(tx, me.id) for keyword in one.keywords
        ]

    return await db.read(read)


@get(_ONE, guards=[_READ])
async def show(db: Db, me: Me, key: FromPath[str]) -> V1Filter:
    wanted = id_of(key)
    return await db.read(lambda tx: _shown(*_find(tx, me.id, wanted)))


@post(_ALL, guards=[_WRITE], status_code=200)
async def create(db: Db, me: Me, data: JSONBody[V1Form]) -> V1Filter:
    """A filter of one keyword, which is its title too."""
    phrase = _phrase(data.phrase or "")
    lasts, forever = lasting(data.expires_in)
    wish = Wish(
        title=phrase[:TITLE_MAX],
        context=places(data.context),
        action="hide" if data.irreversible else "warn",
        lasts=lasts,
        forever=forever,
        keywords=[Change(text=phrase, whole_word=data.whole_word or False)],
    )

    def write(tx: Tx) -> V1Filter:
        made = filter_changes.create(tx, me.id, wish)
        return _shown(made, made.keywords[0])

    return await db.write(write)


@put(_ONE, guards=[_WRITE])
async def update(db: Db, me: Me, key: FromPath[str], data: JSONBody[V1Form]) -> V1Filter:
    """What is left out stays. What concerns the whole filter cannot be changed from here when it
    has more keywords than the app knows of.
    """
    wanted = id_of(key)
    lasts, forever = lasting(data.expires_in)
    phrase = _phrase(data.phrase) if data.phrase is not None else None

    def write(tx: Tx) -> V1Filter:
        known, keyword = _find(tx, me.id, wanted)
        action = known.action
        if data.irreversible is not None and data.irreversible != (action == "hide"):
            action = "hide" if data.irreversible else "warn"
        context = places(data.context)
        changes = (
            action != known.action
            or (context is not None and set(context) != set(known.context))
            or lasts is not None
            or (forever and known.expires_at is not None)
        )
        alone = len(known.keywords) == 1
        if changes and not alone:
            raise Invalid(
                "Validation failed: this filter has several keywords, and only newer apps can "
                "change what concerns all of them"
            )
        named_so = alone and known.title == keyword.text[:TITLE_MAX]
        wish = Wish(
            title=phrase[:TITLE_MAX] if phrase is not None and named_so else None,
            context=context if alone else None,
            action=action,
            lasts=lasts,
            forever=forever,
            keywords=[Change(id=wanted, text=phrase, whole_word=data.whole_word)],
        )
        filter_changes.update(tx, me.id, known.id, wish)
        return _shown(*_find(tx, me.id, wanted))

    return await db.write(write)


@delete(_ONE, guards=[_WRITE], status_code=200)
async def remove(db: Db, me: Me, key: FromPath[str]) -> dict[str, str]:
    """Take the keyword out. A filter that an app made by this API goes with its only one."""
    wanted = id_of(key)

    def write(tx: Tx) -> None:
        known, keyword = _find(tx, me.id, wanted)
        made_here = known.title == keyword.text[:TITLE_MAX]
        if made_here and len(known.keywords) == 1 and not known.posts:
            filter_changes.delete(tx, me.id, known.id)
        else:
            filter_changes.drop_keyword(tx, me.id, wanted)

    await db.write(write)
    return {}


def _phrase(text: str) -> str:
    if not text.strip():
        raise Invalid("Validation failed: Phrase can't be blank")
    return text


ROUTES = [listed, show, create, update, remove]
