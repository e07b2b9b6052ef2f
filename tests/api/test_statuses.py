from __future__ import annotations

import re

import pytest

from tests.api.conftest import Edge
from tests.conftest import House
from weft.people import follows
from weft.people.model import Account
from weft.threads import posts

pytestmark = pytest.mark.anyio

STATUS = {
    "id",
    "created_at",
    "in_reply_to_id",
    "in_reply_to_account_id",
    "sensitive",
    "spoiler_text",
    "visibility",
    "language",
    "uri",
    "url",
    "replies_count",
    "reblogs_count",
    "favourites_count",
    "quotes_count",
    "edited_at",
    "favourited",
    "reblogged",
    "muted",
    "bookmarked",
    "content",
    "filtered",
    "reblog",
    "application",
    "account",
    "media_attachments",
    "mentions",
    "tags",
    "emojis",
    "quote",
    "quote_approval",
    "card",
    "poll",
    "tagged_collections",
    "ai",
    "no_ai",
}
"""https://docs.joinmastodon.org/entities/Status/ and, of ours, ai and no_ai."""
EDIT = {
    "content",
    "spoiler_text",
    "sensitive",
    "created_at",
    "account",
    "poll",
    "quote",
    "media_attachments",
    "emojis",
}
"""https://docs.joinmastodon.org/entities/StatusEdit/"""
NULL = {"in_reply_to_id", "in_reply_to_account_id", "language", "edited_at", "reblog"} | {
    "application",
    "quote",
    "card",
    "poll",
    "ai",
}
"""What is null, not absent, in a plain post."""


async def test_a_post_has_every_field_of_mastodons_status(edge: Edge, ada: Account) -> None:
    answer = await edge.of(ada).post("/api/v1/statuses", json={"status": "Hello, world"})
    assert answer.status_code == 200, answer.text
    status = answer.json()
    assert set(status) == STATUS | {"pinned"}  # one's own
    assert {key for key, value in status.items() if value is None} == NULL
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", status["created_at"])
    assert status["id"].isdigit()
    assert status["content"] == "<p>Hello, world</p>"
    assert status["account"]["acct"] == "ada"
    assert status["uri"].startswith("https://weft.test/")
    assert status["visibility"] == "public"
    assert status["media_attachments"] == status["mentions"] == status["tags"] == []


async def test_a_form_as_rails_clients_send_it_is_the_same_as_json(
    edge: Edge, ada: Account
) -> None:
    client = edge.of(ada)
    form = {
        "status": "from a form",
        "sensitive": "true",
        "spoiler_text": "careful",
        "visibility": "unlisted",
        "language": "en",
    }
    urlencoded = (await client.post("/api/v1/statuses", data=form)).json()
    files = {key: (None, value) for key, value in form.items()}
    multipart = (await client.post("/api/v1/statuses", files=files)).json()
    for status in (urlencoded, multipart):
        assert status["sensitive"] is True
        assert status["spoiler_text"] == "careful"
        assert status["visibility"] == "unlisted"
        assert status["language"] == "en"


async def test_markdown_mentions_and_tags(edge: Edge, ada: Account, bob: Account) -> None:
    status = (
        await edge.of(ada).post(
            "/api/v1/statuses",
            json={"status": "**Hi** @bob #Weft", "content_type": "text/markdown"},
        )
    ).json()
    assert "<strong>Hi</strong>" in status["content"]
    assert status["mentions"] == [
        {
            "id": str(bob.id),
            "username": "bob",
            "url": "https://weft.test/@bob",
            "acct": "bob",
        }
    ]
    assert status["tags"] == [{"name": "Weft", "url": "https://weft.test/tags/weft"}]


async def test_the_same_idempotency_key_posts_once(edge: Edge, ada: Account) -> None:
    client = edge.of(ada)
    key = {"Idempotency-Key": "one-key"}
    first = await client.post("/api/v1/statuses", json={"status": "once"}, headers=key)
    again = await client.post("/api/v1/statuses", json={"status": "once"}, headers=key)
    assert first.json()["id"] == again.json()["id"]
    listed = (await client.get(f"/api/v1/accounts/{ada.id}/statuses")).json()
    assert len(listed) == 1


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"status": ""}, "Text can't be blank"),
        ({"status": "x", "visibility": "secret"}, "Visibility"),
        ({"status": "x", "scheduled_at": "tomorrow"}, "not a date"),
        ({"status": "x", "poll": {"options": ["a", "b"]}}, "expires_in can't be blank"),
        ({"status": "x", "content_type": "text/html"}, "Content type"),
        ({"status": "x", "media_ids": ["12"]}, "Media"),
        ({"status": "x" * 5001}, "character limit"),
        ({"status": ["a", "b"]}, "Validation failed"),
    ],
)
async def test_what_cannot_be_posted_says_why(
    edge: Edge, ada: Account, sent: dict[str, object], words: str
) -> None:
    answer = await edge.of(ada).post("/api/v1/statuses", json=sent)
    assert answer.status_code == 422, answer.text
    assert words in answer.json()["error"]


