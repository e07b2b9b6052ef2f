"""Hearing in threads: which AIs a post calls or concerns, and what each of them does about it.

A reaction to ``post.created``, in the transaction of the post itself. What each AI does is decided
(`weft.ai.turns.decide`) and kept; whoever is to answer gets exactly one row of ``ai_turns`` per post,
and its job in the same transaction. So a server that dies right after the post was accepted still
answers it, once.

Everything that keeps an AI quiet is decided here, on the server, before any engine is asked; and
once more by the turn, right before it speaks.
"""

from __future__ import annotations

import contextlib

import sqlalchemy as sa

from weft.ai import context, hops, hourly
from weft.ai.members import COLUMNS
from weft.ai.model import Ai, Reason, Trigger
from weft.ai.tables import ai_turns, ais
from weft.ai.turns import decide, kept, listening, opening, record, thread_lines
from weft.ai.turns.setting import Candidate, Decision, Setting
from weft.kernel.clock import DAY
from weft.kernel.errors import WeftError
from weft.people import accounts
from weft.people.model import Account
from weft.people.tables import accounts as account_table
from weft.people.tables import blocks
from weft.store.among import among
from weft.store.database import Tx
from weft.threads import consent, emoji_reactions, posts
from weft.threads.keep import ais_are_off
from weft.threads.model import Post
from weft.work.events import Event

OLD = 7 * DAY
"""A post that comes later than this was found, not delivered: peers give up sooner."""
THANKED = "❤️"
"""What a post that only thanks gets: no words, which would ask for words again."""

_caller = account_table.alias("caller")
_CALLED = (
    sa.select(*COLUMNS)
    .join_from(ais, account_table, account_table.c.id == ais.c.account_id)
    .where(
        among(ais.c.account_id, "ids"),
        account_table.c.suspended_at.is_(None),
    )
)
_TAKING_PART = (
    sa.select(*COLUMNS)
    .join_from(ais, account_table, account_table.c.id == ais.c.account_id)
    .where(
        ais.c.account_id.in_(
            sa.select(ai_turns.c.ai_id)
            .join_from(ai_turns, _caller, _caller.c.id == ai_turns.c.asker_id)
            .where(
                ai_turns.c.place_id == sa.bindparam("thread"),
                ai_turns.c.outcome == "answered",
                ai_turns.c.trigger != "unasked",
                _caller.c.kind == "person",
            )
        ),
        account_table.c.suspended_at.is_(None),
        account_table.c.id != sa.bindparam("author"),
    )
)
_BLOCKED = sa.select(blocks.c.id).where(
    sa.or_(
        sa.and_(
            blocks.c.blocker_id == sa.bindparam("ai"),
            among(blocks.c.target_id, "people"),
        ),
        sa.and_(
            blocks.c.target_id == sa.bindparam("ai"),
            among(blocks.c.blocker_id, "people"),
        ),
    )
)


class Ears:
    """Listens to threads. One for each database: it keeps what it knows of the last threads."""

    def __init__(self) -> None:
        self._places = kept.Places(thread_lines.Threads())

    def hear(self, tx: Tx, event: Event) -> None:
        """React to ``post.created``: decide for every AI of this server that the post calls, and
        for those that take part in its thread.

        A mention, a reply to a post of the AI, and a direct post to it call it. A boost calls
        nobody; nor do edits, which are another event.
        """
        post = posts.of(tx, event)
        if post is None or post.boost_of_id is not None:
            return
        called = _called(tx, post)
        others = _taking_part(tx, post) if post.reply_to_id is not None else []
        if not called and not others:
            return
        asker = accounts.get(tx, post.author_id)
        ais = [(ai, one) for ai, call in called if (one := _candidate(tx, ai, call, asker, post))]
        if not called and _may_be_joined(asker, post):
            ais += [
                (ai, one) for ai in others if (one := _candidate(tx, ai, "unasked", asker, post))
            ]
        if not ais:
            return
        made = self._decided(tx, asker, post, [one for _, one in ais])
        record.put(tx, "thread", post.thread_id, post.id, made)
        for decision, (ai, _) in zip(made, ais, strict=True):
            _act(tx, ai, asker, post, decision)

    def _decided(self, tx: Tx, asker: Account, post: Post, ais: list[Candidate]) -> list[Decision]:
        # Rules about machines are among the obstacles: here they are judged by what a post answers,
        # not by what was said before it.
        piece = thread_lines.piece(post, asker)
        to_person = piece.said.to_person([one.ai_id for one in ais])
        setting = Setting("meant", "quiet", to_person=to_person)
        unasked = [one for one in ais if one.call == "unasked"]
        if not unasked:
            return decide.decide(setting, None, thread_lines.plain(piece), ais)
        names = tuple(sorted(one.name for one in unasked))
        state, line, tail = self._places.push(tx, post.thread_id, piece, names)
        return listening.decided(tx, setting, state, line, tail, ais, post.thread_id)


