"""An admin who updates must find tables that fit the code."""

import subprocess
import sys

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from tests.conftest import SITE
from weft.store import search
from weft.store.database import Database
from weft.store.migrate import HERE, differences, migrate
from weft.store.schema import metadata
from weft.threads import indexed
from weft.work import jobs


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


def test_posts_from_before_the_text_index_was_made_anew_are_indexed_by_a_job(
    database_url: str,
) -> None:
    db = Database(database_url, SITE)
    config = Config()
    config.set_main_option("script_location", str(HERE))
    connection = db.engine.connect_writer()
    config.attributes["connection"] = connection
    command.upgrade(config, "0001")
    told = {
        "accounts": "id, username, username_fold, kind, uri, url, fields, also_known_as,"
        " created_at, updated_at",
        "posts": "id, uri, url, author_id, local, thread_id, visibility, source, format, html,"
        " spoiler, sensitive, mentions, tags, media, emojis, no_ai, created_at",
    }
    rows = {
        "accounts": "7, 'ada', 'ada', 'person', 'a', 'a', '[]', '[]', 1, 1",
        "posts": "9, 'p', 'p', 7, true, 9, 'public', 'x', 'plain', '<p>heddle</p>', '', false,"
        " '[]', '[]', '[]', '[]', false, 1",
    }
    with connection.begin():
        for table, columns in told.items():
            connection.exec_driver_sql(f"INSERT INTO {table} ({columns}) VALUES ({rows[table]})")
    connection.close()
    try:
        migrate(db)
        (job,) = db.write_now(lambda tx: jobs.claim(tx, "default", "test", 10))
        assert job.kind == indexed.JOB
        db.write_now(lambda tx: indexed.index_old(tx, job))
        assert db.read_now(lambda tx: search.find(tx, "heddle", limit=5)) == [9]
    finally:
        db.close()
