"""What a walk found, as a table to read, as Markdown, and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from weft.conformance.caller import Result, State
from weft.conformance.facts import CLIENTS

WORDS: dict[State, str] = {
    "works": "works",
    "differs": "differs",
    "missing": "not here",
    "fails": "fails",
    "untried": "not tried",
}


def by_client(results: Sequence[Result]) -> list[tuple[str, int, int, int, list[Result]]]:
    """(client, routes it uses, of these tried, that work, those that were tried and do not)"""
    found: list[tuple[str, int, int, int, list[Result]]] = []
    for key, name in CLIENTS.items():
        used = [one for one in results if key in one.clients]
        tried = [one for one in used if one.state != "untried"]
        bad = [one for one in tried if one.state != "works"]
        found.append((name, len(used), len(tried), len(tried) - len(bad), bad))
    return found


def shared(results: Sequence[Result]) -> tuple[int, int]:
    """(routes that two or more clients use and that work, routes that two or more clients use)"""
    used = [one for one in results if len(one.clients) > 1]
    return sum(one.state == "works" for one in used), len(used)


def text(url: str, version: str, results: Sequence[Result], unlimited: Sequence[str]) -> str:
    """For a terminal."""
    working, used = shared(results)
    lines = [
        f"{url}: {version}",
        "",
        f"{working} of {used} routes that two or more of these apps use work.",
        "",
    ]
    lines += [
        f"{name:12} {works:4} of {tried} tried, {uses} used"
        + (": not " + ", ".join(f"{one.method} {one.path}" for one in bad) if bad else "")
        for name, uses, tried, works, bad in by_client(results)
    ]
    lines += ["", f"{'':9} {'ms':>5}  route"]
    lines += [
        f"{WORDS[one.state]:9} {one.ms:5}  {one.method} {one.path}{_why(one)}" for one in results
    ]
    if unlimited:
        lines += ["", f"{len(unlimited)} routes told no rate limit, for example {unlimited[0]}"]
    return "\n".join(lines)


def markdown(version: str, results: Sequence[Result]) -> str:
    """The tables of ``docs/clients.md``."""
    working, used = shared(results)
    lines = [
        (
            f"Server: {version}. {working} of the {used} routes that two or more of these apps use"
            " work as documented."
        ),
        "",
        "| App | Routes it uses | Tried | Work |",
        "|---|---:|---:|---:|",
    ]
    lines += [
        f"| {name} | {uses} | {tried} | {works} |"
        for name, uses, tried, works, _bad in by_client(results)
    ]
    lines += ["", "| Route | Used by | |", "|---|---|---|"]
    lines += [
        f"| `{one.method} {one.path}` | {', '.join(CLIENTS[key] for key in one.clients)}"
        f" | {WORDS[one.state]}{_why(one)} |"
        for one in results
    ]
    return "\n".join(lines)


def json(url: str, version: str, results: Sequence[Result], unlimited: Sequence[str]) -> bytes:
    """For programs; the fields of ``caller.Result``, and the sums."""
    working, used = shared(results)
    found: dict[str, Any] = {
        "url": url,
        "version": version,
        "shared": {"works": working, "used": used},
        "clients": [
            {"name": name, "used": uses, "tried": tried, "works": works}
            for name, uses, tried, works, _bad in by_client(results)
        ],
        "routes": results,
        "without_rate_limit": unlimited,
    }
    return msgspec.json.format(msgspec.json.encode(found), indent=1)


def _why(one: Result) -> str:
    return f": {'; '.join(one.problems)}" if one.problems and one.state != "works" else ""
