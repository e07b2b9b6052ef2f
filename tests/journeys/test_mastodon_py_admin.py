"""Mastodon.py: those who look after a server."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from mastodon import MastodonAPIError, MastodonNotFoundError, MastodonUnauthorizedError

from tests.journeys.typed import Typed, signed_in
from tests.servers import Server

ALL = "read write follow push admin:read admin:write"


@pytest.fixture(scope="module")
def chief(server: Server) -> Typed:
    return signed_in(server, "chief", scopes=ALL)


@pytest.fixture(scope="module")
def rogue(server: Server) -> Typed:
    return signed_in(server, "rogue")


def test_looks_after_people(chief: Typed, rogue: Typed) -> None:
    him = rogue.me()
    (found,) = chief.admin_accounts_v2(origin="local", username="rogue")
    assert found.account.acct == "rogue"
    assert found.email == "rogue@example.org"
    assert found.confirmed
    assert found.approved
    assert found.role.name is not None
    assert chief.admin_account(him).username == "rogue"
    assert [one.username for one in chief.admin_accounts_v2(permissions="staff")][:1]
    (first,) = chief.admin_accounts_v2(origin="local", limit=1)
    (second,) = chief.admin_accounts_v2(origin="local", limit=1, max_id=first.id)
    assert second.id < first.id

    chief.admin_account_moderate(him, "sensitive")
    assert chief.admin_account(him).sensitized
    assert not chief.admin_account_unsensitive(him).sensitized
    chief.admin_account_moderate(him, "silence", text="Calm down")
    assert chief.account(him).limited
    assert not chief.admin_account_unsilence(him).silenced
    chief.admin_account_moderate(him, "suspend")
    assert chief.admin_account(him).suspended
    assert [one.id for one in chief.admin_accounts_v2(status="suspended")] == [him.id]
    with pytest.raises((MastodonAPIError, MastodonUnauthorizedError)):
        rogue.status_post("Still here?")
    assert not chief.admin_account_unsuspend(him).suspended
    chief.admin_account_moderate(him, "disable")
    assert chief.admin_account(him).disabled
    assert not chief.admin_account_enable(him).disabled
    assert rogue.me().acct == "rogue"


def test_reports(server: Server, chief: Typed, rogue: Typed) -> None:
    witness = signed_in(server, "witness")
    bad = rogue.status_post("Cheap watches")
    filed = witness.report(rogue.me(), status_ids=[bad], comment="Spam", category="spam")
    (told,) = [
        one for one in chief.notifications(types=["admin.report"]) if one.report.id == filed.id
    ]
    assert told.report.target_account.acct == "rogue"
    (seen,) = chief.admin_reports(target_account_id=rogue.me())
    assert seen.id == filed.id
    assert seen.target_account.account.acct == "rogue"
    assert [one.id for one in seen.statuses] == [bad.id]
    assert chief.admin_report_assign(seen).assigned_account.username == "chief"
    assert chief.admin_report_unassign(seen).assigned_account is None
    assert chief.admin_report_resolve(seen).action_taken
    assert seen.id not in [one.id for one in chief.admin_reports()]
    assert seen.id in [one.id for one in chief.admin_reports(resolved=True)]
    assert not chief.admin_report_reopen(seen).action_taken
    chief.admin_account_moderate(rogue.me(), "none", report_id=seen)
    assert chief.admin_report(seen).action_taken


def test_servers(chief: Typed) -> None:
    made = chief.admin_create_domain_block(
        "noise.example", severity="silence", reject_media=True, public_comment="Loud"
    )
    assert (made.domain, made.severity, made.reject_media) == ("noise.example", "silence", True)
    changed = chief.admin_update_domain_block(made, severity="suspend", obfuscate=True)
    assert (changed.severity, changed.obfuscate) == ("suspend", True)
    assert chief.admin_domain_blocks(made).id == made.id
    assert "noise.example" in [one.domain for one in chief.admin_domain_blocks()]
    (shown,) = chief.instance_domain_blocks()
    assert (shown.severity, shown.comment) == ("suspend", "Loud")
    assert shown.domain != "noise.example"
    chief.admin_delete_domain_block(made)
    assert chief.admin_domain_blocks() == []

    allowed = chief.admin_create_domain_allow("friend.example")
    assert chief.admin_domain_allow(allowed).domain == "friend.example"
    assert [one.domain for one in chief.admin_domain_allows()] == ["friend.example"]
    chief.admin_delete_domain_allow(allowed)
    assert chief.admin_domain_allows() == []


def test_who_may_join(chief: Typed) -> None:
    mail = chief.admin_create_email_domain_block("throwaway.example")
    assert chief.admin_email_domain_block(mail).domain == "throwaway.example"
    assert [one.domain for one in chief.admin_email_domain_blocks()] == ["throwaway.example"]
    chief.admin_delete_email_domain_block(mail)
    with pytest.raises(MastodonNotFoundError):
        chief.admin_email_domain_block(mail)

    address = chief.admin_create_canonical_email_block(email="pest@example.net")
    (hit,) = chief.admin_test_canonical_email_block("P.est+more@example.net")
    assert hit.canonical_email_hash == address.canonical_email_hash
    assert chief.admin_canonical_email_block(address).id == address.id
    assert len(chief.admin_canonical_email_blocks()) == 1
    chief.admin_delete_canonical_email_block(address)

    net = chief.admin_create_ip_block("203.0.113.0/24", "sign_up_block", comment="Bots")
    assert (net.ip, net.severity) == ("203.0.113.0/24", "sign_up_block")
    changed = chief.admin_update_ip_block(net, severity="no_access", comment="Many bots")
    assert (changed.severity, changed.comment) == ("no_access", "Many bots")
    assert chief.admin_ip_block(net).comment == "Many bots"
    assert [one.id for one in chief.admin_ip_blocks()] == [net.id]
    chief.admin_delete_ip_block(net)
    assert chief.admin_ip_blocks() == []


def test_figures(chief: Typed) -> None:
    now = datetime.now(UTC)
    since = now - timedelta(days=2)
    asked = chief.admin_measures(
        since, now, active_users=True, new_users=True, interactions=True, opened_reports=True
    )
    by_key = {one.key: one for one in asked}
    assert set(by_key) == {"active_users", "new_users", "interactions", "opened_reports"}
    assert int(by_key["new_users"].total) > 0
    assert len(by_key["new_users"].data) == 3
    elsewhere = chief.admin_measures(since, now, instance_accounts="friend.example")
    assert [int(one.total) for one in elsewhere] == [0]
    found = chief.admin_dimensions(
        since, now, limit=5, languages=True, sources=True, space_usage=True, software_versions=True
    )
    assert {one.key for one in found} == {
        *("languages", "sources", "space_usage", "software_versions")
    }
    weft = {one.key: one for one in found}["software_versions"].data
    assert all(one.human_value for one in weft)
    cohorts = chief.admin_retention(since, now)
    assert cohorts[0].frequency == "day"
    assert cohorts[-1].data[0].rate <= 1


def test_trends(chief: Typed, rogue: Typed) -> None:
    assert isinstance(chief.admin_trending_tags(), list)
    assert isinstance(chief.admin_trending_links(), list)
    assert isinstance(chief.admin_trending_statuses(), list)
    post = rogue.status_post("Popular, surely")
    assert chief.admin_approve_trending_status(post).id == post.id
    assert chief.admin_reject_trending_status(post).id == post.id


def test_nobody_else_may(rogue: Typed) -> None:
    for ask in (rogue.admin_accounts_v2, rogue.admin_reports, rogue.admin_domain_blocks):
        with pytest.raises(MastodonAPIError):
            ask()
