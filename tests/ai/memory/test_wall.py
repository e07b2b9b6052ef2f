"""What everybody would miss: that what was said in one place is not told in another.

Random worlds of threads, rooms, comings and goings, blocks, notes and documents, in which every message
holds a word of its own. After each message to an AI its prompt is built, and each word that stands in it
is compared with who was there: worked out here, from the plan alone.
"""

from __future__ import annotations

import contextlib
from itertools import count

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Struct

from tests.ai.town import Town
from weft.ai import context, context_room, members
from weft.ai.brains import prompt
from weft.ai.brains.port import Ask
from weft.ai.knowledge.documents import Document
from weft.ai.memory import notes, remember, rules
from weft.ai.tables import ais as ai_table
from weft.kernel.errors import WeftError
from weft.people import accounts, blocks, follows
from weft.people.model import Account
from weft.rooms import invites, lines, rooms
from weft.rooms import members as room_members
from weft.rooms import settings as room_settings
from weft.rooms.model import RoomDraft, RoomLine
from weft.store.database import Tx
from weft.threads import posts
from weft.threads.delete import delete
from weft.threads.model import Post

PEOPLE, AIS = 3, 2
LISTED = ("public", "unlisted")

_who = st.integers(0, PEOPLE + AIS - 1)  # the last two are AIs
_person = st.integers(0, PEOPLE - 1)
_ai = st.integers(PEOPLE, PEOPLE + AIS - 1)
_room = st.integers(0, 1)
_speaker = st.one_of(_person, _person, _who)
_called = st.one_of(
    _ai.map(lambda one: frozenset({one})),
    _ai.map(lambda one: frozenset({one})),
    st.tuples(_ai, _who).map(frozenset),
)
_post = st.tuples(
    st.just("post"),
    _speaker,
    st.integers(0, 6),  # what it answers; beyond the last: nothing
    st.sampled_from(["public", "unlisted", "private", "direct", "direct"]),
    _called,
)
_line = st.tuples(st.just("line"), _speaker, _room, _called)
_move = st.tuples(st.just("move"), st.integers(1, PEOPLE + AIS - 1), _room)
_outside = st.frozensets(st.tuples(st.integers(1, PEOPLE + AIS - 1), _room), max_size=3)
"""Who is not in which room at first."""
_step = st.one_of(
    *[_post] * 6,
    *[_line] * 6,
    *[_move] * 4,
    st.tuples(st.just("block"), _person, _who),
    st.tuples(st.just("unblock"), _person, _who),
    st.tuples(st.just("delete"), st.integers(0, 8)),
    st.tuples(st.just("pause"), _person, _ai),
)
_numbers = count()


class Said(Struct):
    """A message of the world, and who was there for it. ``room``: -1 for a thread."""

    made: Post | RoomLine
    canary: str
    author: int
    named: frozenset[int]
    room: int
    present: frozenset[int]
    gone: bool = False


