"""Moving: an account goes on as another one, and whoever followed it here comes along.

The other account must say that it was this one (``also_known_as``): nobody can be sent to somebody
who does not want it. What members here keep about the old account is copied to the new one: follows
(with lists), private notes, blocks and mutes. Thousands may follow, so a job does it in parts; each
part commits with the job's place, and doing one twice does nothing.

A move is for a week: peers ignore a second one before, and so does this server, or two accounts could
throw everybody's follows to and fro. Behaviour as Mastodon's and GoToSocial's, so that both read it.
"""

from __future__ import annotations

from typing import Any, Literal

import sqlalchemy as sa
from msgspec import Struct

from weft.kernel.clock import DAY
from weft.kernel.errors import Forbidden, Invalid, NotFound
from weft.kernel.ids import new_id
from weft.people import accounts, blocks, follows, notes
from weft.people.model import Account
from weft.people.tables import account_notes, moves, mutes
from weft.people.tables import accounts as account_table
from weft.people.tables import blocks as block_table
from weft.people.tables import follows as follow_table
from weft.store.database import Tx
from weft.work import events, jobs
from weft.work.jobs import NewJob

COOL_DOWN = 7 * DAY
"""Mastodon and GoToSocial look at no second move of an account before this."""
PART = 100
"""Members carried along in one transaction: each is told to two other servers."""
HOPS = 5
"""Moves in a row that are followed at once: who moves more often is not to be caught."""
ALIASES_MAX = 20
"""Former accounts that one may name: each is shown to every server that looks."""

Stage = Literal["follows", "notes", "blocks", "mutes"]


class Move(Struct, frozen=True):
    """Field for field the columns of ``moves``. ``target`` is a uri."""

    id: int
    account_id: int
    target: str
    created_at: int


_COLUMNS = tuple(moves.c[field] for field in Move.__struct_fields__)
_account = sa.bindparam("account", type_=sa.BigInteger)
_source = sa.bindparam("source", type_=sa.BigInteger)
_target = sa.bindparam("target", type_=sa.BigInteger)
_above = sa.bindparam("above", type_=sa.BigInteger)
_LAST = sa.select(*_COLUMNS).where(moves.c.account_id == _account).order_by(moves.c.id.desc())
_LAST_ONE = _LAST.limit(1)
_TO = _LAST.where(moves.c.target == sa.bindparam("uri")).limit(1)
_PUT = moves.insert()
_new = follow_table.alias("new")
_FOLLOWERS = (
    sa.select(
        follow_table.c.id,
        follow_table.c.follower_id,
        follow_table.c.reblogs,
        follow_table.c.notify,
        follow_table.c.languages,
        _new.c.id.label("already"),
    )
    .join_from(follow_table, account_table, account_table.c.id == follow_table.c.follower_id)
    .outerjoin(
        _new,
        sa.and_(_new.c.follower_id == follow_table.c.follower_id, _new.c.target_id == _target),
    )
    .where(
        follow_table.c.target_id == _source,
        follow_table.c.accepted.is_(True),
        follow_table.c.id > _above,
        account_table.c.domain == "",
    )
    .order_by(follow_table.c.id)
    .limit(PART)
)


def _by_members(
    table: sa.Table, who: sa.ColumnElement[int], *columns: sa.ColumnElement[Any]
) -> sa.Select[*tuple[Any, ...]]:
    """Rows of members here about the account that moved, who do not follow where it is now."""
    return (
        sa.select(table.c.id, who.label("member"), *columns)
        .join_from(table, account_table, account_table.c.id == who)
        .where(
            table.c.target_id == _source,
            table.c.id > _above,
            account_table.c.domain == "",
            ~sa.exists().where(_new.c.follower_id == who, _new.c.target_id == _target),
        )
        .order_by(table.c.id)
        .limit(PART)
    )


_BLOCKERS = _by_members(block_table, block_table.c.blocker_id)
_there = mutes.alias("there")
_MUTERS = _by_members(mutes, mutes.c.muter_id, mutes.c.notifications, mutes.c.until).where(
    sa.or_(mutes.c.until.is_(None), mutes.c.until > sa.bindparam("now", type_=sa.BigInteger)),
    ~sa.exists().where(_there.c.muter_id == mutes.c.muter_id, _there.c.target_id == _target),
)
_other = account_notes.alias("other")
_NOTES = (
    sa.select(account_notes.c.account_id, account_notes.c.comment, _other.c.comment.label("theirs"))
    .outerjoin_from(
        account_notes,
        _other,
        sa.and_(_other.c.account_id == account_notes.c.account_id, _other.c.target_id == _target),
    )
    .where(account_notes.c.target_id == _source, account_notes.c.account_id > _above)
    .order_by(account_notes.c.account_id)
    .limit(PART)
)


