"""Mastodon.py with every answer held against the types it declares.

By itself it is forgiving: what it cannot read becomes None or stays as it came, and an app that
trusts the declared type breaks later. Here that is a failure at once.
"""

from __future__ import annotations

import datetime as dt
import sys
import typing
from collections.abc import Iterator
from typing import Any

from mastodon import Mastodon
from mastodon.types_base import (
    AttribAccessDict,
    EmptyResponse,
    MaybeSnowflakeIdType,
    NonPaginatableList,
    PaginatableList,
)

from tests.servers import Server

OUR_OWN = frozenset(
    {
        *("ai", "no_ai", "ais", "content_type", "supported_mime_types"),
        *("reactions", "emoji_reactions", "pleroma:emoji_reaction", "expires_at"),
        *("interaction_policy", "approval", "reading_language", "reading:language", "signals"),
        *("room_lines",),
    }
)
"""Fields that Weft adds, as docs/clients.md says."""
NULL_HERE = frozenset(
    {
        # Newer than the documentation of Mastodon 4.6.
        "NotificationPolicy.for_bots",
        "Profile.formatted_fields",
        "Profile.formatted_note",
        "SearchV2.collections",
        # As in Mastodon: null until it was chosen, and for members of other servers.
        "AdminAccount.email",
        "AdminAccount.locale",
        "ExtendedDescription.updated_at",
        # For those who have not signed in, and while the counts are hidden.
        "Poll.own_votes",
        "Poll.voted",
        "PollOption.votes_count",
        # Until the picture is made.
        "MediaAttachment.blurhash",
        "MediaAttachment.url",
        "MediaAttachmentMetadataContainer.original",
        "MediaAttachmentMetadataContainer.small",
        # Until there is an admin; and for what no app scheduled.
        "Instance.contact_account",
        "InstanceContact.account",
        "ScheduledStatusParams.application_id",
    }
)
MISREAD = frozenset(
    {
        # Mastodon.py says otherwise than Mastodon's documentation, which we follow.
        "AdminDimensionData.human_value",
        "AdminDimensionData.unit",
        "AdminDimensionData.value",
        "AdminReport.account",
        "AdminReport.action_taken_by_account",
        "AdminReport.assigned_account",
        "AdminReport.target_account",
        "FilterResult.filter",
        "Report.collection_ids",
        "Report.rule_ids",
        "Report.rules_ids",
        "Status.application",
        "Status.text",
        "StatusEdit.poll",
        "StatusEdit.quote",
        "WebPushSubscriptionAlerts.admin.report",
        "WebPushSubscriptionAlerts.admin.sign_up",
    }
)
UNTYPED = frozenset(
    {
        # Mastodon.py gives the type of one for a list, of another entity, or of what was deleted.
        "account_featured_tags",
        "admin_accounts_v1",
        "admin_delete_canonical_email_block",
        "featured_tag_suggestions",
        "filter_v2",
    }
)
NOTHING = (None, type(None))
LISTS = (list, tuple, NonPaginatableList, PaginatableList)
SCOPES = ["read", "write", "follow", "push"]


class Typed(Mastodon):
    """Raises AssertionError for an answer that is not what the called method promises."""

    def _Mastodon__api_request(self, *asked: Any, **how: Any) -> Any:
        # Mastodon.py looks for the promise in the method that called; there is a frame more here.
        name = sys._getframe(1).f_code.co_name
        called = getattr(type(self), name, None)
        promise = typing.get_type_hints(called).get("return") if called else None
        how.setdefault("override_type", AttribAccessDict if promise in NOTHING else promise)
        answer = super()._Mastodon__api_request(*asked, **how)  # type: ignore[misc]
        if name not in UNTYPED and how.get("parse", True):
            wrong = sorted(set(faults(answer, how["override_type"], "")))
            assert not wrong, f"{asked[0]} {asked[1]}: {wrong}"
        return answer


def signed_in(server: Server, name: str, *, scopes: str = "") -> Typed:
    """A new member; an admin if ``scopes`` has any of admins."""
    if scopes:
        server.person(name, "--admin")
        token = server.weft("token", "create", name, "--scopes", scopes)
    else:
        token = server.person(name).token
    return Typed(access_token=token, api_base_url=server.url, ratelimit_method="throw")


def faults(value: Any, hint: Any, where: str) -> Iterator[str]:
    """What of ``value`` is not of the type ``hint``, as lines that begin with its path."""
    origin, arms = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Union:
        likely = [arm for arm in arms if value is None or arm is not type(None)]
        tried = [list(faults(value, arm, where)) for arm in likely]
        if all(tried):
            yield from min(tried, key=len)
    elif origin in LISTS:
        if not isinstance(value, list):
            yield f"{where}: {value!r} is no list"
            return
        for one in value:
            yield from faults(one, arms[0], f"{where}[]")
    elif origin is not None or not isinstance(hint, type) or hint is dict:
        pass
    elif hint is EmptyResponse:
        if value:
            yield f"{where}: {value!r} is not empty"
    elif issubclass(hint, AttribAccessDict):
        if not isinstance(value, hint):
            yield f"{where}: {value!r} is no {hint.__name__}"
            return
        yield from _fields(value, hint, where)
    elif hint is MaybeSnowflakeIdType:
        if not isinstance(value, int | str | dt.datetime | MaybeSnowflakeIdType):
            yield f"{where}: {value!r} is no id"
    elif not isinstance(value, (int, float) if hint is float else hint):
        yield f"{where}: {value!r} is no {hint.__name__}"


def _fields(value: AttribAccessDict, of: type[AttribAccessDict], where: str) -> Iterator[str]:
    hints = typing.get_type_hints(of)
    renamed = getattr(of, "_rename_map", {})
    for name, hint in hints.items():
        known = f"{of.__name__}.{name}"
        missing = value.get(name) is None and known in NULL_HERE
        if not (name.startswith("_") or missing or known in MISREAD):
            yield from faults(value.get(name), hint, f"{where}.{name}")
    for name in value.keys() - hints.keys() - set(renamed.values()) - OUR_OWN:
        if of is not AttribAccessDict and f"{of.__name__}.{name}" not in MISREAD:
            yield f"{where}.{name}: not a field of {of.__name__}"
