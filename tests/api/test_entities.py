"""An entity of ours that is not as documented breaks somebody's app: every one is compared.

Differences are allowed only in the tables below, each with its reason; one that is no difference
any more has to leave them.
"""

from __future__ import annotations

import importlib
import pkgutil
import types
import typing
from collections.abc import Iterator
from typing import Any, cast

import msgspec
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct, UnsetType

import weft.api.mastodon
from weft.api.activitypub.negotiate import Negotiate
from weft.api.app import build
from weft.conformance.facts import Field, entities, parts

NAMED: dict[str, str] = {
    # Ours → as documented, where the words differ; "" for what is a plain hash inside another.
    "AdminCohortDatum": "Admin::Cohort::Data",
    "AdminTrendsLink": "Trends::Link",
    "Application": "",  # of a post: the documented one is an app that signs in
    "DeletedStatus": "Status",
    "TranslationOption": "Translation::Poll::Option",
    "Emoji": "CustomEmoji",
    "Field": "Account::Field",
    "StreamedReaction": "Reaction",
    "TrendsLink": "Trends::Link",
}
_REACTIONS = "Pleroma's and others': Mastodon has no reactions to posts"
_CONSENT = "who may answer whom is GoToSocial's addition, and ours"
_OPT_OUTS = "what is asked of machines is our addition"
OURS: dict[str, str] = {
    # Classes of ours that no page of an entity documents, and why there are any.
    "AccountAi": "labels of AIs are our addition",
    "AdminPublisher": "documented nowhere: admins' lists of who publishes links",
    "ReactionAccounts": _REACTIONS,
    "StatusReaction": _REACTIONS,
    "AiSource": "labels of AIs are our addition",
    "AiWhy": "labels of AIs are our addition",
    "Defaults": _CONSENT,
    "InteractionPolicy": _CONSENT,
    "InteractionRequest": _CONSENT,
    "Rules": _CONSENT,
    "AnnualReportState": "documented on the method's page only: a hash with a state",
    "DomainBlockPreview": "documented nowhere; as Mastodon answers",
    "Language": "documented nowhere; as Mastodon answers",
    "Merged": "documented on the method's page only: a hash with a truth value",
    "Operator": "labels of AIs are our addition",
    "Refusal": "documented on the method's page only: an error with what stands in the way",
    "Refreshing": "documented on the method's page only: a hash with an AsyncRefresh",
    "RoomAi": "rooms are our addition",
    "RoomLine": "rooms are our addition",
    "StatusAi": "labels of AIs are our addition",
    "UnreadCount": "documented on the method's page only: a hash with a count",
    "Week": "documented on the method's page only",
}
_EXAMPLES = "not described, but in the page's examples"
_V1_LIMITS = "v1 tells the limits of v2, as Mastodon does"
MISSING: dict[str, str] = {
    # ``Entity.field`` that is documented and that we do not have, and why.
    "Status.text": "only in the answer to a deletion: DeletedStatus",
}
DIFFERENT: dict[str, str] = {
    # ``Entity.field`` that differs in type, or may be null or missing where the page says not.
    "Account.roles": "whole roles, which have the documented fields and more",
    "AdminAccount.email": "members of other servers have none",
    "AdminAccount.locale": "members of other servers have none",
    "CredentialAccount.source.language": "null until it is chosen, as Mastodon answers",
    "DeletedStatus.application": "as in Status",
    "ExtendedDescription.updated_at": "the text is a setting; nobody knows when it was changed",
    "Instance.thumbnail.blurhash": "the picture is drawn when it is asked for",
    "PreviewCard.published_at": "null when the page does not say it, as Mastodon answers",
    "PreviewCardAuthor.account": "null for authors without an account, as Mastodon answers",
    "Quote.quoted_status": "one class for Quote and ShallowQuote, which has the id instead",
    "ScheduledStatus.params.application_id": "null for what no app scheduled",
    "ScheduledStatus.params.in_reply_to_id": "an id, and ids are strings",
    "Status.application": "null instead of missing: some clients break on a missing key",
    "StatusEdit.poll": "null instead of missing: some clients break on a missing key",
    "Translation.poll": "null instead of missing: some clients break on a missing key",
    "WebPushSubscription.id": "a number in the page's example and in Mastodon's answers",
}
ADDED: dict[str, str] = {
    # ``Entity.field`` of ours that is not documented, and why we send it.
    "Account.ai": "labels of AIs are our addition",
    "CredentialAccount.source.reading_language": "posts may be in several languages",
    "CredentialAccount.source.signals": _OPT_OUTS,
    "Instance.configuration.ais": "whether an admin stopped the AIs of this server",
    "Instance.configuration.emoji_reactions": _REACTIONS,
    "Instance.configuration.reactions": _REACTIONS,
    "Notification.emoji": _REACTIONS,
    "Notification.emoji_url": _REACTIONS,
    "NotificationGroup.emoji": _REACTIONS,
    "NotificationGroup.emoji_url": _REACTIONS,
    "Status.emoji_reactions": _REACTIONS,
    "Status.expires_at": "Pleroma's and Fedibird's: posts may go by themselves",
    "Status.reactions": _REACTIONS,
    "Status.interaction_policy": _CONSENT,
    "Status.approval": _CONSENT,
    "AdminReport.room_lines": "rooms are our addition",
    "AdminTag.listable": "as Mastodon answers",
    "AdminTrendsLink.id": "as Mastodon answers admins",
    "AdminTrendsLink.requires_review": "as Mastodon answers admins",
    "DeletedStatus.ai": "labels of AIs are our addition",
    "DeletedStatus.content_type": "posts may be Markdown",
    "DeletedStatus.no_ai": "threads for people only are our addition",
    "Instance.api_versions.weft": "how far our additions are",
    "Instance.configuration.statuses.supported_mime_types": "posts may be Markdown",
    "MediaAttachment.meta.original": _EXAMPLES,
    "MediaAttachment.meta.small": _EXAMPLES,
    "MediaAttachment.preview_remote_url": _EXAMPLES,
    "MediaAttachment.text_url": _EXAMPLES,
    "Notification.filtered": "whether the policy kept it back, as Mastodon answers",
    "NotificationGroup.collection": "in Notification it is documented",
    "PreviewCard.image_description": "as Mastodon answers",
    "PreviewCard.language": "as Mastodon answers",
    "Profile.featured_tags": "as Mastodon answers",
    "Quote.quoted_status_id": "one class for Quote and ShallowQuote",
    "ScheduledStatus.params.quote_approval_policy": "documented for posting since 4.5",
    "ScheduledStatus.params.quoted_status_id": "documented for posting since 4.5",
    "Status.ai": "labels of AIs are our addition",
    "Status.no_ai": "threads for people only are our addition",
    "StatusSource.content_type": "posts may be Markdown",
    "V1Instance.configuration.accounts.max_avatar_description_length": _V1_LIMITS,
    "V1Instance.configuration.accounts.max_display_name_length": _V1_LIMITS,
    "V1Instance.configuration.accounts.max_header_description_length": _V1_LIMITS,
    "V1Instance.configuration.accounts.max_note_length": _V1_LIMITS,
    "V1Instance.configuration.accounts.max_pinned_statuses": _V1_LIMITS,
    "V1Instance.configuration.accounts.max_profile_fields": _V1_LIMITS,
    "V1Instance.configuration.accounts.profile_field_name_limit": _V1_LIMITS,
    "V1Instance.configuration.accounts.profile_field_value_limit": _V1_LIMITS,
    "V1Instance.configuration.media_attachments.description_limit": _V1_LIMITS,
    "V1Instance.configuration.statuses.supported_mime_types": "posts may be Markdown",
    "WebPushSubscription.policy": "documented as a parameter, and answered by Mastodon",
}
_PLAIN = {
    "id": str,
    "string": str,
    "url": str,
    "datetime": str,
    "date": str,
    "boolean": bool,
    "integer": int,
    "number": float,
}


