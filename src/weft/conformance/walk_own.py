"""What is one's own: lists, tags, filters, notifications, conversations, pushes; and the server."""

from __future__ import annotations

import base64
from typing import Any

from weft.conformance.caller import Caller
from weft.conformance.walk_posts import Made

# A public key on the curve P-256 and a secret of 16 bytes, as browsers make them; nobody holds the
# private key, and nothing is ever sent there.
_P256DH = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
_AUTH = base64.urlsafe_b64encode(bytes(16)).rstrip(b"=").decode()


async def server(call: Caller, _made: Made) -> None:
    """What the server says of itself, to anybody."""
    for path, type_ in (
        ("v1/instance", "V1::Instance"),
        ("v2/instance", "Instance"),
        ("v1/instance/activity", "[hash]"),
        ("v1/instance/extended_description", "ExtendedDescription"),
        ("v1/instance/languages", "[hash]"),
        ("v1/instance/peers", "[string]"),
        ("v1/instance/privacy_policy", "PrivacyPolicy"),
        ("v1/instance/rules", "[Rule]"),
        ("v1/instance/translation_languages", "hash"),
        ("v1/custom_emojis", "[CustomEmoji]"),
    ):
        await call.call(f"GET /api/{path}", who="nobody", returns=type_)
    # 404 where there are none, or where they are not told: as documented.
    none_or = (200, 404)
    await call.call("GET /api/v1/instance/domain_blocks", who="nobody", ok=(200, 401, 404))
    terms = "GET /api/v1/instance/terms_of_service"
    await call.call(terms, who="nobody", ok=none_or)
    await call.call(f"{terms}/:date", "2026-01-01", who="nobody", ok=none_or)
    await call.call("GET /api/v1/peers/search", query={"q": "a"}, returns="[string]")
    await call.call("GET /api/v1/donation_campaigns", ok=(200, 204))
    reports = "/api/v1/annual_reports"
    await call.call(f"GET {reports}", returns="WrappedAnnualReports")
    await call.call(f"GET {reports}/:id", 2025, ok=none_or)
    await call.call(f"GET {reports}/:id/state", 2025, returns="hash")
    await call.call(f"POST {reports}/:id/generate", 2025, ok=(200, 202))
    await call.call(f"POST {reports}/:id/read", 2025, ok=none_or)
    await call.call("GET /api/v1_alpha/async_refreshes/:id", "none", ok=(404,))


async def apps(call: Caller, _made: Made) -> None:
    """An app is registered, as every client does at first."""
    body = {
        "client_name": "weft conformance",
        "redirect_uris": "urn:ietf:wg:oauth:2.0:oob",
        "scopes": "read write",
    }
    app = await call.call(
        "POST /api/v1/apps", who="nobody", returns="CredentialApplication", body=body
    )
    if app.ok:
        grant = {
            "grant_type": "client_credentials",
            "client_id": app.get("client_id"),
            "client_secret": app.get("client_secret"),
            "scope": "read write",
        }
        token = await call.quietly("POST", "/oauth/token", who="nobody", body=grant)
        if token.get("access_token"):
            call.tokens["app"] = token.get("access_token")
    await call.call("GET /api/v1/apps/verify_credentials", who="app", returns="Application")
    # Without its words a sign-up is refused, whether signing up is open or not.
    await call.call("POST /api/v1/accounts", who="app", body={}, ok=(403, 422))
    confirm = "POST /api/v1/emails/confirmations"
    await call.call(confirm, ok=(200, 403), body={})
    await call.call("GET /api/v1/emails/check_confirmation")


