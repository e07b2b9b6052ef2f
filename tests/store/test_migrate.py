"""An admin who updates must find tables that fit the code."""

import sqlalchemy as sa

from tests.conftest import SITE
from weft.store import search
from weft.store.database import Database
from weft.store.migrate import differences, migrate
from weft.store.schema import metadata


def test_the_chain_ends_at_the_tables_of_the_code(database_url: str) -> None:
    db = Database(database_url, SITE)
    try:
        migrate(db)
        migrate(db)  # nothing to do the second time
        assert differences(db, metadata) == []
        found = db.write_now(
            lambda tx: (search.put(tx, 7, "woven threads"), search.find(tx, "THREADS", limit=5))[1]
        )
        assert found == [7]
        assert db.read_now(lambda tx: tx.scalar(sa.text("SELECT count(*) FROM posts"))) == 0
    finally:
        db.close()
