"""What people would miss: to find, change and take back what an AI knows about them; that it is gone when
what they said is; and that nobody else is ever told.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from tests.ai.parlour import Parlour
from tests.ai.test_context import ask_of
from tests.ai.town import Scripted, Town
from weft.ai import context_room, members
from weft.ai.brains import prompt
from weft.ai.brains.port import BrainRefused, BrainUnavailable
from weft.ai.memory import model, notes, remember
from weft.ai.memory.model import Found, Note
from weft.ai.memory.tables import ai_note_sources, ai_notes
from weft.kernel.errors import Invalid, NotFound
from weft.moderation import actions
from weft.people import accounts, blocks
from weft.people.model import Account
from weft.rooms import lines, rooms
from weft.rooms import members as room_members
from weft.rooms.model import RoomLine
from weft.store.database import Tx
from weft.threads.delete import delete
from weft.threads.edit import edit
from weft.threads.model import Draft, Post
from weft.threads.tables import posts as post_table
from weft.work import jobs
from weft.work.tables import jobs as job_table

pytestmark = pytest.mark.anyio


def known(town: Town, ai: Account, about: Account) -> list[str]:
    """Oldest first."""
    return [note.text for note in kept(town, ai, about)][::-1]


def kept(town: Town, ai: Account, about: Account) -> list[Note]:
    return town.db.read_now(lambda tx: notes.of(tx, ai.id, about.id))


def noted(town: Town) -> int:
    """Answer what waits, and do the jobs of memory by rules. Gives how many of these were done."""
    town.answer_all()
    done = 0
    while claimed := town.db.write_now(lambda tx: jobs.claim(tx, remember.POOL, "test", 100)):
        for job in claimed:
            town.db.write_now(lambda tx, job=job: _note(tx, job))
            done += 1
    return done


def _note(tx: Tx, job: jobs.Job) -> None:
    ai_id, source_id = int(job.payload["ai"]), int(job.payload["source"])
    message = remember.read(tx, ai_id, source_id)
    found = remember.rules.found(message.text) if message is not None else []
    remember.conclude(tx, job, ai_id, source_id, found)


def told(town: Town, ai: Account, post: Post) -> tuple[str, ...]:
    return ask_of(town, ai, post).notes


def told_in_room(town: Town, ai: Account, line: RoomLine) -> tuple[str, ...]:
    def read(tx: Tx) -> tuple[str, ...]:
        one = members.by_account(tx, ai.id)
        assert one is not None
        assert line.author_id is not None
        room, asker = rooms.get(tx, line.room_id), accounts.get(tx, line.author_id)
        return context_room.gather(tx, one, asker, room, line, town.shelf).ask.notes

    return town.db.read_now(read)


# -- noted ---------------------------------------------------------------------------------------


async def test_after_a_turn_and_once(town: Town) -> None:
    ada = town.house.person("ada")
    guide = town.ai(ada, "guide")
    post = town.house.post(ada, "@guide my name is Ada and I live in Berlin. What is new?")
    await town.work()
    assert known(town, guide, ada) == ["my name is Ada", "I live in Berlin"]
    note = kept(town, guide, ada)[0]
    assert (note.scope, note.scope_id, note.kind, note.edited) == ("public", 0, "fact", False)
    assert note.expires_at == note.created_at + model.LASTS["fact"]
    found = town.db.read_now(lambda tx: notes.sources(tx, [note.id]))
    assert found == {note.id: [post.id]}
    again = town.house.post(ada, "@guide again: my name is Ada.")
    await town.work()
    assert known(town, guide, ada) == ["my name is Ada", "I live in Berlin"]
    first = kept(town, guide, ada)[-1]
    found = town.db.read_now(lambda tx: notes.sources(tx, [first.id]))
    assert found == {first.id: [post.id, again.id]}


async def test_it_is_told_what_it_was_told(town: Town) -> None:
    ada, bo = town.house.person("ada"), town.house.person("bo")
    guide = town.ai(ada, "guide")
    town.house.post(ada, "@guide my name is Ada")
    brain = Scripted()
    await town.work(brain)
    town.house.post(ada, "@guide who am I?")
    await town.work(brain)
    assert brain.asks[-1].notes == ("my name is Ada",)
    built = prompt.build(brain.asks[-1])
    assert "- my name is Ada" in built.user
    assert "Ada" not in built.system.replace("Ada (@ada)", "")
    town.house.post(bo, "@guide who am I?")
    await town.work(brain)
    assert brain.asks[-1].notes == ()
    (note,) = kept(town, guide, ada)
    assert note.uses == 1


@pytest.mark.parametrize(
    ("visibility", "names"), [("private", ""), ("direct", "@bo ")], ids=["followers", "three"]
)
def test_what_has_no_scope_is_not_noted(town: Town, visibility: str, names: str) -> None:
    ada, _ = town.house.person("ada"), town.house.person("bo")
    guide = town.ai(ada, "guide")
    town.house.post(ada, f"@guide {names}my name is Ada", visibility=visibility)
    noted(town)
    assert known(town, guide, ada) == []


def test_who_cannot_see_their_notes_has_none(town: Town) -> None:
    ada = town.house.person("ada")
    guide = town.ai(ada, "guide")
    other = town.house.remote("zoe", "other.test")
    town.heard(other, "my name is Zoe", mentions=[guide])
    machine = town.ai(ada, "crumb")
    town.house.post(ada, "@guide @crumb hello")
    town.house.post(machine, "@guide my name is Crumb")
    keeps = town.house.person("keeps", bio="<p>#noai</p>")
    town.house.post(keeps, "@guide my name is Keeps")
    noted(town)
    for one in (other, machine, keeps):
        assert known(town, guide, one) == []


def test_only_what_is_said_to_it(town: Town) -> None:
    here = Parlour(town, ["ada", "bo"], ["guide"])
    here.say("ada", "@bo my name is Ada")
    here.say("bo", "@guide hello?")
    assert noted(town) == 1
    assert known(town, here.ais["guide"], here.people["ada"]) == []


def test_what_changes_before_the_job_comes(town: Town) -> None:
    ada = town.house.person("ada")
    guide = town.ai(ada, "guide")

    def said() -> Post:
        post = town.house.post(ada, "@guide my name is Ada")
        town.answer_all()
        return post

    def after(change: Callable[[Tx, Post], object]) -> list[str]:
        post = said()
        claimed = town.db.write_now(lambda tx: jobs.claim(tx, remember.POOL, "test", 9))
        found = [Found("fact", "my name is Ada")]
        town.db.write_now(lambda tx: change(tx, post))
        for job in claimed:
            town.db.write_now(
                lambda tx, job=job: remember.conclude(
                    tx, job, guide.id, int(job.payload["source"]), found
                )
            )
        return known(town, guide, ada)

    assert after(lambda tx, post: delete(tx, ada, post.id)) == []
    assert after(lambda tx, post: edit(tx, ada, post.id, Draft("@guide never mind"))) == []
    assert after(lambda tx, _: notes.pause(tx, guide.id, ada.id)) == []
    town.db.write_now(lambda tx: notes.resume(tx, guide.id, ada.id))
    assert after(lambda _tx, _post: None) == ["my name is Ada"]
    assert after(lambda tx, _: blocks.block(tx, ada, guide)) == []


# -- told ----------------------------------------------------------------------------------------


def test_what_was_said_to_it_alone_is_told_to_them_alone(town: Town) -> None:
    ada, bo = town.house.person("ada"), town.house.person("bo")
    guide = town.ai(ada, "guide")
    town.house.post(ada, "@guide my name is Countess", visibility="direct")
    noted(town)
    (note,) = kept(town, guide, ada)
    assert (note.scope, note.scope_id) == ("person", ada.id)
    alone = town.house.post(ada, "@guide who am I?", visibility="direct")
    assert told(town, guide, alone) == ("my name is Countess",)
    for post in (
        town.house.post(ada, "@guide who am I?"),
        town.house.post(ada, "@guide who am I?", visibility="unlisted"),
        town.house.post(ada, "@guide who am I?", visibility="private"),
        town.house.post(ada, "@guide @bo who am I?", visibility="direct"),
        town.house.post(bo, "@guide who is ada?", visibility="direct"),
    ):
        assert told(town, guide, post) == ()


def test_what_was_said_in_a_room_stays_there(town: Town) -> None:
    here = Parlour(town, ["ada", "bo"], ["guide"], access="private")
    guide, ada = here.ais["guide"], here.people["ada"]
    here.say("ada", "@guide my name is Countess")
    noted(town)
    (note,) = kept(town, guide, ada)
    assert (note.scope, note.scope_id) == ("room", here.id)
    line = here.say("ada", "@guide who am I?")
    assert told_in_room(town, guide, line) == ("my name is Countess",)
    assert told_in_room(town, guide, here.say("bo", "@guide who is ada?")) == ()
    for visibility in ("public", "direct"):
        post = town.house.post(ada, "@guide who am I?", visibility=visibility)
        assert told(town, guide, post) == ()


def test_not_before_somebody_who_was_not_there(town: Town) -> None:
    here = Parlour(town, ["ada", "bo"], ["guide"], access="private")
    guide, ada = here.ais["guide"], here.people["ada"]
    here.say("ada", "@guide my name is Countess")
    noted(town)
    here.people["cy"] = town.house.person("cy")
    here.join("cy")
    assert told_in_room(town, guide, here.say("ada", "@guide who am I?")) == ()
    cy = here.people["cy"]
    town.db.write_now(lambda tx: room_members.leave(tx, cy, here.id))
    line = here.say("ada", "@guide who am I?")
    assert told_in_room(town, guide, line) == ("my name is Countess",)
    assert known(town, guide, ada) == ["my name is Countess"]


def test_words_that_the_question_shares_come_first_then_the_newest(town: Town) -> None:
    ada = town.house.person("ada")
    guide = town.ai(ada, "guide")
    post = town.house.post(ada, "@guide hello")
    texts = ["I prefer rye bread", *(f"I collect stamp {n}" for n in range(9))]
    _keep(town, guide, ada, post, texts)
    asked = town.house.post(ada, "@guide which bread is for me?")
    answer = told(town, guide, asked)
    assert answer[:2] == ("I prefer rye bread", "I collect stamp 8")
    assert len(answer) == 8


def _keep(town: Town, ai: Account, about: Account, post: Post, texts: list[str]) -> None:
    found = [Found("fact", text) for text in texts]
    town.db.write_now(lambda tx: notes.keep(tx, ai.id, about.id, "public", 0, found, post.id))


# -- gone ----------------------------------------------------------------------------------------


def test_a_note_goes_with_the_last_of_its_sources(town: Town) -> None:
    ada = town.house.person("ada")
    guide = town.ai(ada, "guide")
    two = [town.house.post(ada, "@guide my name is Ada") for _ in range(2)]
    noted(town)
    town.db.write_now(lambda tx: delete(tx, ada, two[0].id))
    assert known(town, guide, ada) == ["my name is Ada"]
    town.db.write_now(lambda tx: delete(tx, ada, two[1].id))
    assert known(town, guide, ada) == []
    assert town.db.read_now(lambda tx: tx.rows(sa.select(ai_note_sources.c.note_id))) == []


def test_a_line_that_is_taken_back(town: Town) -> None:
    here = Parlour(town, ["ada", "bo"], ["guide"])
    guide, ada = here.ais["guide"], here.people["ada"]
    line = here.say("ada", "@guide my name is Ada")
    noted(town)
    assert known(town, guide, ada) == ["my name is Ada"]
    town.db.write_now(lambda tx: lines.delete(tx, ada, line.id))
    assert known(town, guide, ada) == []


def test_an_edit_is_examined_anew(town: Town) -> None:
    ada = town.house.person("ada")
    guide = town.ai(ada, "guide")
    post = town.house.post(ada, "@guide my name is Ada and I live in Bonn")
    noted(town)
    new = Draft("@guide my name is Ada and I live in Rome")
    town.db.write_now(lambda tx: edit(tx, ada, post.id, new))
    assert known(town, guide, ada) == ["my name is Ada"]  # at once
    noted(town)
    assert known(town, guide, ada) == ["my name is Ada", "I live in Rome"]


def test_an_edited_line_is_examined_anew(town: Town) -> None:
    here = Parlour(town, ["ada", "bo"], ["guide"])
    guide, ada = here.ais["guide"], here.people["ada"]
    line = here.say("ada", "@guide my name is Ada")
    noted(town)
    town.db.write_now(lambda tx: lines.edit(tx, ada, line.id, "@guide I said nothing"))
    assert known(town, guide, ada) == []


def test_a_thread_that_turns_private(town: Town) -> None:
    ada, bo = town.house.person("ada"), town.house.person("bo")
    guide = town.ai(ada, "guide")
    root = town.house.post(bo, "a talk")
    town.house.post(ada, "@guide my name is Ada", reply_to_id=root.id)
    noted(town)
    assert known(town, guide, ada) == ["my name is Ada"]

    def close(tx: Tx) -> None:
        tx.run(post_table.update().where(post_table.c.id == root.id).values(visibility="private"))
        edit(tx, bo, root.id, Draft("our talk"))

    town.db.write_now(close)
    assert known(town, guide, ada) == []


def test_blocking_pausing_leaving_and_going(town: Town) -> None:
    ada, owner = town.house.person("ada"), town.house.person("owner")
    guide = town.ai(owner, "guide")

    def again() -> None:
        town.house.post(ada, "@guide my name is Ada")
        noted(town)

    again()
    town.db.write_now(lambda tx: blocks.block(tx, ada, guide))
    assert known(town, guide, ada) == []
    town.db.write_now(lambda tx: blocks.unblock(tx, ada, guide))
    again()
    assert known(town, guide, ada) == ["my name is Ada"]
    town.db.write_now(lambda tx: notes.pause(tx, guide.id, ada.id))
    assert known(town, guide, ada) == []
    again()
    assert known(town, guide, ada) == []
    town.db.write_now(lambda tx: notes.resume(tx, guide.id, ada.id))
    again()
    assert known(town, guide, ada) == ["my name is Ada"]
    town.db.write_now(lambda tx: accounts.update(tx, ada.id, bio="<p>#nobot</p>"))
    assert known(town, guide, ada) == []
    town.db.write_now(lambda tx: accounts.update(tx, ada.id, bio=""))
    again()
    town.db.write_now(lambda tx: actions.erase(tx, ada))
    assert known(town, guide, ada) == []


@pytest.mark.parametrize("who", ["guide", "ada"])
def test_who_leaves_a_room_takes_its_notes_along(town: Town, who: str) -> None:
    here = Parlour(town, ["bo", "ada"], ["guide"], access="private")
    guide, ada = here.ais["guide"], here.people["ada"]
    town.house.post(ada, "@guide my name is Public")
    here.say("ada", "@guide my name is Countess")
    noted(town)
    assert len(known(town, guide, ada)) == 2
    leaver = guide if who == "guide" else ada
    if who == "guide":
        town.db.write_now(lambda tx: room_members.kick(tx, here.owner, here.id, leaver.id))
    else:
        town.db.write_now(lambda tx: room_members.leave(tx, leaver, here.id))
    assert known(town, guide, ada) == ["my name is Public"]


def test_a_deleted_ai_knows_nobody(town: Town) -> None:
    ada = town.house.person("ada")
    guide = town.ai(ada, "guide")
    town.house.post(ada, "@guide my name is Ada")
    noted(town)
    town.db.write_now(lambda tx: members.delete(tx, ada, guide.id))
    assert town.db.read_now(lambda tx: tx.rows(sa.select(ai_notes.c.id))) == []


def test_expiry_and_what_lost_its_place(town: Town) -> None:
    ada = town.house.person("ada")
    guide = town.ai(ada, "guide")
    post = town.house.post(ada, "@guide my name is Ada")
    noted(town)
    with_room = [Found("fact", "I was there")]
    town.db.write_now(
        lambda tx: notes.keep(tx, guide.id, ada.id, "room", 12345, with_room, post.id)
    )
    town.db.write_now(
        lambda tx: tx.run(
            ai_notes.update().where(ai_notes.c.scope == "public").values(expires_at=1)
        )
    )
    asked = town.house.post(ada, "@guide who am I?")
    assert told(town, guide, asked) == ()
    while town.db.write_now(notes.prune):
        pass
    assert known(town, guide, ada) == []


def test_beyond_the_budget_the_least_used_go(town: Town) -> None:
    ada, bo = town.house.person("ada"), town.house.person("bo")
    guide = town.ai(ada, "guide")
    post = town.house.post(ada, "@guide hello")
    _keep(town, guide, bo, post, ["I am bo"])
    _keep(town, guide, ada, post, [f"I like {n}" for n in range(model.NOTES_MAX)])
    first = kept(town, guide, ada)[-1]
    town.db.write_now(lambda tx: notes.used(tx, [first]))
    _keep(town, guide, ada, post, ["I like more"])
    texts = known(town, guide, ada)
    assert len(texts) == model.NOTES_MAX
    assert "I like 0" in texts
    assert "I like 1" not in texts
    assert texts[-1] == "I like more"
    assert known(town, guide, bo) == ["I am bo"]


def test_nobody_pushes_out_what_others_said_in_a_room(town: Town) -> None:
    here = Parlour(town, ["ada", "bo"], ["guide"])
    guide, ada, bo = here.ais["guide"], here.people["ada"], here.people["bo"]
    line = here.say("ada", "hello")

    def say(who: Account, texts: list[str]) -> None:
        found = [Found("fact", text) for text in texts]
        town.db.write_now(
            lambda tx: notes.keep(tx, guide.id, who.id, "room", here.id, found, line.id)
        )

    say(bo, ["I am bo"])
    say(ada, [f"I like {n}" for n in range(model.NOTES_MAX + 20)])
    assert known(town, guide, bo) == ["I am bo"]
    assert len(known(town, guide, ada)) == model.ROOM_SHARE


# -- by whom they are about ----------------------------------------------------------------------


def test_changed_and_deleted_by_nobody_else(town: Town) -> None:
    ada, bo = town.house.person("ada"), town.house.person("bo")
    guide = town.ai(bo, "guide")
    post = town.house.post(ada, "@guide my name is Ada")
    noted(town)
    (note,) = kept(town, guide, ada)
    refused: tuple[Callable[[Tx], object], ...] = (
        lambda tx: notes.write(tx, guide.id, bo.id, note.id, "mine"),
        lambda tx: notes.delete(tx, guide.id, bo.id, note.id),
        lambda tx: notes.of(tx, bo.id, ada.id),
    )
    for work in refused:
        with pytest.raises(NotFound):
            town.db.write_now(work)
    for text in (" ", "x" * (model.NOTE_CHARS + 1)):
        with pytest.raises(Invalid):
            town.db.write_now(
                lambda tx, text=text: notes.write(tx, guide.id, ada.id, note.id, text)
            )
    town.db.write_now(lambda tx: notes.write(tx, guide.id, ada.id, note.id, "call me A."))
    assert known(town, guide, ada) == ["call me A."]
    town.db.write_now(lambda tx: edit(tx, ada, post.id, Draft("@guide hello")))
    assert known(town, guide, ada) == ["call me A."]  # these are their words
    town.db.write_now(lambda tx: delete(tx, ada, post.id))
    assert known(town, guide, ada) == []


# -- with a model --------------------------------------------------------------------------------


class Extracting(Scripted):
    """A model that proposes notes."""

    def __init__(self, lines: str, fault: Exception | None = None) -> None:
        super().__init__()
        self.lines, self.fault = lines, fault
        self.prompts: list[prompt.Prompt] = []

    async def complete(self, told: prompt.Prompt, max_tokens: int) -> str:
        assert max_tokens > 0
        self.prompts.append(told)
        if self.fault is not None:
            raise self.fault
        return self.lines


async def test_a_model_notes_only_what_was_said(town: Town) -> None:
    ada = town.house.person("ada")
    guide = town.ai(ada, "guide")
    town.house.post(ada, "@guide I collect stamps <data> and my name is Ada")
    brain = Extracting("fact: I collect stamps\nfact: I hate stamps\nfact: I am rich")
    await town.work(brain)
    assert known(town, guide, ada) == ["my name is Ada", "I collect stamps"]
    assert brain.prompts[0].user.count("<data>") == 1
    town.house.post(ada, "@guide what is new?")
    await town.work(brain)
    assert len(brain.prompts) == 1  # nothing there to ask it about


async def test_a_model_that_refuses_leaves_the_rules(town: Town) -> None:
    ada = town.house.person("ada")
    guide = town.ai(ada, "guide")
    town.house.post(ada, "@guide I collect stamps and my name is Ada")
    await town.work(Extracting("", BrainRefused("no")))
    assert known(town, guide, ada) == ["my name is Ada"]


async def test_a_model_that_is_away_is_asked_again(town: Town) -> None:
    ada = town.house.person("ada")
    guide = town.ai(ada, "guide")
    town.house.post(ada, "@guide I collect stamps and my name is Ada")
    brain = Extracting("fact: I collect stamps", BrainUnavailable("away"))
    async with town.working(brain):
        await town.until(lambda: len(brain.prompts) == 1)
    assert known(town, guide, ada) == []
    brain.fault = None
    town.expire_leases()
    town.db.write_now(lambda tx: tx.run(job_table.update().values(run_at=0)))
    await town.work(brain)
    assert known(town, guide, ada) == ["my name is Ada", "I collect stamps"]
