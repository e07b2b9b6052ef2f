"""Changing one's own account, in the old form and in the new one.

https://docs.joinmastodon.org/methods/accounts/#update_credentials, methods/profile/,
methods/preferences/

A person may say of their account that it is automated (``bot``): it is shown so and federated as a
service, but it becomes no AI, has no label and is not called. An AI cannot say that it is none.
"""

import asyncio
from typing import Any

from litestar import Request, delete, get, patch, route
from msgspec import Struct

from weft.api.auth import scope
from weft.api.given import Db, Files, Me
from weft.api.mastodon import entities_accounts as entities
from weft.api.mastodon import featured_tags
from weft.api.mastodon.accounts import own_account
from weft.api.mastodon.entities_accounts import CredentialAccount, Field
from weft.api.mastodon.entities_lists import FeaturedTag
from weft.api.mastodon.quotes import policy_of
from weft.api.rails import File, read_form
from weft.kernel.errors import Invalid
from weft.people import accounts, credentials, model
from weft.reading import featured
from weft.store.blobs import Blobs, Hand
from weft.store.database import Database, Tx
from weft.threads import files, limits, pictures, profiles
from weft.threads.media import UPLOAD_BYTES
from weft.threads.profiles import Changes
from weft.threads.quotes import usual_policy

BODY_MAX = 2 * UPLOAD_BYTES + 1024 * 1024
"""A face, a header, and the words beside them."""
VISIBILITIES = ("public", "unlisted", "private", "direct")


class FieldGiven(Struct, frozen=True):
    name: str = ""
    value: str = ""


class SourceGiven(Struct, frozen=True):
    """Defaults for posting; of ours: the language to read in, where a post is in several."""

    privacy: str | None = None
    sensitive: bool | None = None
    language: str | None = None
    quote_policy: str | None = None
    reading_language: str | None = None


class Given(Struct, frozen=True):
    """What may be changed, beside the files ``avatar`` and ``header``. Of ours: ``signals``, what is
    asked of machines (``threads.signals``).
    """

    display_name: str | None = None
    note: str | None = None
    avatar_description: str | None = None
    header_description: str | None = None
    locked: bool | None = None
    bot: bool | None = None
    discoverable: bool | None = None
    hide_collections: bool | None = None
    indexable: bool | None = None
    show_media: bool | None = None
    show_media_replies: bool | None = None
    show_featured: bool | None = None
    attribution_domains: list[str] | None = None
    signals: list[str] | None = None
    fields_attributes: list[FieldGiven] | dict[str, FieldGiven] | None = None
    source: SourceGiven | None = None


class Profile(Struct, frozen=True):
    """What the owner edits, as they wrote it: https://docs.joinmastodon.org/entities/Profile/"""

    id: str
    display_name: str
    note: str
    fields: list[Field]
    avatar: str | None
    avatar_static: str | None
    avatar_description: str
    header: str | None
    header_static: str | None
    header_description: str
    locked: bool
    bot: bool
    hide_collections: bool
    discoverable: bool
    indexable: bool
    show_media: bool
    show_media_replies: bool
    show_featured: bool
    attribution_domains: list[str]
    featured_tags: list[FeaturedTag]


@patch(
    "/api/v1/accounts/update_credentials",
    guards=[scope("write:accounts")],
    request_max_body_size=BODY_MAX,
)
async def update_credentials(
    request: Request[Any, Any, Any], db: Db, blobs: Files, me: Me
) -> CredentialAccount:
    """Change name, bio, fields, pictures, defaults."""
    await _update(request, db, blobs, me)
    return await db.read(lambda tx: own_account(tx, accounts.get(tx, me.id)))


@get("/api/v1/profile", guards=[scope("profile", "read:accounts")])
async def profile(db: Db, me: Me) -> Profile:
    """One's own profile, as it was written."""
    return await db.read(lambda tx: _profile(tx, me))


@route(
    "/api/v1/profile",
    http_method=["PATCH", "PUT"],
    status_code=200,
    guards=[scope("write:accounts")],
    request_max_body_size=BODY_MAX,
)
async def update_profile(request: Request[Any, Any, Any], db: Db, blobs: Files, me: Me) -> Profile:
    """Change one's own profile."""
    await _update(request, db, blobs, me)
    return await db.read(lambda tx: _profile(tx, accounts.get(tx, me.id)))


