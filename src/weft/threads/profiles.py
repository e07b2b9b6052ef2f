"""Changing one's profile: words become safe HTML, pictures become blobs, others are told."""

from __future__ import annotations

import re
from typing import Any

from msgspec import Struct

from weft.kernel.errors import Invalid
from weft.people import accounts
from weft.people.model import CHOICES, Account
from weft.store.database import Tx
from weft.threads import emojis, limits, markup, media, signals
from weft.threads.sanitize import clean_name, clean_text
from weft.threads.tags import tag_links, usable_tags

ATTRIBUTION_DOMAINS = 10
"""Mastodon's limit: https://docs.joinmastodon.org/methods/accounts/#update_credentials"""


class Changes(Struct, frozen=True):
    """What is to change; None stays as it is. ``fields``: (name, value) as written. ``avatar``
    and ``header``: blob keys, "" for the drawn one. From ``bot`` on: ``people.model.CHOICES``.
    """

    name: str | None = None
    bio: str | None = None
    fields: list[tuple[str, str]] | None = None
    avatar: str | None = None
    header: str | None = None
    locked: bool | None = None
    discoverable: bool | None = None
    indexable: bool | None = None
    bot: bool | None = None
    hide_collections: bool | None = None
    show_media: bool | None = None
    show_media_replies: bool | None = None
    show_featured: bool | None = None
    avatar_description: str | None = None
    header_description: str | None = None
    attribution_domains: list[str] | None = None
    signals: list[str] | None = None


def change(tx: Tx, account: Account, changes: Changes) -> Account:
    """Errors: Invalid, in Mastodon's words, for what is too long, and for an AI that would pass
    for none. Event: account.updated, when something did change.
    """
    columns: dict[str, Any] = {}
    if changes.name is not None:
        _fits("Display name", changes.name, limits.NAME_CHARS)
        columns["name"] = clean_name(changes.name, limits.NAME_CHARS * 4)
    if changes.bio is not None:
        _fits("Note", changes.bio, limits.BIO_CHARS)
        columns["bio_source"] = clean_text(changes.bio, limits.BIO_CHARS * 4)
        columns["bio"] = write(tx, columns["bio_source"])
    if changes.fields is not None:
        columns["fields"] = _fields(tx, account, changes.fields)
    for name in ("avatar", "header", "locked", "discoverable", "indexable"):
        value = getattr(changes, name)
        if value is not None:
            columns[name] = value
    columns["profile"] = _choices(account, changes)
    if signals.NOINDEX in (columns["profile"] or {}).get("signals", ()):
        columns["indexable"] = False  # whatever it was: the two would contradict each other
    columns = {name: value for name, value in columns.items() if getattr(account, name) != value}
    if not columns.keys().isdisjoint(_WORDS):
        columns["profile"] = _with_emojis(tx, account, columns)
    return accounts.update(tx, account.id, **columns) if columns else account


def _choices(account: Account, changes: Changes) -> dict[str, Any] | None:
    """``profile`` with what was chosen; without what is as usual."""
    if account.kind == "ai" and changes.bot is False:
        raise Invalid("Validation failed: An AI cannot say that it is none")
    profile = dict(account.profile or {})
    for name in CHOICES:
        value = getattr(changes, name)
        if value is None:
            continue
        if isinstance(value, str):
            what = name.replace("_", " ").capitalize()
            _fits(what, value, limits.ALT_TEXT_CHARS)
            value = clean_text(value, limits.ALT_TEXT_CHARS * 4)
        elif isinstance(value, list):
            value = signals.check(value) if name == "signals" else _domains(value)
        profile[name] = value
    for picture in ("avatar", "header"):
        if getattr(changes, picture) == "":  # a drawn one is described by nobody
            profile.pop(f"{picture}_description", None)
    kept = {name: value for name, value in profile.items() if value != CHOICES.get(name)}
    return kept or None


_DOMAIN = re.compile(r"(?=.{3,255}\Z)[^\s@/:?#.\x00-\x20]+(?:\.[^\s@/:?#.\x00-\x20]+)+")


def _domains(given: list[str]) -> list[str]:
    """Sites that may name the account as an author, without what is around the name."""
    found = [one.strip().lower().removeprefix("https://").rstrip("/") for one in given]
    found = list(dict.fromkeys(one for one in found if one))
    if len(found) > ATTRIBUTION_DOMAINS:
        most = f"maximum is {ATTRIBUTION_DOMAINS}"
        raise Invalid(f"Validation failed: Attribution domains are too many ({most})")
    if not all(_DOMAIN.fullmatch(one) for one in found):
        raise Invalid("Validation failed: Attribution domains is not a valid domain name")
    return [clean_name(one, limits.FIELD_CHARS) for one in found]


_WORDS = ("name", "bio_source", "fields")
"""What of a profile may name custom emojis."""


def _with_emojis(tx: Tx, account: Account, columns: dict[str, Any]) -> dict[str, Any] | None:
    """``profile`` with the emojis that the changed words name; without the key when they name none,
    as in nearly all profiles.
    """
    name, bio, fields = (columns.get(word, getattr(account, word)) for word in _WORDS)
    texts = (text for field in fields for text in (field["name"], field.get("source", "")))
    profile = dict(columns.get("profile", account.profile) or {})
    profile["emojis"] = emojis.named(tx, name, bio, *texts)
    return {key: value for key, value in profile.items() if key != "emojis" or value} or None


def write(tx: Tx, source: str) -> str:
    """The HTML of a bio: links, tags, and mentions of those who are known here."""
    found = markup.scan(source)
    targets: dict[str, markup.MentionTarget] = {}
    for token in found.mentions:
        named = accounts.by_handle(tx, token.username, token.host)
        if named is not None:
            targets[token.key] = markup.MentionTarget(named.url, named.username, named.acct)
    return markup.render(
        source, markup.Format.PLAIN, targets, tag_links(tx, usable_tags(tx, found.tags))
    )


def unused_pictures(tx: Tx, *keys: str) -> list[str]:
    """Those blob keys that nothing shows any more."""
    return media.unused(tx, [key for key in keys if key and "://" not in key])


def _fields(tx: Tx, account: Account, given: list[tuple[str, str]]) -> list[dict[str, Any]]:
    kept = [(name.strip(), value.strip()) for name, value in given if name.strip()]
    if len(kept) > limits.FIELDS:
        raise Invalid(f"Validation failed: Fields cannot be more than {limits.FIELDS}")
    verified = {
        (field["name"], field.get("source")): field.get("verified_at") for field in account.fields
    }
    fields: list[dict[str, Any]] = []
    for raw_name, raw_value in kept:
        _fits("Field name", raw_name, limits.FIELD_CHARS)
        _fits("Field value", raw_value, limits.FIELD_CHARS)
        name = clean_name(raw_name, limits.FIELD_CHARS)
        source = clean_name(raw_value, limits.FIELD_CHARS * 4)
        html = write(tx, source).removeprefix("<p>").removesuffix("</p>")
        fields.append(
            {
                "name": name,
                "value": html,
                "source": source,
                "verified_at": verified.get((name, source)),
            }
        )
    return fields


def _fits(what: str, text: str, most: int) -> None:
    if limits.graphemes(text) > most:
        raise Invalid(f"Validation failed: {what} is too long (maximum is {most} characters)")
