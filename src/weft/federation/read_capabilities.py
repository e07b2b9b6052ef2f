"""What the software behind an actor says that it can (FEP-844e): its ``generator``, or itself if it is the
``Application``, ``implements`` specifications, each named by an address.

Only RFC 9421 is asked for: that changes how a host is knocked at (``knock``).
"""

from __future__ import annotations

from weft.federation import plain
from weft.federation.plain import Json
from weft.federation.vocabulary import RFC_9421

MOST = 50
"""Of what one says: the registry has a handful."""


def takes_rfc9421(document: Json) -> bool:
    """Whether an actor's document says that its server verifies HTTP Message Signatures."""
    said = [document.get("implements")]
    generator = plain.first(document.get("generator"))
    if isinstance(generator, dict):
        said.append(generator.get("implements"))
    return any(plain.link(one) == RFC_9421 for value in said for one in plain.items(value, MOST))
