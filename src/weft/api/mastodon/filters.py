"""Filters: words and posts that a member does not want to read.

https://docs.joinmastodon.org/methods/filters/#v2
"""

from litestar import delete, get, post, put
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Struct, UnsetType, field, structs

from weft.api.auth import scope
from weft.api.given import Db, Me
from weft.api.mastodon import filtering
from weft.api.mastodon.answers import few, id_of
from weft.api.mastodon.entities_statuses import Filter, FilterKeyword, FilterStatus
from weft.kernel.errors import Invalid
from weft.reading import filter_changes, filters
from weft.reading.filter_changes import Change, Wish
from weft.reading.filters import FilteredPost, Keyword

_READ, _WRITE = scope("read:filters"), scope("write:filters")
_ALL, _ONE = "/api/v2/filters", "/api/v2/filters/{filter_id:str}"
_KEYWORD, _STATUS = "/api/v2/filters/keywords/{key:str}", "/api/v2/filters/statuses/{key:str}"

Seconds = int | float | str | UnsetType | None
"""``expires_in``: null or an empty text is for ever; left out: as it is."""


class KeywordAttribute(Struct):
    """A keyword in the form of its filter; with an ``id``: one that is in it."""

    id: str | int | None = None
    keyword: str | None = None
    whole_word: bool | None = None
    destroy: bool = field(name="_destroy", default=False)


class FilterForm(Struct):
    title: str | None = None
    context: list[str] | str | None = None
    filter_action: str | None = None
    expires_in: Seconds = UNSET
    keywords_attributes: list[KeywordAttribute] = []


class KeywordForm(Struct):
    keyword: str | None = None
    whole_word: bool | None = None


class StatusForm(Struct):
    status_id: str | int


def lasting(given: Seconds) -> tuple[int | None, bool]:
    """``Wish.lasts`` and ``Wish.forever``. Errors: Invalid."""
    if isinstance(given, UnsetType):
        return None, False
    if given is None or given == "":
        return None, True
    try:
        return int(float(given)), False
    except (ValueError, OverflowError) as fault:
        raise Invalid("Validation failed: Expires in is not a number") from fault


def places(given: list[str] | str | None) -> list[str] | None:
    """``context``, which some send as one name."""
    return [given] if isinstance(given, str) else given


def _wish(form: FilterForm) -> Wish:
    lasts, forever = lasting(form.expires_in)
    return Wish(
        title=form.title,
        context=places(form.context),
        action=form.filter_action,
        lasts=lasts,
        forever=forever,
        keywords=[
            Change(
                id=id_of(str(one.id)) if one.id else None,
                text=one.keyword,
                whole_word=one.whole_word,
                drop=one.destroy,
            )
            for one in few(form.keywords_attributes, filter_changes.KEYWORDS_MAX, "keywords")
        ],
    )


def _shown(one: filters.Filter) -> Filter:
    return structs.replace(
        filtering.head(one),
        keywords=[_keyword(keyword) for keyword in one.keywords],
        statuses=[_status(entry) for entry in one.posts],
    )


def _keyword(one: Keyword) -> FilterKeyword:
    return FilterKeyword(str(one.id), one.text, one.whole_word)


def _status(one: FilteredPost) -> FilterStatus:
    return FilterStatus(str(one.id), str(one.post_id))


@get(_ALL, guards=[_READ])
async def listed(db: Db, me: Me) -> list[Filter]:
    return await db.read(lambda tx: [_shown(one) for one in filters.listed(tx, me.id)])


@get(_ONE, guards=[_READ])
async def show(db: Db, me: Me, filter_id: FromPath[str]) -> Filter:
    wanted = id_of(filter_id)
    return await db.read(lambda tx: _shown(filters.get(tx, me.id, wanted)))


@post(_ALL, guards=[_WRITE], status_code=200)
async def create(db: Db, me: Me, data: JSONBody[FilterForm]) -> Filter:
    wish = _wish(data)
    return await db.write(lambda tx: _shown(filter_changes.create(tx, me.id, wish)))