def _candidate(tx: Tx, ai: Ai, call: Trigger, asker: Account, post: Post) -> Candidate | None:
    """An AI that heard a post; None for one that was not there, so that there is nothing to tell."""
    why = obstacle(tx, ai, asker, post)
    if why == "hidden" or (why and call == "unasked"):
        return None
    spent: Reason = ""
    says_why = False
    if not why and call != "unasked":
        machine = hops.is_machine(asker, post)
        spent, says_why = hourly.over_budget(
            tx, ai, asker, "thread", post.thread_id, machine=machine
        )
    name = accounts.get(tx, ai.account_id).username
    return Candidate(ai.account_id, name, call, why, spent, says_why)


def _may_be_joined(asker: Account, post: Post) -> bool:
    """Whether an AI may answer a post that does not call it: a listed one by a person of this
    server who does not keep machines out. Who is elsewhere has not agreed to this.
    """
    return (
        asker.local
        and not hops.is_machine(asker, post)
        and post.visibility in context.LISTED
        and not context.keeps_out(asker)
    )


def _act(tx: Tx, ai: Ai, asker: Account, post: Post, decision: Decision) -> None:
    if decision.act == "react":
        with contextlib.suppress(WeftError):  # blocked, or as many reactions as there may be
            account = accounts.get(tx, ai.account_id)
            emoji_reactions.react(tx, account, post.id, THANKED)
    elif decision.act == "speak" or decision.call != "unasked":
        heard = opening.Heard(
            ai.account_id, post.id, "thread", post.thread_id, asker.id, decision.call,
            hops.since_person(tx, post),
        )  # fmt: skip
        opening.write(tx, heard, decision.why, speaks=decision.act == "speak")


def obstacle(tx: Tx, ai: Ai, asker: Account, post: Post) -> Reason:
    """Why this AI must stay silent towards this post; "" when it may answer."""
    if _blocked(tx, ai, asker, post):
        return "blocked"
    if not posts.may_see(tx, ai.account_id, post):
        return "hidden"
    if ais_are_off(tx, post.thread_id):
        return "thread_off"
    if not _may_bring(tx, asker, post):
        return "not_invited"
    if ai.state == "paused":
        return "paused"
    if post.created_at < tx.now - OLD:
        return "too_old"
    if hops.is_machine(asker, post):
        if hops.since_person(tx, post) >= hops.HOP_BUDGET:
            return "hops"
        if not hops.asked_both(tx, post.thread_id, ai.account_id, asker.id):
            return "nobody_asked"
    return ""


def _may_bring(tx: Tx, asker: Account, post: Post) -> bool:
    """Whether the author of the thread, and of what is answered, lets this one bring AIs."""
    above = {post.thread_id, post.reply_to_id or post.thread_id} - {post.id}
    return all(
        consent.verdict(tx, asker, one, "invoke") == "yes"
        for one in posts.by_ids(tx, above).values()
    )


def _called(tx: Tx, post: Post) -> list[tuple[Ai, Trigger]]:
    mentioned = [int(mention["id"]) for mention in post.mentions]
    ids = dict.fromkeys([post.reply_to_author_id, *mentioned])
    wanted = [one for one in ids if one is not None and one != post.author_id]
    if not wanted:
        return []
    found = {row[0]: Ai(*row) for row in tx.rows(_CALLED, ids=wanted)}
    return [(found[one], _trigger(post, named=one in mentioned)) for one in wanted if one in found]


def _taking_part(tx: Tx, post: Post) -> list[Ai]:
    """AIs that a person called into this thread, and that answered there."""
    rows = tx.rows(_TAKING_PART, thread=post.thread_id, author=post.author_id)
    return [Ai(*row) for row in rows]


def _trigger(post: Post, *, named: bool) -> Trigger:
    if post.visibility == "direct":
        return "direct"
    return "mention" if named else "reply"


def _blocked(tx: Tx, ai: Ai, asker: Account, post: Post) -> bool:
    people = {asker.id}
    root = posts.by_id(tx, post.thread_id)
    if root is not None:
        people.add(root.author_id)
    return tx.row(_BLOCKED, ai=ai.account_id, people=list(people)) is not None
