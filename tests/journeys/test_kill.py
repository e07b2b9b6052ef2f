"""Both servers are killed at random moments while people post across, AIs answer, and everything else
happens that one server can tell another (``stories``).

What a client was told is kept is there at the end, on both servers, once; and every question that
was put to an AI has one answer. What was done and undone is as it was last, on both sides.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.journeys import stories
from tests.journeys.stories import Story
from tests.postgres import new_database
from tests.servers import LOOK_S, Client, Server, plain, until

SEED = int(os.environ.get("KILL_SEED", "20"))
"""Of the moments; another one tries others."""
ENGINE = os.environ.get("KILL_ENGINE", "sqlite")
"""Of both servers; or ``postgres``."""
KILLS = 4
POSTS = 40
"""Of each of two people who post."""
QUESTIONS = 8
"""Of each of two people who ask; an AI answers one person 30 times an hour."""
SETTLE_S = 90.0
"""For what waits when both servers are up again, on a busy machine; else it takes some 5 s."""


@pytest.fixture
def servers(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[tuple[Server, Server]]:
    with ExitStack() as running:

        def place(name: str, host: str) -> Server:
            database = ""
            if ENGINE == "postgres":
                url = request.getfixturevalue("postgres_url")
                database = running.enter_context(contextmanager(new_database)(url, f"kill_{name}"))
            return Server(tmp_path / name, host, database=database)

        here, there = place("here", "127.0.0.2"), place("there", "127.0.0.3")
        for server in (here, there):
            running.callback(server.close)
            server.start()
        for server in (here, there):
            server.wait()
        yield here, there


class Crowd:
    """People who do things side by side, each in a thread; what goes wrong is raised at the end."""

    def __init__(self) -> None:
        self.threads: list[threading.Thread] = []
        self.faults: list[BaseException] = []

    def do(self, work: Callable[[], None]) -> None:
        def run() -> None:
            try:
                work()
            except BaseException as fault:  # noqa: BLE001 - raised by `join`
                self.faults.append(fault)

        thread = threading.Thread(target=run)
        thread.start()
        self.threads.append(thread)

    @property
    def busy(self) -> bool:
        return any(thread.is_alive() for thread in self.threads)

    def join(self) -> None:
        for thread in self.threads:
            thread.join()
        if self.faults:
            raise self.faults[0]


def stubborn(author: Client, text: str, key: str) -> dict[str, Any]:
    """Post until the server says that it has it: the same key each time, as good apps do."""
    while True:
        try:
            return author.post(text, key=key)
        except httpx.TransportError:
            time.sleep(0.05)


def writing(author: Client, texts: list[str], kept: list[dict[str, Any]]) -> Callable[[], None]:
    def run() -> None:
        for number, text in enumerate(texts):
            kept.append(stubborn(author, text, f"{author.name}-{number}"))
            time.sleep(0.15)

    return run


def posts_of(reader: Client, acct: str) -> list[dict[str, Any]]:
    """Everything of an account that the reader's server has."""
    account = reader.get("v1/accounts/lookup", acct=acct)["id"]
    found: list[dict[str, Any]] = []
    page: list[dict[str, Any]] = reader.get(f"v1/accounts/{account}/statuses", limit=40)
    while page:
        found += page
        page = reader.get(f"v1/accounts/{account}/statuses", limit=40, max_id=page[-1]["id"])
    return found


