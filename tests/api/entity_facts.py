"""Makes ``src/weft/conformance/entities.json`` from a copy of Mastodon's documentation.

    python tests/api/entity_facts.py DOCS/content/en > src/weft/conformance/entities.json

Facts only: which entity has which fields, of which type, which may be null or missing. Run it when
Mastodon documents a new version; ``test_entities`` then says what Weft lacks.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

_HEADING = re.compile(r"^(#{2,5}) (.+)$")
_FIELD = re.compile(r"^`([^`]+?)(?:`|\s|$)")
_TYPE = re.compile(r"^\*\*Type:\*\* *(.*?)\\?$")
_LINK = re.compile(r"\[([^\]]+)\]\(")
_PLAIN = (
    # What stands in brackets says more than the word before it: the order matters.
    ("[datetime]", "datetime"),
    ("[date]", "date"),
    ("cast from", "id"),
    ("url", "url"),
    ("string", "string"),
    ("boolean", "boolean"),
    ("integer", "integer"),
    ("float", "number"),
    ("number", "number"),
    ("hash", "hash"),
    ("object", "hash"),
    ("null", "null"),
)
_RENAMED = {
    # The documentation's own small differences, and names that say too little by themselves.
    "AccountRole": "Account::Role",
    "CohortData": "Admin::Cohort::Data",
    "Data": "Admin::Dimension::Data",
    "Field": "Account::Field",
    "InstanceIcon": "Instance::Icon",
    "status": "Status",
    "account": "Account",
    "quote": "Quote",
    "role": "Role",
    "rule": "Rule",
    "Role": "Role",
}


def type_of(text: str) -> str:
    """``[Status]`` for an array; an entity's name, or a plain word in lower case."""
    text = re.sub(r"\{\{<(nullable|optional)>\}\}", "", text).strip()
    if text.lower().startswith("array of"):
        return f"[{type_of(text[8:].strip())}]"
    link = _LINK.search(text)
    if link is not None and not text.startswith(("String", "Number")):
        return _RENAMED.get(link[1], link[1])
    low = text.lower().rstrip("s")
    for mark, name in _PLAIN:
        if mark in low:
            return name
    raise ValueError(text)


def entity_of(page: str, heading: str) -> str | None:
    """The entity whose attributes stand under a heading of the second level."""
    heading = re.sub(r"\{.*", "", heading).replace("`", "").strip()
    if heading == "Attributes":
        return page
    if " attributes" in heading:
        name = heading.partition(" attributes")[0].removesuffix(" entity")
        if name == "Role" and page == "Account":
            name = "Account::Role"
        return _RENAMED.get(name, name)
    return heading.partition(" ")[0] if heading.endswith(" entity") else None


def read(text: str, page: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    entity, field = None, {}
    gone = False
    for line in text.splitlines():
        heading = _HEADING.match(line)
        if heading is not None:
            if len(heading[1]) == 2:
                entity = entity_of(page, heading[2])
                gone = False
                continue
            named = _FIELD.match(heading[2])
            if named is None or entity is None:
                field = {}
                continue
            gone = "%removed%" in line
            field = {}
            name = named[1]
            # A few pages write ``data[x] {#…}`` without the closing tick.
            name = name if name.count("[") == name.count("]") else f"{name}]"
            if not gone:
                found.setdefault(entity, {})[name] = field
            if "%optional%" in line:
                field["optional"] = True
        typed = _TYPE.match(line)
        if typed is not None and entity is not None:
            field["type"] = type_of(typed[1])
            if "<nullable>" in typed[1]:
                field["nullable"] = True
            if "<optional>" in typed[1]:
                field["optional"] = True
    return {name: fields for name, fields in found.items() if fields}


def main(folder: Path) -> None:
    facts: dict[str, dict[str, Any]] = {}
    pages = [*folder.glob("entities/*.md"), folder / "methods" / "grouped_notifications.md"]
    for path in sorted(pages):
        text = path.read_text("utf-8")
        title = re.search(r"^title: *(.+)$", text, re.MULTILINE)
        assert title is not None, path
        for name, fields in read(text, title[1].strip().strip("'\"")).items():
            facts.setdefault(name, {}).update(fields)
    for fields in facts.values():
        for name, field in fields.items():
            field.setdefault("type", "string")
            fields[name] = {"type": field["type"]} | {
                key: True for key in ("nullable", "optional") if field.get(key)
            }
    lines = []
    for name in sorted(facts):
        rows = ",\n".join(
            f"    {json.dumps(field)}: {json.dumps(what)}" for field, what in facts[name].items()
        )
        lines.append(f"  {json.dumps(name)}: {{\n{rows}\n  }}")
    sys.stdout.write("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
