"""An ActivityPub server that is not ours, made with Fedify: who follows whom, who says what, who
quotes whom and goes where, and an AI that answers there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.journeys.node import installed
from tests.servers import PASSWORD, Client, Process, Refused, Server, free_port, plain, until

HERE = Path(__file__).parent / "fedify"
HOST = "127.0.0.5"
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"

GARDEN = """# Watering

Water the tomatoes early in the morning, and never on their leaves.

# Frost

Cover the lemon tree with fleece as soon as frost is near, and take it off at noon.
"""


class Peer(Process):
    """``fedify/server.js``: people there, what they do, and what reached them."""

    def __init__(self, folder: Path, node: str) -> None:
        self.port = free_port(HOST)
        self.domain = f"{HOST}:{self.port}"
        self.http = httpx.Client(base_url=f"http://{self.domain}", timeout=20)
        command = [node, str(HERE / "server.js"), HOST, str(self.port)]
        super().__init__(command, folder / "fedify.log", {})

    def wait(self) -> None:
        def ready() -> bool:
            assert self.running, f"Fedify ended:\n{self.said()}"
            try:
                return self.http.get("/seen").is_success
            except httpx.TransportError:
                return False

        until(ready, "Fedify", within=60)

    def do(self, by: str, act: str, **what: Any) -> str:
        """Let somebody there act; the address of what comes of it."""
        answer = self.http.post(f"/do/{act}", json={"by": by, **what})
        assert answer.is_success, f"{by} {act} {what}: {answer.text}\n{self.said()}"
        return answer.json()["id"]

    def look(self, by: str, address: str) -> dict[str, Any]:
        """A profile elsewhere, as Fedify understands it."""
        answer = self.http.get("/look", params={"by": by, "at": address})
        assert answer.is_success, answer.text
        return answer.json()

    def seen(self) -> list[dict[str, Any]]:
        return self.http.get("/seen").json()

    def heard(self, kind: str, **of: str) -> dict[str, Any]:
        """The latest activity of this kind whose object has these values, once it came."""

        def look() -> dict[str, Any] | None:
            for one in reversed(self.seen()):
                if one["type"] == kind and of.items() <= one["object"].items():
                    return one
            return None

        found = until(look, f"Fedify hears {kind} {of}")
        assert found is not None
        return found

    def actor(self, name: str) -> str:
        return f"http://{self.domain}/users/{name}"

    def acct(self, name: str) -> str:
        return f"{name}@{self.domain}"


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    running = Peer(tmp_path_factory.mktemp("fedify"), installed(HERE))
    running.start()
    try:
        running.wait()
        yield running
    finally:
        running.http.close()
        running.kill()


@pytest.fixture(scope="module")
def ulla(server: Server) -> Client:
    return server.person("ulla")


@pytest.fixture(scope="module")
def garden(server: Server, ulla: Client, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of an AI that knows about gardens; Ulla answers for it."""
    documents = tmp_path_factory.mktemp("garden")
    (documents / "garden.md").write_text(GARDEN)
    server.weft(
        *("ai", "create", "garden", "--owner", ulla.name, "--name", "The Gardener"),
        *("--documents", str(documents), "--language", "en"),
    )
    return f"{server.url}/@garden"


def url(person: Client) -> str:
    return f"{person.server.url}/@{person.name}"


def get(reader: Client, post: dict[str, Any]) -> dict[str, Any]:
    return reader.get(f"v1/statuses/{post['id']}")


def gone(reader: Client, post: dict[str, Any]) -> bool:
    try:
        get(reader, post)
    except Refused as refused:
        return refused.status == 404
    return False


def at_home(reader: Client, uri: str) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        return next((one for one in reader.home() if one["uri"] == uri), None)

    found = reader.sees(f"{uri} at home", look)
    assert found is not None
    return found


