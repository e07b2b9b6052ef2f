"""What posts quote and who may quote them, as Mastodon's API shows it and changes it.

https://docs.joinmastodon.org/methods/statuses/#quotes, #revoke_quote, #edit_interaction_policy
"""

from collections.abc import Callable, Sequence

from weft.api.mastodon.entities_statuses import Quote, QuoteApproval, Status
from weft.kernel.errors import Invalid
from weft.store.database import Tx
from weft.threads import posts as posts_
from weft.threads import quotes
from weft.threads.model import Post, QuotePolicy

Render = Callable[[list[Post]], list[Status]]

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


def shown(
    tx: Tx,
    viewer: int | None,
    posts: Sequence[Post],
    render: Render | None,
    *,
    redraft: bool = False,
) -> dict[int, Quote]:
    """What these posts quote, by the quoting post's id; three reads and what ``render`` reads,
    for any number of them. ``render``: makes the quoted posts; None: they are named by id alone.
    ``redraft``: with what was quoted, although the quote stands no more (to write it anew).
    """
    quoting = [post for post in posts if post.quote_state is not None]
    if not quoting:
        return {}
    wanted = {
        post.quote_of_id
        for post in quoting
        if post.quote_of_id is not None and (redraft or post.quote_state == "accepted")
    }
    found = posts_.seen(tx, viewer, wanted)
    hidden = posts_.by_ids(tx, wanted - found.keys())
    standings = quotes.standings(tx, viewer, (post.author_id for post in found.values()))
    whole: dict[int, Status] = {}
    if render is not None and found:
        whole = {int(status.id): status for status in render(list(found.values()))}
    made: dict[int, Quote] = {}
    for post in quoting:
        number = post.quote_of_id
        seen = found.get(number) if number is not None else None
        if post.quote_state != "accepted":
            state = post.quote_state or "deleted"
        elif seen is not None:
            state = standings.get(seen.author_id, "accepted")
        else:
            state = "unauthorized" if number in hidden else "deleted"
        if render is None:
            shallow = str(seen.id) if seen is not None else None
            made[post.id] = Quote(state, quoted_status_id=shallow)
        else:
            one = whole.get(seen.id) if seen is not None else None
            # What went away between two reads.
            state = "deleted" if seen is not None and one is None else state
            made[post.id] = Quote(state, quoted_status=one)
    return made


def approvals(tx: Tx, viewer: int | None, posts: Sequence[Post]) -> dict[int, QuoteApproval]:
    """Who may quote each of these posts, and whether the viewer may; by post id."""
    followed: set[int] = set()
    if viewer is not None:
        asked = {
            post.author_id
            for post in posts
            if post.quote_policy == "followers" and post.author_id != viewer
        }
        followed = quotes.followed(tx, viewer, asked) if asked else followed
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