@put(_ONE, guards=[_WRITE])
async def update(db: Db, me: Me, filter_id: FromPath[str], data: JSONBody[FilterForm]) -> Filter:
    wanted, wish = id_of(filter_id), _wish(data)
    return await db.write(lambda tx: _shown(filter_changes.update(tx, me.id, wanted, wish)))


@delete(_ONE, guards=[_WRITE], status_code=200)
async def remove(db: Db, me: Me, filter_id: FromPath[str]) -> dict[str, str]:
    wanted = id_of(filter_id)
    await db.write(lambda tx: filter_changes.delete(tx, me.id, wanted))
    return {}


@get(f"{_ONE}/keywords", guards=[_READ])
async def keywords(db: Db, me: Me, filter_id: FromPath[str]) -> list[FilterKeyword]:
    wanted = id_of(filter_id)
    found = await db.read(lambda tx: filters.get(tx, me.id, wanted).keywords)
    return [_keyword(one) for one in found]


@post(f"{_ONE}/keywords", guards=[_WRITE], status_code=200)
async def add_keyword(
    db: Db, me: Me, filter_id: FromPath[str], data: JSONBody[KeywordForm]
) -> FilterKeyword:
    wanted, text = id_of(filter_id), data.keyword or ""
    whole = data.whole_word is not False
    return _keyword(
        await db.write(
            lambda tx: filter_changes.add_keyword(tx, me.id, wanted, text, whole_word=whole)
        )
    )


@get(_KEYWORD, guards=[_READ])
async def keyword(db: Db, me: Me, key: FromPath[str]) -> FilterKeyword:
    wanted = id_of(key)
    return _keyword(await db.read(lambda tx: filters.keyword(tx, me.id, wanted)))


@put(_KEYWORD, guards=[_WRITE])
async def change_keyword(
    db: Db, me: Me, key: FromPath[str], data: JSONBody[KeywordForm]
) -> FilterKeyword:
    wanted = id_of(key)
    return _keyword(
        await db.write(
            lambda tx: filter_changes.change_keyword(
                tx, me.id, wanted, text=data.keyword, whole_word=data.whole_word
            )
        )
    )


@delete(_KEYWORD, guards=[_WRITE], status_code=200)
async def drop_keyword(db: Db, me: Me, key: FromPath[str]) -> dict[str, str]:
    wanted = id_of(key)
    await db.write(lambda tx: filter_changes.drop_keyword(tx, me.id, wanted))
    return {}


@get(f"{_ONE}/statuses", guards=[_READ])
async def statuses(db: Db, me: Me, filter_id: FromPath[str]) -> list[FilterStatus]:
    wanted = id_of(filter_id)
    return [
        _status(one) for one in (await db.read(lambda tx: filters.get(tx, me.id, wanted))).posts
    ]


@post(f"{_ONE}/statuses", guards=[_WRITE], status_code=200)
async def add_status(
    db: Db, me: Me, filter_id: FromPath[str], data: JSONBody[StatusForm]
) -> FilterStatus:
    wanted, meant = id_of(filter_id), id_of(str(data.status_id))
    return _status(await db.write(lambda tx: filter_changes.add_post(tx, me.id, wanted, meant)))


@get(_STATUS, guards=[_READ])
async def status(db: Db, me: Me, key: FromPath[str]) -> FilterStatus:
    wanted = id_of(key)
    return _status(await db.read(lambda tx: filters.filtered_post(tx, me.id, wanted)))


@delete(_STATUS, guards=[_WRITE], status_code=200)
async def drop_status(db: Db, me: Me, key: FromPath[str]) -> dict[str, str]:
    wanted = id_of(key)
    await db.write(lambda tx: filter_changes.drop_post(tx, me.id, wanted))
    return {}


ROUTES = [
    listed,
    show,
    create,
    update,
    remove,
    keywords,
    add_keyword,
    keyword,
    change_keyword,
    drop_keyword,
    statuses,
    add_status,
    status,
    drop_status,
]