def test_somebody_there_follows_a_person(peer: Peer, ulla: Client, picture: bytes) -> None:
    """And hears what that person says, changes and takes back, with all that belongs to it."""
    follow = peer.do("kai", "follow", who=url(ulla))
    assert peer.heard("Accept", id=follow)["actor"] == ulla.me()["uri"]
    (told,) = ulla.sees("the follower", lambda: ulla.notices("follow"))
    assert told["account"]["acct"] == peer.acct("kai")
    assert told["account"]["display_name"] == "kai of Fedify"

    post = ulla.post(
        f"Ripe #tomatoes for @{peer.acct('kai')}",
        language="en",
        media_ids=[ulla.picture(picture, "A red tomato")],
    )
    create = peer.heard("Create", id=post["uri"])
    note = create["object"]
    assert create["actor"] == note["author"] == ulla.me()["uri"]
    assert "Ripe" in note["content"]
    assert note["language"] == "en"
    assert note["to"] == [PUBLIC]
    assert note["mentions"] == [peer.actor("kai")]
    assert [tag.casefold() for tag in note["hashtags"]] == ["#tomatoes"]
    (shown,) = note["attachments"]
    assert (shown["name"], shown["mediaType"]) == ("A red tomato", "image/png")
    assert httpx.get(shown["url"]).headers["content-type"] == "image/png"

    ulla.put(f"v1/statuses/{post['id']}", status="Ripe pears", spoiler_text="fruit")
    edited = peer.heard("Update", id=post["uri"])["object"]
    assert "pears" in edited["content"]
    assert edited["summary"] == "fruit"
    assert edited["updated"]

    ulla.delete(f"v1/statuses/{post['id']}")
    peer.heard("Delete", id=post["uri"])

    peer.do("kai", "undo", id=follow)
    ulla.sees("that Kai left", lambda: ulla.me()["followers_count"] == 0)


def test_somebody_there_answers_likes_and_boosts(peer: Peer, server: Server) -> None:
    vera = server.person("vera")
    peer.do("lou", "follow", who=url(vera))
    post = vera.post("What shall we plant?")
    peer.heard("Create", id=post["uri"])

    reply = peer.do(
        "lou", "note", text="<p>Beans, <em>of course</em></p>",
        inReplyTo=post["uri"], mentions=[url(vera)],
    )  # fmt: skip
    (told,) = vera.sees("the reply", lambda: vera.notices("mention"))
    assert told["status"]["uri"] == reply
    assert told["status"]["content"] == "<p>Beans, <em>of course</em></p>"
    assert told["status"]["in_reply_to_id"] == post["id"]
    assert [one["uri"] for one in vera.below(post["id"])] == [reply]

    like = peer.do("lou", "like", id=post["uri"])
    boost = peer.do("lou", "boost", id=post["uri"])
    vera.sees("the like", lambda: get(vera, post)["favourites_count"] == 1)
    vera.sees("the boost", lambda: get(vera, post)["reblogs_count"] == 1)
    for kind in ("favourite", "reblog"):
        (notice,) = vera.notices(kind)
        assert notice["account"]["acct"] == peer.acct("lou")
        assert notice["status"]["id"] == post["id"]
    peer.do("lou", "undo", id=like)
    peer.do("lou", "undo", id=boost)
    vera.sees("the like taken back", lambda: get(vera, post)["favourites_count"] == 0)
    vera.sees("the boost taken back", lambda: get(vera, post)["reblogs_count"] == 0)

    whisper = peer.do("lou", "note", text="<p>Between us</p>", mentions=[url(vera)], direct=True)
    vera.sees("the whisper", lambda: len(vera.notices("mention")) == 2)
    told = vera.notices("mention")[0]["status"]
    assert (told["uri"], told["visibility"]) == (whisper, "direct")


