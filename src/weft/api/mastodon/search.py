"""Finding accounts, posts and tags: https://docs.joinmastodon.org/methods/search/.

An address or a full handle that is not known here is asked for elsewhere first (``resolve``):
that is how people open what they see on other servers.
"""

import re
from typing import Annotated
from urllib.parse import urlsplit

from litestar import get
from litestar.params import FromQuery, QueryParameter

from weft.api.auth import scope_if_any
from weft.api.given import Db, Viewer
from weft.api.links import page_of
from weft.api.mastodon import tags as tag_entities
from weft.api.mastodon.answers import id_of
from weft.api.mastodon.entities_statuses import Search
from weft.api.mastodon.fragments import account_fragments
from weft.api.mastodon.serialise import statuses
from weft.api.resolver import Seeker
from weft.explore import tags as explored
from weft.kernel.errors import Invalid, WeftError
from weft.kernel.ids import parse_id
from weft.people import accounts
from weft.people.blocks import relationships
from weft.people.model import Account
from weft.store.database import Tx
from weft.threads import posts, search
from weft.threads.model import Post
from weft.threads.tokens import fold_tag

USUAL = 20
MOST = 40
QUERY_MAX = 2_048
"""Characters: the length of a long address; more are no search."""
FOLLOWED_LOOK = 200
"""Accounts by a name that are looked at for those one follows."""
TAGS_LOOK = 3
"""How many times as many tags are looked at as are shown: admins may have hidden some."""
OFFSET_MAX = 10_000
"""Nobody pages so far; each page costs all those before it."""
TYPES = ("accounts", "statuses", "hashtags")
_HANDLE = re.compile(r"[@!]?[^\s@/]+@[^\s@/]+\.?[^\s@/]*")
_PROFILE_PATH = re.compile(r"/(?:@|users/)([^/@\s]+)/?")
_POST_PATH = re.compile(r"/@[^/]+/(\d+)/?")


@get("/api/v2/search", guards=[scope_if_any("read:search")])
async def find(
    db: Db,
    viewer: Viewer,
    resolver: Seeker,
    q: Annotated[str, QueryParameter(name="q")],
    type_: Annotated[str | None, QueryParameter(name="type")] = None,
    resolve: FromQuery[bool] = False,
    following: FromQuery[bool] = False,
    account_id: FromQuery[str | None] = None,
    limit: FromQuery[int] = USUAL,
    offset: FromQuery[int] = 0,
    max_id: FromQuery[str | None] = None,
    min_id: FromQuery[str | None] = None,
    exclude_unreviewed: FromQuery[bool] = False,
) -> Search:
    """``type``: only accounts, statuses or hashtags. ``account_id``: only posts of that account;
    ``max_id`` and ``min_id``: posts between these ids. Strangers get one page and nothing from
    elsewhere, as on Mastodon; of posts, those that are public and whose authors agreed to it.
    """
    text = q.strip()
    if len(text) > QUERY_MAX:
        raise Invalid("Validation failed: The search is too long")
    if type_ and type_ not in TYPES:
        raise Invalid("Validation failed: Type is not included in the list")
    if viewer is None and (resolve or offset):
        raise WeftError("Search queries that resolve or paginate need authentication", 401)
    # As documented, ``offset`` counts only when one kind of thing is asked for.
    most, skip = max(1, min(limit, MOST)), max(0, min(offset, OFFSET_MAX)) if type_ else 0
    between = page_of(max_id, None, min_id, None, MOST)
    author = id_of(account_id) if account_id else None
    address = text.startswith(("https://", "http://"))
    nameable = address or _HANDLE.fullmatch(text)
    unknown = resolve and skip == 0 and nameable
    if unknown and not await db.read(lambda tx: _known(tx, viewer, text)):
        await resolver.look([text])

    def read(tx: Tx) -> Search:
        people: list[Account] = []
        found: list[Post] = []
        tags: list[str] = []
        as_ = viewer.id if viewer is not None else None
        if address:
            people, found = _at(tx, as_, text) if skip == 0 else ([], [])
        else:
            if type_ in (None, "accounts") and not text.startswith("#"):
                people = _people(tx, viewer, text, following, most, skip)
            if type_ in (None, "statuses") and not text.startswith(("#", "@")):
                found = search.find_posts(
                    tx,
                    as_,
                    text,
                    limit=most,
                    offset=skip,
                    author_id=author,
                    below=between.below,
                    above=between.above,
                )
            if type_ in (None, "hashtags") and not text.startswith("@"):
                tags = search.find_tags(tx, text, limit=most * TAGS_LOOK, offset=skip)
                exact = fold_tag(text.removeprefix("#"))
                if type_ == "hashtags" and not tags and exact.isalnum() and skip == 0:
                    tags = [exact]  # a tag nobody used yet can be opened and followed, too
                named = exact if exclude_unreviewed else None
                tags = _listed(tx, tags, unless_named=named)[:most]
        known = account_fragments(tx, [one.id for one in people])
        shown = {one.id: known[one.id] for one in people if one.id in known}
        return Search(
            accounts=list(shown.values()) if type_ in (None, "accounts") else [],
            statuses=statuses(tx, as_, found) if type_ in (None, "statuses") else [],
            hashtags=tag_entities.shown(tx, as_, tags),
        )

    return await db.read(read)


