"""What several lists of servers say together, beside what admins set by hand: pure, without a store.

Of one list the line counts that is nearest to a name, as everywhere; of several lists the hardest word.
Where an admin set something by hand, about a name or one above it, the lists say nothing at all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from msgspec import Struct, structs

from weft.moderation.rules import ORDER, Severity, above

HELD_SHARE = 0.2
"""A list of which more than a fifth changes at once was taken over, broken or emptied; or an admin
should know why."""
HELD_LEAST = 10
"""Short lists change by large shares: so many lines may always change."""


class Entry(Struct, frozen=True, omit_defaults=True):
    """A line of a list."""

    domain: str
    severity: Severity = "suspend"
    reject_media: bool = False
    reject_reports: bool = False
    public_comment: str = ""
    obfuscate: bool = False

    @property
    def hardness(self) -> tuple[int, bool, bool]:
        return ORDER.index(self.severity), self.reject_media, self.reject_reports

    @property
    def does_something(self) -> bool:
        return self.hardness > (0, False, False)


class Source(Struct, frozen=True):
    """A list: ``severity`` is the hardest that it may say here."""

    id: int
    severity: Severity
    entries: Mapping[str, Entry]


class Verdict(Struct, frozen=True):
    """What the lists want for a domain, and which of them it is put down to."""

    list_id: int
    entry: Entry


class Judge:
    """``sources`` in the order in which they were followed; ``hand``: domains about which an admin set
    something, or this server itself.
    """

    def __init__(self, sources: Sequence[Source], hand: Collection[str]) -> None:
        self._sources = sources
        self._hand = hand
        self._named = {domain for source in sources for domain in source.entries}

    def __iter__(self) -> Iterator[str]:
        """Every domain that a list names."""
        return iter(self._named)

    def wanted(self, domain: str) -> Verdict | None:
        """The rule that the lists want about exactly this domain, if any."""
        names = above(domain)
        if domain not in self._named or any(name in self._hand for name in names):
            return None
        said = self._said(names)
        if said.entry.does_something:
            return said
        # A line that asks for nothing counts where it excepts a name from a rule above it.
        for higher in names[1:]:
            if higher in self._named and self._said(above(higher)).entry.does_something:
                return said
        return None

    def _said(self, names: list[str]) -> Verdict:
        """Of names of which a list names the first."""
        found = [
            Verdict(source.id, _capped(near, source.severity))
            for source in self._sources
            if (near := next((source.entries[up] for up in names if up in source.entries), None))
        ]
        hardest = max(found, key=lambda one: one.entry.hardness)
        entry = structs.replace(
            hardest.entry,
            domain=names[0],
            reject_media=any(one.entry.reject_media for one in found),
            reject_reports=any(one.entry.reject_reports for one in found),
            obfuscate=any(one.entry.obfuscate for one in found),
        )
        return Verdict(hardest.list_id, entry)


def changed(before: Sequence[Entry], after: Sequence[Entry]) -> int:
    """How many domains two readings of a list differ in."""
    old = {entry.domain: entry.hardness for entry in before}
    new = {entry.domain: entry.hardness for entry in after}
    return sum(old.get(name) != new.get(name) for name in old.keys() | new.keys())


def is_suspicious(before: Sequence[Entry], after: Sequence[Entry]) -> bool:
    """Whether an admin should look before so much changes."""
    number = changed(before, after)
    return number > HELD_LEAST and number > HELD_SHARE * len(before)


def _capped(entry: Entry, most: Severity) -> Entry:
    if ORDER.index(entry.severity) <= ORDER.index(most):
        return entry
    return structs.replace(entry, severity=most)
