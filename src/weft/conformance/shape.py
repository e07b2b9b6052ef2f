"""Whether an answer has the shape that Mastodon documents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from weft.conformance.facts import Field, entities, parts

PROBLEMS_MAX = 5
"""Of one answer: the first few say what is wrong."""
ITEMS_MAX = 5
"""Entries of a list that are looked at."""
DEPTH_MAX = 6
"""A post quotes a post that quotes one …"""

NULL_ANYWAY = frozenset(
    {
        # Mastodon itself answers null here, although the pages do not say so.
        "Admin::Account.email",
        "Admin::Account.locale",
        "CredentialAccount.source[language]",
        "ExtendedDescription.updated_at",
        "Instance.thumbnail[blurhash]",
        "Notification.status",
        "PreviewCard.published_at",
        "PreviewCardAuthor.account",
        "ScheduledStatus.params[application_id]",
        "Status.application",
        "StatusEdit.poll",
        "Translation.poll",
    }
)
MISSING_ANYWAY = frozenset(
    {
        # Documented as if always there; in some answers only, or not before the newest version.
        "Account.feature_approval",
        "Account.show_featured",
        "Account.show_media",
        "Account.show_media_replies",
        "Application.client_secret_expires_at",
        "Application.id",
        "Application.redirect_uri",
        "Application.vapid_key",
        "MediaAttachment.meta",
        "Quote.quoted_status",
        "ScheduledStatus.params[with_rate_limit]",
        "Status.tagged_collections",
        "Status.text",
    }
)
NUMBER_ANYWAY = frozenset({"WebPushSubscription.id"})
"""Described as a string, a number in the page's example and in Mastodon's answers."""
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})")
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*:.*|", re.IGNORECASE | re.DOTALL)


def problems(value: Any, type_: str) -> list[str]:
    """What is wrong with a JSON value of this type (an entity, ``[Entity]``, or a plain word)."""
    found: list[str] = []
    for one in _problems(value, type_, type_.strip("[]"), 0):
        if one not in found:
            found.append(one)
        if len(found) == PROBLEMS_MAX:
            break
    return found


def _problems(value: Any, type_: str, at: str, depth: int) -> Iterator[str]:
    if type_ == "any" or depth > DEPTH_MAX:
        return
    if type_.startswith("["):
        if not isinstance(value, list):
            yield f"{at} is no list"
            return
        items: list[Any] = value
        for item in items[:ITEMS_MAX]:
            yield from _problems(item, type_[1:-1], at, depth)
        return
    if type_ in entities():
        yield from _entity(value, entities()[type_], type_, depth)
    elif not (_fits(value, type_) or (at in NUMBER_ANYWAY and isinstance(value, int))):
        yield f"{at} is {_kind(value)}, documented is {type_}"


def _entity(value: Any, fields: dict[str, Field], at: str, depth: int) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{at} is {_kind(value)}"
        return
    given: dict[str, Any] = value
    for name, field in fields.items():
        if "[" in name or "." in name.removeprefix("poll"):
            continue
        key = f"{at}[{name}]" if "." in at else f"{at}.{name}"
        if name not in given:
            if not field.optional and key not in MISSING_ANYWAY:
                yield f"{key} is missing"
        elif given[name] is None:
            if not field.nullable and field.type != "null" and key not in NULL_ANYWAY:
                yield f"{key} is null"
        else:
            yield from _problems(given[name], field.type, key, depth + 1)
            inner = parts(fields, name)
            inside = given[name]
            if inner and field.type == "[hash]" and isinstance(inside, list) and inside:
                inside = inside[0]
            if inner and isinstance(inside, dict):
                yield from _entity(inside, inner, key, depth + 1)


def _fits(value: Any, type_: str) -> bool:
    if type_ in ("string", "id"):
        return isinstance(value, str)
    if type_ == "url":
        return isinstance(value, str) and _ADDRESS.fullmatch(value) is not None
    if type_ == "datetime":
        return isinstance(value, str) and _MOMENT.fullmatch(value) is not None
    if type_ == "date":
        return isinstance(value, str) and _DATE.match(value) is not None
    if type_ == "boolean":
        return isinstance(value, bool)
    if type_ in ("integer", "number"):
        allowed = (int,) if type_ == "integer" else (int, float)
        return isinstance(value, allowed) and not isinstance(value, bool)
    return type_ != "hash" or isinstance(value, dict)


def _kind(value: Any) -> str:
    names = {dict: "a hash", list: "a list", str: "a string", bool: "a boolean", int: "an integer"}
    return "null" if value is None else names.get(type(value), "a number")
