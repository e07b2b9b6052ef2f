"""What an author asks of machines: not to index, not to feed AIs, … (FEP-5e53).

The words are those of ``X-Robots-Tag`` and of Global Privacy Control. An account may ask for all that
it writes (``Account.profile["signals"]``), a post for itself (``post_details.signals``); both count.

https://developers.google.com/search/docs/crawling-indexing/robots-meta-tag,
https://privacycg.github.io/gpc-spec/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from weft.kernel.errors import Invalid
from weft.people.model import Account
from weft.store.database import Tx
from weft.threads import details
from weft.threads.model import Post

NOINDEX, NOAI, GPC = "noindex", "noai", "gpc"
KNOWN = (NOINDEX, NOAI, "noimageai", "noarchive", "nosnippet", "nofollow", GPC)
"""All that are kept; ``gpc`` is Global Privacy Control, no word of ``X-Robots-Tag``."""
_MEANS = {"none": (NOINDEX, "nofollow")}
_BETWEEN = re.compile(r"[\s,;]+")


def read(text: str) -> list[str]:
    """Those of a header's value that are known. What is meant for one machine (``bot: noindex``) and
    what has a value of its own (``max-snippet: 20``) is not for us.
    """
    found: dict[str, None] = {}
    for part in text.lower().split(","):
        if ":" in part:
            continue
        for word in _BETWEEN.split(part.strip()):
            for signal in _MEANS.get(word, (word,)):
                if signal in KNOWN:
                    found[signal] = None
    return sorted(found)


def check(given: Sequence[str]) -> list[str]:
    """What a member chose, each once. Errors: Invalid for a word that is unknown here."""
    chosen = sorted({word.strip().lower() for word in given} - {""})
    unknown = [word for word in chosen if word not in KNOWN]
    if unknown:
        raise Invalid(f"Validation failed: Robots must be among {', '.join(KNOWN)}")
    return chosen


def of_account(account: Account) -> frozenset[str]:
    return frozenset((account.profile or {}).get("signals") or ())


def of_posts(tx: Tx, found: Iterable[Post]) -> dict[int, frozenset[str]]:
    """Of those posts that ask for something themselves; no read where none has ``extras``."""
    ids = [post.id for post in found if post.extras]
    if not ids:
        return {}
    return {
        post_id: frozenset(one.signals)
        for post_id, one in details.of(tx, ids).items()
        if one.signals
    }


def of(tx: Tx, author: Account, post: Post) -> frozenset[str]:
    """All that holds for a post."""
    return of_account(author) | of_posts(tx, [post]).get(post.id, frozenset())