def test_a_person_here_follows_somebody_there(peer: Peer, server: Server) -> None:
    wim = server.person("wim")
    peer.do("mo", "note", text="<p>Before anybody listened</p>")
    account = wim.find(peer.acct("mo"))
    assert account["uri"] == peer.actor("mo")
    assert account["note"] == "<p>I live elsewhere.</p>"
    wim.send(f"v1/accounts/{account['id']}/follow")

    def following() -> bool:
        asked = wim.get("v1/accounts/relationships", **{"id[]": account["id"]})
        return asked[0]["following"]

    wim.sees("that it follows Mo", following)

    said = peer.do("mo", "note", text="<p>The first frost</p>")
    seen = at_home(wim, said)
    assert plain(seen) == "The first frost"
    assert seen["visibility"] == "public"
    assert seen["account"]["acct"] == peer.acct("mo")

    reply = wim.post(f"@{peer.acct('mo')} Cover the lemons", in_reply_to_id=seen["id"])
    note = peer.heard("Create", id=reply["uri"])["object"]
    assert note["inReplyTo"] == said
    assert note["mentions"] == [peer.actor("mo")]

    for act, back, kind in (
        ("favourite", "unfavourite", "Like"),
        ("reblog", "unreblog", "Announce"),
    ):
        wim.send(f"v1/statuses/{seen['id']}/{act}")
        done = peer.heard(kind, id=said)
        assert done["actor"] == wim.me()["uri"]
        wim.send(f"v1/statuses/{seen['id']}/{back}")
        peer.heard("Undo", id=done["document"]["id"])

    peer.do("mo", "edit", id=said, text="<p>The second frost</p>")
    wim.sees("the edit", lambda: plain(get(wim, seen)) == "The second frost")
    assert get(wim, seen)["edited_at"]
    peer.do("mo", "remove", id=said)
    wim.sees("that it is gone", lambda: gone(wim, seen))
    assert not gone(wim, reply)

    wim.send(f"v1/accounts/{account['id']}/unfollow")
    left = peer.heard("Undo", id=peer.heard("Follow", id=peer.actor("mo"))["document"]["id"])
    assert left["actor"] == wim.me()["uri"]


def test_a_server_says_what_it_is(peer: Peer, server: Server) -> None:
    """NodeInfo, WebFinger and the outbox, read by somebody else's readers of them."""
    xan = server.person("xan")
    posts = [xan.post(f"Line {number}")["uri"] for number in range(25)]
    quiet = xan.post("Not for everybody", visibility="private")
    shown = peer.look("noa", url(xan))
    assert shown["software"] == "weft"
    assert shown["subject"] == f"acct:{xan.acct}"
    assert [one["object"] for one in shown["outbox"]] == posts[::-1]
    assert quiet["uri"] not in str(shown["outbox"])


def as_sent(uri: str) -> dict[str, Any]:
    """Fedify writes a document out anew, without words it does not know, where it met an object of a
    type it does not know: here the label of FEP-4c96.
    """
    return httpx.get(uri, headers={"Accept": "application/activity+json"}).json()


def test_an_ai_says_what_it_is(peer: Peer, ulla: Client, garden: str) -> None:
    """To Fedify's people by rows of its profile, to its machines by the type of actor."""
    shown = peer.look("noa", garden)
    assert (shown["type"], shown["name"]) == ("Service", "The Gardener")
    rows = {row["name"]: row["value"] for row in shown["rows"]}
    assert "AI" in rows["AI"]
    assert ulla.name in rows["Run by"]
    sent = as_sent(shown["id"])
    assert sent["weft:aiLabel"]
    assert sent["weft:operator"] == ulla.me()["uri"]


