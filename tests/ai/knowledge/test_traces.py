"""What is taken away from an AI is gone: from its rows, its packs, its memory, and from the file itself."""

from __future__ import annotations

import re
import sqlite3
import zlib
from collections.abc import Iterable
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.ai.town import Town
from weft.ai import documents
from weft.ai.brains.port import Source as Cited
from weft.ai.knowledge import answers, published, sources
from weft.ai.knowledge.documents import Document
from weft.ai.knowledge.tables import ai_documents, ai_packs
from weft.ai.members import by_account
from weft.people.model import Account
from weft.store.database import Tx
from weft.threads.model import Draft
from weft.threads.publish import publish

CANARY = "quinquagesima-zephyr-48151623"
TEXT = (
    f"# Secret recipe\n\nThe starter is called {CANARY} and is ninety years old. " + "Flour. " * 900
)


@pytest.fixture
def crumb(town: Town) -> Account:
    return town.ai(town.house.person("ada"), "crumb")


def taken(town: Town, crumb: Account) -> int:
    document = Document("Secret recipe", None, TEXT, "recipe.md")
    source = town.db.write_now(lambda tx: sources.add_file(tx, crumb.id, document))
    documents.pack(town.db, crumb.id)
    return source.id


def ready(town: Town, crumb: Account, shelf: documents.Shelf) -> documents.Prepared:
    def read(tx: Tx) -> documents.Prepared:
        ai = by_account(tx, crumb.id)
        assert ai is not None
        return shelf.of(tx, ai)

    return town.db.read_now(read)


def in_tables(town: Town) -> list[str]:
    """Tables in which the canary stands, in any column of any row, full-text indexes included."""

    def read(tx: Tx) -> list[str]:
        inspector = sa.inspect(tx.connection)
        found: list[str] = []
        for name in inspector.get_table_names():
            for row in tx.connection.execute(sa.text(f'SELECT * FROM "{name}"')):
                held = " ".join(
                    value.decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)
                    for value in row
                )
                if CANARY in held or any(CANARY in text for text in inflated(row)):
                    found.append(name)
        return sorted(set(found))

    return town.db.read_now(read)


def inflated(row: Iterable[object]) -> list[str]:
    out: list[str] = []
    for value in row:
        if isinstance(value, bytes) and len(value) > 2:
            for start in (0, 1):
                try:
                    out.append(zlib.decompress(value[start:]).decode("utf-8", "replace"))
                except zlib.error:
                    continue
    return out


def test_a_source_leaves_no_trace(town: Town, crumb: Account) -> None:
    shelf = documents.Shelf()
    source = taken(town, crumb)
    assert in_tables(town) == ["ai_documents", "ai_packs"]  # else the search finds nothing
    assert ready(town, crumb, shelf).index.search("What is the starter called?")

    gone = town.db.write_now(lambda tx: sources.remove(tx, crumb.id, source))
    assert gone == ["recipe.md"]
    assert in_tables(town) == []
    held = ready(town, crumb, shelf)
    assert held.index.passages == []
    assert held.titles == ()
    assert not town.db.read_now(lambda tx: tx.rows(sa.select(ai_packs)))


def test_what_changed_is_in_no_old_pack(town: Town, crumb: Account) -> None:
    taken(town, crumb)
    new = Document("Recipe", None, "# Recipe\n\nNothing is secret here.", "recipe.md")
    town.db.write_now(lambda tx: sources.add_file(tx, crumb.id, new))
    assert in_tables(town) == []
    documents.pack(town.db, crumb.id)
    assert town.db.read_now(lambda tx: len(tx.rows(sa.select(ai_packs.c.version)))) == 1


def test_nor_does_the_file_of_the_database(town: Town, crumb: Account) -> None:
    engine = town.db.engine
    if engine.name != "sqlite":
        pytest.skip("PostgreSQL's own vacuum sees to it")
    path = Path(engine.path)  # pyright: ignore[reportAttributeAccessIssue]
    source = taken(town, crumb)

    def checkpoint() -> bytes:
        raw = sqlite3.connect(path, isolation_level=None)
        assert raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
        raw.close()
        return b"".join(
            part.read_bytes() for part in path.parent.glob(f"{path.name}*") if part.is_file()
        )

    assert re.search(CANARY.encode(), checkpoint())
    town.db.write_now(lambda tx: sources.remove(tx, crumb.id, source))
    assert not re.search(CANARY.encode(), checkpoint())


def test_published_answers_that_quote_it_are_listed(town: Town, crumb: Account) -> None:
    source = taken(town, crumb)
    quoting = Cited(1, "Secret recipe", None, "ninety years old", "recipe.md")

    def say(tx: Tx) -> str:
        label = {"sources": [{"document": quoting.document}], "model": None}
        return publish(tx, crumb, Draft(text="It is old. [1]", ai=label)).url

    url = town.db.write_now(say)
    town.db.write_now(lambda tx: publish(tx, crumb, Draft(text="Hello.", ai={"sources": []})))
    gone = town.db.write_now(lambda tx: sources.remove(tx, crumb.id, source))
    found = town.db.read_now(lambda tx: published.quoting(tx, crumb.id, gone))
    assert [post.url for post in found] == [url]


def test_one_document_of_a_page_takes_the_page_along(town: Town, crumb: Account) -> None:
    def follow(tx: Tx) -> int:
        source = sources.follow(tx, crumb.id, "page", "https://a.example/")
        documents.keep(
            tx, crumb.id, source.id, [Document("A", None, "Bread.", "https://a.example/")]
        )
        return tx.scalar(sa.select(ai_documents.c.id))

    document = town.db.write_now(follow)
    name = town.db.write_now(lambda tx: sources.remove_document(tx, crumb.id, document))
    assert name == "https://a.example/"
    assert town.db.read_now(lambda tx: sources.of(tx, crumb.id)) == []


def test_proposals_are_dropped_when_nobody_takes_them_up(town: Town, crumb: Account) -> None:
    town.db.write_now(lambda tx: answers.propose(tx, crumb.id, f"What is {CANARY}?"))
    town.db.write_now(
        lambda tx: tx.run(
            answers.ai_answers.update().values(updated_at=tx.now - answers.PROPOSED_FOR - 1)
        )
    )
    town.db.write_now(answers.prune)
    assert in_tables(town) == []