def structs() -> Iterator[type[Struct]]:
    """All that routes answer with, and all that stands in the modules of entities."""
    waiting: list[Any] = []
    for module in pkgutil.iter_modules(weft.api.mastodon.__path__, "weft.api.mastodon."):
        if module.name.rpartition(".")[2].startswith("entities_"):
            found = importlib.import_module(module.name)
            waiting += [one for one in vars(found).values() if _is_entity(one)]
    things = ("db", "settings", "blobs", "client", "hub", "inbox", "keys", "resolver", "seal")
    things += ("media_cache",)
    app = cast("Litestar", cast("Negotiate", build(dict.fromkeys(things)))._app)
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            if isinstance(handler, HTTPRouteHandler) and route.path.startswith(
                ("/api/v", "/oauth")
            ):
                waiting.append(handler.parsed_fn_signature.return_type.annotation)
    seen: set[Any] = set()
    while waiting:
        one = waiting.pop()
        if _is_struct(one):
            if one not in seen and _is_entity(one):
                seen.add(one)
                yield one
                waiting += [field.type for field in msgspec.structs.fields(one)]
        else:
            waiting += typing.get_args(one)


def _is_struct(one: Any) -> bool:
    return isinstance(one, type) and issubclass(one, Struct) and one is not Struct


def _is_entity(one: Any) -> bool:
    return _is_struct(one) and one.__module__.startswith("weft.api.")


def documented(name: str) -> str | None:
    """``StatusMention`` is ``Status::Mention``."""
    if name in NAMED:
        return NAMED[name] or None
    return next((known for known in entities() if known.replace("::", "") == name), None)