def test_an_ai_answers_somebody_there(peer: Peer, ulla: Client, garden: str) -> None:
    """Once for each time that it is asked, in the thread, with its sources."""
    peer.do("noa", "follow", who=garden)
    root = peer.do("noa", "note", text="<p>My lemon tree looks cold</p>")
    ask = peer.do(
        "noa", "note", text="<p>@garden When should I cover the lemon tree?</p>",
        inReplyTo=root, mentions=[garden],
    )  # fmt: skip
    answer = peer.heard("Create", inReplyTo=ask)
    note = answer["object"]
    assert "fleece as soon as frost is near" in note["content"]
    assert note["author"] == answer["actor"] == peer.look("noa", garden)["id"]
    assert note["mentions"] == [peer.actor("noa")]
    assert note["language"] == "en"
    said = as_sent(note["id"])
    assert said["weft:aiGenerated"] is True
    (source,) = said["weft:sources"]
    assert "Frost" in source["name"]
    assert "fleece" in source["content"]
    assert "Frost" in note["content"]

    # An answer to its answer needs no name in it.
    again = peer.do("noa", "note", text="<p>And how do I water tomatoes?</p>", inReplyTo=note["id"])
    second = peer.heard("Create", inReplyTo=again)["object"]
    assert "never on their leaves" in second["content"]

    # The whole conversation, as a person at the AI's server sees it.
    opened = ulla.open(root)
    lines = [ask, note["id"], again, second["id"]]
    ulla.sees("it", lambda: [one["uri"] for one in ulla.below(opened["id"])] == lines)

    peer.do("noa", "like", id=second["id"])
    line = ulla.open(second["id"])
    ulla.sees("the like", lambda: get(ulla, line)["favourites_count"] == 1)

    heard = [one["object"]["id"] for one in peer.seen() if one["type"] == "Create"]
    assert heard.count(note["id"]) == heard.count(second["id"]) == 1


def test_an_ai_answers_in_private(peer: Peer, ulla: Client, garden: str) -> None:
    """What was asked of it alone it answers to the asker alone."""
    ask = peer.do(
        "pim", "note", text="<p>@garden When do I water tomatoes?</p>",
        mentions=[garden], direct=True,
    )  # fmt: skip
    note = peer.heard("Create", inReplyTo=ask)["object"]
    assert "never on their leaves" in note["content"]
    assert (note["to"], note["cc"]) == ([peer.actor("pim")], [])
    found = ulla.get("v2/search", q=note["id"], resolve="true")
    assert found["statuses"] == []


def test_it_signs_by_rfc_9421_and_is_answered_so(peer: Peer, server: Server) -> None:
    """Its first knock is taken in, its proofs are good, and what it gets of us is signed alike."""

    def refused() -> int:
        return server.log.read_text("utf-8").count("inbox.refused")

    def delivered() -> int:
        return len(re.findall(r"^POST \S+ 202 rfc9421$", peer.log.read_text("utf-8"), re.MULTILINE))

    zoe = server.person("zoe")
    before, knocks = delivered(), refused()
    follow = peer.do("rik", "follow", who=url(zoe))
    until(lambda: delivered() > before, "Fedify gets an answer that is signed by RFC 9421")
    peer.do("rik", "undo", id=follow)
    peer.do("rik", "note", text="<p>Hello</p>", mentions=[url(zoe)])
    until(lambda: zoe.get("v1/notifications", types=["mention"]), "the note is here")
    assert refused() == knocks


def follows(reader: Client, peer: Peer, name: str) -> dict[str, Any]:
    """Follow somebody there, and wait until that is so."""
    peer.look(name, url(reader))  # people are there as soon as they do something
    account = reader.find(peer.acct(name))
    reader.send(f"v1/accounts/{account['id']}/follow")
    reader.sees(f"that it follows {name}", lambda: following(reader, account))
    return account


def following(reader: Client, account: dict[str, Any]) -> bool:
    asked = reader.get("v1/accounts/relationships", **{"id[]": account["id"]})
    return asked[0]["following"]


def test_somebody_there_quotes_a_post(peer: Peer, server: Server) -> None:
    """FEP-044f: asked, answered with a stamp that Fedify reads, shown, and taken back."""
    yve = server.person("yve")
    follows(yve, peer, "kai")
    open_, closed = (
        yve.post(f"Quote me: {policy}", quote_approval_policy=policy)
        for policy in ("public", "nobody")
    )
    quote = peer.do("kai", "note", text="<p>As Yve says</p>", quote=open_["uri"])
    stamp = until(
        lambda: next(
            (
                one["document"]["result"]
                for one in peer.seen()
                if one["type"] == "Accept" and quote in str(one["document"]["object"])
            ),
            "",
        ),
        "Fedify gets a stamp",
    )
    peer.do("kai", "prove", id=quote, stamp=stamp)
    shown = at_home(yve, quote)

    def state() -> str:
        return get(yve, shown)["quote"]["state"]

    yve.sees("the quote", lambda: state() == "accepted")
    assert get(yve, shown)["quote"]["quoted_status"]["id"] == open_["id"]
    (listed,) = yve.get(f"v1/statuses/{open_['id']}/quotes")
    assert listed["uri"] == quote
    assert len(yve.notices("quote")) == 1

    yve.send(f"v1/statuses/{open_['id']}/quotes/{listed['id']}/revoke")
    assert peer.heard("Delete", id=stamp)["actor"] == yve.me()["uri"]
    assert httpx.get(stamp, headers={"Accept": "application/activity+json"}).status_code == 404
    assert state() == "revoked"

    refused = peer.do("kai", "note", text="<p>Nevertheless</p>", quote=closed["uri"])
    until(
        lambda: any(
            one["type"] == "Reject" and refused in str(one["document"]["object"])
            for one in peer.seen()
        ),
        "Fedify is refused",
    )
    assert yve.get(f"v1/statuses/{closed['id']}/quotes") == []


