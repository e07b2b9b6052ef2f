"""A thread as the place of a turn: an AI answers a post with a post."""

from __future__ import annotations

from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec import Struct

from weft.ai import context, hear, hops
from weft.ai.documents import Shelf
from weft.ai.model import Ai, Reason, Turn
from weft.ai.places.dress import composed
from weft.ai.places.port import Overtaken, Words
from weft.people import accounts
from weft.people.model import Account
from weft.people.tables import accounts as account_table
from weft.store.database import Tx
from weft.threads import emoji_reactions, posts
from weft.threads.model import Draft, Post, Visibility
from weft.threads.publish import publish
from weft.threads.tables import posts as post_table

WARNING_CHARS = 200

ANSWERS: dict[Visibility, Visibility] = {
    # Machines keep out of the public, tag and federated timelines, here and elsewhere: other
    # servers cut off those that fill them. Threads and homes show an unlisted reply as any other.
    "public": "unlisted",
    "unlisted": "unlisted",
    # The followers of an AI are not those of the asker, so a followers-only answer would tell
    # strangers what was asked. Only the asker is sure to have been meant.
    "private": "direct",
    "direct": "direct",
}
"""The audience of an answer by that of the question: never wider."""
LATER_MAX = 20
"""Posts since the one it heard that it looks at before it joins unasked."""

_author = account_table.alias("author")
_LATER = (
    sa.select(*posts.COLUMNS)
    .join_from(post_table, _author, _author.c.id == post_table.c.author_id)
    .where(
        post_table.c.thread_id == sa.bindparam("thread"),
        post_table.c.id > sa.bindparam("heard"),
        post_table.c.boost_of_id.is_(None),
        _author.c.kind == "person",
        posts.seen_by(sa.bindparam("ai", type_=sa.BigInteger)),  # pyright: ignore[reportArgumentType]
    )
    .order_by(post_table.c.id)
    .limit(LATER_MAX)
)


class ThreadPlace(Struct, frozen=True):
    """See `port.Place`."""

    turn: Turn
    ai: Ai
    post: Post
    asker: Account

    @property
    def language(self) -> str | None:
        return self.post.language

    def obstacle(self, tx: Tx) -> Reason:
        return hear.obstacle(tx, self.ai, self.asker, self.post)

    def told(self, tx: Tx, shelf: Shelf) -> context.Told:
        account = accounts.get(tx, self.ai.account_id)
        more = [one for one in self._later(tx) if self._goes_on(one)]
        return context.gather(tx, self.ai, account, self.asker, self.post, shelf, more=more)

    def overtaken(self, tx: Tx, told_at: int) -> Overtaken:
        later = self._later(tx)
        if any(one.author_id != self.asker.id and self._answers(one) for one in later):
            return "answered"
        new = any(self._goes_on(one) and one.created_at > told_at for one in later)
        return "went_on" if new else ""

    def say(self, tx: Tx, words: Words) -> int:
        asker, post = self.asker, self.post
        label: dict[str, Any] = {
            "sources": [msgspec.to_builtins(source) for source in words.sources],
            "model": words.model or None,
            "trigger": str(post.id),
            "hops": hops.since_person(tx, post) + 1,
        }
        if words.why is not None:
            label["why"] = words.why
        text = composed(words.text, words.sources, asker.acct)
        answer = publish(
            tx,
            accounts.get(tx, self.ai.account_id),
            Draft(
                text=f"@{asker.acct} {text}",
                spoiler=post.spoiler[:WARNING_CHARS],
                language=context.answered_in(self.ai, post.language),
                visibility=ANSWERS[post.visibility],
                reply_to_id=post.id,
                ai=label,
            ),
        )
        return answer.id

    def react(self, tx: Tx, emoji: str) -> None:
        emoji_reactions.react(tx, accounts.get(tx, self.ai.account_id), self.post.id, emoji)

    def _later(self, tx: Tx) -> list[Post]:
        """What people posted since; nothing where it was called, for then it answers what it was
        asked, as it was.
        """
        if self.turn.trigger != "unasked":
            return []
        named = {"thread": self.post.thread_id, "heard": self.post.id, "ai": self.ai.account_id}
        return [Post(*row) for row in tx.rows(_LATER, **named)]

    def _answers(self, later: Post) -> bool:
        return later.reply_to_id == self.post.id or (
            later.reply_to_author_id == self.asker.id and self.post.reply_to_id is not None
        )

    def _goes_on(self, later: Post) -> bool:
        return later.author_id == self.asker.id and later.reply_to_author_id == self.asker.id


def find(tx: Tx, turn: Turn, ai: Ai) -> ThreadPlace | None:
    """The place of a turn; None when what it heard, or who said it, is gone."""
    post, asker = posts.by_id(tx, turn.trigger_id), accounts.by_id(tx, turn.asker_id)
    return ThreadPlace(turn, ai, post, asker) if post is not None and asker is not None else None