def test_nothing_is_lost_or_doubled(servers: tuple[Server, Server], tmp_path: Path) -> None:
    here, there = servers
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "hours.md").write_text("# Opening hours\n\nWe are open from seven until noon.\n")
    ada, lea = here.person("ada"), here.person("lea")
    bo, mia = there.person("bo"), there.person("mia")
    there.weft("ai", "create", "oven", "--owner", "mia", "--documents", str(documents))
    oven = f"oven@{there.domain}"
    for follower, target in ((ada, bo), (bo, ada)):
        account = follower.find(target.acct)
        follower.send(f"v1/accounts/{account['id']}/follow")
    until(lambda: ada.me()["followers_count"] == bo.me()["followers_count"] == 1, "friends")
    lea.find(oven)

    told = tell(here, there)

    dice = random.Random(SEED)
    crowd = Crowd()
    for story in told:
        for play in story.plays:
            crowd.do(play)
    said: dict[str, list[dict[str, Any]]] = {"ada": [], "bo": [], "lea": [], "mia": []}
    for author in (ada, bo):
        texts = [f"{author.name} number {number}" for number in range(POSTS)]
        crowd.do(writing(author, texts, said[author.name]))
    for asker, acct in ((lea, oven), (mia, "oven")):
        texts = [f"@{acct} When are you open?"] * QUESTIONS
        crowd.do(writing(asker, texts, said[asker.name]))
    killed = 0
    while killed < KILLS or crowd.busy:
        time.sleep(dice.uniform(0.3, 1.5))
        if killed < KILLS:
            victim = dice.choice(servers)
            victim.kill()
            victim.start()
            killed += 1
            # Once a server has come up again it is worth killing.
            until(lambda victim=victim: up(victim), f"it is back\n{victim.said()}", within=60)
            # On a slow machine it is away so long that it is held to be down, for ten minutes.
            wake(here, there)
    crowd.join()

    for server in servers:
        server.wait()
        stories.tell_polls(server)
    wake(here, there)

    for author, reader in ((ada, bo), (bo, ada)):
        kept = {post["uri"]: plain(post) for post in said[author.name]}
        assert len(kept) == POSTS
        for viewer, acct in ((author, author.name), (reader, author.acct)):
            viewer.sees(
                f"all posts of {acct}",
                lambda viewer=viewer, acct=acct: len(posts_of(viewer, acct)) >= POSTS,
                within=SETTLE_S,
            )
            found = Counter((post["uri"], plain(post)) for post in posts_of(viewer, acct))
            assert found == Counter(kept.items())
        shown = Counter(post["uri"] for post in reader.home())
        assert max(shown.values()) == 1

    for asker in (mia, lea):
        for ask in said[asker.name]:
            heard = asker.sees(
                f"the answer to {ask['uri']}",
                lambda asker=asker, ask=ask: asker.below(ask["id"]),
                within=SETTLE_S,
            )
            assert len(heard) == 1, [plain(one) for one in heard]
            assert "from seven until noon" in plain(heard[0])
    assert len(posts_of(mia, "oven")) == 2 * QUESTIONS
    agree(told)


def wake(here: Server, there: Server) -> None:
    """Admins say that the other server is back."""
    for server, other in ((here, there), (there, here)):
        server.weft("federation", "try", other.domain)


def tell(here: Server, there: Server) -> list[Story]:
    """What else goes on, in both directions, each with dice of its own."""
    eve, fay = here.person("eve"), there.person("fay")
    ned, oda = here.person("ned"), there.person("oda")
    kim, pia = here.person("kim"), there.person("pia")
    lok, luc = here.person("lok"), there.person("luc")
    admins = tuple(admin(server) for server in (here, there))
    made: list[Story] = []

    def story(tell: Callable[..., None], *cast: Any) -> None:
        one = Story(f"{SEED} {len(made)}")
        tell(one, *cast)
        made.append(one)

    stories.befriend(eve, fay)
    stories.befriend(fay, eve)
    for author, by in ((eve, fay), (fay, eve)):
        story(stories.reactions, by, stories.share(author, by, "like me"))
        story(stories.writing, author, by)
        story(stories.quoting, author, by)
        story(stories.answering, author, by)
    story(stories.following, ned, oda)
    story(stories.following, oda, ned)
    story(stories.blocking, kim, pia)
    story(stories.locked, lok, oda, pia)
    story(stories.locked, luc, ned, kim)
    story(stories.polling, fay, pia, [eve, ned])
    story(stories.polling, eve, kim, [fay, oda])
    story(stories.flagging, ned, fay, admins)
    story(stories.flagging, oda, eve, admins[::-1])
    story(stories.moving, here.person("gus"), there.person("gus"), [eve, fay])
    return made


def admin(server: Server) -> Client:
    server.person("rita", "--admin")
    return server.client(
        "rita", server.weft("token", "create", "rita", "--scopes", "read admin:read")
    )


def agree(told: list[Story]) -> None:
    """Both sides see what there must be, and still do when nothing is under way any more."""
    views = [view for story in told for view in story.views]
    end = time.monotonic() + SETTLE_S
    wrong = views
    while wrong and time.monotonic() < end:
        wrong = [view for view in wrong if view.seen != view.want]
        time.sleep(LOOK_S)
    assert not wrong, [
        f"{one.who.acct} sees {one.what}: {one.seen!r}, not {one.want!r}" for one in wrong
    ]
    for view in views:
        assert view.seen == view.want, f"{view.who.acct} sees {view.what}"
    for client in {view.who for view in views}:
        heard = Counter(
            (kind, note["account"]["acct"], (note.get("status") or {}).get("id"))
            for kind in ("favourite", "reblog", "follow", "mention", "quote", "follow_request")
            for note in client.notices(kind)
        )
        assert not [one for one, times in heard.items() if times > 1], client.acct


def up(server: Server) -> bool:
    try:
        return httpx.get(f"{server.url}/health", timeout=2).status_code == 200
    except httpx.TransportError:
        return False
