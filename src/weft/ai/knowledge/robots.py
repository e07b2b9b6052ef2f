"""What a site asks of machines in its robots.txt (RFC 9309)."""

from __future__ import annotations

import re

MAX_BYTES = 500 * 1024
"""As much as the RFC wants to be read."""
AGENT = "weft"
"""Our name in these files."""
_AI = "weft-ai"
"""And for who minds only that it is for AIs."""

_LINE = re.compile(r"\s*([A-Za-z-]+)\s*:\s*([^#\r\n]*)")


def allows(text: str, path: str) -> bool:
    """Whether the file lets us read ``path`` (with its query). The group for our name counts, else the one
    for everybody; in it the longest rule that fits, and of two as long the one that allows.
    """
    groups: dict[str, list[tuple[bool, str]]] = {}
    names: list[str] = []
    ruled = True
    for line in text.splitlines():
        found = _LINE.match(line)
        if found is None:
            continue
        field, value = found.group(1).lower(), found.group(2).strip()
        if field == "user-agent":
            if ruled:
                names, ruled = [], False
            names.append(value.split("/")[0].strip().lower())
            groups.setdefault(names[-1], [])
        elif field in ("allow", "disallow"):
            ruled = True
            for name in names:
                if value:
                    groups[name].append((field == "allow", value))
    own = [*groups.get(AGENT, []), *groups.get(_AI, [])]
    rules = own if AGENT in groups or _AI in groups else groups.get("*", [])
    best, allowed = -1, True
    for allow, pattern in rules:
        long = len(pattern)
        if (long > best or (long == best and allow)) and _fits(pattern, path):
            best, allowed = long, allow
    return allowed


def _fits(pattern: str, path: str) -> bool:
    """Without regular expressions: a pattern of a thousand stars costs no more than its length."""
    ends = pattern.endswith("$")
    first, *others = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    for n, piece in enumerate(others):
        if ends and n == len(others) - 1:
            return path.endswith(piece) and len(path) - len(piece) >= at
        found = path.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return not ends or at == len(path)
