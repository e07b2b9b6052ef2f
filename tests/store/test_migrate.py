"""An admin who updates must find tables that fit the code."""

import subprocess
import sys

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
            lambda tx: (
                search.put(tx, 7, "woven threads", everyone=True),
                search.find(tx, "THREADS", limit=5),
            )[1]
        )
        assert found == [7]
        assert db.read_now(lambda tx: tx.scalar(sa.text("SELECT count(*) FROM posts"))) == 0
    finally:
        db.close()


def test_a_server_whose_tables_are_up_to_date_starts_without_alembic(database_url: str) -> None:
    """It would cost 8 MB for as long as it runs."""
    db = Database(database_url, SITE)
    migrate(db)
    db.close()
    code = (
        "import sys; from weft.kernel.site import Site; from weft.store.database import Database;"
        "from weft.store.migrate import migrate; db = Database(sys.argv[1], Site('a.test', ''));"
        "migrate(db); db.close(); sys.exit('alembic' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code, database_url], check=True)
