"""What nobody should send to the routes of admins and of reports, and what some will: it is refused
in words, and changes nothing.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.api.conftest import Client, Edge
from tests.api.test_admin import ADMIN, admin_paths
from tests.api.test_doors import doors
from tests.conftest import House
from weft.people import accounts
from weft.people.model import Account

pytestmark = pytest.mark.anyio

STRANGE_IDS = (
    "0",
    "-1",
    "9" * 19,
    "9" * 40,
    "1e3",
    "a%00b",
    "%F0%9F%90%98",
    "%ED%A0%80",
    "null",
    "1%2F2",
)
STRANGE_VALUES: tuple[Any, ...] = (
    None,
    True,
    -1,
    10**30,
    1.5,
    "",
    "a\x00b",
    "x" * 70_000,
    "\u202e\ufffe",
    [],
    [None],
    ["1"] * 5_000,
    [[]],
    {},
    {"a": 1},
)
FIELDS = (
    *("type", "text", "report_id", "domain", "severity", "reject_media", "private_comment"),
    *(
        "public_comment",
        "obfuscate",
        "email",
        "canonical_email_hash",
        "ip",
        "comment",
        "expires_in",
    ),
    *("account_id", "status_ids", "collection_ids", "rule_ids", "category", "forward", "keys"),
    *("start_at", "end_at", "frequency", "limit", "tag_uses", "instance_accounts", "trendable"),
    *("allow_with_approval", "username", "password", "agreement", "reason", "locale"),
)
WORKING: dict[str, dict[str, Any]] = {
    "action": {"type": "none"},
    "domain_blocks": {"domain": "x.test"},
    "ip_blocks": {"ip": "10.0.0.0/8", "severity": "sign_up_block"},
    "measures": {"keys": ["new_users"], "start_at": "2026-01-01", "end_at": "2026-01-02"},
    "dimensions": {"keys": ["languages", "servers"]},
    "retention": {"start_at": "2026-01-01", "end_at": "2026-01-02", "frequency": "day"},
}


@pytest.fixture
def admin(edge: Edge, boss: Account) -> Client:
    return edge.of(boss, ADMIN)


async def test_ids_that_name_nothing(admin: Client) -> None:
    templates = sorted(
        {(method, path) for method, path, _ in doors() if "/admin/" in path and "{" in path}
    )
    assert len(templates) > 30
    for method, path in templates:
        for strange in STRANGE_IDS:
            asked = re.sub(r"{[^}]*}", strange, path)
            answer = await admin.ask(method, asked, **({} if method == "GET" else {"json": {}}))
            named = "tags" in path or "publishers" in path  # these have names, not ids
            assert answer.status_code in ({404, 422, 403, 200} if named else {404, 422, 400}), (
                method,
                asked,
                answer.text,
            )


async def test_values_of_the_wrong_kind(admin: Client, house: House) -> None:
    known = house.person("known")
    paths = [
        (method, path.replace("/1", f"/{known.id}"))
        for method, path in admin_paths()
        if method in {"POST", "PUT", "PATCH"}
    ]
    for method, path in [*paths, ("POST", "/api/v1/reports"), ("POST", "/api/v1/accounts")]:
        base = WORKING.get(path.rsplit("/", 1)[-1], {"account_id": str(known.id)})
        for value in STRANGE_VALUES:
            all_strange = dict.fromkeys(FIELDS, value)
            for body in (all_strange, *({**base, field: value} for field in _read_by(path))):
                answer = await admin.ask(method, path, json=body)
                assert answer.status_code < 500, (method, path, str(body)[:200], answer.text)
        for raw in (b"[]", b"1", b'"a"', b"null", b"{", b'{"domain":"\\ud800"}', b"\xff"):
            sent = {"content-type": "application/json"}
            answer = await admin.ask(method, path, content=raw, headers=sent)
            assert answer.status_code < 500, (method, path, raw, answer.text)
    still = house.db.read_now(lambda tx: accounts.get(tx, known.id))
    assert (still.suspended_at, still.silenced_at, still.sensitized_at) == (None, None, None)


def _read_by(path: str) -> tuple[str, ...]:
    """The fields worth trying one by one, beside others that are right."""
    last = path.rsplit("/", 1)[-1]
    return {
        "action": ("text", "report_id"),
        "domain_blocks": ("severity", "private_comment", "public_comment", "obfuscate"),
        "domain_allows": ("domain",),
        "email_domain_blocks": ("domain",),
        "canonical_email_blocks": ("email", "canonical_email_hash"),
        "test": ("email",),
        "ip_blocks": ("ip", "comment", "expires_in"),
        "reports": ("status_ids", "collection_ids", "rule_ids", "comment", "category"),
        "measures": ("keys", "start_at", "tag_uses"),
        "dimensions": ("keys", "limit", "end_at"),
    }.get(last, ())


STRANGE_QUESTIONS = (
    "max_id=x",
    "max_id=99999999999999999999999",
    "min_id=-1",
    "limit=0",
    "limit=-5",
    "limit=x",
    "limit=99999999999999999999",
    "username=%00",
    "display_name=%00",
    "by_domain=%00",
    "email=%00",
    "ip=%00",
    "ip=" + "1" * 9000,
    "username=%ED%A0%80",
    "local=maybe",
    "status=nonsense&origin=nowhere",
    "role_ids[]=%00&role_ids[]=x",
    "account_id=%00",
    "target_account_id=9999999999999999999999",
    "resolved=maybe",
    "unknown=1",
)


async def test_questions_of_the_wrong_kind(admin: Client) -> None:
    lists = [path for method, path in admin_paths() if method == "GET" and not path.endswith("/1")]
    for path in lists:
        for query in STRANGE_QUESTIONS:
            answer = await admin.get(f"{path}?{query}")
            assert answer.status_code < 500, (path, query, answer.text)


BAD_DOMAINS = (
    *("", " ", ".", "..", "a..b", "-a.test", "a b.test", "a/b", "http://a.test", "u@a.test"),
    *("a\x00.test", "a\n.test", "x" * 300, "ä..b", "a.test:port", "a?b", "[::1]", "weft.test"),
)
GOOD_DOMAINS = {
    "Good.Test": "good.test",
    "@good2.test.": "good2.test",
    "bäd.test": "xn--bd-via.test",
    "例え.テスト": "xn--r8jz45g.xn--zckzah",
    "a.test:8443": "a.test:8443",
}


async def test_names_of_servers(admin: Client) -> None:
    for path in ("domain_blocks", "domain_allows", "email_domain_blocks"):
        await check_names(admin, path)


async def check_names(admin: Client, path: str) -> None:
    at = f"/api/v1/admin/{path}"
    for bad in BAD_DOMAINS:
        if bad == "weft.test" and path != "domain_blocks":
            continue
        refused = await admin.post(at, json={"domain": bad})
        assert refused.status_code == 422, (bad, refused.text)
        assert refused.json()["error"].startswith("Validation failed: Domain"), bad
    assert (await admin.get(at)).json() == []
    for good, kept in GOOD_DOMAINS.items():
        made = await admin.post(at, json={"domain": good})
        assert (made.status_code, made.json().get("domain")) == (200, kept), good


async def test_networks(admin: Client) -> None:
    at = "/api/v1/admin/ip_blocks"
    for bad in (
        "",
        "x",
        "10.0.0.0/33",
        "10.0.0/8",
        "::/129",
        "10.0.0.0/8 x",
        "1.2.3.4\x00",
        "1" * 9000,
    ):
        refused = await admin.post(at, json={"ip": bad, "severity": "no_access"})
        assert refused.status_code == 422, bad
        assert "Ip is invalid" in refused.json()["error"]
    for severity in ("", "x", "no_access\x00"):
        refused = await admin.post(at, json={"ip": "10.0.0.1", "severity": severity})
        assert refused.status_code == 422, severity
    long = {"ip": "10.0.0.1", "severity": "sign_up_block", "expires_in": 10**18}
    made = await admin.post(at, json=long)
    assert made.status_code in {200, 400, 422}, made.text
    assert (await admin.get(at)).status_code == 200


async def test_reports_of_nothing(admin: Client, edge: Edge, house: House) -> None:
    known, other = house.person("known"), house.person("other")
    post = house.post(other, "not known's")
    at, about = "/api/v1/reports", {"account_id": str(known.id)}
    for body, status in (
        ({}, {404, 422}),
        ({"account_id": "1"}, {404}),
        (about | {"status_ids": [str(post.id)]}, {404}),
        (about | {"status_ids": ["1"] * 101}, {404, 422}),
        (about | {"collection_ids": ["1"]}, {404}),
        (about | {"rule_ids": ["99"]}, {422}),
        (about | {"category": "nonsense"}, {422}),
        (about | {"comment": "x" * 1001}, {422}),
    ):
        refused = await admin.post(at, json=body)
        assert refused.status_code in status, (body, refused.text)
    assert (await admin.get("/api/v1/admin/reports")).json() == []
    kept = await admin.post(at, json=about | {"comment": "a\x00b"})
    assert (kept.status_code, kept.json()["comment"]) == (200, "ab")
    assert (await edge.of(None).post(at, json=about)).status_code == 401


async def test_neither_ais_nor_tokens_without_the_scope_are_admins(
    edge: Edge,
    boss: Account,
) -> None:
    bot = edge.house.ai("bot", boss)
    clients = {
        "an AI": edge.of(bot, ADMIN),
        "an admin's usual app": edge.of(boss, "read write follow push"),
        "an admin's app that looks only": edge.of(boss, "read write admin:read"),
    }
    for method, path in admin_paths():
        reads = method == "GET" or path.endswith(
            ("/test", "/measures", "/dimensions", "/retention")
        )
        for who, client in clients.items():
            if reads and "looks" in who:
                continue
            answer = await client.ask(method, path, **({} if method == "GET" else {"json": {}}))
            assert answer.status_code == 403, (who, method, path)