async def lists(call: Caller, made: Made) -> None:
    one = "/api/v1/lists/:id"
    other = (made.other or {}).get("id")
    body = {"title": "Conformance", "replies_policy": "list", "exclusive": False}
    new = await call.call("POST /api/v1/lists", returns="List", body=body)
    number = new.get("id")
    await call.call("GET /api/v1/lists", returns="[List]")
    await call.call(f"GET {one}", number, returns="List")
    await call.call(f"PUT {one}", number, returns="List", body={"title": "Conformance, again"})
    if other:
        # Only those one follows can be on a list.
        await call.quietly("POST", f"/api/v1/accounts/{other}/follow")
        await call.rest()
        ids = {"account_ids": [other]}
        await call.call(f"POST {one}/accounts", number, body=ids)
        await call.call(f"GET {one}/accounts", number, returns="[Account]")
        await call.call("GET /api/v1/timelines/list/:id", number, returns="[Status]")
        await call.call(f"DELETE {one}/accounts", number, body=ids)
        await call.quietly("POST", f"/api/v1/accounts/{other}/unfollow")
    else:
        await call.call(f"GET {one}/accounts", number, returns="[Account]")
        await call.call("GET /api/v1/timelines/list/:id", number, returns="[Status]")
        call.skip([f"POST {one}/accounts", f"DELETE {one}/accounts"], "needs --second-token")
    await call.call(f"DELETE {one}", number)


async def tags(call: Caller, made: Made) -> None:
    one = "/api/v1/tags/:id"
    await call.call(f"GET {one}", made.tag, returns="Tag")
    await call.call(f"POST {one}/follow", made.tag, returns="Tag")
    await call.call("GET /api/v1/followed_tags", returns="[Tag]", query={"limit": 1}, paged=True)
    await call.call(f"POST {one}/unfollow", made.tag, returns="Tag")
    await call.call(f"POST {one}/feature", made.tag, returns="Tag")
    await call.call(f"POST {one}/unfeature", made.tag, returns="Tag")
    featured = "/api/v1/featured_tags"
    new = await call.call(f"POST {featured}", returns="FeaturedTag", body={"name": made.tag})
    await call.call(f"GET {featured}", returns="[FeaturedTag]")
    await call.call(f"GET {featured}/suggestions", returns="[Tag]")
    await call.call(f"DELETE {featured}/:id", new.get("id"))


async def filters(call: Caller, made: Made) -> None:
    """Version 2, with its parts, then version 1."""
    one, word = "/api/v2/filters/:id", "/api/v2/filters/keywords/:id"
    body = {
        "title": "Conformance",
        "context": ["home"],
        "filter_action": "warn",
        "keywords_attributes": [{"keyword": "unlikelyword", "whole_word": True}],
    }
    new = await call.call("POST /api/v2/filters", returns="Filter", body=body)
    number = new.get("id")
    await call.call("GET /api/v2/filters", returns="[Filter]")
    await call.call(f"GET {one}", number, returns="Filter")
    await call.call(f"PUT {one}", number, returns="Filter", body={"title": "Conformance, again"})
    key = await call.call(
        f"POST {one}/keywords", number, returns="FilterKeyword", body={"keyword": "rareword"}
    )
    await call.call(f"GET {one}/keywords", number, returns="[FilterKeyword]")
    await call.call(f"GET {word}", key.get("id"), returns="FilterKeyword")
    await call.call(f"PUT {word}", key.get("id"), returns="FilterKeyword", body={"keyword": "word"})
    await call.call(f"DELETE {word}", key.get("id"))
    hide = {"status_id": (made.post or {}).get("id")}
    hidden = await call.call(f"POST {one}/statuses", number, returns="FilterStatus", body=hide)
    await call.call(f"GET {one}/statuses", number, returns="[FilterStatus]")
    await call.call("GET /api/v2/filters/statuses/:id", hidden.get("id"), returns="FilterStatus")
    await call.call("DELETE /api/v2/filters/statuses/:id", hidden.get("id"))
    await call.call(f"DELETE {one}", number)
    old = "/api/v1/filters/:id"
    simple = {"phrase": "unlikelyword", "context": ["home"]}
    first = await call.call("POST /api/v1/filters", returns="V1::Filter", body=simple)
    await call.call("GET /api/v1/filters", returns="[V1::Filter]")
    await call.call(f"GET {old}", first.get("id"), returns="V1::Filter")
    await call.call(f"PUT {old}", first.get("id"), returns="V1::Filter", body=simple)
    await call.call(f"DELETE {old}", first.get("id"))


