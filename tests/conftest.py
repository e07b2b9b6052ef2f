"""One small world for all tests: a real database, and makers of people, AIs and posts."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

import weft.ai.tables
import weft.explore.tables
import weft.federation.tables
import weft.moderation.tables
import weft.people.tables
import weft.push.tables
import weft.reading.tables
import weft.rooms.tables
import weft.store.facts
import weft.threads.tables
import weft.work.tables  # noqa: F401 - the metadata knows all tables now
from tests.kept import Kept, KeptPostgres, KeptSQLite, database
from weft.kernel.site import Site
from weft.people import accounts
from weft.people.accounts import RemoteAccount
from weft.people.model import Account
from weft.reading import conversations, enter
from weft.rooms import erase as rooms_erase
from weft.store import search
from weft.store.database import Database
from weft.store.schema import metadata
from weft.threads import relations
from weft.threads.model import Draft, Post
from weft.threads.publish import publish

SITE = Site("weft.test", "https://weft.test")
# How long one example takes says how busy the machine is. What must be quick is timed as such.
settings.register_profile("weft", deadline=None)
settings.load_profile("weft")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--db", choices=("sqlite", "postgres", "both"), default="both")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test that uses the store runs on both engines."""
    if "engine" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--db")
        names = ["sqlite", "postgres"] if chosen == "both" else [chosen]
        metafunc.parametrize(
            "engine",
            [
                pytest.param(name, marks=[pytest.mark.postgres] if name == "postgres" else [])
                for name in names
            ],
            indirect=True,
        )


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of several workers none begins with something long when the others are about to end."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A real PostgreSQL from a wheel, started for this session."""
    from tests.postgres import start

    # Not in pytest's folder: run as root the server is another user's process, and the next
    # pytest to start closes that folder to others while we are at it.
    with tempfile.TemporaryDirectory(prefix="weft-pg-", ignore_cleanup_errors=True) as folder:
        yield from start(Path(folder))


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> str:
    return request.param


_numbers = itertools.count(1)


@pytest.fixture
def database_url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database of the engine under test."""
    if engine == "sqlite":
        yield f"sqlite:///{tmp_path / 'weft.db'}"
        return
    from tests.postgres import new_database

    yield from new_database(request.getfixturevalue("postgres_url"), f"weft_{next(_numbers)}")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with all tables, to be copied: making them takes longer than most tests."""
    path = tmp_path_factory.mktemp("template") / "weft.db"
    House(f"sqlite:///{path}").db.close()
    return path


@pytest.fixture(scope="session")
def kept_sqlite(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> Iterator[KeptSQLite]:
    kept = KeptSQLite(tmp_path_factory.mktemp("kept") / "weft.db", sqlite_template)
    yield kept
    kept.end()


@pytest.fixture(scope="session")
def kept_postgres(postgres_url: str) -> Iterator[KeptPostgres]:
    from tests.postgres import new_database

    made = new_database(postgres_url, "weft_shared")
    url = next(made)
    House(url).db.close()
    kept = KeptPostgres(url)
    yield kept
    kept.end()
    next(made, None)


@pytest.fixture
def kept(engine: str, request: pytest.FixtureRequest) -> Iterator[Kept]:
    """The engine under test over a database with all tables and no rows."""
    found: Kept = request.getfixturevalue(f"kept_{engine}")
    yield found
    found.empty()


class House:
    """The shared world."""

    def __init__(
        self, url: str, site: Site = SITE, *, made: bool = False, kept: Kept | None = None
    ) -> None:
        """``made``: the database has its tables already. ``kept``: the engine to use."""
        self.url = url
        self.db = Database(url, site) if kept is None else database(kept, site)
        relations.react(self.db)
        enter.react(self.db)
        conversations.react(self.db)
        rooms_erase.react(self.db)
        if made:
            return
        connection = self.db.engine.connect_writer()
        with connection.begin():
            metadata.create_all(connection)
            for statement in search.CREATE[self.db.engine.name]:
                connection.exec_driver_sql(statement)
        connection.close()

    def person(self, name: str, **more: object) -> Account:
        return self.db.write_now(
            lambda tx: accounts.create_local(tx, name, name=name.title(), **more)
        )

    def ai(self, name: str, owner: Account, **more: object) -> Account:
        """An AI account with its label; the ``ais`` row is made by ``weft.ai`` where needed."""
        label = {
            "disclosure": f"{name.title()} is an AI.",
            "operator": {"acct": owner.acct, "url": owner.url, "display_name": owner.name},
            "model": None,
        }
        return self.db.write_now(
            lambda tx: accounts.create_local(
                tx, name, kind="ai", name=name.title(), ai=label, **more
            )
        )

    def remote(self, name: str, domain: str, **more: object) -> Account:
        actor = f"https://{domain}/users/{name}"
        remote = RemoteAccount(
            uri=actor,
            username=name,
            domain=domain,
            kind=more.pop("kind", "person"),  # pyright: ignore[reportArgumentType]
            url=f"https://{domain}/@{name}",
            inbox=f"{actor}/inbox",
            shared_inbox=f"https://{domain}/inbox",
            followers_uri=f"{actor}/followers",
            name=name.title(),
            key_id=f"{actor}#main-key",
            **more,  # pyright: ignore[reportArgumentType]
        )
        return self.db.write_now(lambda tx: accounts.put_remote(tx, remote))

    def post(self, author: Account, text: str = "hello", **draft: object) -> Post:
        return self.db.write_now(lambda tx: publish(tx, author, Draft(text=text, **draft)))  # pyright: ignore[reportArgumentType]


@pytest.fixture
def house(kept: Kept) -> Iterator[House]:
    """The world, empty, on the engine under test."""
    world = House(kept.url, made=True, kept=kept)
    yield world
    world.db.close()