def _people(
    tx: Tx, viewer: Account | None, text: str, following: bool, most: int, skip: int
) -> list[Account]:
    among_followed = following and viewer is not None
    found = accounts.find(
        tx,
        text,
        FOLLOWED_LOOK if among_followed else most + skip,
        viewer=viewer.id if viewer is not None else None,
    )
    if viewer is not None and among_followed and found:
        known = relationships(tx, viewer.id, [one.id for one in found])
        followed = {one.id for one in known if one.following}
        found = [one for one in found if one.id in followed]
    return found[skip : skip + most]


def _listed(tx: Tx, tags: list[str], *, unless_named: str | None) -> list[str]:
    """Those that no admin hid; with ``unless_named`` those only that one looked at, and this one:
    some clients always leave out the unreviewed, and still ask for a tag by its name.
    """
    decided = explored.settings(tx, tags)
    spared = tags if unless_named is None else [unless_named]
    return [
        tag
        for tag in tags
        if decided[tag].listable and (tag in spared or decided[tag].reviewed_at is not None)
    ]


def _known(tx: Tx, viewer: Account | None, text: str) -> bool:
    if not text.startswith(("https://", "http://")):
        username, _, domain = text.lstrip("!@").partition("@")
        return accounts.by_handle(tx, username, domain) is not None
    people, found = _at(tx, viewer.id if viewer is not None else None, text)
    return bool(people or found)


def _at(tx: Tx, viewer: int | None, address: str) -> tuple[list[Account], list[Post]]:
    """The account or post that has this address: its ActivityPub id, or the page people copy."""
    account = accounts.by_uri(tx, address) or _by_page(tx, address)
    if account is not None:
        return ([account] if account.suspended_at is None else []), []
    post = posts.by_uri(tx, address) or posts.by_url(tx, address)
    if post is None and address.startswith(f"{tx.site.base}/"):
        local = _POST_PATH.fullmatch(urlsplit(address).path)
        number = parse_id(local[1]) if local else None
        post = posts.by_id(tx, number) if number is not None else None
    if post is None or not posts.may_see(tx, viewer, post):
        return [], []
    return [], [post]


def _by_page(tx: Tx, address: str) -> Account | None:
    """By the page of a profile, ``https://host/@name``, as nearly all servers have them."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    path = _PROFILE_PATH.fullmatch(parts.path)
    if path is None:
        return None
    at_home = address.startswith(f"{tx.site.base}/")
    found = accounts.by_handle(tx, path[1], "" if at_home else parts.netloc)
    return found if found is not None and (at_home or found.url == address) else None


ROUTES = [find]