async def test_a_mention_of_somebody_unknown_is_looked_up_before_posting(
    edge: Edge, house: House, ada: Account
) -> None:
    edge.elsewhere["@cy@other.test"] = lambda: house.remote("cy", "other.test")
    status = (
        await edge.of(ada).post("/api/v1/statuses", json={"status": "Hi @cy@other.test"})
    ).json()
    assert edge.looked_up == ["@cy@other.test"]
    assert [mention["acct"] for mention in status["mentions"]] == ["cy@other.test"]
    await edge.of(ada).post("/api/v1/statuses", json={"status": "Again @cy@other.test"})
    assert len(edge.looked_up) == 1


async def test_tokens_and_scopes(edge: Edge, ada: Account) -> None:
    post = {"json": {"status": "x"}}
    assert (await edge.of(None).post("/api/v1/statuses", **post)).status_code == 401
    assert (await edge.of(ada, "read").post("/api/v1/statuses", **post)).status_code == 403
    assert (await edge.of(ada, "write:statuses").post("/api/v1/statuses", **post)).is_success


async def test_private_posts_look_like_nothing_to_others(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    post = house.post(ada, "for followers", visibility="private")
    path = f"/api/v1/statuses/{post.id}"
    assert (await edge.of(ada).get(path)).status_code == 200
    for client in (edge.of(bob), edge.of(None)):
        hidden = await client.get(path)
        assert hidden.status_code == 404
        assert hidden.json() == {"error": "Record not found"}
        for part in ("context", "history", "favourited_by", "reblogged_by"):
            assert (await client.get(f"{path}/{part}")).status_code == 404
    for verb in ("favourite", "reblog", "bookmark", "mute"):
        assert (await edge.of(bob).post(f"{path}/{verb}")).status_code == 404
    house.db.write_now(lambda tx: follows.follow(tx, bob, ada))
    assert (await edge.of(bob).get(path)).status_code == 200
    several = await edge.of(None).get(f"/api/v1/statuses?id[]={post.id}&id[]=7")
    assert several.json() == []


async def test_editing_keeps_history_and_source(edge: Edge, ada: Account) -> None:
    client = edge.of(ada)
    status = (await client.post("/api/v1/statuses", json={"status": "frist"})).json()
    path = f"/api/v1/statuses/{status['id']}"
    changed = (await client.put(path, json={"status": "first", "spoiler_text": "cw"})).json()
    assert changed["content"] == "<p>first</p>"
    assert changed["spoiler_text"] == "cw"
    assert changed["edited_at"] is not None
    versions = (await client.get(f"{path}/history")).json()
    assert [version["content"] for version in versions] == ["<p>frist</p>", "<p>first</p>"]
    assert set(versions[0]) == EDIT
    source = (await client.get(f"{path}/source")).json()
    assert source == {
        "id": status["id"],
        "text": "first",
        "spoiler_text": "cw",
        "content_type": "text/plain",
    }


async def test_deleting_gives_the_text_back(edge: Edge, ada: Account, bob: Account) -> None:
    client = edge.of(ada)
    status = (await client.post("/api/v1/statuses", json={"status": "oops"})).json()
    path = f"/api/v1/statuses/{status['id']}"
    assert (await edge.of(bob).delete(path)).status_code == 404
    gone = (await client.delete(path)).json()
    assert gone["text"] == "oops"
    assert set(gone) >= STATUS - {"quote_approval"}
    assert (await client.get(path)).status_code == 404


async def test_likes_boosts_and_bookmarks(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    post = house.post(ada, "good")
    client = edge.of(bob)
    path = f"/api/v1/statuses/{post.id}"
    liked = (await client.post(f"{path}/favourite")).json()
    assert (liked["favourited"], liked["favourites_count"]) == (True, 1)
    boost = (await client.post(f"{path}/reblog")).json()
    assert boost["reblog"]["id"] == str(post.id)
    assert (boost["reblog"]["reblogged"], boost["reblog"]["reblogs_count"]) == (True, 1)
    assert (await client.post(f"{path}/bookmark")).json()["bookmarked"] is True
    assert (await client.post(f"{path}/mute")).json()["muted"] is True
    assert [one["acct"] for one in (await client.get(f"{path}/favourited_by")).json()] == ["bob"]
    assert [one["acct"] for one in (await client.get(f"{path}/reblogged_by")).json()] == ["bob"]
    assert [one["id"] for one in (await client.get("/api/v1/favourites")).json()] == [str(post.id)]
    assert [one["id"] for one in (await client.get("/api/v1/bookmarks")).json()] == [str(post.id)]
    assert (await edge.of(ada).get(path)).json()["favourited"] is False
    unliked = (await client.post(f"{path}/unfavourite")).json()
    assert (unliked["favourited"], unliked["favourites_count"]) == (False, 0)
    unboosted = (await client.post(f"{path}/unreblog")).json()
    assert (unboosted["id"], unboosted["reblogged"]) == (str(post.id), False)
    assert (await client.post(f"{path}/unbookmark")).json()["bookmarked"] is False
    assert (await client.post(f"{path}/unmute")).json()["muted"] is False


async def test_context_is_the_whole_thread(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    root = house.post(ada, "root")
    reply = house.post(bob, "reply", reply_to_id=root.id)
    under = house.post(ada, "under", reply_to_id=reply.id)
    other = house.post(ada, "other", reply_to_id=root.id)
    secret = house.post(ada, "secret", reply_to_id=reply.id, visibility="direct")
    answer = (await edge.of(None).get(f"/api/v1/statuses/{reply.id}/context")).json()
    assert [one["id"] for one in answer["ancestors"]] == [str(root.id)]
    assert [one["id"] for one in answer["descendants"]] == [str(under.id)]
    whole = (await edge.of(ada).get(f"/api/v1/statuses/{root.id}/context")).json()
    assert [int(one["id"]) for one in whole["descendants"]] == [
        reply.id,
        under.id,
        secret.id,
        other.id,
    ]


async def test_a_threads_author_switches_ais_off_and_on(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    root = house.post(ada, "people only")
    reply = house.post(bob, "a reply", reply_to_id=root.id)
    path = f"/api/v1/statuses/{reply.id}/ais"
    assert (await edge.of(bob).post(path, json={"allowed": False})).status_code == 403
    off = (await edge.of(ada).post(path, data={"allowed": "false"})).json()
    assert (off["id"], off["no_ai"]) == (str(root.id), True)
    assert (await edge.of(ada).post(path, json={"allowed": True})).json()["no_ai"] is False


async def test_an_ais_answer_shows_its_sources(edge: Edge, house: House, ada: Account) -> None:
    helper = house.ai("helper", ada)
    asked = house.post(ada, "when?")
    said = house.post(
        helper,
        "At nine.",
        reply_to_id=asked.id,
        ai={
            "sources": [{"n": 1, "title": "Hours", "url": None, "quote": "Open at nine."}],
            "model": "quotes",
            "trigger": asked.id,
        },
    )
    status = (await edge.of(None).get(f"/api/v1/statuses/{said.id}")).json()
    assert status["ai"] == {
        "sources": [{"n": 1, "title": "Hours", "url": None, "quote": "Open at nine."}],
        "model": "quotes",
        "trigger": str(asked.id),
        "why": None,
    }
    assert status["account"]["bot"] is True
    assert status["account"]["ai"]["operator"]["acct"] == "ada"


async def test_ids_that_are_none_are_not_found(edge: Edge, ada: Account) -> None:
    for text in ("abc", "-1", "9" * 30, "%00"):
        assert (await edge.of(ada).get(f"/api/v1/statuses/{text}")).status_code == 404


async def test_a_missing_author_choice_is_the_preference(
    edge: Edge, house: House, ada: Account
) -> None:
    from weft.people import credentials

    house.db.write_now(lambda tx: credentials.enrol(tx, ada, "ada@weft.test", "x"))
    house.db.write_now(
        lambda tx: credentials.prefer(tx, ada.id, visibility="private", language="de")
    )
    status = (await edge.of(ada).post("/api/v1/statuses", json={"status": "hallo"})).json()
    assert (status["visibility"], status["language"]) == ("private", "de")
    found = house.db.read_now(lambda tx: posts.by_id(tx, int(status["id"])))
    assert found is not None


async def test_who_boosted_to_their_followers_is_not_told_to_all(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    path = f"/api/v1/statuses/{house.post(ada, 'good').id}"
    await edge.of(bob).post(f"{path}/reblog", json={"visibility": "private"})
    assert (await edge.of(None).get(f"{path}/reblogged_by")).json() == []


async def test_several_posts_are_those_that_may_be_seen(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    carl = house.person("carl")
    kept = house.post(carl, "kept")
    boost = (await edge.of(ada).post(f"/api/v1/statuses/{kept.id}/reblog")).json()["id"]
    hidden = house.post(ada, "hidden", visibility="private")
    ids = [boost, str(hidden.id), str(kept.id), "7", boost, "x"]
    query = "&".join(f"id[]={one}" for one in ids)
    found = (await edge.of(bob).get(f"/api/v1/statuses?{query}")).json()
    assert [one["id"] for one in found] == [boost, str(kept.id)]
    await edge.of(carl).post(f"/api/v1/accounts/{bob.id}/block")
    assert (await edge.of(bob).get(f"/api/v1/statuses?{query}")).json() == []