def differences(
    ours: type[Struct], facts: dict[str, Field], at: str
) -> Iterator[tuple[str, str, str]]:
    """(which table, ``Entity.field``, what is wrong)"""
    mine = {field.encode_name: field for field in msgspec.structs.fields(ours)}
    base = next((one for one in ours.__mro__[1:] if _is_struct(one)), None)
    inherited = documented(base.__name__) if base is not None else None
    for name, fact in facts.items():
        if "[" in name or name.startswith("poll.options"):
            continue  # inside a hash; compared with it
        if inherited is not None and name in entities()[inherited]:
            continue  # compared with the other class
        key = f"{at}.{name}"
        if name not in mine:
            if not fact.optional:
                yield "missing", key, "is documented"
            continue
        may = set(_alternatives(mine[name].type))
        if type(None) in may and not fact.nullable and fact.type != "null":
            yield "different", key, "may be null"
        left_out = UnsetType in may or bool(ours.__struct_config__.omit_defaults)
        if left_out and not fact.optional:
            yield "different", key, "may be missing"
        for one in may - {type(None), UnsetType}:
            wrong = _wrong(one, fact.type)
            if wrong:
                yield "different", key, wrong
            inner = parts(facts, name)
            nested = typing.get_args(one)[0] if typing.get_origin(one) is list else one
            if inner and _is_struct(nested) and documented(nested.__name__) is None:
                yield from differences(nested, inner, key)
    others = {field.encode_name for field in msgspec.structs.fields(base)} if base else set[str]()
    told = {name.partition("[")[0] for name in facts}
    for name in mine.keys() - told - others:
        yield "added", f"{at}.{name}", "is not documented"


def _alternatives(type_: Any) -> tuple[Any, ...]:
    if typing.get_origin(type_) in (typing.Union, types.UnionType):
        return typing.get_args(type_)
    return (type_,)


def _wrong(ours: Any, fact: str) -> str:
    """What differs between a type of ours and a documented one; "" for nothing."""
    if ours is Any:
        return ""
    if typing.get_origin(ours) is typing.Literal:
        ours = type(typing.get_args(ours)[0])
    if fact.startswith("["):
        if typing.get_origin(ours) is not list:
            return f"is no list: {ours}"
        inner = [one for one in _alternatives(typing.get_args(ours)[0]) if one is not type(None)]
        return next((wrong for one in inner if (wrong := _wrong(one, fact[1:-1]))), "")
    if fact in _PLAIN:
        fits = ours is _PLAIN[fact] or (fact == "number" and ours is int)
        return "" if fits else f"is {ours}, documented is {fact}"
    if typing.get_origin(ours) is dict:
        return ""
    if not _is_struct(ours):
        return f"is {ours}, documented is {fact}"
    name = documented(ours.__name__)
    alike = name == fact or fact in ("hash", "null") or _extends(ours, fact)
    return "" if alike else f"is {name or ours.__name__}, documented is {fact}"


def _extends(ours: type[Struct], fact: str) -> bool:
    return any(documented(base.__name__) == fact for base in ours.__mro__)


def everything() -> Iterator[tuple[str, str, str]]:
    """All differences of all entities."""
    for ours in sorted(structs(), key=lambda one: one.__name__):
        name = documented(ours.__name__)
        if name is not None:
            yield from differences(ours, entities()[name], ours.__name__)


def test_entities_are_as_documented() -> None:
    allowed = {"missing": MISSING, "different": DIFFERENT, "added": ADDED}
    found = [f"{key} {wrong}" for table, key, wrong in everything() if key not in allowed[table]]
    assert found == []
    assert len(list(structs())) > 50  # else the look itself is broken


def test_what_is_no_entity_says_why_it_exists() -> None:
    unknown = {
        one.__name__
        for one in structs()
        if documented(one.__name__) is None and not _part_of_another(one)
    }
    assert unknown == set(OURS)


def test_what_is_no_difference_any_more_leaves_the_tables() -> None:
    found: dict[str, set[str]] = {"missing": set(), "different": set(), "added": set()}
    for table, key, _wrong in everything():
        found[table].add(key)
    assert set(MISSING) - found["missing"] == set()
    assert set(DIFFERENT) - found["different"] == set()
    assert set(ADDED) - found["added"] == set()


_PARTS: set[str] = set()


def _part_of_another(ours: type[Struct]) -> bool:
    """Whether it is a plain hash inside a documented entity, compared with that."""
    if not _PARTS:
        for one in structs():
            name = documented(one.__name__)
            facts = entities().get(name or "", {})
            waiting = [
                field.type
                for field in msgspec.structs.fields(one)
                if name and (parts(facts, field.encode_name) or _hash(facts, field.encode_name))
            ]
            while waiting:
                part = waiting.pop()
                if not _is_struct(part):
                    waiting += typing.get_args(part)
                elif part.__name__ not in _PARTS and documented(part.__name__) is None:
                    _PARTS.add(part.__name__)
                    waiting += [field.type for field in msgspec.structs.fields(part)]
    return ours.__name__ in _PARTS


def _hash(facts: dict[str, Field], name: str) -> bool:
    return name in facts and facts[name].type in ("hash", "[hash]")
