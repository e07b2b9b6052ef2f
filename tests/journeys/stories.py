"""What people on two servers do with each other, by every kind of activity, and how it must end.

Each story does its things without waiting for the other side, with pauses of its dice, while servers
are killed; then it says what both sides must see. What can be done and undone is, many times: only
the last counts, so that what arrives twice or in the wrong order shows.
"""

from __future__ import annotations

import random
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import closing
from typing import Any, NamedTuple, TypeVar

import httpx

from tests.servers import PASSWORD, Client, Refused, Server, plain, until

T = TypeVar("T")

TURNS = 8
"""Of each thing that is done and undone."""
PAUSE_S = 0.5
"""At most, between two things of a story."""
DECIDE_S = 240.0
"""For a request to arrive, while servers come and go; on a busy machine a start takes 20 s."""
EMOJI = "\U0001f389"
ASK = {"automatic_approval": [], "manual_approval": ["public"]}


def insist(deed: Callable[[], T], *had: int) -> T | None:
    """Do it until the server says that it has. ``had``: statuses that say so after the first
    answer was lost.
    """
    lost = False
    while True:
        try:
            return deed()
        except httpx.TransportError:
            lost = True
            time.sleep(0.05)
        except Refused as refused:
            if lost and refused.status in had:
                return None
            raise


def patiently(what: str, look: Callable[[], T]) -> T:
    """Wait for something at a server that may be away."""
    return until(lambda: insist(look), what, within=DECIDE_S)  # pyright: ignore[reportReturnType]


class Post(NamedTuple):
    """One post, as both servers have it."""

    author: Client
    reader: Client
    uri: str
    own: str
    theirs: str

    def id_at(self, client: Client) -> str:
        return self.own if client.server is self.author.server else self.theirs

    def at(self, client: Client) -> dict[str, Any]:
        return client.get(f"v1/statuses/{self.id_at(client)}")


def share(author: Client, reader: Client, text: str, **form: Any) -> Post:
    """A post that both have before the servers are killed."""
    made = author.post(text, **form)
    found = reader.open(made["uri"])
    return Post(author, reader, made["uri"], made["id"], found["id"])


class View(NamedTuple):
    """What somebody sees, and what they must see at the end."""

    who: Client
    what: str
    look: Callable[[], Any]
    want: Any

    @property
    def seen(self) -> Any:
        """What it is now; a word of why not, while it is not there yet."""
        try:
            return self.look()
        except AssertionError as absent:
            return f"{absent}"[:200]


class Story:
    """``plays``: what goes on side by side; ``views``: how it ends."""

    def __init__(self, seed: str) -> None:
        self.dice = random.Random(seed)
        self.plays: list[Callable[[], None]] = []
        self.views: list[View] = []

    def pause(self) -> None:
        time.sleep(self.dice.uniform(0, PAUSE_S))

    def see(self, who: Client, what: str, look: Callable[[], Any], want: Any) -> None:
        self.views.append(View(who, what, look, want))

    def flip(self, on: Callable[[], Any], off: Callable[[], Any]) -> bool:
        """Do it and undo it by the dice, later, in this order; whether it is done at the end."""
        states = [True, *(self.dice.random() < 0.5 for _ in range(TURNS))]

        def play() -> None:
            for state in states:
                insist(on if state else off)
                self.pause()

        self.plays.append(play)
        return states[-1]


def relation(viewer: Client, account: str) -> dict[str, Any]:
    return viewer.get("v1/accounts/relationships", **{"id[]": account})[0]


def names(accounts: Iterable[dict[str, Any]]) -> list[str]:
    return sorted(one["acct"] for one in accounts)


def change(client: Client, **profile: Any) -> None:
    answer = client.http.patch("/api/v1/accounts/update_credentials", json=profile)
    if answer.status_code != 200:
        raise Refused(answer)


def befriend(follower: Client, target: Client) -> str:
    """The follower's id of whom they follow from now on."""
    account = follower.find(target.acct)["id"]
    follower.send(f"v1/accounts/{account}/follow")
    follower.sees("the follow", lambda: relation(follower, account)["following"])
    return account


