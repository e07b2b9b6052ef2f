"""What admins' apps do. Only what can be taken back is done; no account is acted upon."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from weft.conformance.caller import Caller
from weft.conformance.walk_posts import Made

ADMIN = "/api/v1/admin"


async def accounts(call: Caller, made: Made) -> None:
    person = (made.other or made.me or {}).get("id")
    entity = "Admin::Account"
    await call.call(f"GET {ADMIN}/accounts", who="admin", returns=f"[{entity}]")
    await call.call("GET /api/v2/admin/accounts", who="admin", returns=f"[{entity}]")
    one = f"{ADMIN}/accounts/:id"
    await call.call(f"GET {one}", person, who="admin", returns=entity)
    if made.other is not None:
        act = f"POST {one}/action"
        for kind, back in (
            ("sensitive", "unsensitive"),
            ("silence", "unsilence"),
            ("disable", "enable"),
            ("suspend", "unsuspend"),
        ):
            await call.call(act, person, who="admin", body={"type": kind})
            await call.call(f"POST {one}/{back}", person, who="admin", returns=entity)
    else:
        verbs = ("action", "unsensitive", "unsilence", "enable", "unsuspend")
        call.skip([f"POST {one}/{verb}" for verb in verbs], "needs --second-token")
    keys = [f"POST {one}/approve", f"POST {one}/reject", f"DELETE {one}"]
    call.skip(keys, "would decide about people who wait, or delete somebody")


async def blocks(call: Caller, _made: Made) -> None:
    """Of servers, e-mail and addresses: each is made, read, changed, and taken away."""
    name = "conformance.invalid"
    kinds = (
        ("domain_blocks", "Admin::DomainBlock", {"domain": name, "severity": "noop"}),
        ("domain_allows", "Admin::DomainAllow", {"domain": name}),
        ("email_domain_blocks", "Admin::EmailDomainBlock", {"domain": name}),
        (
            "ip_blocks",
            "Admin::IpBlock",
            {"ip": "192.0.2.1/32", "severity": "no_access", "expires_in": 3_600},
        ),
        ("canonical_email_blocks", "Admin::CanonicalEmailBlock", {"email": f"nobody@{name}"}),
    )
    for path, entity, body in kinds:
        one = f"{ADMIN}/{path}/:id"
        new = await call.call(f"POST {ADMIN}/{path}", who="admin", returns=entity, body=body)
        await call.call(f"GET {ADMIN}/{path}", who="admin", returns=f"[{entity}]")
        await call.call(f"GET {one}", new.get("id"), who="admin", returns=entity)
        if f"PUT {one}" in call.results:
            await call.call(f"PUT {one}", new.get("id"), who="admin", returns=entity, body=body)
        await call.call(f"DELETE {one}", new.get("id"), who="admin")
    test = f"POST {ADMIN}/canonical_email_blocks/test"
    await call.call(
        test, who="admin", returns="[Admin::CanonicalEmailBlock]", body={"email": f"a@{name}"}
    )


async def reports(call: Caller, made: Made) -> None:
    """The report that the walk made of the second account; nobody else's."""
    entity = "Admin::Report"
    await call.call(f"GET {ADMIN}/reports", who="admin", returns=f"[{entity}]")
    one, number = f"{ADMIN}/reports/:id", made.report
    shown = await call.call(f"GET {one}", number, who="admin", returns=entity)
    same = {"category": shown.get("category") or "other"}
    await call.call(f"PUT {one}", number, who="admin", returns=entity, body=same)
    for verb in ("assign_to_self", "unassign", "resolve", "reopen", "resolve"):
        await call.call(f"POST {one}/{verb}", number, who="admin", returns=entity)


async def figures(call: Caller, _made: Made) -> None:
    today = datetime.now(UTC).date()
    span = {"start_at": str(today - timedelta(days=7)), "end_at": str(today)}
    measures = span | {"keys": ["new_users", "active_users"]}
    await call.call(
        f"POST {ADMIN}/measures", who="admin", returns="[Admin::Measure]", body=measures
    )
    dimensions = span | {"keys": ["languages", "servers"], "limit": 3}
    await call.call(
        f"POST {ADMIN}/dimensions", who="admin", returns="[Admin::Dimension]", body=dimensions
    )
    await call.call(
        f"POST {ADMIN}/retention",
        who="admin",
        returns="[Admin::Cohort]",
        body=span | {"frequency": "day"},
    )


async def trends(call: Caller, made: Made) -> None:
    for path, type_ in (
        ("trends/links", "[Trends::Link]"),
        ("trends/links/publishers", "[hash]"),
        ("trends/statuses", "[Status]"),
        ("trends/tags", "[Admin::Tag]"),
        ("tags", "[Admin::Tag]"),
    ):
        await call.call(f"GET {ADMIN}/{path}", who="admin", returns=type_)
    found = await call.quietly("GET", f"{ADMIN}/tags", who="admin")
    # Its own tag only: what an admin decided about others stays.
    own = next((one for one in found.entities() if one.get("name") == made.tag), {})
    tag = own.get("id")
    await call.call(f"GET {ADMIN}/tags/:id", tag, who="admin", returns="Admin::Tag")
    same = {"trendable": bool(own.get("trendable"))}
    await call.call(f"PUT {ADMIN}/tags/:id", tag, who="admin", returns="Admin::Tag", body=same)
    post = (made.post or {}).get("id")
    for verb in ("reject", "approve"):
        await call.call(f"POST {ADMIN}/trends/tags/:id/{verb}", tag, who="admin")
        await call.call(f"POST {ADMIN}/trends/statuses/:id/{verb}", post, who="admin")
    call.skip(
        [f"POST {ADMIN}/trends/links/:id/{verb}" for verb in ("approve", "reject")],
        "would decide about somebody's page",
    )


# Reports first: suspending somebody settles the reports about them.
SCENES = [reports, accounts, blocks, figures, trends]
