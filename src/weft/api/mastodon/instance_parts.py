"""The parts of what a server says of itself that clients ask for one by one.

https://docs.joinmastodon.org/methods/instance/
"""

import time
from html import escape
from weakref import WeakKeyDictionary

from litestar import get
from litestar.params import FromPath, FromQuery

from weft.api.given import Db, Set
from weft.api.mastodon import policy
from weft.api.mastodon.entities_instance import (
    ExtendedDescription,
    Language,
    PrivacyPolicy,
    Rule,
    TermsOfService,
    Week,
)
from weft.api.mastodon.instance import LANGUAGES
from weft.kernel.clock import SECOND
from weft.kernel.errors import NotFound
from weft.people import lists
from weft.store.database import Database
from weft.threads import activity

WEEKS_FRESH_S = 3_600.0
"""How old the weeks may be: counting them reads three months of posts."""
PEERS_FOUND = 10
"""Servers that a search for names gives: as many as a menu shows."""

_weeks: WeakKeyDictionary[Database, tuple[float, list[Week]]] = WeakKeyDictionary()


@get("/api/v1/instance/rules", sync_to_thread=False)
def rules() -> list[Rule]:
    """What is asked of everyone here."""
    return policy.rules()


@get("/api/v1/instance/extended_description", sync_to_thread=False)
def extended_description(settings: Set) -> ExtendedDescription:
    """https://docs.joinmastodon.org/entities/ExtendedDescription/"""
    return ExtendedDescription(None, f"<p>{escape(settings.description)}</p>")


@get("/api/v1/instance/privacy_policy", sync_to_thread=False)
def privacy_policy(settings: Set) -> PrivacyPolicy:
    """What the page ``/privacy`` says."""
    return PrivacyPolicy(policy.PRIVACY_AT, policy.privacy_html(settings.contact))


@get("/api/v1/instance/terms_of_service", sync_to_thread=False)
def terms_of_service() -> TermsOfService:
    """There are none: 404, as documented."""
    raise NotFound


@get("/api/v1/instance/terms_of_service/{date:str}", sync_to_thread=False)
def terms_of_service_on(date: FromPath[str]) -> TermsOfService:
    """There are none of any date."""
    del date
    raise NotFound


@get("/api/v1/instance/peers")
async def peers(db: Db, limit: FromQuery[int | None] = None) -> list[str]:
    """The servers that this one has heard of."""
    most = max(1, min(limit or lists.PEERS_MAX, lists.PEERS_MAX))
    return await db.read(lambda tx: lists.peers(tx, most))


@get("/api/v1/peers/search")
async def peers_search(db: Db, q: FromQuery[str] = "") -> list[str]:
    """Known servers whose name begins so."""
    return await db.read(lambda tx: lists.peers_named(tx, q, PEERS_FOUND))


@get("/api/v1/instance/activity")
async def weekly(db: Db) -> list[Week]:
    """The last twelve weeks, this one first. ``logins`` are members who wrote something."""
    known = _weeks.get(db)
    if known is not None and known[0] > time.monotonic():
        return known[1]
    fresh = [
        Week(str(one.at // SECOND), str(one.posts), str(one.writers), str(one.joined))
        for one in await db.read(activity.weeks)
    ]
    _weeks[db] = (time.monotonic() + WEEKS_FRESH_S, fresh)
    return fresh


@get("/api/v1/instance/languages", sync_to_thread=False)
def languages() -> list[Language]:
    """Languages of the place itself; posts may be in any."""
    return [Language(code, "English") for code in LANGUAGES]


ROUTES = [
    rules,
    extended_description,
    privacy_policy,
    terms_of_service,
    terms_of_service_on,
    peers,
    peers_search,
    weekly,
    languages,
]
