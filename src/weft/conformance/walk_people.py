"""People: who they are, and what stands between two of them."""

from __future__ import annotations

from typing import Any

from weft.conformance.caller import Caller, Upload
from weft.conformance.walk_posts import Made, picture

ACCOUNT = "/api/v1/accounts/:id"
BEFORE_SECOND = (
    *(
        f"POST {ACCOUNT}/{verb}"
        for verb in (
            *("follow", "unfollow", "mute", "unmute", "block", "unblock", "note", "endorse"),
            *("unendorse", "pin", "unpin", "remove_from_followers"),
        )
    ),
    "POST /api/v1/follow_requests/:id/authorize",
    "POST /api/v1/follow_requests/:id/reject",
)


async def accounts(call: Caller, made: Made) -> None:
    """Looking at accounts."""
    me = (made.me or {}).get("id")
    await call.call("GET /api/v1/accounts/verify_credentials", returns="CredentialAccount")
    await call.call(f"GET {ACCOUNT}", me, returns="Account")
    await call.call("GET /api/v1/accounts", query={"id[]": [me or "0"]}, returns="[Account]")
    name = (made.me or {}).get("acct", "")
    await call.call("GET /api/v1/accounts/lookup", query={"acct": name}, returns="Account")
    await call.call("GET /api/v1/accounts/search", query={"q": name}, returns="[Account]")
    ids = {"id[]": [me or "0"]}
    await call.call("GET /api/v1/accounts/relationships", query=ids, returns="[Relationship]")
    await call.call(
        "GET /api/v1/accounts/familiar_followers", query=ids, returns="[FamiliarFollowers]"
    )
    one = {"limit": 1}
    await call.call(f"GET {ACCOUNT}/statuses", me, returns="[Status]", query=one, paged=True)
    for part, type_ in (
        ("featured_tags", "[FeaturedTag]"),
        ("lists", "[List]"),
        ("identity_proofs", "[IdentityProof]"),
        ("endorsements", "[Account]"),
        ("collections", "Collections"),
        ("in_collections", "Collections"),
    ):
        await call.call(f"GET {ACCOUNT}/{part}", me, returns=type_)
    for path, type_ in (
        ("preferences", "Preferences"),
        ("endorsements", "[Account]"),
        ("directory", "[Account]"),
        ("suggestions", "[Account]"),
        ("follow_requests", "[Account]"),
    ):
        await call.call(f"GET /api/v1/{path}", returns=type_)
    await call.call("GET /api/v2/suggestions", returns="[Suggestion]")
    await call.call("DELETE /api/v1/suggestions/:id", me, ok=(200, 404))


async def profile(call: Caller, made: Made) -> None:
    """One's own profile: changed to what it is."""
    name = (made.me or {}).get("display_name", "")
    update = "PATCH /api/v1/accounts/update_credentials"
    await call.call(update, returns="CredentialAccount", body={"display_name": name})
    await call.call("GET /api/v1/profile", returns="Profile")
    same = {"display_name": name}
    await call.call("PUT /api/v1/profile", returns="Profile", send="PATCH", body=same)
    pictured: dict[str, Any] = made.me or {}
    for kind in ("avatar", "header"):
        # Only where the walk itself put the picture: nobody's face is taken away.
        shown = str(pictured.get(kind) or "missing")
        if "missing" in shown or "/faces/" in shown:
            file = Upload(kind, "image/png", picture())
            await call.quietly("PATCH", "/api/v1/accounts/update_credentials", body=file)
            await call.call(f"DELETE /api/v1/profile/{kind}", returns="CredentialAccount")
        else:
            call.skip([f"DELETE /api/v1/profile/{kind}"], "the account has a picture of its own")