class World:
    """What happened, as its inhabitants know it."""

    def __init__(self, town: Town, outside: frozenset[tuple[int, int]] = frozenset()) -> None:
        self.town, self.n = town, next(_numbers)
        write, n = town.db.write_now, self.n
        self.all: list[Account] = [
            town.house.person(f"p{n}x{k}", indexable=True) for k in range(PEOPLE)
        ]
        self.packs = [f"pack{n}x{k}z" for k in range(AIS)]
        for k, pack in enumerate(self.packs):
            document = Document("Words", None, f"A favourite word is {pack}.", "w.md")
            self.all.append(
                town.ai(self.all[0], f"a{n}x{k}", documents=[document], reads_public=k == 0)
            )
        ids = [one.id for one in self.all]
        for k, one in enumerate(ids[PEOPLE:]):
            write(lambda tx, k=k, one=one: tx.run(
                ai_table.update().where(ai_table.c.account_id == one).values(current=f"current{n}x{k}z")
            ))  # fmt: skip
        self.following = {(2, 0), (PEOPLE, 0)}  # one person, and one AI
        for follower, target in self.following:
            write(lambda tx, a=follower, b=target: follows.follow(tx, self.all[a], self.all[b]))
        self.rooms = [
            write(lambda tx, access=access: rooms.create(tx, self.all[0], "Den", access=access))[
                0
            ].id
            for access in ("public", "private")
        ]
        for room in self.rooms:
            write(lambda tx, room=room: room_settings.change(tx, self.all[0], room, ais_max=5))
        self.inside: list[set[int]] = [{0}, {0}]
        self.said: list[Said] = []
        self.since: dict[tuple[int, int], int] = {}
        """(room, who): how much was said before they came last."""
        self.blocked: set[tuple[int, int]] = set()
        self.paused: set[tuple[int, int]] = set()
        for who in range(1, len(self.all)):
            for room in (0, 1):
                if (who, room) not in outside:
                    self.enter(who, room)

    def who(self, account_id: int) -> int:
        return next(k for k, one in enumerate(self.all) if one.id == account_id)

    def apart(self, one: int, other: int) -> bool:
        return (one, other) in self.blocked or (other, one) in self.blocked

    # -- what happens ------------------------------------------------------------------------------

    def step(self, step: tuple[object, ...]) -> None:
        with contextlib.suppress(WeftError):  # not everybody may do everything
            getattr(self, str(step[0]))(*step[1:])

    def post(self, who: int, to: int, visibility: str, named: frozenset[int]) -> None:
        above = self.said[to] if to < len(self.said) else None
        parent = (
            above.made
            if above is not None and isinstance(above.made, Post) and not above.gone
            else None
        )
        if parent is not None and not self.town.db.read_now(
            lambda tx, parent=parent: posts.may_see(tx, self.all[who].id, parent)
        ):
            parent = None
        canary = f"canary{self.n}x{len(self.said)}z"
        text = "".join(f"@{self.all[one].acct} " for one in sorted(named))
        made = self.town.house.post(
            self.all[who], f"{text}my favourite word is {canary}", visibility=visibility,
            reply_to_id=parent.id if parent is not None else None,
        )  # fmt: skip
        names = frozenset(self.who(int(one["id"])) for one in made.mentions) - {who}
        self.heard(Said(made, canary, who, names, -1, frozenset()), names)

    def line(self, who: int, room: int, named: frozenset[int]) -> None:
        canary = f"canary{self.n}x{len(self.said)}z"
        text = "".join(f"@{self.all[one].acct} " for one in sorted(named))
        made = self.town.db.write_now(
            lambda tx: lines.say(
                tx,
                self.all[who],
                self.rooms[room],
                RoomDraft(f"{text}my favourite word is {canary}"),
            )
        )
        self.heard(Said(made, canary, who, named, room, frozenset(self.inside[room])), named)

    def heard(self, said: Said, named: frozenset[int]) -> None:
        self.said.append(said)
        for one in sorted(named):
            if one >= PEOPLE and said.author < PEOPLE and self.there(one, said):
                self.look(self.ask(one, said), one, said)
                self.town.db.write_now(lambda tx, one=one: self.note(tx, one, said))

    def note(self, tx: Tx, ai: int, said: Said) -> None:
        """What the job does."""
        message = remember.read(tx, self.all[ai].id, said.made.id)
        if message is not None:
            found = rules.found(message.text)
            notes.keep(tx, self.all[ai].id, message.asker.id, *message.where, found, said.made.id)

    def move(self, who: int, room: int) -> None:
        (self.leave if who in self.inside[room] else self.enter)(who, room)

    def enter(self, who: int, room: int) -> None:
        def work(tx: Tx) -> None:
            if who >= PEOPLE:
                room_members.add_ai(tx, self.all[0], self.rooms[room], self.all[who].id)
                return
            if room == 1:
                invites.invite(tx, self.all[0], self.rooms[room], self.all[who].id)
            room_members.join(tx, self.all[who], self.rooms[room])

        if who not in self.inside[room]:
            self.town.db.write_now(work)
            self.inside[room].add(who)
            self.since[room, who] = len(self.said)

    def leave(self, who: int, room: int) -> None:
        def work(tx: Tx) -> None:
            if who >= PEOPLE:
                room_members.kick(tx, self.all[0], self.rooms[room], self.all[who].id)
            else:
                room_members.leave(tx, self.all[who], self.rooms[room])

        if who in self.inside[room] and who != 0:
            self.town.db.write_now(work)
            self.inside[room].discard(who)

    def block(self, who: int, whom: int) -> None:
        if who != whom:
            self.town.db.write_now(lambda tx: blocks.block(tx, self.all[who], self.all[whom]))
            self.blocked.add((who, whom))
            self.following -= {(who, whom), (whom, who)}

    def unblock(self, who: int, whom: int) -> None:
        self.town.db.write_now(lambda tx: blocks.unblock(tx, self.all[who], self.all[whom]))
        self.blocked.discard((who, whom))

    def delete(self, which: int) -> None:
        if which < len(self.said) and not self.said[which].gone:
            said = self.said[which]
            author = self.all[said.author]
            if isinstance(said.made, Post):
                self.town.db.write_now(lambda tx: delete(tx, author, said.made.id))
            else:
                self.town.db.write_now(lambda tx: lines.delete(tx, author, said.made.id))
            said.gone = True

    def pause(self, who: int, ai: int) -> None:
        self.town.db.write_now(lambda tx: notes.pause(tx, self.all[ai].id, self.all[who].id))
        self.paused.add((who, ai))

    # -- what is told ------------------------------------------------------------------------------

    def ask(self, ai: int, said: Said) -> Ask:
        def read(tx: Tx) -> Ask:
            one, account = (
                members.by_account(tx, self.all[ai].id),
                accounts.get(tx, self.all[ai].id),
            )
            assert one is not None
            asker, shelf = self.all[said.author], self.town.shelf
            if isinstance(said.made, Post):
                return context.gather(tx, one, account, asker, said.made, shelf).ask
            room = rooms.get(tx, said.made.room_id)
            return context_room.gather(tx, one, asker, room, said.made, shelf).ask

        return self.town.db.read_now(read)

    def look(self, ask: Ask, ai: int, to: Said) -> None:
        built = prompt.build(ask)
        prompted, whole = built.system + built.user, msgspec.json.encode(ask).decode()
        for k in range(AIS):
            if k != ai - PEOPLE:  # nothing of another AI
                assert self.packs[k] not in prompted + whole
                assert f"current{self.n}x{k}z" not in prompted + whole
        for one in self.said:
            if one is to or one.canary not in prompted + whole:
                continue
            assert not one.gone
            assert not self.apart(one.author, ai)
            assert not self.apart(one.author, to.author)
            assert self.there(ai, one), "the AI was not there"
            assert self.there(to.author, one), "who asks was not there"
            in_notes = one.canary in "".join(ask.notes)
            assert not in_notes or self.may_be_reminded(ai, one, to)
            found = one.canary in msgspec.json.encode(ask.passages).decode()
            assert not found or (one.room < 0 and one.made.visibility == "public")  # pyright: ignore[reportAttributeAccessIssue]
            before = one.canary in "".join(line.text for line in ask.thread)
            assert not before or self.same_place(one, to)
            assert in_notes or found or before
            if isinstance(to.made, Post) and to.made.visibility in LISTED:
                assert isinstance(one.made, Post)
                assert one.made.visibility in LISTED

    def same_place(self, one: Said, to: Said) -> bool:
        if isinstance(one.made, Post) and isinstance(to.made, Post):
            return one.made.thread_id == to.made.thread_id
        return one.room == to.room

    def may_be_reminded(self, ai: int, one: Said, to: Said) -> bool:
        """Whether a note of a message may be told in answer to another one: they are the asker's own
        words, and all who read the answer may know them.
        """
        if one.author != to.author or (to.author, ai) in self.paused or ai not in one.named:
            return False
        if one.room >= 0:
            index = self.said.index(one)
            everybody = to.room == 0 or all(k in one.present for k in self.inside[to.room])
            stayed = all(self.since.get((one.room, k), 0) <= index for k in (ai, to.author))
            return to.room == one.room and everybody and stayed
        assert isinstance(one.made, Post)
        if one.made.visibility in LISTED:
            return True
        between = one.made.visibility == "direct" and one.named == frozenset({ai})
        asked = (
            isinstance(to.made, Post)
            and to.made.visibility == "direct"
            and to.named == frozenset({ai})
        )
        return between and asked

    def there(self, who: int, said: Said) -> bool:
        """Whether somebody may have heard a message."""
        if who == said.author:
            return said.room != 1 or who in said.present
        if said.room >= 0:
            return who in said.present or (said.room == 0 and who < PEOPLE)
        assert isinstance(said.made, Post)
        return (
            said.made.visibility in LISTED
            or who in said.named
            or (said.made.visibility == "private" and (who, said.author) in self.following)
        )


