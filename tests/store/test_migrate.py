"""An admin who updates must find tables that fit the code."""

import subprocess
import sys

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

import weft.ai.disclosure.tables
import weft.ai.knowledge.tables
import weft.ai.memory.tables
import weft.ai.safety.tables
import weft.ai.turns.tables
import weft.rooms.tables  # noqa: F401 - read for their tables, as the five above
from tests.conftest import SITE
from weft.federation import peers
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


def test_what_waits_for_other_servers_keeps_its_order_over_the_update(database_url: str) -> None:
    """Else an edit that is written after the update would overtake the post that waited before."""
    db = Database(database_url, SITE)
    config = Config()
    config.set_main_option("script_location", str(HERE))
    connection = db.engine.connect_writer()
    config.attributes["connection"] = connection
    command.upgrade(config, "0002")
    post = "https://weft.test/ap/posts/9"
    waiting = {
        1: ("deliver:a.test:8443", '{"outgoing": 5, "inbox": "https://a.test:8443/inbox"}'),
        2: (f"aside:b.test:{post}", '{"outgoing": 5, "inbox": "x", "since": 40}'),
    }
    with connection.begin():
        connection.execute(
            sa.text(
                "INSERT INTO outgoing (id, actor_id, kind, object, body, created_at)"
                " VALUES (5, 7, 'Create', :post, '{}', 1)"
            ),
            {"post": post},
        )
        for which, (lane, payload) in waiting.items():
            connection.execute(
                sa.text(
                    "INSERT INTO jobs (id, kind, pool, lane, payload, run_at, created_at)"
                    " VALUES (:which, 'federation.deliver', 'deliver', :lane, :payload, 0, 50)"
                ),
                {"which": which, "lane": lane, "payload": payload},
            )
    connection.close()
    try:
        migrate(db)
        found = db.write_now(lambda tx: jobs.claim(tx, "deliver", "test", 10))
        assert {(job.lane, job.created_at) for job in found} == {
            (peers.lane("a.test:8443", post), 50),
            (peers.aside("b.test", post), 40),
        }
    finally:
        db.close()