async def relations(call: Caller, made: Made) -> None:
    """Between the main account and the second."""
    other, me = (made.other or {}).get("id"), (made.me or {}).get("id")
    if not call.may("second"):
        call.skip(BEFORE_SECOND, "needs --second-token")
        return
    verb = f"POST {ACCOUNT}/"
    bond = "Relationship"
    await call.call(f"{verb}follow", other, returns=bond, body={"reblogs": True})
    one = {"limit": 1}
    await call.call(f"GET {ACCOUNT}/following", me, returns="[Account]", query=one, paged=True)
    await call.call(f"GET {ACCOUNT}/followers", other, returns="[Account]", query=one, paged=True)
    await call.call(f"{verb}note", other, returns=bond, body={"comment": "met while testing"})
    await call.quietly("POST", f"/api/v1/accounts/{other}/note", body={"comment": ""})
    for name in ("endorse", "unendorse", "pin", "unpin"):
        await call.call(f"{verb}{name}", other, returns=bond)
    await call.quietly("POST", f"/api/v1/accounts/{me}/follow", who="second")
    await call.call(f"{verb}remove_from_followers", other, returns=bond)
    await call.call(f"{verb}unfollow", other, returns=bond)
    await call.call(f"{verb}mute", other, returns=bond)
    await call.call("GET /api/v1/mutes", returns="[MutedAccount]", query=one, paged=True)
    await call.call(f"{verb}unmute", other, returns=bond)
    await call.call(f"{verb}block", other, returns=bond)
    await call.call("GET /api/v1/blocks", returns="[Account]", query=one, paged=True)
    await call.call(f"{verb}unblock", other, returns=bond)
    await requests(call, me, other, locked=bool((made.me or {}).get("locked")))


async def requests(call: Caller, me: Any, other: Any, *, locked: bool) -> None:
    """The main account asks who follows it, for a moment."""
    own = "/api/v1/accounts/update_credentials"
    await call.quietly("PATCH", own, body={"locked": True})
    for name in ("authorize", "reject"):
        await call.quietly("POST", f"/api/v1/accounts/{me}/follow", who="second")
        await call.call("GET /api/v1/follow_requests", returns="[Account]")
        await call.call(f"POST /api/v1/follow_requests/:id/{name}", other, returns="Relationship")
        await call.quietly("POST", f"/api/v1/accounts/{me}/unfollow", who="second")
    await call.quietly("PATCH", own, body={"locked": locked})


async def reports(call: Caller, made: Made) -> None:
    """A report troubles an admin: only where the admin's token is given as well."""
    if not (call.may("second") and call.may("admin")):
        call.skip(["POST /api/v1/reports"], "needs --second-token and --admin-token")
        return
    body = {
        "account_id": (made.other or {}).get("id"),
        "status_ids": made.theirs[:1],
        "comment": "A test of the API; nothing is wrong.",
    }
    sent = await call.call("POST /api/v1/reports", returns="Report", body=body)
    made.report = sent.get("id")


async def collections(call: Caller, made: Made) -> None:
    """People under a name."""
    other = (made.other or made.me or {}).get("id")
    one = "/api/v1/collections/:id"
    body = {"name": "Weavers", "description": "made by a test", "discoverable": False}
    new = await call.call("POST /api/v1/collections", returns="WrappedCollection", body=body)
    number = new.get("collection", "id")
    await call.call(f"GET {one}", number, returns="CollectionWithAccounts")
    await call.call(
        f"PUT {one}", number, returns="WrappedCollection", send="PATCH", body={"name": "Spinners"}
    )
    item = await call.call(
        f"POST {one}/items", number, returns="WrappedCollectionItem", body={"account_id": other}
    )
    entry = item.get("collection_item", "id")
    revoke = f"POST {one}/items/:id/revoke"
    if call.may("second"):
        await call.call(revoke, number, entry, who="second")
        again = await call.quietly(
            "POST",
            f"/api/v1/collections/{number}/items",
            body={"account_id": (made.me or {}).get("id")},
        )
        entry = again.get("collection_item", "id") or entry
    else:
        call.skip([revoke], "needs --second-token")
    await call.call(f"DELETE {one}/items/:id", number, entry, ok=(200, 404))
    await call.call(f"DELETE {one}", number)


SCENES = [accounts, profile, relations, reports, collections]