def reactions(story: Story, by: Client, post: Post) -> None:
    """Like, Announce, emoji reaction, and the Undo of each."""
    mine, author = post.id_at(by), post.author
    path = f"v1/statuses/{mine}"
    for verb, many, who, own in (
        ("favourite", "favourites_count", "favourited_by", "favourited"),
        ("reblog", "reblogs_count", "reblogged_by", "reblogged"),
    ):
        ends = story.flip(
            lambda verb=verb: by.send(f"{path}/{verb}"),
            lambda verb=verb: by.send(f"{path}/un{verb}"),
        )
        story.see(author, f"{many} of {post.uri}", lambda m=many: post.at(author)[m], int(ends))
        story.see(
            *(author, f"{who} of {post.uri}"),
            lambda w=who: names(author.get(f"v1/statuses/{post.own}/{w}")),
            [by.acct] * ends,
        )
        story.see(by, f"its own {verb}", lambda own=own: post.at(by)[own], ends)
    react = f"v1/pleroma/statuses/{mine}/reactions/{EMOJI}"
    ends = story.flip(lambda: by.put(react), lambda: by.delete(react))
    for viewer in (author, by):
        story.see(
            *(viewer, f"the emoji at {post.uri}"),
            lambda v=viewer: [(r["name"], r["count"]) for r in post.at(v).get("reactions") or ()],
            [(EMOJI, 1)] * ends,
        )


def writing(story: Story, author: Client, reader: Client) -> None:
    """Create and Delete of posts, Update of a post and of the profile, Add and Remove of pins."""
    edited = share(author, reader, "version 0")
    texts = [f"version {number}" for number in range(1, TURNS + 1)]
    whole = [plain(one) for one in author.get(f"v1/statuses/{edited.own}/history")] + texts

    def edit() -> None:
        for text in texts:
            insist(lambda text=text: author.put(f"v1/statuses/{edited.own}", status=text))
            story.pause()

    def rename() -> None:
        for text in texts:
            insist(lambda text=text: change(author, display_name=text))
            story.pause()

    kept: list[str] = []

    def create_and_delete() -> None:
        for number in range(TURNS):
            key = f"{author.name}-brief-{number}"
            made = insist(lambda n=number, key=key: author.post(f"brief {n}", key=key))
            assert made is not None
            story.pause()
            if story.dice.random() < 0.7:
                insist(lambda made=made: author.delete(f"v1/statuses/{made['id']}"), 404)
            else:
                kept.append(made["uri"])

    story.plays += [edit, rename, create_and_delete]
    far = reader.find(author.acct)["id"]
    for viewer, own in ((author, author.me()["id"]), (reader, far)):
        story.see(
            *(viewer, f"all versions of {edited.uri}"),
            lambda v=viewer: [
                plain(one) for one in v.get(f"v1/statuses/{edited.id_at(v)}/history")
            ],
            whole,
        )
        story.see(
            viewer, f"the text of {edited.uri}", lambda v=viewer: plain(edited.at(v)), whole[-1]
        )
        story.see(
            *(viewer, f"the name of {author.name}"),
            lambda v=viewer, own=own: v.get(f"v1/accounts/{own}")["display_name"],
            texts[-1],
        )
        story.see(
            *(viewer, f"what {author.name} did not delete"),
            lambda v=viewer, own=own: sorted(
                one["uri"]
                for one in v.get(f"v1/accounts/{own}/statuses", limit=40)
                if "brief" in plain(one)
            ),
            kept,
        )
    pinned: list[str] = []
    for number in range(3):
        post = share(author, reader, f"pin {number}")
        path = f"v1/statuses/{post.own}"
        if story.flip(
            lambda path=path: author.send(f"{path}/pin"),
            lambda path=path: author.send(f"{path}/unpin"),
        ):
            pinned.append(post.uri)
    for viewer, own in ((author, author.me()["id"]), (reader, far)):
        story.see(
            *(viewer, f"the pins of {author.name}"),
            lambda v=viewer, own=own: sorted(
                one["uri"] for one in v.get(f"v1/accounts/{own}/statuses", pinned="true")
            ),
            sorted(pinned),
        )


def following(story: Story, follower: Client, target: Client) -> None:
    """Follow, the Accept that answers it, and Undo."""
    account, back = follower.find(target.acct)["id"], target.me()["id"]
    path = f"v1/accounts/{account}"
    ends = story.flip(
        lambda: follower.send(f"{path}/follow"), lambda: follower.send(f"{path}/unfollow")
    )
    shown = lambda: names(target.get(f"v1/accounts/{back}/followers"))  # noqa: E731
    story.see(
        follower,
        f"its follow of {target.acct}",
        lambda: relation(follower, account)["following"],
        ends,
    )
    story.see(follower, "no open request", lambda: relation(follower, account)["requested"], False)
    story.see(target, "its followers", shown, [follower.acct] * ends)
    story.see(target, "their number", lambda: target.me()["followers_count"], int(ends))


