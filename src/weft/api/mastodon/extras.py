"""What few posts have, as clients give it and as they read it: their end, further languages,
opt-outs, reactions.

``expires_in`` and ``expires_at``: https://docs-develop.pleroma.social/backend/development/API/differences_in_mastoapi_responses/;
``status_map``: Rebased. ``signals`` are ours: words of FEP-5e53.
"""

from collections.abc import Sequence
from typing import NamedTuple

from weft.api.mastodon.entities_statuses import StatusReaction
from weft.kernel.clock import SECOND, parse_iso
from weft.kernel.errors import Invalid
from weft.kernel.site import Site
from weft.people import credentials
from weft.store.database import Tx
from weft.threads import emoji_reactions, languages
from weft.threads.emoji_reactions import Tally
from weft.threads.languages import Wording
from weft.threads.model import Post, Said

MOST = 100
"""Entries of a map or list that are looked at before it is refused."""


def lasts(seconds: int | None, at: str | None, now: int) -> int | None:
    """How long a post is to stay, in ms; None: for good. Errors: Invalid."""
    if seconds is not None:
        return seconds * SECOND
    if not at:
        return None
    moment = parse_iso(at)
    if moment is None:
        raise Invalid("Validation failed: Expires at is not a date")
    return moment - now


def in_languages(texts: dict[str, str] | None, warnings: dict[str, str] | None) -> dict[str, Said]:
    if texts is None:
        return {}
    if len(texts) > MOST:
        raise Invalid("Validation failed: Too many languages")
    return {
        language: Said(text, (warnings or {}).get(language, "")) for language, text in texts.items()
    }


def asked_of_machines(given: list[str] | None) -> tuple[str, ...] | None:
    if given is None:
        return None
    if len(given) > MOST:
        raise Invalid("Validation failed: Too many signals")
    return tuple(given)


class Extras(NamedTuple):
    """By the post's id, of those few that have any."""

    reactions: dict[int, list[StatusReaction]]
    wordings: dict[int, Wording]


def shown(tx: Tx, viewer: int | None, posts: Sequence[Post]) -> Extras:
    """No read for posts without any of it."""
    found = emoji_reactions.tallies(tx, viewer, posts)
    return Extras(
        {
            post_id: [reaction(tx.site, one) for one in several]
            for post_id, several in found.items()
        },
        languages.preferred(tx, posts, lambda: _reading_language(tx, viewer)),
    )


def reaction(site: Site, one: Tally) -> StatusReaction:
    url = site.remote_url(one.url) or None
    return StatusReaction(one.name, one.count, one.mine, url, url)


def _reading_language(tx: Tx, viewer: int | None) -> str | None:
    held = credentials.by_account(tx, viewer) if viewer is not None else None
    return held.preferences.get("reading_language") if held is not None else None
