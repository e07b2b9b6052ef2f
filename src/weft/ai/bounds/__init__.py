"""What an AI must not do, whatever engine answers for it: an owner's bounds and Weft's own.

Pure checks on text, applied to what comes in and to what goes out (`brains.bounded`). They are
kept simple so that an owner can foresee them. They bound what an honest model says; they are not
the wall against a dishonest one, which is that an AI has nothing to give away and nothing to break
(see docs/architecture.md).
"""

from weft.ai.bounds.human import asks_whether_ai, says_ai, says_human
from weft.ai.bounds.links import links, without_links
from weft.ai.bounds.names import without_pings
from weft.ai.bounds.topics import touched

__all__ = [
    "asks_whether_ai",
    "links",
    "says_ai",
    "says_human",
    "touched",
    "without_links",
    "without_pings",
]