def blocking(story: Story, by: Client, other: Client) -> None:
    """Block and its Undo."""
    account, back = by.find(other.acct)["id"], other.find(by.acct)["id"]
    path = f"v1/accounts/{account}"
    ends = story.flip(lambda: by.send(f"{path}/block"), lambda: by.send(f"{path}/unblock"))
    story.see(by, f"its block of {other.acct}", lambda: relation(by, account)["blocking"], ends)
    story.see(other, f"the block by {by.acct}", lambda: relation(other, back)["blocked_by"], ends)


def locked(story: Story, host: Client, welcome: Client, other: Client) -> None:
    """Follow, of one who lets some in (Accept) and others not (Reject)."""
    change(host, locked=True)
    asked = {one: one.find(host.acct)["id"] for one in (welcome, other)}
    host_id = host.me()["id"]

    def ask() -> None:
        for one, account in asked.items():
            insist(lambda one=one, account=account: one.send(f"v1/accounts/{account}/follow"))
            story.pause()

    def decide() -> None:
        for one, word in ((welcome, "authorize"), (other, "reject")):

            def waiting(one: Client = one) -> str:
                found = host.get("v1/follow_requests")
                return next((who["id"] for who in found if who["acct"] == one.acct), "")

            number = patiently(f"the request of {one.acct}", waiting)
            path = f"v1/follow_requests/{number}/{word}"
            insist(lambda path=path: host.send(path), 404)
            story.pause()

    story.plays += [ask, decide]
    for one, ends in ((welcome, True), (other, False)):
        look = lambda one=one: relation(one, asked[one])  # noqa: E731
        story.see(one, "whether it was let in", lambda look=look: look()["following"], ends)
        story.see(one, "no open request", lambda look=look: look()["requested"], False)
    story.see(
        host,
        "whom it let in",
        lambda: names(host.get(f"v1/accounts/{host_id}/followers")),
        [welcome.acct],
    )
    story.see(host, "nobody who waits", lambda: host.get("v1/follow_requests"), [])


def _request(owner: Client, post: Post, kind: str) -> str:
    found = owner.get("v1/interaction_requests", status_id=post.own)
    return next((one["id"] for one in found if one["type"] == kind), "")


def quoting(story: Story, author: Client, by: Client) -> None:
    """QuoteRequest: answered at once, by its author, and taken back."""
    free = share(author, by, "quote me")
    asks = share(author, by, "ask me first", interaction_policy={"can_quote": ASK})
    regret = share(author, by, "quote me, for now")
    made: dict[str, dict[str, Any]] = {}

    def quote() -> None:
        for post in (free, asks, regret):
            words = {"quoted_status_id": post.theirs, "key": f"quote-{post.theirs}"}
            said = insist(lambda words=words: by.post("as they say", **words))
            assert said is not None
            made[post.uri] = said
            story.pause()

    def decide() -> None:
        number = patiently("a quote to allow", lambda: _request(author, asks, "quote"))
        insist(lambda: author.send(f"v1/interaction_requests/{number}/authorize"))
        path = f"v1/statuses/{regret.own}/quotes"
        (shown,) = patiently("a quote to take back", lambda: author.get(path))
        insist(lambda: author.send(f"{path}/{shown['id']}/revoke"), 404, 422)

    story.plays += [quote, decide]
    for post, ends in ((free, "accepted"), (asks, "accepted"), (regret, "revoked")):

        def own(post: Post = post) -> str:
            state = by.get(f"v1/statuses/{made[post.uri]['id']}")["quote"]["state"]
            # Whoever hears of the yes only when it was taken back hears a no.
            return "revoked" if state == "rejected" else state

        def theirs(post: Post = post) -> str:
            shown = author.open(made[post.uri]["uri"])["quote"]
            # The other server tells its quoting post anew, without what it may not quote.
            return shown["state"] if shown else "revoked"

        def listed(post: Post = post) -> int:
            return len(author.get(f"v1/statuses/{post.own}/quotes"))

        story.see(by, f"its quote of {post.uri}", own, ends)
        story.see(author, f"the quote of {post.uri}", theirs, ends)
        story.see(author, f"quotes of {post.uri}", listed, int(ends == "accepted"))


