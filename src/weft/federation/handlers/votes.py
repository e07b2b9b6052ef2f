"""Votes from elsewhere in polls of members: notes that are nothing but a name (FEP-9967)."""

from __future__ import annotations

from weft.federation.handlers.act import Act
from weft.federation.read_note import IncomingNote
from weft.store.database import Tx
from weft.threads import ballots, posts


def cast(tx: Tx, act: Act, note: IncomingNote) -> None:
    """Count a vote for a poll from here; one for anything else concerns nobody. Errors: those of
    ``ballots.cast``, all meaning that it does not count.
    """
    post = posts.by_uri(tx, note.reply_to or "")
    if post is not None and post.local and post.poll_id is not None:
        ballots.cast(tx, act.actor, post, note.vote, note.id)
