"""Custom emojis: what is written with ``:shortcode:`` says which picture stands for it."""

from __future__ import annotations

import pytest

from tests.api.conftest import Edge
from tests.api.test_media import file
from tests.conftest import House
from weft.federation import outbox, render
from weft.people.model import Account
from weft.threads import emojis, posts

pytestmark = pytest.mark.anyio

BLOB, STILL = "ab/" + "c" * 62 + ".gif", "ab/" + "d" * 62 + ".webp"
SHOWN = {
    "shortcode": "blobcat",
    "url": f"https://weft.test/media/{BLOB}",
    "static_url": f"https://weft.test/media/{STILL}",
    "visible_in_picker": True,
    "category": "Cats",
}


@pytest.fixture(autouse=True)
def cat(house: House) -> None:
    house.db.write_now(lambda tx: emojis.put(tx, "blobcat", BLOB, STILL, category="Cats"))
    house.db.write_now(lambda tx: emojis.put(tx, "shy_one", STILL, STILL, visible=False))


async def test_pickers_show_the_visible_ones(edge: Edge, house: House) -> None:
    path = "/api/v1/custom_emojis"
    assert (await edge.of(None).get(path)).json() == [SHOWN]
    house.db.write_now(lambda tx: emojis.put(tx, "blobcat", STILL, STILL))
    (changed,) = (await edge.of(None).get(path)).json()
    assert (changed["url"], changed["category"]) == (SHOWN["static_url"], None)
    house.db.write_now(lambda tx: emojis.remove(tx, "blobcat"))
    assert (await edge.of(None).get(path)).json() == []


async def test_posts_say_which_emojis_they_name(edge: Edge, house: House, ada: Account) -> None:
    client = edge.of(ada)

    async def named(**sent: object) -> list[str]:
        made = await client.post("/api/v1/statuses", json=sent)
        return [emoji["shortcode"] for emoji in made.json()["emojis"]]

    assert await named(status="a :blobcat: and :nobody:") == ["blobcat"]
    assert await named(status="x", spoiler_text=":shy_one:") == ["shy_one"]
    assert await named(status="10:blobcat:20, a::blobcat::b, https://a.test/:blobcat") == []
    post = (await client.post("/api/v1/statuses", json={"status": "plain"})).json()
    assert post["emojis"] == []
    path = f"/api/v1/statuses/{post['id']}"
    changed = (await client.put(path, json={"status": "now :blobcat:"})).json()
    assert changed["emojis"] == [SHOWN]
    house.db.write_now(lambda tx: emojis.remove(tx, "blobcat"))
    assert (await client.get(path)).json()["emojis"] == [SHOWN]  # what was said stays readable


async def test_options_of_polls_name_them_too(edge: Edge, ada: Account) -> None:
    poll = {"options": [":blobcat:", "dog"], "expires_in": 600}
    sent = {"status": "Which? :shy_one:", "poll": poll}
    made = (await edge.of(ada).post("/api/v1/statuses", json=sent)).json()
    assert {emoji["shortcode"] for emoji in made["emojis"]} == {"blobcat", "shy_one"}
    assert made["poll"]["emojis"] == [SHOWN]


async def test_names_and_bios_show_them(edge: Edge, ada: Account) -> None:
    client = edge.of(ada)
    path = "/api/v1/accounts/update_credentials"
    named = await client.ask("PATCH", path, json={"display_name": "Ada :blobcat:"})
    assert named.json()["emojis"] == [SHOWN]
    both = await client.ask("PATCH", path, json={"note": "I am :shy_one:"})
    assert {emoji["shortcode"] for emoji in both.json()["emojis"]} == {"blobcat", "shy_one"}
    seen = (await edge.of(None).get(f"/api/v1/accounts/{ada.id}")).json()
    assert seen["emojis"] == both.json()["emojis"]
    plain = await client.ask("PATCH", path, json={"display_name": "Ada", "note": ""})
    assert plain.json()["emojis"] == []


async def test_other_servers_learn_of_them(edge: Edge, house: House, ada: Account) -> None:
    made = (await edge.of(ada).post("/api/v1/statuses", json={"status": "a :blobcat:"})).json()
    post = house.db.read_now(lambda tx: posts.see(tx, None, int(made["id"])))
    note = house.db.read_now(lambda tx: render.note(tx.site, post, ada, outbox.around(tx, post)))
    assert note["tag"] == [
        {
            "id": f"{house.db.site.base}/ap/emojis/blobcat",
            "type": "Emoji",
            "name": ":blobcat:",
            "icon": {"type": "Image", "mediaType": "image/gif", "url": SHOWN["url"]},
        }
    ]


async def test_nobody_can_delete_an_emoji_by_uploading_its_picture(
    edge: Edge, house: House, ada: Account
) -> None:
    client = edge.of(ada)
    made = (await client.post("/api/v2/media", files=file())).json()
    await edge.work()
    url = (await client.get(f"/api/v1/media/{made['id']}")).json()["url"]
    key = url.partition("/media/")[2]
    house.db.write_now(lambda tx: emojis.put(tx, "same", key, key))
    assert (await client.delete(f"/api/v1/media/{made['id']}")).status_code == 200
    assert edge.blobs.path(key) is not None
