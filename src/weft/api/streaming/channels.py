"""Which streams there are, who may listen to them, and what they are called inside.

Source: https://docs.joinmastodon.org/methods/streaming/
"""

from __future__ import annotations

from msgspec import Struct

from weft.api.auth import Unauthorized
from weft.kernel.errors import Forbidden, WeftError
from weft.people.oauth import Bearer
from weft.threads.tokens import fold_tag

TAG_MAX = 255
"""As long as a hashtag may be in the database."""

PLAIN = frozenset({"public", "public:local", "public:remote", "direct"})
MEDIA = {f"{name}:media": name for name in ("public", "public:local", "public:remote")}


class Channel(Struct, frozen=True):
    """``key`` is what the hub sorts by, ``label`` what frames carry, ``media``: only posts with
    pictures.
    """

    key: str
    label: tuple[str, ...]
    media: bool = False


def open_channel(bearer: Bearer, name: str, tag: str = "", *, only_media: bool = False) -> Channel:
    """The channel for a stream's name as clients say it.

    Errors: 401 without a member, 403 without the scope, 400 for a name that is none.
    """
    if bearer.account is None:
        raise Unauthorized
    wanted = "read:notifications" if name == "user:notification" else "read:statuses"
    if not bearer.may(wanted):
        raise Forbidden("This action is outside the authorized scopes")
    if name in ("user", "user:notification"):
        return Channel(f"{name}:{bearer.account.id}", (name,))
    if name in ("hashtag", "hashtag:local"):
        fold = fold_tag(tag.removeprefix("#"))
        if not fold or len(fold) > TAG_MAX:
            raise WeftError("Missing or too long tag parameter")
        return Channel(f"{name}:{fold}", (name, fold))
    if name in MEDIA:
        return Channel(MEDIA[name], (name,), media=True)
    if name == "direct":
        return Channel(f"direct:{bearer.account.id}", (name,))
    if name in PLAIN:
        return Channel(name, (f"{name}:media" if only_media else name,), media=only_media)
    raise WeftError("Unknown channel requested")