# -- what may be ------------------------------------------------------------------------------


def last(tx: Tx, account_id: int) -> Move | None:
    row = tx.row(_LAST_ONE, account=account_id)
    return Move(*row) if row is not None else None


def is_calm(tx: Tx, account_id: int) -> bool:
    """Whether an account may move: it did not for a week."""
    known = last(tx, account_id)
    return known is None or known.created_at <= tx.now - COOL_DOWN


def named(tx: Tx, text: str) -> Account | None:
    """The account that somebody means: ``@name@server``, ``name``, or its address."""
    text = text.strip()
    if "://" in text:
        return accounts.by_uri(tx, text)
    username, _, domain = text.removeprefix("acct:").removeprefix("@").partition("@")
    return accounts.by_handle(tx, username, domain) if username else None


def agree(source: Account, target: Account) -> bool:
    """Whether one may go on as the other: the other says so, and is somebody one can follow."""
    return (
        source.id != target.id
        and source.uri in target.also_known_as
        and target.suspended_at is None
        and target.kind != "application"
    )


def shown(source: Account, target: Account | None) -> Account | None:
    """Where an account is now, as others may be told: only what the other account confirms."""
    return target if target is not None and agree(source, target) else None


def check_here(member: Account) -> None:
    """Errors: Forbidden, for whoever went elsewhere and wants to say or follow something here."""
    if member.moved_to:
        raise Forbidden("Your account has moved: stop redirecting it to go on here")


# -- what one does ----------------------------------------------------------------------------


def name_former(tx: Tx, member: Account, former: Account) -> Account:
    """Say that one was another account before; it may then move here. Twice is once.

    Errors: Invalid (oneself, too many).
    """
    if former.id == member.id:
        raise Invalid("Validation failed: This is the same account")
    if former.uri in member.also_known_as:
        return member
    if len(member.also_known_as) >= ALIASES_MAX:
        raise Invalid(f"Validation failed: You can name at most {ALIASES_MAX} former accounts")
    return accounts.update(tx, member.id, also_known_as=[*member.also_known_as, former.uri])


def forget_former(tx: Tx, member: Account, uri: str) -> Account:
    """No longer. Errors: NotFound."""
    if uri not in member.also_known_as:
        raise NotFound
    return accounts.update(
        tx, member.id, also_known_as=[one for one in member.also_known_as if one != uri]
    )


def depart(tx: Tx, member: Account, target: Account) -> Move:
    """A member goes on as another account, which was just looked at. Event: account.moved.

    Errors: Invalid, in words for the member.
    """
    if target.id == member.id:
        raise Invalid("Validation failed: This is the same account")
    if not agree(member, target):
        raise Invalid(
            "Validation failed: The other account does not name this one as a former one of its own."
            " Add it there as an alias first"
        )
    if not is_calm(tx, member.id):
        raise Invalid("Validation failed: You have moved within the last 7 days")
    return _begin(tx, member, target)


def stay(tx: Tx, member: Account) -> Account:
    """Stop redirecting. Who went along does not come back by itself. Errors: NotFound (it did not
    move).
    """
    if not member.moved_to:
        raise NotFound
    return accounts.update(tx, member.id, moved_to=None)


def arrive(tx: Tx, source: Account, target: Account) -> bool:
    """An account elsewhere said that it moved. False when there is nothing to do: it did so a moment
    ago, or the other account does not agree. Event: account.moved.
    """
    if not agree(source, target) or not is_calm(tx, source.id):
        return False
    _begin(tx, source, target)
    return True


def _begin(tx: Tx, source: Account, target: Account) -> Move:
    # What was copied once and taken back since stays taken back.
    again = tx.row(_TO, account=source.id, uri=target.uri) is not None
    made = Move(new_id(), source.id, target.uri, tx.now)
    tx.run(_PUT, id=made.id, account_id=source.id, target=made.target, created_at=made.created_at)
    accounts.update(tx, source.id, moved_to=target.uri)
    events.append(
        tx, "account.moved", actor_id=source.id, subject_id=target.id, data={"id": str(made.id)}
    )
    payload = Carrying(source.id, target.id, "follows", 0, again).payload
    jobs.enqueue(tx, NewJob("people.move", payload, lane=f"move:{source.id}"))
    return made


