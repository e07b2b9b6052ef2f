"""Rules about servers and allowed servers as files: Mastodon's CSV, or a domain on each line.

    #domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate
    example.org,suspend,true,false,"Spam, mostly",false

A file is good as a whole or not at all; what is wrong is said with its line.
Source: Mastodon's admin pages "Export" and "Import" of domain blocks and allows.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from weft.kernel.errors import Invalid
from weft.moderation.rules import COMMENT_MAX, SEVERITIES, Rule, normal
from weft.moderation.shared import Entry

FILE_BYTES = 2 * 1024 * 1024
"""Lists that admins share have some thousand lines of less than a hundred bytes."""
LINES_MAX = 10_000
CELLS_MAX = 50
"""Columns; those with other names are passed over."""
HEADERS = ("domain", "severity", "reject_media", "reject_reports", "public_comment", "obfuscate")
"""With a # before each in files that Mastodon writes; lists elsewhere leave it out."""
_TRUE = frozenset({"true", "1", "yes", "t", "y"})
_FALSE = frozenset({"false", "0", "no", "f", "n", ""})


class BadFile(Invalid):
    """What is wrong, and in which line of the file (from 1)."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(f"Line {line}: {why}")
        self.line = line


def read(raw: bytes) -> list[Entry]:
    """The lines of a file, each domain once. Errors: BadFile; Invalid (too large, not UTF-8, empty)."""
    entries: dict[str, Entry] = {}
    lines: dict[str, int] = {}
    for line, entry in _entries(_text(raw)):
        known = entries.setdefault(entry.domain, entry)
        first = lines.setdefault(entry.domain, line)
        if known.hardness != entry.hardness:
            raise BadFile(line, f"{entry.domain} is in line {first} already, with another rule")
        if len(entries) > LINES_MAX:
            raise Invalid(f"A list has {LINES_MAX} domains at most")
    if not entries:
        raise Invalid("There is no domain in this file")
    return list(entries.values())


def write_rules(rules: Iterable[Rule]) -> str:
    """As Mastodon exports domain blocks: those that do nothing are left out."""
    kept = [rule for rule in rules if rule.hardness > (0, False, False)]
    return _write(
        HEADERS,
        (
            (
                rule.domain,
                rule.severity,
                str(rule.reject_media).lower(),
                str(rule.reject_reports).lower(),
                rule.public_comment or "",
                str(rule.obfuscate).lower(),
            )
            for rule in sorted(kept, key=lambda rule: rule.domain)
        ),
    )


def write_allows(domains: Iterable[str]) -> str:
    return _write(HEADERS[:1], ((domain,) for domain in domains))


def _write(headers: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([f"#{name}" for name in headers])
    writer.writerows(rows)
    return file.getvalue()


def _text(raw: bytes) -> str:
    if len(raw) > FILE_BYTES:
        raise Invalid(f"The file is larger than {FILE_BYTES // 1024} kB")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = raw.count(b"\n", 0, fault.start) + 1
        raise BadFile(line, "not UTF-8 text") from None


def _entries(text: str) -> Iterator[tuple[int, Entry]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    columns: dict[str, int] | None = None
    while True:
        line = reader.line_num + 1
        try:
            cells = [cell.strip() for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error as fault:
            raise BadFile(line, f"not CSV ({fault})") from None
        if not any(cells):
            continue
        if len(cells) > CELLS_MAX:
            raise BadFile(line, "too many columns")
        if columns is None:
            names = [cell.lower().removeprefix("#").strip() for cell in cells]
            columns = {name: at for at, name in enumerate(names) if name in HEADERS}
            if "domain" in columns:
                continue
            # No header: a plain list of domains.
            columns = {"domain": 0}
        if columns == {"domain": 0} and cells[0].startswith("#"):
            continue  # a remark in a plain list
        yield line, _entry(line, cells, columns)


def _entry(line: int, cells: list[str], columns: dict[str, int]) -> Entry:
    given = {name: cells[at] for name, at in columns.items() if at < len(cells)}
    name = given.get("domain", "")
    try:
        # A rule holds for what is below its domain anyway.
        domain = normal(name.removeprefix("*."))
    except Invalid:
        raise BadFile(line, f"{name[:100]!r} is not a domain") from None
    severity = given.get("severity", "").lower() or "suspend"
    for known in SEVERITIES:
        if severity == known:
            break
    else:
        raise BadFile(line, f"{severity[:100]!r} is not one of {', '.join(SEVERITIES)}")
    comment = given.get("public_comment", "").replace("\x00", "")
    if len(comment) > COMMENT_MAX:
        raise BadFile(line, f"the comment is longer than {COMMENT_MAX} characters")
    return Entry(
        domain=domain,
        severity=known,
        reject_media=_flag(line, given, "reject_media"),
        reject_reports=_flag(line, given, "reject_reports"),
        public_comment=comment,
        obfuscate=_flag(line, given, "obfuscate"),
    )


def _flag(line: int, given: dict[str, str], name: str) -> bool:
    said = given.get(name, "").lower()
    if said not in _TRUE | _FALSE:
        raise BadFile(line, f"{name} is {said[:100]!r}, not true or false")
    return said in _TRUE
