"""Polls on posts: shown, and answered.

https://docs.joinmastodon.org/methods/polls/, …/entities/Poll/
"""

from collections.abc import Sequence
from typing import Any

from litestar import get, post
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Struct

from weft.api.auth import scope, scope_if_any
from weft.api.given import Db, Me, Viewer
from weft.api.mastodon.answers import few, id_of
from weft.api.mastodon.entities_accounts import emojis_shown
from weft.api.mastodon.entities_statuses import Poll, PollOption
from weft.kernel.clock import SECOND, iso
from weft.kernel.errors import Invalid, NotFound
from weft.people.model import Account
from weft.store.database import Database, Tx
from weft.threads import ballots, polls, polls_elsewhere
from weft.threads.model import NewPoll, Post


class PollGiven(Struct):
    """https://docs.joinmastodon.org/methods/statuses/#form-data-parameters; ``expires_in`` in
    seconds.
    """

    options: list[str] = []
    expires_in: int | None = None
    multiple: bool = False
    hide_totals: bool = False


class Votes(Struct):
    """``choices``: options, counted from 0."""

    choices: list[int] = []


def new_poll(given: PollGiven | None) -> NewPoll | None:
    """What a client asks for; an empty one is none, as clients send it. Errors: Invalid."""
    if given is None or (not given.options and given.expires_in is None):
        return None
    if given.expires_in is None:
        raise Invalid("Validation failed: Poll expires_in can't be blank")
    return NewPoll(
        tuple(few(given.options)), given.expires_in * SECOND, given.multiple, given.hide_totals
    )


def shown(tx: Tx, viewer: int | None, posts: Sequence[Post]) -> dict[int, Poll]:
    """The polls of these posts as the viewer sees them, by poll id."""
    asked = {post.poll_id: post for post in posts if post.poll_id is not None}
    if not asked:
        return {}
    found = polls.by_ids(tx, asked)
    chosen = polls.own_votes(tx, viewer, found) if viewer is not None else {}
    return {
        id_: _poll(tx, one, asked[id_], viewer, chosen.get(id_, [])) for id_, one in found.items()
    }


def _poll(tx: Tx, one: polls.Poll, post: Post, viewer: int | None, chosen: list[int]) -> Poll:
    ended = one.ended(tx.now)
    counts: Sequence[int | None] = one.votes
    if one.hide_totals and not ended:
        counts = [None] * len(one.options)
    return Poll(
        id=str(one.id),
        expires_at=iso(one.expires_at) if one.expires_at is not None else None,
        expired=ended,
        multiple=one.multiple,
        votes_count=sum(one.votes),
        voters_count=one.voters_count if one.multiple else None,
        options=[
            PollOption(title, count) for title, count in zip(one.options, counts, strict=True)
        ],
        emojis=emojis_shown(tx.site, _emojis(post.emojis, one.options)),
        # Who asks sees results and no form, like those who have answered.
        voted=bool(chosen) or post.author_id == viewer if viewer is not None else UNSET,
        own_votes=chosen if viewer is not None else UNSET,
    )


def _emojis(emojis: list[dict[str, Any]], options: Sequence[str]) -> list[dict[str, Any]]:
    """Those of the post's emojis that its poll's options name."""
    text = "\n".join(options)
    return [emoji for emoji in emojis if f":{emoji['shortcode']}:" in text]


@get("/api/v1/polls/{poll_id:str}", guards=[scope_if_any("read:statuses")])
async def show(db: Db, viewer: Viewer, poll_id: FromPath[str]) -> Poll:
    """A poll whose post the viewer may see; one of another server is asked for again there."""
    as_ = viewer.id if viewer is not None else None
    number = id_of(poll_id)

    def read(tx: Tx) -> tuple[Poll, int | None]:
        post = polls.see(tx, as_, number)
        return _one(tx, as_, post), polls_elsewhere.stale_behind(tx, post)

    found, stale = await db.read(read)
    await look_again(db, viewer, stale)
    return found


async def look_again(db: Database, viewer: Account | None, stale: int | None) -> None:
    """Have the server of a poll asked how it stands, for a member: a stranger's look moves nothing."""
    if viewer is not None and stale is not None:
        await db.write(lambda tx: polls_elsewhere.open_again(tx, viewer.id, stale))


@post("/api/v1/polls/{poll_id:str}/votes", guards=[scope("write:statuses")], status_code=200)
async def vote(db: Db, me: Me, poll_id: FromPath[str], data: JSONBody[Votes]) -> Poll:
    """Answer, once."""
    number = id_of(poll_id)
    choices = few(data.choices)
    return await db.write(lambda tx: _one(tx, me.id, ballots.vote(tx, me, number, choices)))


def _one(tx: Tx, viewer: int | None, post: Post) -> Poll:
    for poll in shown(tx, viewer, [post]).values():
        return poll
    raise NotFound


ROUTES = [show, vote]