# -- coming along -----------------------------------------------------------------------------


class Carrying(Struct, frozen=True):
    """How far the job is. ``again``: only follows; the rest was copied by an earlier move."""

    source: int
    target: int
    stage: Stage
    above: int
    again: bool = False

    @property
    def payload(self) -> dict[str, Any]:
        return {field: getattr(self, field) for field in self.__struct_fields__}


_NEXT: dict[Stage, Stage | None] = {
    "follows": "notes",
    "notes": "blocks",
    "blocks": "mutes",
    "mutes": None,
}


def carry(tx: Tx, at: Carrying) -> Carrying | None:
    """One part; where to go on, None at the end."""
    source, target = accounts.by_id(tx, at.source), accounts.by_id(tx, at.target)
    if source is None or target is None:
        return None
    target = _onward(tx, source, target)
    if target.suspended_at is not None:
        return None
    reached = _STAGES[at.stage](tx, source, target, at.above)
    if reached is not None:
        return Carrying(at.source, at.target, at.stage, reached, at.again)
    following = _NEXT[at.stage]
    if following is None or at.again:
        return None
    return Carrying(at.source, at.target, following, 0)


def _onward(tx: Tx, source: Account, target: Account) -> Account:
    """Where the target is by now: it may itself have moved meanwhile."""
    met = {source.id, target.id}
    for _ in range(HOPS):
        made = last(tx, target.id)
        if made is None or target.moved_to != made.target:
            break
        beyond = accounts.by_uri(tx, made.target)
        if beyond is None or beyond.id in met or not agree(target, beyond):
            break
        met.add(beyond.id)
        target = beyond
    return target


def _follows(tx: Tx, source: Account, target: Account, above: int) -> int | None:
    rows = tx.rows(_FOLLOWERS, source=source.id, target=target.id, above=above)
    known = accounts.by_ids(tx, [row.follower_id for row in rows])
    for row in rows:
        follower = known[row.follower_id]
        if row.already is None:
            try:
                follows.follow(
                    tx,
                    follower,
                    target,
                    reblogs=row.reblogs,
                    notify=row.notify,
                    languages=row.languages,
                    carried=True,
                )
            except (Forbidden, NotFound):
                continue  # a block between the two, or a muted server: that stays as it is
        events.append(
            tx,
            "follow.moved",
            actor_id=follower.id,
            subject_id=source.id,
            data={"target": target.id},
        )
        follows.unfollow(tx, follower, source)
    return rows[-1].id if rows else None


def _notes(tx: Tx, source: Account, target: Account, above: int) -> int | None:
    rows = tx.rows(_NOTES, source=source.id, target=target.id, above=above)
    known = accounts.by_ids(tx, [row.account_id for row in rows])
    for row in rows:
        if row.comment not in (row.theirs or ""):  # a part that is done again adds nothing
            both = "\n\n".join(one for one in (row.theirs, row.comment) if one)
            notes.write(tx, known[row.account_id], target, both[: notes.COMMENT_CHARS])
    return rows[-1].account_id if rows else None


def _blocks(tx: Tx, source: Account, target: Account, above: int) -> int | None:
    rows = tx.rows(_BLOCKERS, source=source.id, target=target.id, above=above)
    known = accounts.by_ids(tx, [row.member for row in rows])
    for row in rows:
        if row.member != target.id:
            blocks.block(tx, known[row.member], target)
            _explain(tx, known[row.member], source, target, "blocked")
    return rows[-1].id if rows else None


def _mutes(tx: Tx, source: Account, target: Account, above: int) -> int | None:
    rows = tx.rows(_MUTERS, source=source.id, target=target.id, above=above, now=tx.now)
    known = accounts.by_ids(tx, [row.member for row in rows])
    for row in rows:
        if row.member == target.id:
            continue
        left = None if row.until is None else row.until - tx.now
        blocks.mute(
            tx, known[row.member], target, notifications=row.notifications, duration_ms=left
        )
        _explain(tx, known[row.member], source, target, "muted")
    return rows[-1].id if rows else None


_STAGES = {"follows": _follows, "notes": _notes, "blocks": _blocks, "mutes": _mutes}


def _explain(tx: Tx, member: Account, source: Account, target: Account, what: str) -> None:
    """Why somebody whom the member never met is blocked; a note of their own says more."""
    if not blocks.relationships(tx, member.id, [target.id])[0].note:
        notes.write(tx, member, target, f"Was @{source.acct} before, whom you had {what}.")
