"""A document about federation that is wrong costs the developers of other servers days: each of its
examples is what this server says, or does to it what stands there.
"""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import House
from tests.docs.heard import HEARD, Hearing
from tests.docs.said import SAID, Saying
from tests.federation import conftest as federation
from tests.federation.conftest import Receiving
from weft.federation import handlers, limits
from weft.federation.vocabulary import CONTEXTS, TERMS

pytestmark = pytest.mark.anyio

other = federation.other
receiving = federation.receiving

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/federation.md").read_text("utf-8")
_EXAMPLE = re.compile(r"<!-- (outgoing|incoming): (.+?) -->\n```json\n(.+?)\n```", re.DOTALL)
FOUND = [(match[1], match[2], match[3]) for match in _EXAMPLE.finditer(TEXT)]
OUT = {name: text for way, name, text in FOUND if way == "outgoing"}
IN = {name: text for way, name, text in FOUND if way == "incoming"}


def shape(value: Any) -> Any:
    """Which properties there are, and of what JSON type; of lists, which kinds of entries."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        kinds = {json.dumps(shape(one), sort_keys=True): shape(one) for one in value}
        return [kinds[key] for key in sorted(kinds)]
    if isinstance(value, bool) or value is None:
        return type(value).__name__
    return "number" if isinstance(value, int | float) else "string"


def test_every_example_is_loaded() -> None:
    assert TEXT.count("```json") == len(FOUND)
    assert len(FOUND) == len({(way, name) for way, name, _ in FOUND})
    assert OUT.keys() == SAID.keys()
    assert IN.keys() == HEARD.keys()


@pytest.mark.parametrize("name", SAID)
async def test_what_is_said(house: House, tmp_path: Path, name: str) -> None:
    said = SAID[name](Saying(house, tmp_path))
    real = await said if inspect.isawaitable(said) else said
    shown = json.loads(OUT[name])
    if "@context" in shown:
        assert shown["@context"] == real["@context"]
    told, real = ({**one, "@context": None} for one in (shown, real))
    assert shape(told) == shape(real)
    assert shown.get("type") == real.get("type")


@pytest.mark.parametrize("name", HEARD)
async def test_what_is_heard(receiving: Receiving, name: str) -> None:
    world = Hearing(receiving)
    await HEARD[name](world, world.real(IN[name]))


def test_the_table_of_activities_is_the_one_that_is_used() -> None:
    rows = re.findall(r"^\| `([A-Z]\w+)` \| (\w+|`\w+`) \| .+ \|$", TEXT, re.MULTILINE)
    shown = {(activity, kind.strip("`")) for activity, kind in rows}
    names = {"*": "any"}
    real = {
        (activity, names.get(kind, kind))
        for activity, row in handlers.TABLE.items()
        for kind in row
    }
    assert shown == real


@pytest.mark.parametrize("term", sorted({*TERMS, *CONTEXTS}))
def test_every_term_is_named(term: str) -> None:
    assert f"`{term}`" in TEXT


def test_the_limits_shown_are_those_that_hold() -> None:
    rows = re.findall(r"^\| [^|]+ \| ([\d,]+)[^|]*\|[^|]*<!-- (\w+) --> \|$", TEXT, re.MULTILINE)
    assert len(rows) > 15
    for number, name in rows:
        assert int(number.replace(",", "")) == getattr(limits, name), name


def test_the_list_of_what_is_supported_leads_to_the_rest() -> None:
    """FEP-67ff: in the root, with protocols, FEPs and links."""
    page = (ROOT / "FEDERATION.md").read_text("utf-8")
    assert "(docs/federation.md)" in page
    known = set(re.findall(r"fep/([0-9a-f]{4})/fep-\1\.md", page))
    known |= set(re.findall(r"\[FEP-([0-9a-f]{4}): [^\]]*\]\(\S+\) \(a proposal", page))
    sources = (ROOT / "src/weft").rglob("*.py")
    named = {fep for file in sources for fep in re.findall(r"FEP-([0-9a-f]{4})", file.read_text())}
    assert named <= known
    for target in re.findall(r"\]\(([^)#:]+)\)", page):
        assert (ROOT / target).exists(), target
