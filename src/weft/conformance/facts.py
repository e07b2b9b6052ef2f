"""What Mastodon documents: its entities with their fields (``entities.json``) and its routes with
the clients that use them (``routes.tsv``).

Facts only, from https://docs.joinmastodon.org/entities/ and from the routes and clients' sources.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

import msgspec
from msgspec import Struct

CLIENTS = {
    "elk": "Elk",
    "phanpy": "Phanpy",
    "icecubes": "Ice Cubes",
    "tusky": "Tusky",
    "toot": "toot",
    "mastodon.py": "Mastodon.py",
}
"""As the table of routes spells them, and as people do."""
_EXTENDS = {
    "Admin::Tag": "Tag",
    "CredentialAccount": "Account",
    "CredentialApplication": "Application",
    "MutedAccount": "Account",
    "Trends::Link": "PreviewCard",
}


class Field(Struct, frozen=True):
    """``type``: id | string | url | datetime | date | boolean | integer | number | hash | null, the
    name of an entity, or one of these in brackets for a list of them.
    """

    type: str
    nullable: bool = False
    optional: bool = False


class Route(Struct, frozen=True):
    """``path`` has ``:id`` and the like where values go; ``clients`` are keys of ``CLIENTS``."""

    method: str
    path: str
    clients: tuple[str, ...]

    @property
    def key(self) -> str:
        return f"{self.method} {self.path}"


@cache
def entities() -> dict[str, dict[str, Field]]:
    """Entity → field → what it is. Parts of a plain hash are fields too: ``urls[streaming]``."""
    data = resources.files("weft.conformance").joinpath("entities.json").read_bytes()
    found = msgspec.json.decode(data, type=dict[str, dict[str, Field]])
    return {name: found.get(_EXTENDS.get(name, ""), {}) | own for name, own in found.items()}


@cache
def routes() -> tuple[Route, ...]:
    """Every route, in the order of the file."""
    lines = (
        resources.files("weft.conformance")
        .joinpath("routes.tsv")
        .read_text("utf-8")
        .splitlines()[1:]
    )
    return tuple(
        Route(method, path, tuple(clients.split())) for method, path, clients in _cells(lines)
    )


def _cells(lines: list[str]) -> list[tuple[str, str, str]]:
    return [(cells[0], cells[1], cells[2]) for cells in (line.split("\t") for line in lines)]


def parts(fields: dict[str, Field], name: str) -> dict[str, Field]:
    """What is documented inside a field that is a plain hash (or a list of them)."""
    found: dict[str, Field] = {}
    for prefix in (f"{name}[][", f"{name}["):
        for key, field in fields.items():
            if key.startswith(prefix) and "]" in key[len(prefix) :]:
                inner, _, rest = key[len(prefix) :].partition("]")
                found.setdefault(f"{inner}{rest}", field)
        if found:
            break
    return found
