"""What an owner would miss: an AI made as meant, only by those who may, and gone when deleted."""

from __future__ import annotations

import msgspec
import pytest

from tests.ai.town import Town
from weft.ai import documents, members
from weft.ai.knowledge.documents import Document
from weft.federation.outbox import profile
from weft.federation.tables import outgoing
from weft.kernel.errors import Forbidden, Invalid, NotFound
from weft.people import accounts, credentials, follows
from weft.people.model import Account
from weft.store.database import Tx
from weft.threads import posts


def admin(town: Town) -> Account:
    account = town.house.person("boss")
    town.db.write_now(
        lambda tx: credentials.enrol(tx, account, "a@example.org", "hash", role="admin")
    )
    return account


def test_the_label_says_what_it_is_and_who_runs_it(town: Town) -> None:
    ada = town.house.person("ada")
    keeper = town.ai(ada, "keeper", name="The Keeper", persona="I keep the lamp.\nSays: Ahoy!")
    assert (keeper.kind, keeper.bot) == ("ai", True)
    assert keeper.ai == {
        "disclosure": "The Keeper is an AI, not a person.",
        "operator": {"acct": "ada", "url": ada.url, "uri": ada.uri, "display_name": "Ada"},
        "model": None,
    }
    assert [field["name"] for field in keeper.fields] == ["AI", "Run by"]
    assert keeper.bio_source == "I am an AI, run by @ada.\n\nI keep the lamp."
    assert 'class="u-url mention"' in keeper.bio


def test_a_wrapped_persona_flows_in_the_profile(town: Town) -> None:
    """Apps show each line end: a text wrapped for a file would break in mid-sentence."""
    wrapped = "I keep the\r\nlamp at\n the end of the pier.\n \nNobody pays me.\nSays: Ahoy!"
    keeper = town.ai(town.house.person("ada"), "keeper", persona=wrapped)
    expected = "I am an AI, run by @ada.\n\nI keep the lamp at the end of the pier."
    assert keeper.bio_source == expected
    assert "<br" not in keeper.bio


def test_only_people_here_own_ais(town: Town) -> None:
    ada = town.house.person("ada")
    for stranger in (town.ai(ada, "guide"), town.house.remote("bo", "other.test")):
        with pytest.raises(Forbidden):
            town.ai(stranger, "puppet")
    with pytest.raises(Invalid):
        town.ai(ada, "ada")
    with pytest.raises(Invalid):
        town.ai(ada, "wild", kind="wizard")
    with pytest.raises(Invalid):
        town.ai(ada, "empty", avoid=[""])


def test_only_its_owner_or_an_admin_changes_it(town: Town) -> None:
    ada, eve = town.house.person("ada"), town.house.person("eve")
    guide = town.ai(ada, "guide")

    def rename(by: Account) -> Account:
        return town.db.write_now(lambda tx: members.update(tx, by, guide.id, name="New"))

    for verb in (members.pause, members.resume, members.delete):
        with pytest.raises(Forbidden):
            town.db.write_now(lambda tx, verb=verb: verb(tx, eve, guide.id))
    with pytest.raises(Forbidden):
        rename(eve)
    assert (rename(ada).ai or {})["disclosure"] == "New is an AI, not a person."
    assert rename(admin(town)).name == "New"
    ai = town.db.read_now(lambda tx: members.by_account(tx, guide.id))
    assert ai is not None
    assert ai.version == 3


def test_documents_are_replaced_by_their_source(town: Town) -> None:
    ada = town.house.person("ada")
    old = Document("A", None, "old", "a.md")
    new = Document("A", None, "new", "a.md")
    table = Document("T", None, "n: 1\nn: 2", "t.csv", rows=True)
    guide = town.ai(ada, "guide", documents=[old, new, table])
    assert town.db.read_now(lambda tx: documents.of(tx, guide.id)) == [new, table]
    town.db.write_now(lambda tx: members.update(tx, ada, guide.id, documents=[old]))
    assert town.db.read_now(lambda tx: documents.of(tx, guide.id)) == [old]


@pytest.mark.anyio
async def test_deleted_it_leaves_nothing(town: Town) -> None:
    ada, bo = town.house.person("ada"), town.house.person("bo")
    guide = town.ai(ada, "guide", documents=[Document("A", None, "text", "a.md")])
    town.db.write_now(lambda tx: follows.follow(tx, bo, guide))
    far = town.house.remote("far", "other.test")
    town.db.write_now(lambda tx: follows.follow(tx, far, guide, uri="https://other.test/f/1"))
    town.db.react("account.deleted", profile.account_deleted)
    question = town.house.post(ada, "@guide hello?")
    town.answer_all()
    (answer,) = town.answers(guide)
    town.db.write_now(lambda tx: members.delete(tx, ada, guide.id))

    def told() -> list[str]:
        rows = town.db.read_now(lambda tx: tx.rows(outgoing.select()))
        return [row.body for row in rows if row.kind == "Delete"]

    assert not town.db.read_now(lambda tx: posts.may_see(tx, bo.id, answer))

    async with town.working():
        await town.until(lambda: bool(told()))
        await town.until(lambda: town.waiting() == 1)  # the delivery, which nobody takes here
    (body,) = told()
    assert msgspec.json.decode(body)["object"] == guide.uri

    def left(tx: Tx) -> tuple[object, ...]:
        return (
            posts.by_id(tx, answer.id),
            members.by_account(tx, guide.id),
            documents.count(tx, guide.id),
            accounts.get(tx, bo.id).following_count,
            len(members.list_ais(tx)),
        )

    assert town.db.read_now(left) == (None, None, 0, 0, 0)
    assert town.db.read_now(lambda tx: posts.is_gone(tx, answer.uri))
    gone = town.db.read_now(lambda tx: accounts.get(tx, guide.id))
    assert (gone.bio, gone.name, gone.suspended_at is not None) == ("", "", True)
    with pytest.raises(NotFound):
        town.db.read_now(lambda tx: members.show(tx, "guide"))
    with pytest.raises(Invalid):
        town.ai(bo, "guide")  # nobody can pass for it
    town.house.post(ada, "@guide hello?", reply_to_id=question.id)
    assert town.waiting() == 1
