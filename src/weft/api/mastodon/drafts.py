"""What clients send to write or change a post, checked, and the draft that it makes.

https://docs.joinmastodon.org/methods/statuses/#form-data-parameters. Of others: ``content_type`` (as
Mastodon's forks have it), ``expires_in`` (Pleroma), ``status_map`` (Rebased). Of ours: ``signals``,
``no_ai``.
"""

from typing import Any

from msgspec import UNSET, Struct, UnsetType

from weft.api.mastodon.answers import few
from weft.api.mastodon.extras import asked_of_machines, in_languages, lasts
from weft.api.mastodon.interaction_policy import GivenPolicy, given
from weft.api.mastodon.polls import PollGiven, new_poll
from weft.api.mastodon.quotes import policy_of
from weft.api.resolver import Resolver
from weft.kernel.errors import Invalid, NotFound
from weft.kernel.ids import parse_id
from weft.people import accounts, apps, credentials
from weft.people.model import Account
from weft.store.database import Database, Tx
from weft.threads.consent import defaults
from weft.threads.drafts import FORMATS
from weft.threads.markup import scan
from weft.threads.model import Draft, Format, Post, Visibility
from weft.threads.quotes import usual_policy

LANGUAGE_MAX = 20
_FORMATS: dict[str, Format] = {"text/plain": "plain", "text/markdown": "markdown"}
_VISIBILITIES = ("public", "unlisted", "private", "direct")


class MediaAttribute(Struct):
    """A new description or focus of a picture that hangs on the post."""

    id: str
    description: str | None = None
    focus: str | None = None


class NewStatus(Struct):
    """https://docs.joinmastodon.org/methods/statuses/#form-data-parameters"""

    status: str | None = None
    in_reply_to_id: str | int | None = None
    media_ids: list[str | int] | None = None
    sensitive: bool | None = None
    spoiler_text: str | None = None
    visibility: str | None = None
    language: str | None = None
    content_type: str | None = None
    quoted_status_id: str | int | None = None
    quote_approval_policy: str | None = None
    no_ai: bool | None = None
    scheduled_at: str | None = None
    poll: PollGiven | None = None
    expires_in: int | None = None
    expires_at: str | None = None
    status_map: dict[str, str] | None = None
    spoiler_text_map: dict[str, str] | None = None
    signals: list[str] | None = None
    interaction_policy: GivenPolicy | None = None


class ChangedStatus(Struct):
    """What is left out stays as it is; a poll of null goes."""

    status: str | None = None
    spoiler_text: str | None = None
    sensitive: bool | None = None
    language: str | None = None
    media_ids: list[str | int] | None = None
    media_attributes: list[MediaAttribute] | None = None
    content_type: str | None = None
    quote_approval_policy: str | None = None
    poll: PollGiven | UnsetType | None = UNSET
    status_map: dict[str, str] | None = None
    spoiler_text_map: dict[str, str] | None = None
    signals: list[str] | None = None
    interaction_policy: GivenPolicy | None = None


def draft_of(tx: Tx, me: Account, data: NewStatus, app_id: int | None, key: str | None) -> Draft:
    """A new post as a member wants it, with what they usually choose. ``key``: of idempotency. Errors:
    Invalid, NotFound.
    """
    choices = _choices(tx, me)
    app = apps.by_id(tx, app_id) if app_id is not None else None
    visibility = _visibility(data.visibility or choices.get("visibility") or "public")
    allowed = given(data.interaction_policy)
    word = policy_of(data.quote_approval_policy)
    return Draft(
        text=data.status or "",
        format=form_of(data.content_type),
        spoiler=data.spoiler_text or "",
        sensitive=_first(data.sensitive, choices.get("sensitive"), False),
        language=_language(data.language or choices.get("language")),
        visibility=visibility,
        reply_to_id=_reply_to(data.in_reply_to_id),
        media_ids=_ids(data.media_ids),
        poll=new_poll(data.poll),
        quote_of_id=_quote_of(data.quoted_status_id),
        quote_policy=word or (None if "quote" in allowed else usual_policy(choices)),
        policy=defaults(choices, visibility) | allowed,
        no_ai=data.no_ai or False,
        app=apps.as_json(app),
        idempotency_key=key,
        lasts_ms=lasts(data.expires_in, data.expires_at, tx.now),
        languages=in_languages(data.status_map, data.spoiler_text_map),
        signals=asked_of_machines(data.signals),
    )


def changed_draft(now: Post, data: ChangedStatus) -> Draft:
    """A post as it is to be; what is left out stays. Errors: Invalid."""
    kept = tuple(int(picture["id"]) for picture in now.media)
    return Draft(
        text=now.source if data.status is None else data.status,
        format=now.format if data.content_type is None else form_of(data.content_type),
        spoiler=now.spoiler if data.spoiler_text is None else data.spoiler_text,
        sensitive=now.sensitive if data.sensitive is None else data.sensitive,
        language=_language(data.language or now.language),
        media_ids=kept if data.media_ids is None else _ids(data.media_ids),
        poll=None if data.poll is UNSET else new_poll(data.poll),
        languages=in_languages(data.status_map, data.spoiler_text_map),
        signals=asked_of_machines(data.signals),
    )


async def learn_mentions(db: Database, resolver: Resolver, text: str, form: Format) -> None:
    """People elsewhere who are named for the first time have to be looked up before."""
    named = [token for token in scan(text, FORMATS[form]).mentions if token.host]
    if not named:
        return

    def unknown(tx: Tx) -> list[str]:
        return [
            f"@{token.username}@{token.host}"
            for token in named
            if token.host != tx.site.domain
            and accounts.by_handle(tx, token.username, token.host) is None
        ]

    await resolver.look(await db.read(unknown))


def _choices(tx: Tx, me: Account) -> dict[str, Any]:
    held = credentials.by_account(tx, me.id)
    return held.preferences if held is not None else {}


def _first(*values: bool | None) -> bool:
    return next(value for value in values if value is not None)


def form_of(content_type: str | None) -> Format:
    form = _FORMATS.get(content_type or "text/plain")
    if form is None:
        raise Invalid("Validation failed: Content type must be text/plain or text/markdown")
    return form


def _visibility(text: str) -> Visibility:
    if text not in _VISIBILITIES:
        raise Invalid("Validation failed: Visibility is not included in the list")
    return text


def _language(text: str | None) -> str | None:
    # A language that nobody knows is no reason to refuse a post: it only filters timelines.
    fits = text and len(text) <= LANGUAGE_MAX and text.isascii() and text.isprintable()
    return text if fits else None


def _reply_to(given: str | int | None) -> int | None:
    if given is None or given == "":
        return None
    number = parse_id(str(given))
    if number is None:
        raise NotFound("The post you are replying to was not found")
    return number


def _quote_of(given: str | int | None) -> int | None:
    if given is None or given == "":
        return None
    number = parse_id(str(given))
    if number is None:
        raise NotFound("The post you are quoting was not found")
    return number


def _ids(given: list[str | int] | None) -> tuple[int, ...]:
    numbers = [parse_id(str(one)) for one in few(given)]
    if None in numbers:
        raise Invalid("Validation failed: Media was not found or is already used")
    return tuple(number for number in numbers if number is not None)
