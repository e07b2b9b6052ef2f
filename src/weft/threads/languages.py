"""One post in several languages: what ActivityStreams calls ``contentMap``.

The post itself is in one of them, its original. The others are kept beside it, and whoever chose a
language to read in gets that one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from weft.kernel.errors import Invalid
from weft.store.database import Tx
from weft.threads import details
from weft.threads.limits import POST_CHARS, count
from weft.threads.model import Post, Said
from weft.threads.tokens import storable

LANGUAGES_MAX = 10
"""Of one post. A parliament says more; nobody types more."""
LANGUAGE_CHARS = 20
"""As the column of a post's own language keeps it."""


class Wording(NamedTuple):
    """A post in one language; ``html`` is safe."""

    language: str
    html: str
    spoiler: str


def written(
    further: dict[str, Said], original: str | None, write: Callable[[str], str]
) -> dict[str, Any]:
    """What is kept of it: ``{language: {html, spoiler}}``; {} for nothing. ``write``: text to safe
    HTML. Errors: Invalid.
    """
    if not further:
        return {}
    if original is None:
        raise Invalid("Validation failed: Language of a post in several languages can't be blank")
    if len(further) > LANGUAGES_MAX:
        raise Invalid(f"Validation failed: Cannot be in more than {LANGUAGES_MAX} languages")
    kept: dict[str, Any] = {}
    for language, said in further.items():
        if not _fits(language):
            raise Invalid("Validation failed: Language is not a language")
        text, spoiler = storable(said.text), storable(said.spoiler)
        if count(text, spoiler) > POST_CHARS or len(text) + len(spoiler) > POST_CHARS * 4:
            raise Invalid(f"Validation failed: Text character limit of {POST_CHARS} exceeded")
        if text.strip() and language != original:
            kept[language] = {"html": write(text), "spoiler": spoiler}
    return kept


def _fits(language: str) -> bool:
    return (
        0 < len(language) <= LANGUAGE_CHARS
        and language.isascii()
        and language.replace("-", "").replace("_", "").isalnum()
    )


def preferred(
    tx: Tx, found: Iterable[Post], wishes: Callable[[], str | None]
) -> dict[int, Wording]:
    """Of those posts that are also in the language that ``wishes`` gives (asked only when there is a
    choice): their words in it.
    """
    several = [post for post in found if post.extras]
    if not several:
        return {}
    wish = wishes()
    if not wish:
        return {}
    kept = details.of(tx, [post.id for post in several])
    chosen: dict[int, Wording] = {}
    for post in several:
        one = kept.get(post.id)
        by_language: dict[str, Any] = (one.content_map if one is not None else None) or {}
        tag = best(wish, post.language, by_language)
        if tag is not None:
            words = by_language[tag]
            chosen[post.id] = Wording(tag, words["html"], words.get("spoiler") or post.spoiler)
    return chosen


def best(wish: str, original: str | None, others: Iterable[str]) -> str | None:
    """Which other language to show to who would like ``wish``: that one, or another form of it
    (``pt-BR`` for ``pt``); None where the original will do.
    """
    if original is not None and _alike(wish, original):
        exact = next((tag for tag in others if tag.lower() == wish.lower()), None)
        return exact if original.lower() != wish.lower() else None
    tags = sorted(others)
    return next(
        (tag for tag in tags if tag.lower() == wish.lower()),
        next((tag for tag in tags if _alike(wish, tag)), None),
    )


def _alike(one: str, other: str) -> bool:
    return _primary(one) == _primary(other)


def _primary(tag: str) -> str:
    return tag.replace("_", "-").partition("-")[0].lower()
