"""Every documented route asks for the documented scope; what differs has a reason here.

``documented_scopes.tsv`` holds facts from the "OAuth" lines of
https://docs.joinmastodon.org/methods/: ``for`` whom (user, app, public, or either), which scopes.
"""

from __future__ import annotations

import re
from pathlib import Path

from tests.api.test_doors import doors, locks
from weft.people.apps import covers

FACTS = Path(__file__).with_name("documented_scopes.tsv")
GONE = {
    ("GET", "/api/proofs"): "Keybase's proofs ended with Mastodon 3.5",
    ("POST", "/api/v1/notifications/dismiss"): "removed in Mastodon 3.0",
    ("GET", "/api/v1/search"): "removed in Mastodon 3.0",
    ("GET", "/api/v1/statuses/{}/card"): "removed in Mastodon 3.0",
    ("GET", "/api/v1/{}/collections"): "misspelt: it lies under accounts",
    ("GET", "/api/v1/{}/in_collections"): "misspelt: it lies under accounts",
}
OTHERWISE = {
    ("GET", "/api/v1/accounts/lookup"): "Mastodon itself answers anybody",
    ("GET", "/api/v1/accounts/{}/identity_proofs"): "any scope would do; it reads accounts",
    ("DELETE", "/api/v1/admin/ip_blocks/{}"): "the page names the scope of domain blocks",
    ("POST", "/api/v1/emails/confirmations"): "whichever app signed up has write:accounts",
    ("GET", "/api/v1/suggestions"): "read covers read:accounts, and the narrower one will do",
    ("GET", "/api/v2/suggestions"): "read covers read:accounts, and the narrower one will do",
    ("DELETE", "/api/v1/suggestions/{}"): "it changes something: a reader's token may not",
    ("GET", "/api/v2/notifications/{}/accounts"): "the page says write, and it reads: either",
    ("GET", "/oauth/userinfo"): "read:accounts shows the same",
}


def documented() -> dict[tuple[str, str], tuple[str, set[str]]]:
    rows = (line.split("\t") for line in FACTS.read_text("utf-8").splitlines()[1:])
    return {(row[0], row[1]): (row[2], set(row[3].split())) for row in rows}


def asked() -> dict[tuple[str, str], dict[str, tuple[str, ...]]]:
    return {
        (method, re.sub(r"\{[^}]*\}", "{}", path)): dict(locks(handler))
        for method, path, handler in doors()
    }


def test_routes_ask_for_the_scope_that_apps_were_told() -> None:
    ours, wrong = asked(), list[str]()
    for key, (whom, scopes) in documented().items():
        if "/streaming" in key[1] or key in GONE | OTHERWISE:
            continue  # streams look themselves: tests/api/streaming
        found = ours.get(key)
        if found is None:
            wrong.append(f"{key} is not there")
            continue
        needs = set(found.get("scope", ()))
        may = needs | set(found.get("scope_if_any", ()))
        if whom == "user" and "scope" not in found:
            wrong.append(f"{key} is open to anybody")
        if whom in ("public", "either") and "scope" in found:
            wrong.append(f"{key} is documented as public")
        # "follow" covers its scopes (``apps.covers``), so no route names it.
        for scope in scopes - {"follow"}:
            if not any(covers(frozenset({scope}), one) for one in may):
                wrong.append(f"{key}: {scope} is not enough, but {may}")
        if whom == "user" and (extra := needs - scopes):
            wrong.append(f"{key}: {extra} will do as well")
        if "follow" in scopes and not all(covers(frozenset({"follow"}), one) for one in needs):
            wrong.append(f"{key}: follow is not enough")
    assert wrong == []


def test_what_is_excused_is_documented_and_the_gone_are_gone() -> None:
    told = documented()
    assert (GONE | OTHERWISE).keys() <= told.keys()
    assert not GONE.keys() & asked().keys()
    assert len(told) > 200  # else the table itself is broken