def answering(story: Story, author: Client, by: Client) -> None:
    """ReplyRequest: one answer is let through, another is not."""
    posts = {
        word: share(author, by, f"{word} what you say", interaction_policy={"can_reply": ASK})
        for word in ("authorize", "reject")
    }
    made: dict[str, dict[str, Any]] = {}

    def answer() -> None:
        for word, post in posts.items():
            form = {"in_reply_to_id": post.theirs, "key": f"reply-{post.theirs}"}
            said = insist(lambda form=form: by.post("my two cents", **form))
            assert said is not None
            made[word] = said
            story.pause()

    def decide() -> None:
        for word, post in posts.items():
            number = patiently("an answer", lambda post=post: _request(author, post, "reply"))
            path = f"v1/interaction_requests/{number}/{word}"
            insist(lambda path=path: author.send(path))
            story.pause()

    story.plays += [answer, decide]
    for word, ends in (("authorize", "accepted"), ("reject", "rejected")):
        post = posts[word]
        story.see(
            *(by, f"its answer to {post.uri}"),
            lambda word=word: by.get(f"v1/statuses/{made[word]['id']}").get("approval"),
            ends,
        )
        story.see(
            *(author, f"answers to {post.uri}"),
            lambda post=post: len(author.below(post.own)),
            int(ends == "accepted"),
        )


def polling(story: Story, author: Client, neighbour: Client, voters: list[Client]) -> None:
    """A Question, votes from both servers, and its Update. ``tell_polls`` at the end."""
    form = {"options": ["tea", "coffee"], "expires_in": 3_600}
    post = share(author, voters[0], "What?", poll=form)
    ballots = [(neighbour, 0), *((one, place % 2) for place, one in enumerate(voters))]

    def play() -> None:
        for voter, choice in ballots:
            poll = insist(lambda voter=voter: post.at(voter))
            assert poll is not None
            path = f"v1/polls/{poll['poll']['id']}/votes"
            insist(
                lambda voter=voter, path=path, choice=choice: voter.send(path, choices=[choice]),
                422,
            )
            story.pause()
        insist(lambda: author.put(f"v1/statuses/{post.own}", status="What do you drink?"))

    story.plays.append(play)
    counted = Counter(choice for _, choice in ballots)
    for viewer in (author, voters[0]):
        story.see(
            *(viewer, f"the poll {post.uri}"),
            lambda v=viewer: [one["votes_count"] for one in post.at(v)["poll"]["options"]],
            [counted[0], counted[1]],
        )
        story.see(viewer, "its text", lambda v=viewer: plain(post.at(v)), "What do you drink?")


def tell_polls(server: Server) -> None:
    """As if three minutes had gone by: how a poll stands is told then."""
    later = "UPDATE jobs SET run_at = 0 WHERE kind = 'federation.tell_poll'"
    if server.database:
        import psycopg

        with psycopg.connect(server.database) as store:
            store.execute(later)
        return
    with closing(sqlite3.connect(server.data / "weft.db", timeout=30)) as file, file:
        file.execute(later)


def flagging(story: Story, by: Client, target: Client, admins: tuple[Client, Client]) -> None:
    """Flag: a complaint that goes to the other server too."""
    account, comment = by.find(target.acct)["id"], f"{by.name} complains"

    def filed(admin: Client) -> int:
        return sum(one["comment"] == comment for one in admin.get("v1/admin/reports"))

    def file() -> None:
        story.pause()
        while not insist(lambda: filed(admins[0])):
            try:
                by.send("v1/reports", account_id=account, comment=comment, forward=True)
            except httpx.TransportError:
                time.sleep(0.05)

    story.plays.append(file)
    for admin in admins:
        story.see(admin, "the complaint", lambda admin=admin: filed(admin), 1)


def moving(story: Story, old: Client, new: Client, followers: list[Client]) -> None:
    """Move: who followed here and there comes along."""
    for follower in followers:
        befriend(follower, old)
    new.send("weft/v1/aliases", acct=old.acct)
    found = {one: (one.find(old.acct)["id"], one.find(new.acct)["id"]) for one in followers}

    def move() -> None:
        story.pause()
        while not insist(lambda: old.get("weft/v1/move"))["moved"]:  # pyright: ignore[reportOptionalSubscript]
            try:
                old.send("weft/v1/move", acct=new.acct, current_password=PASSWORD)
            except (httpx.TransportError, Refused):  # where it goes to may be away
                time.sleep(0.2)

    story.plays.append(move)
    for one, (before, after) in found.items():
        for account, ends in ((before, False), (after, True)):
            story.see(
                *(one, f"whom it follows of {old.name}"),
                lambda one=one, account=account: relation(one, account)["following"],
                ends,
            )
    story.see(new, "who came along", lambda: new.me()["followers_count"], len(followers))