def _profile(tx: Tx, me: model.Account) -> Profile:
    face = entities.avatar_url(tx.site, me) if me.avatar else None
    banner = entities.header_url(tx.site, me) if me.header else None
    return Profile(
        id=str(me.id),
        display_name=me.name,
        note=me.bio_source,
        fields=entities.own_fields(me),
        avatar=face,
        avatar_static=face,
        avatar_description=me.chosen("avatar_description"),
        header=banner,
        header_static=banner,
        header_description=me.chosen("header_description"),
        locked=me.locked,
        bot=me.bot,
        hide_collections=me.hides_network,
        discoverable=me.discoverable,
        indexable=me.indexable,
        show_media=me.chosen("show_media"),
        show_media_replies=me.chosen("show_media_replies"),
        show_featured=me.chosen("show_featured"),
        attribution_domains=me.chosen("attribution_domains"),
        featured_tags=[featured_tags.shown(me, one) for one in featured.of(tx, me.id)],
    )


async def _update(
    request: Request[Any, Any, Any], db: Database, blobs: Blobs, me: model.Account
) -> None:
    form = await read_form(request)
    given = form.into(Given)
    async with files.keeping(db, blobs) as hand:
        face = await _picture(hand, form.files.get("avatar"), pictures.avatar)
        banner = await _picture(hand, form.files.get("header"), pictures.header)
        changes = Changes(
            name=given.display_name,
            bio=given.note,
            fields=_fields(given),
            avatar=face,
            header=banner,
            locked=given.locked,
            discoverable=given.discoverable,
            indexable=given.indexable,
            **{name: getattr(given, name) for name in model.CHOICES},
        )
        await _change(db, blobs, me, changes, _choices(given.source))


@delete("/api/v1/profile/avatar", status_code=200, guards=[scope("write:accounts")])
async def drop_avatar(db: Db, blobs: Files, me: Me) -> CredentialAccount:
    """Back to the drawn face."""
    await _change(db, blobs, me, Changes(avatar=""), {})
    return await db.read(lambda tx: own_account(tx, accounts.get(tx, me.id)))


@delete("/api/v1/profile/header", status_code=200, guards=[scope("write:accounts")])
async def drop_header(db: Db, blobs: Files, me: Me) -> CredentialAccount:
    """Back to the woven header."""
    await _change(db, blobs, me, Changes(header=""), {})
    return await db.read(lambda tx: own_account(tx, accounts.get(tx, me.id)))


@get("/api/v1/preferences", guards=[scope("read:accounts")])
async def preferences(db: Db, me: Me) -> dict[str, Any]:
    """https://docs.joinmastodon.org/methods/preferences/"""
    held = await db.read(lambda tx: credentials.by_account(tx, me.id))
    choices = held.preferences if held is not None else {}
    return {
        "posting:default:visibility": choices.get("visibility", "public"),
        "posting:default:sensitive": choices.get("sensitive", False),
        "posting:default:language": choices.get("language"),
        "posting:default:quote_policy": usual_policy(choices),
        "reading:expand:media": "default",
        "reading:expand:spoilers": False,
        "reading:autoplay:gifs": False,
        "reading:language": choices.get("reading_language"),
    }


async def _change(
    db: Database, blobs: Blobs, me: model.Account, changes: Changes, choices: dict[str, Any]
) -> None:
    def work(tx: Tx) -> list[str]:
        before = accounts.get(tx, me.id)
        after = profiles.change(tx, before, changes)
        if choices:
            credentials.prefer(tx, me.id, **choices)
        replaced = [
            old
            for old, new in ((before.avatar, after.avatar), (before.header, after.header))
            if old != new
        ]
        return profiles.unused_pictures(tx, *replaced)

    await files.drop(db, blobs, await db.write(work))


async def _picture(hand: Hand, file: File | None, process: Any) -> str | None:
    """The blob key of an uploaded picture, cropped; None when none came."""
    if file is None or not file.data:
        return None
    data = file.data

    def store() -> str:
        made: pictures.Picture = process(data)
        return hand.put(made.original, made.format)

    return await asyncio.to_thread(store)


def _fields(given: Given) -> list[tuple[str, str]] | None:
    if given.fields_attributes is None:
        return None
    rows = given.fields_attributes
    listed = list(rows.values()) if isinstance(rows, dict) else rows
    return [(row.name, row.value) for row in listed]


def _choices(given: SourceGiven | None) -> dict[str, Any]:
    if given is None:
        return {}
    choices: dict[str, Any] = {}
    if given.privacy is not None:
        if given.privacy not in VISIBILITIES:
            raise Invalid("Validation failed: Privacy is not included in the list")
        choices["visibility"] = given.privacy
    if given.sensitive is not None:
        choices["sensitive"] = given.sensitive
    policy = policy_of(given.quote_policy)
    if policy is not None:
        choices["quote_policy"] = policy
    if given.language is not None:
        choices["language"] = given.language[: limits.NAME_CHARS] or None
    if given.reading_language is not None:
        choices["reading_language"] = given.reading_language[: limits.NAME_CHARS] or None
    return choices


ROUTES = [update_credentials, profile, update_profile, drop_avatar, drop_header, preferences]