async def notifications(call: Caller, made: Made) -> None:
    """The second account makes some by liking and mentioning."""
    number = (made.post or {}).get("id")
    if call.may("second") and number:
        for verb in ("favourite", "reblog"):
            await call.quietly("POST", f"/api/v1/statuses/{number}/{verb}", who="second")
        await call.rest()
    v1, v2 = "/api/v1/notifications", "/api/v2/notifications"
    some = await call.call(f"GET {v1}", returns="[Notification]", query={"limit": 1}, paged=True)
    one = some.get(0, "id")
    grouped = await call.call(f"GET {v2}", returns="GroupedNotificationsResults")
    group = grouped.get("notification_groups", 0, "group_key")
    about = [
        one.get("group_key")
        for one in grouped.entities("notification_groups")
        if number and one.get("status_id") == number
    ]
    if one is None:
        why = "there is no notification: give --second-token"
        keys = [f"GET {v1}/:id", f"POST {v1}/:id/dismiss", f"DELETE {v1}/:id"]
        call.skip([*keys, *(f"{way} {v2}/:group_key" for way in ("GET",))], why)
    for path in (v1, v2):
        await call.call(f"GET {path}/unread_count", returns="hash")
    await call.call(f"GET {v1}/:id", one, returns="Notification")
    await call.call(f"GET {v2}/:group_key", group, returns="GroupedNotificationsResults")
    await call.call(f"GET {v2}/:group_key/accounts", group, returns="[Account]")
    # Taken away is only what the second account caused.
    await call.call(f"POST {v2}/:group_key/dismiss", about[0] if about else None)
    theirs, others = await _caused(call, made)
    await call.call(f"POST {v1}/:id/dismiss", theirs[0] if theirs else None)
    await call.call(f"DELETE {v1}/:id", theirs[-1] if theirs else None, ok=(200, 404))
    await call.call(f"DELETE {v1}/destroy_multiple", query={"ids[]": ["1"]})
    await policies(call, made)
    theirs, others = await _caused(call, made)
    if others:
        call.skip([f"POST {v1}/clear", f"POST {v2}/clear"], "there are notifications by others")
        return
    await call.call(f"POST {v1}/clear")
    await call.call(f"POST {v2}/clear")


async def _caused(call: Caller, made: Made) -> tuple[list[str], int]:
    """Notifications that the second account caused, and how many others there are."""
    other = (made.other or {}).get("id")
    found = await call.quietly("GET", "/api/v1/notifications?limit=80&include_filtered=true")
    theirs = [one.get("id", "") for one in found.entities() if _by(one, other)]
    return theirs, len(found.entities()) - len(theirs) if found.ok else 1


def _by(one: dict[str, Any], other: object) -> bool:
    """Whether something's account is the second one."""
    who = one.get("account")
    return other is not None and isinstance(who, dict) and bool(who.get("id") == other)


async def policies(call: Caller, made: Made) -> None:
    """What is kept back, and asked for: a mention by the second account, who is not followed."""
    v1, v2 = "/api/v1/notifications", "/api/v2/notifications"
    before = await call.call(f"GET {v2}/policy", returns="NotificationPolicy")
    same = {"for_not_following": "filter"}
    await call.call(f"PUT {v2}/policy", returns="NotificationPolicy", send="PATCH", body=same)
    asked = f"{v1}/requests"
    ids: list[str] = []
    name = (made.me or {}).get("acct")
    for _ in range(4 if call.may("second") else 0):
        body = {"status": f"@{name} may I?"}
        post = await call.quietly("POST", "/api/v1/statuses", who="second", body=body)
        made.theirs += [post.get("id")] if post.get("id") else []
        await call.rest()
        found = await call.call(f"GET {asked}", returns="[NotificationRequest]")
        other = (made.other or {}).get("id")
        number = next((one.get("id") for one in found.entities() if _by(one, other)), None)
        if number is None:
            break
        way = len(ids)
        ids.append(number)
        await call.call(f"GET {asked}/:id", number, returns="NotificationRequest")
        if way == 0:
            await call.call(f"POST {asked}/:id/dismiss", number)
        elif way == 1:
            await call.call(f"POST {asked}/dismiss", body={"id": [number]})
        elif way == 2:
            await call.call(f"POST {asked}/:id/accept", number)
            # Accepted ones are let in from now on: the policy begins anew.
            await call.quietly("PATCH", f"{v2}/policy", body=same)
        else:
            await call.call(f"POST {asked}/accept", body={"id": [number]})
    await call.call(f"GET {asked}", returns="[NotificationRequest]")
    if not call.may("second"):
        keys = [f"{way}/:id" for way in (f"GET {asked}",)]
        keys += [f"POST {asked}/:id/accept", f"POST {asked}/:id/dismiss"]
        call.skip(keys, "needs --second-token")
    for verb in ("accept", "dismiss"):
        if call.results[f"POST {asked}/{verb}"].state == "untried":
            await call.call(f"POST {asked}/{verb}", body={"id": []}, ok=(200, 404))
    await call.call(f"GET {asked}/merged", returns="hash")
    back = {"for_not_following": before.get("for_not_following") or "accept"}
    await call.quietly("PATCH", f"{v2}/policy", body=back)
    old = await call.call(f"GET {v1}/policy", returns="V1::NotificationPolicy")
    flags = {"filter_new_accounts": bool(old.get("filter_new_accounts"))}
    await call.call(f"PUT {v1}/policy", returns="V1::NotificationPolicy", send="PATCH", body=flags)


