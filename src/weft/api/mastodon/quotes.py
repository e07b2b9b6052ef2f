"""What posts quote and who may quote them, as Mastodon's API shows it and changes it.

https://docs.joinmastodon.org/methods/statuses/#quotes, #revoke_quote, #edit_interaction_policy
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from weft.api.mastodon.entities_statuses import Quote, QuoteApproval, Status
from weft.kernel.errors import Invalid
from weft.store.database import Tx
from weft.threads import posts as posts_
from weft.threads import quotes, quoting
from weft.threads.model import Post, QuotePolicy

_AUTOMATIC: dict[QuotePolicy, list[str]] = {
    "public": ["public"],
    "followers": ["followers"],
    "nobody": [],
}
_DENIED, _MAY = (
    {
        policy: QuoteApproval(automatic=told, current_user=word)
        for policy, told in _AUTOMATIC.items()
    }
    for word in ("denied", "automatic")
)
"""Made once: every post in every answer has one of these."""


class Quoted(NamedTuple):
    """What some posts quote: by id the posts that the viewer may see, those they may not, and
    whose authors the viewer keeps away.
    """

    seen: Mapping[int, Post]
    hidden: Collection[int]
    standings: Mapping[int, str]


_NO_QUOTES = Quoted({}, (), {})


def look(tx: Tx, viewer: int | None, posts: Iterable[Post], *, redraft: bool = False) -> Quoted:
    """What these posts quote; three reads at most, for any number of them. ``redraft``: also what
    was quoted, although the quote stands no more (to write it anew).
    """
    wanted = {
        post.quote_of_id
        for post in posts
        if post.quote_of_id is not None and (redraft or post.quote_state == "accepted")
    }
    if not wanted:
        return _NO_QUOTES
    seen = posts_.seen(tx, viewer, wanted)
    missed = wanted - seen.keys()
    hidden = posts_.by_ids(tx, missed) if missed else {}
    standings = quoting.standings(tx, viewer, (post.author_id for post in seen.values()))
    return Quoted(seen, hidden, standings)


def state(post: Post, quoted: Quoted) -> str:
    """How a post's quote stands (https://docs.joinmastodon.org/entities/Quote/#state)."""
    if post.quote_state != "accepted":
        return post.quote_state or "deleted"
    number = post.quote_of_id
    seen = quoted.seen.get(number) if number is not None else None
    if seen is not None:
        return quoted.standings.get(seen.author_id, "accepted")
    return "unauthorized" if number in quoted.hidden else "deleted"


def shallow(post: Post, quoted: Quoted) -> Quote:
    """A quote within what is quoted: by its id alone."""
    seen = quoted.seen.get(post.quote_of_id) if post.quote_of_id is not None else None
    return Quote(state(post, quoted), quoted_status_id=str(seen.id) if seen is not None else None)


def whole(post: Post, quoted: Quoted, made: Mapping[int, Status]) -> Quote:
    """A quote with the post that it is of, from ``made`` by id."""
    number = post.quote_of_id
    one = made.get(number) if number is not None else None
    if one is None and number in quoted.seen:
        return Quote("deleted", quoted_status=None)  # it went away between two reads
    return Quote(state(post, quoted), quoted_status=one)


def approvals(tx: Tx, viewer: int | None, posts: Sequence[Post]) -> dict[int, QuoteApproval]:
    """Who may quote each of these posts, and whether the viewer may; by post id."""
    followed: set[int] = set()
    if viewer is not None:
        asked = {
            post.author_id
            for post in posts
            if post.quote_policy == "followers" and post.author_id != viewer
        }
        followed = quoting.followed(tx, viewer, asked) if asked else followed
    made: dict[int, QuoteApproval] = {}
    for post in posts:
        policy = post.quote_policy
        if viewer is None:
            may = False
        elif post.author_id == viewer:
            may = post.visibility != "direct"
        else:
            may = policy == "public" or (policy == "followers" and post.author_id in followed)
        made[post.id] = (_MAY if may else _DENIED)[policy]
    return made


def policy_of(text: str | None) -> QuotePolicy | None:
    """The policy that a client names. Errors: Invalid for a word that is none."""
    if text is None or text == "":
        return None
    for policy in quotes.POLICIES:
        if text == policy:
            return policy
    raise Invalid("Validation failed: Quote approval policy is not included in the list")
