"""What an admin has in a file, as rules by hand: what the file says is so, what it does not name stays."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from weft.kernel.errors import Invalid
from weft.moderation import allows, bringing, domains, keeping
from weft.moderation.domain_preview import Preview, preview
from weft.moderation.keeping import Change
from weft.moderation.rules import Rule
from weft.moderation.shared import Entry
from weft.store.database import Tx


def preview_blocks(tx: Tx, entries: Sequence[Entry]) -> Preview:
    """What `import_blocks` would do. Errors: Invalid (a line about this server)."""
    return preview(tx, _changes(tx, entries))


def import_blocks(tx: Tx, entries: Sequence[Entry]) -> Preview:
    """All of a file, or nothing. Gives what changes. Errors: Invalid (a line about this server)."""
    changes = _changes(tx, entries)
    told = preview(tx, changes)
    keeping.write(tx, changes)
    bringing.soon(tx)
    return told


def import_allows(tx: Tx, entries: Sequence[Entry]) -> int:
    """Allow every server of a file. Gives how many were not allowed yet."""
    known = set(allows.every(tx))
    new = [entry.domain for entry in entries if entry.domain not in known]
    allows.add_all(tx, new)
    return len(new)


def _changes(tx: Tx, entries: Sequence[Entry]) -> list[Change]:
    rules = keeping.every(tx)
    found: list[Change] = []
    for entry in entries:
        try:
            domain = domains.foreign(tx, entry.domain)
        except Invalid:
            raise Invalid(f"{entry.domain} is this server's own domain") from None
        before = rules.get(domain)
        after = _ruled(entry, before or domains.fresh(tx, domain))
        if before != after:
            found.append(Change(before, after))
    return found


def _ruled(entry: Entry, known: Rule) -> Rule:
    return structs.replace(
        known,
        severity=entry.severity,
        reject_media=entry.reject_media,
        reject_reports=entry.reject_reports,
        public_comment=entry.public_comment or known.public_comment,
        obfuscate=entry.obfuscate,
        list_id=None,
    )