async def conversations(call: Caller, made: Made) -> None:
    """The second account writes to the main one alone."""
    one = "/api/v1/conversations/:id"
    if call.may("second"):
        body = {"status": f"@{(made.me or {}).get('acct')} psst", "visibility": "direct"}
        post = await call.quietly("POST", "/api/v1/statuses", who="second", body=body)
        made.theirs += [post.get("id")] if post.get("id") else []
        await call.rest()
    found = await call.call("GET /api/v1/conversations", returns="[Conversation]")
    # None but the one that was just begun: other talks are not the walk's to delete.
    number = next((one.get("id") for one in found.entities() if _ends_with(one, made.theirs)), None)
    if not call.may("second"):
        keys = [f"POST {one}/read", f"POST {one}/unread", f"DELETE {one}"]
        call.skip(keys, "needs --second-token")
        return
    await call.call(f"POST {one}/read", number, returns="Conversation")
    await call.call(f"POST {one}/unread", number, returns="Conversation")
    await call.call(f"DELETE {one}", number)


def _ends_with(conversation: dict[str, Any], posts: list[str]) -> bool:
    last = conversation.get("last_status")
    return isinstance(last, dict) and last.get("id") in posts


async def domains(call: Caller, _made: Made) -> None:
    name = "conformance.invalid"
    path = "/api/v1/domain_blocks"
    await call.call(f"GET {path}/preview", query={"domain": name}, returns="hash")
    await call.call(f"POST {path}", body={"domain": name})
    await call.call(f"GET {path}", returns="[string]")
    await call.call(f"DELETE {path}", body={"domain": name})


async def pushes(call: Caller, _made: Made) -> None:
    path = "/api/v1/push/subscription"
    if (await call.quietly("GET", path)).ok:
        # An app holds this token too, and would never be woken again.
        verbs = ("POST", "PUT", "DELETE")
        call.skip([f"{verb} {path}" for verb in verbs], "the token has a subscription already")
        await call.call(f"GET {path}", returns="WebPushSubscription")
        return
    keys = {"p256dh": _P256DH, "auth": _AUTH}
    data = {"alerts": {"mention": True}, "policy": "none"}
    body = {
        "subscription": {"endpoint": "https://push.example.com/conformance", "keys": keys},
        "data": data,
    }
    type_ = "WebPushSubscription"
    await call.call(f"POST {path}", returns=type_, body=body)
    await call.call(f"GET {path}", returns=type_)
    await call.call(f"PUT {path}", returns=type_, body={"data": data})
    await call.call(f"DELETE {path}")


async def announcements(call: Caller, _made: Made) -> None:
    one = "/api/v1/announcements/:id"
    found = await call.call("GET /api/v1/announcements", returns="[Announcement]")
    number = found.get(0, "id")
    keys = [f"PUT {one}/reactions/:id", f"DELETE {one}/reactions/:id", f"POST {one}/dismiss"]
    if number is None:
        call.skip(keys, "there is no announcement at the moment")
        return
    for key in keys[:2]:
        await call.call(key, number, "🧵")
    await call.call(keys[2], number)


SCENES = [
    *(server, apps, lists, tags, filters, notifications),
    *(conversations, domains, pushes, announcements),
]