def test_a_person_here_quotes_somebody_there(peer: Peer, server: Server) -> None:
    """By asking; what they may not quote, they are told so; what is taken back is not shown."""
    zac = server.person("zac")
    follows(zac, peer, "mo")
    peer.do("mo", "follow", who=url(zac))
    said = peer.do("mo", "note", text="<p>Quote me</p>", quotable=True)
    quote = zac.post("As Mo says", quoted_status_id=at_home(zac, said)["id"])
    assert quote["quote"]["state"] == "pending"
    asked = peer.heard("QuoteRequest", id=said)
    assert asked["actor"] == zac.me()["uri"]

    def state() -> str:
        return get(zac, quote)["quote"]["state"]

    zac.sees("that they may", lambda: state() == "accepted")
    told = peer.heard("Update", id=quote["uri"])["document"]["object"]
    stamp = told["quoteAuthorization"]
    assert stamp.startswith(peer.actor("mo"))

    peer.do("mo", "revoke", id=stamp)
    zac.sees("that they may no longer", lambda: state() == "revoked")

    # Whoever says that all have to ask may say no.
    asks = peer.do("mo", "note", text="<p>Ask me</p>", quotable=False)
    refused = zac.post("May I?", quoted_status_id=at_home(zac, asks)["id"])
    zac.sees("that they may not", lambda: get(zac, refused)["quote"]["state"] == "rejected")


def test_somebody_there_moves_here_and_back(peer: Peer, server: Server) -> None:
    """Followers here go along, as soon as both sides say so; who moved is shown as that."""
    ann, ben = server.person("ann"), server.person("ben")
    account = follows(ben, peer, "lou")
    # Not before the new account agrees.
    peer.do("lou", "move", who=url(ann))
    peer.do("lou", "note", text="<p>Still here</p>", mentions=[url(ben)])
    ben.sees("what came later", lambda: ben.notices("mention"))
    assert following(ben, account)
    ann.send("weft/v1/aliases", acct=peer.acct("lou"))
    peer.do("lou", "move", who=url(ann))
    ben.sees("whom they follow now", lambda: following(ben, ben.find(ann.acct)))
    ben.sees("whom no longer", lambda: not following(ben, account))
    moved = ben.get(f"v1/accounts/{account['id']}")["moved"]
    assert moved["uri"] == ann.me()["uri"]

    peer.do("noa", "follow", who=url(ann))
    peer.look("pim", url(ann))
    with pytest.raises(Refused, match="422"):
        ann.send("weft/v1/move", acct=peer.acct("pim"), current_password=PASSWORD)
    peer.do("pim", "alias", who=url(ann))
    ann.send("weft/v1/move", acct=peer.acct("pim"), current_password=PASSWORD)
    told = peer.heard("Move", id=ann.me()["uri"])
    assert told["document"]["target"] == peer.actor("pim")
    assert peer.heard("Follow", id=peer.actor("pim"))["actor"] == ben.me()["uri"]
    ben.sees("whom they follow now", lambda: following(ben, ben.find(peer.acct("pim"))))
    assert peer.look("noa", url(ann))["successor"] == peer.actor("pim")