def _played(
    town: Town, outside: frozenset[tuple[int, int]], steps: list[tuple[object, ...]]
) -> None:
    world = World(town, outside)
    for step in steps:
        world.step(step)


_quick = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@_quick
@given(outside=_outside, steps=st.lists(_step, min_size=8, max_size=24))
def test_no_word_is_told_to_whom_it_was_not_said(
    town: Town, outside: frozenset[tuple[int, int]], steps: list[tuple[object, ...]]
) -> None:
    town.at_once(lambda inner: _played(inner, outside, steps))


# -- worlds in which something is told, so that the look itself is no blind one -----------------------

A, B = PEOPLE, PEOPLE + 1


def _told(town: Town, steps: list[tuple[object, ...]]) -> set[int]:
    """Which messages stood in the last prompt."""
    found: set[int] = set()

    def play(inner: Town) -> None:
        world = World(inner)
        for step in steps:
            world.step(step)
        last = world.said[-1]
        ask = msgspec.json.encode(world.ask(A, last)).decode()
        found.update(k for k, one in enumerate(world.said) if one is not last and one.canary in ask)

    town.at_once(play)
    return found


def test_in_a_world_where_it_may_it_is_told(town: Town) -> None:
    to_a = frozenset({A})
    public, direct = ("post", 1, 9, "public", to_a), ("post", 1, 9, "direct", to_a)
    den, hall = ("line", 1, 1, to_a), ("line", 1, 0, to_a)
    assert _told(town, [public, direct]) == {0}
    assert _told(town, [direct, direct]) == {0}
    assert _told(town, [direct, public]) == set()
    assert _told(town, [den, den]) == {0}
    assert _told(town, [den, hall]) == set()
    assert _told(town, [hall, den]) == set()
    assert _told(town, [den, direct]) == set()
    assert _told(town, [("move", 2, 1), den, ("move", 2, 1), public, den]) == {0, 1}
    assert _told(town, [public, den]) == {0}
    assert _told(town, [hall, ("leave", A, 0), ("enter", A, 0), hall]) == {0}


def test_in_a_world_where_somebody_was_not_there_it_is_not_told(town: Town) -> None:
    a, b = frozenset({A}), frozenset({B})
    # The AI, then the asker, comes into the room later.
    assert (
        _told(town, [("move", A, 1), ("line", 1, 1, b), ("move", A, 1), ("line", 1, 1, a)]) == set()
    )
    assert (
        _told(town, [("move", 2, 1), ("line", 1, 1, b), ("move", 2, 1), ("line", 2, 1, a)]) == set()
    )
    # In a thread: not for the asker, not for the AI, not for everybody.
    root, reply = ("post", 0, 9, "public", b), ("post", 2, 0, "public", a)
    assert _told(town, [root, ("post", 1, 0, "direct", a), reply]) == {0}
    assert _told(
        town, [root, ("post", 1, 0, "direct", frozenset({2})), ("post", 2, 0, "direct", a)]
    ) == {0}
    assert _told(town, [root, ("post", 2, 0, "direct", frozenset({1, A})), reply]) == {0}
    # Blocks.
    assert _told(town, [root, ("post", 1, 0, "public", b), ("block", 1, A), reply]) == {0}
    assert _told(town, [("line", 1, 0, b), ("block", 1, A), ("line", 2, 0, a)]) == set()
