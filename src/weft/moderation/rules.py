"""What a rule about another server is, and which names it holds for.

https://docs.joinmastodon.org/entities/Admin_DomainBlock/
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Literal, get_args

from msgspec import Struct

from weft.kernel.errors import Invalid
from weft.moderation.tables import domain_rules

Severity = Literal["silence", "suspend", "noop"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
ORDER: tuple[Severity, ...] = ("noop", "silence", "suspend")
"""From the mildest to the hardest."""
DOMAIN_MAX = 255
"""RFC 1035."""
COMMENT_MAX = 2_000
LABELS_MAX = 12
"""Names above a name that are asked about: no real one has more."""
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W])?"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)*{_LABEL}(?::\d{{1,5}})?", re.ASCII)
"""Letters, digits, hyphens within; underscores, which some names have against the rules."""


class Rule(Struct, frozen=True):
    """Field for field the columns of ``domain_rules``. ``list_id``: the list that brought it; None for
    what an admin set by hand.
    """

    id: int
    domain: str
    severity: Severity
    reject_media: bool
    reject_reports: bool
    private_comment: str | None
    public_comment: str | None
    obfuscate: bool
    created_at: int
    list_id: int | None = None

    @property
    def hardness(self) -> tuple[int, bool, bool]:
        """To compare rules by: the greater is the harder."""
        return ORDER.index(self.severity), self.reject_media, self.reject_reports

    @property
    def digest(self) -> str:
        """So that whoever knows a name can see whether it is this one."""
        return sha256(self.domain.encode()).hexdigest()

    @property
    def public_name(self) -> str:
        """The name as everyone may read it: ``exa******org`` when it is to be hidden."""
        if not self.obfuscate:
            return self.domain
        shown = len(self.domain) // 4
        return "".join(
            char if char == "." or at <= shown or at >= len(self.domain) - shown else "*"
            for at, char in enumerate(self.domain)
        )


COLUMNS = tuple(domain_rules.c[field] for field in Rule.__struct_fields__)


def normal(text: str) -> str:
    """A domain as it is kept: lower case, in ASCII. Errors: Invalid."""
    text = text.strip().lower().removeprefix("@").rstrip(".")
    if not text:
        raise Invalid("Validation failed: Domain can't be blank")
    if not text.isascii():
        try:
            text = text.encode("idna").decode()
        except UnicodeError:
            text = ""
    if len(text) > DOMAIN_MAX or not _DOMAIN.fullmatch(text):
        raise Invalid("Validation failed: Domain is not a valid domain name")
    return text


def above(domain: str) -> list[str]:
    """The names whose rules hold for a domain: itself, without its port, and all above it. Names
    spelled otherwise are the same to whoever connects: with a dot at the end, or not in ASCII.
    """
    bare, _, port = domain.lower().partition(":")
    if not bare.isascii():
        try:
            bare = bare.encode("idna").decode()
        except UnicodeError:
            bare = ""  # no server answers to it
    bare = bare.rstrip(".")
    domain = f"{bare}:{port}" if port else bare
    labels = bare.split(".")[-LABELS_MAX:]
    higher = [".".join(labels[at:]) for at in range(1, len(labels) - 1)]
    return list(dict.fromkeys([domain, bare, *higher]))
