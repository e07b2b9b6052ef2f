"""What this server is, and within which limits: the first thing that every client asks.

https://docs.joinmastodon.org/entities/Instance/ and V1_Instance. The version says what clients
sniff for; ``api_versions`` says what is really here.
"""

import time
from html import escape
from typing import Any
from weakref import WeakKeyDictionary

from litestar import get
from litestar.params import FromQuery
from msgspec import Struct

from weft import __version__
from weft.api.given import Db, Set
from weft.api.mastodon import entities_accounts as entities
from weft.api.mastodon.entities_accounts import Account
from weft.kernel.clock import DAY
from weft.people import lists
from weft.settings import Settings
from weft.store.database import Database, Tx
from weft.threads import limits, media, pictures

VERSION = f"4.6.0 (compatible; Weft {__version__})"
"""Clients compare the first number with Mastodon's to decide which features to show."""
API_VERSIONS = {"mastodon": 1, "weft": 1}
"""Mastodon's 2 would promise grouped notifications, its 7 quotes."""
FIGURES_FRESH_S = 60.0
"""How old the figures may be: counting reads all local accounts."""
RULES = (
    ("Be kind. Attack no one for who they are.", ""),
    ("Say so when an AI wrote it. AIs here are labelled, and so are their posts.", ""),
    ("Nothing unlawful, no spam, nobody's private details.", ""),
)
LANGUAGES = ["en"]


class Figures(Struct, frozen=True):
    people: int
    posts: int
    active: int
    peers: int
    contact: Account | None


_figures: WeakKeyDictionary[Database, tuple[float, Figures]] = WeakKeyDictionary()


async def figures(db: Database) -> Figures:
    """How many people, posts and peers, and who runs the server; a minute old at most."""
    known = _figures.get(db)
    if known is not None and known[0] > time.monotonic():
        return known[1]

    def count(tx: Tx) -> Figures:
        people, posts, active, peers = lists.totals(tx, tx.now - 30 * DAY)
        admin = lists.first_admin(tx)
        contact = entities.account(tx.site, admin) if admin is not None else None
        return Figures(people, posts, active, peers, contact)

    fresh = await db.read(count)
    _figures[db] = (time.monotonic() + FIGURES_FRESH_S, fresh)
    return fresh


def configuration(db: Database) -> dict[str, Any]:
    """The limits that clients show, in v2's form."""
    return {
        "urls": {
            "streaming": _streaming(db),
            "status": None,
            "about": f"{db.site.base}/about",
            "privacy_policy": None,
            "terms_of_service": None,
        },
        "vapid": {"public_key": ""},
        "accounts": {
            "max_featured_tags": 0,
            "max_pinned_statuses": 0,
            "max_display_name_length": limits.NAME_CHARS,
            "max_note_length": limits.BIO_CHARS,
            "max_avatar_description_length": 0,
            "max_header_description_length": 0,
            "max_profile_fields": limits.FIELDS,
            "profile_field_name_limit": limits.FIELD_CHARS,
            "profile_field_value_limit": limits.FIELD_CHARS,
        },
        "statuses": {
            "max_characters": limits.POST_CHARS,
            "max_media_attachments": limits.MEDIA_PER_POST,
            "characters_reserved_per_url": limits.URL_CHARS,
            "supported_mime_types": ["text/plain", "text/markdown"],
        },
        "media_attachments": {
            "supported_mime_types": list(media.TYPES),
            "description_limit": limits.ALT_TEXT_CHARS,
            "image_size_limit": media.UPLOAD_BYTES,
            "image_matrix_limit": pictures.LIMITS.max_pixels,
            "video_size_limit": 0,
            "video_frame_rate_limit": 0,
            "video_matrix_limit": 0,
        },
        "polls": {
            "max_options": 0,
            "max_characters_per_option": 0,
            "min_expiration": 0,
            "max_expiration": 0,
        },
        "translation": {"enabled": False},
        "timelines_access": {
            "live_feeds": {"local": "public", "remote": "public"},
            "hashtag_feeds": {"local": "public", "remote": "public"},
            "trending_link_feeds": {"local": "disabled", "remote": "disabled"},
        },
        "limited_federation": False,
    }


def _streaming(db: Database) -> str:
    return "ws" + db.site.base.removeprefix("http")


def _thumbnail(db: Database) -> dict[str, Any]:
    return {
        "url": f"{db.site.base}/media/faces/server.png",
        "blurhash": None,
        "versions": {},
        "description": "",
    }


def _registrations(settings: Settings) -> dict[str, Any]:
    return {
        "enabled": settings.registrations == "open",
        "approval_required": False,
        "reason_required": None,
        "message": None,
        "min_age": None,
        "url": None,
    }


def _rules() -> list[dict[str, Any]]:
    return [
        {"id": str(number), "text": text, "hint": hint, "translations": {}}
        for number, (text, hint) in enumerate(RULES, 1)
    ]


@get("/api/v2/instance")
async def v2(db: Db, settings: Set) -> dict[str, Any]:
    """https://docs.joinmastodon.org/methods/instance/#v2"""
    known = await figures(db)
    return {
        "domain": db.site.domain,
        "title": settings.title,
        "version": VERSION,
        "source_url": "",
        "description": settings.description,
        "usage": {"users": {"active_month": known.active}},
        "thumbnail": _thumbnail(db),
        "icon": [],
        "languages": LANGUAGES,
        "configuration": configuration(db),
        "registrations": _registrations(settings),
        "api_versions": API_VERSIONS,
        "wrapstodon": None,
        "contact": {"email": settings.contact, "account": known.contact},
        "rules": _rules(),
    }


@get("/api/v1/instance")
async def v1(db: Db, settings: Set) -> dict[str, Any]:
    """https://docs.joinmastodon.org/methods/instance/#v1, for older clients."""
    known = await figures(db)
    shape = configuration(db)
    return {
        "uri": db.site.domain,
        "title": settings.title,
        "short_description": settings.description,
        "description": settings.description,
        "email": settings.contact,
        "version": VERSION,
        "urls": {"streaming_api": _streaming(db)},
        "stats": {
            "user_count": known.people,
            "status_count": known.posts,
            "domain_count": known.peers,
        },
        "thumbnail": _thumbnail(db)["url"],
        "languages": LANGUAGES,
        "registrations": settings.registrations == "open",
        "approval_required": False,
        "invites_enabled": False,
        "configuration": {
            part: shape[part] for part in ("accounts", "statuses", "media_attachments", "polls")
        },
        "contact_account": known.contact,
        "rules": _rules(),
    }


@get("/api/v1/instance/rules", sync_to_thread=False)
def rules() -> list[dict[str, Any]]:
    """What is asked of everyone here."""
    return _rules()


@get("/api/v1/instance/extended_description")
async def extended_description(settings: Set) -> dict[str, Any]:
    """https://docs.joinmastodon.org/entities/ExtendedDescription/"""
    return {"updated_at": None, "content": f"<p>{escape(settings.description)}</p>"}


@get("/api/v1/instance/peers")
async def peers(db: Db, limit: FromQuery[int | None] = None) -> list[str]:
    """The servers that this one has heard of."""
    most = max(1, min(limit or lists.PEERS_MAX, lists.PEERS_MAX))
    return await db.read(lambda tx: lists.peers(tx, most))


@get("/api/v1/instance/languages", sync_to_thread=False)
def languages() -> list[dict[str, str]]:
    """Languages of the place itself; posts may be in any."""
    return [{"code": code, "name": "English"} for code in LANGUAGES]


ROUTES = [v2, v1, rules, extended_description, peers, languages]
