from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from tests.api.conftest import Edge
from tests.conftest import House
from weft.kernel.clock import DAY
from weft.people.model import Account
from weft.store.blobs import Blobs, Hand
from weft.threads import files, media
from weft.threads import jobs as thread_jobs
from weft.threads.tables import media as media_table
from weft.work.jobs import Job

pytestmark = pytest.mark.anyio


def png(colour: str = "teal") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (800, 600), colour).save(out, "PNG")
    return out.getvalue()


def file(data: bytes | None = None) -> dict[str, tuple[str, bytes, str]]:
    return {"file": ("picture.png", png() if data is None else data, "image/png")}


async def test_a_picture_from_upload_to_post(edge: Edge, ada: Account) -> None:
    client = edge.of(ada)
    details = {"description": "a teal field", "focus": "0.5,-0.25"}
    first = await client.post("/api/v2/media", files=file(), data=details)
    assert first.status_code == 202, first.text
    assert first.json()["url"] is None
    path = f"/api/v1/media/{first.json()['id']}"
    assert (await client.get(path)).status_code == 206
    early = await client.post("/api/v1/statuses", json={"media_ids": [first.json()["id"]]})
    assert early.status_code == 422
    await edge.work()
    done = await client.get(path)
    assert done.status_code == 200
    picture = done.json()
    assert set(picture) == {
        "id",
        "type",
        "url",
        "preview_url",
        "remote_url",
        "preview_remote_url",
        "text_url",
        "meta",
        "description",
        "blurhash",
    }
    assert picture["type"] == "image"
    assert picture["description"] == "a teal field"
    assert picture["meta"]["original"] == {
        "width": 800,
        "height": 600,
        "size": "800x600",
        "aspect": 800 / 600,
    }
    assert picture["meta"]["focus"] == {"x": 0.5, "y": -0.25}
    posted = await client.post("/api/v1/statuses", data={"media_ids[]": picture["id"]})
    assert posted.json()["media_attachments"] == [picture]
    for url in (picture["url"], picture["preview_url"]):
        served = await edge.of(None).get(url.removeprefix("https://weft.test"))
        assert served.status_code == 200
        assert served.headers["content-type"].startswith("image/")
        assert served.headers["x-content-type-options"] == "nosniff"
        assert "immutable" in served.headers["cache-control"]
        Image.open(io.BytesIO(served.content)).verify()


async def test_alt_text_before_and_after_posting(edge: Edge, ada: Account, bob: Account) -> None:
    client = edge.of(ada)
    made = (await client.post("/api/v2/media", files=file())).json()
    await edge.work()
    path = f"/api/v1/media/{made['id']}"
    before = await client.put(path, data={"description": "before"})
    assert before.json()["description"] == "before"
    assert (await edge.of(bob).put(path, data={"description": "mine"})).status_code == 404
    form = {"status": "look", "media_ids[]": made["id"]}
    status = (await client.post("/api/v1/statuses", data=form)).json()
    changed = await client.put(
        f"/api/v1/statuses/{status['id']}",
        data={
            "status": "look",
            "media_ids[]": made["id"],
            "media_attributes[][id]": made["id"],
            "media_attributes[][description]": "after",
        },
    )
    assert changed.status_code == 200, changed.text
    (picture,) = changed.json()["media_attachments"]
    assert picture["description"] == "after"
    assert changed.json()["edited_at"] is not None


async def test_what_is_no_picture_is_refused_in_words(edge: Edge, ada: Account) -> None:
    client = edge.of(ada)
    made = await client.post("/api/v2/media", files=file(b"<svg onload=alert(1)>"))
    await edge.work()
    answer = await client.get(f"/api/v1/media/{made.json()['id']}")
    assert answer.status_code == 422
    assert "JPEG, PNG, WebP" in answer.json()["error"]
    assert (await client.post("/api/v2/media", data={"description": "x"})).status_code == 422
    long = {"description": "x" * 1501}
    assert (await client.post("/api/v2/media", files=file(), data=long)).status_code == 422
    wild = {"focus": "left,top"}
    assert (await client.post("/api/v2/media", files=file(), data=wild)).status_code == 422


async def test_bytes_as_they_came_are_never_served(edge: Edge, ada: Account) -> None:
    key = edge.blobs.put(png(), "raw")
    assert (await edge.of(None).get(f"/media/{key}")).status_code == 404
    assert (await edge.of(None).get("/media/../../etc/passwd")).status_code == 404


async def test_pictures_nobody_posts_are_dropped_but_never_shared_bytes(
    edge: Edge, house: House, ada: Account
) -> None:
    client = edge.of(ada)
    kept, left = [(await client.post("/api/v2/media", files=file())).json()["id"] for _ in range(2)]
    await edge.work()
    await client.post("/api/v1/statuses", json={"status": "x", "media_ids": [kept]})
    blob = (await client.get(f"/api/v1/media/{kept}")).json()["url"].partition("/media/")[2]
    assert (await client.delete(f"/api/v1/media/{kept}")).status_code == 422
    assert (await client.delete(f"/api/v1/media/{left}")).status_code == 200
    assert edge.blobs.path(blob) is not None
    other = (await client.post("/api/v2/media", files=file(png("red")))).json()["id"]
    await edge.work()
    url = (await client.get(f"/api/v1/media/{other}")).json()["url"].partition("/media/")[2]
    house.db.write_now(
        lambda tx: tx.run(
            media_table.update()
            .where(media_table.c.id == int(other))
            .values(created_at=tx.now - 2 * DAY)
        )
    )
    sweep = thread_jobs.handlers(house.db, edge.blobs)["threads.sweep_media"]
    await sweep.run(Job(1, "threads.sweep_media", None, {}, 1, "test", 0))
    assert edge.blobs.path(url) is None
    assert edge.blobs.path(blob) is not None
    assert house.db.read_now(lambda tx: media.by_id(tx, int(other))) is None


@pytest.mark.parametrize(
    "how", [{"params": {"delete_media": "true"}}, {"data": {"delete_media": "1"}}]
)
async def test_pictures_go_with_the_post_when_its_author_says_so(
    edge: Edge, house: House, ada: Account, how: dict[str, Any]
) -> None:
    """The documentation has it in the query; Mastodon.py sends it in the body."""
    client = edge.of(ada)
    left: dict[bool, int] = {}
    for gone in (True, False):
        made = (await client.post("/api/v2/media", files=file())).json()["id"]
        await edge.work()
        post = await client.post("/api/v1/statuses", json={"status": "x", "media_ids": [made]})
        path = f"/api/v1/statuses/{post.json()['id']}"
        assert (await client.delete(path, **(how if gone else {}))).status_code == 200
        sweep = thread_jobs.handlers(house.db, edge.blobs)["threads.sweep_media"]
        await sweep.run(Job(1, "threads.sweep_media", None, {}, 1, "test", 0))
        left[gone] = (await client.get(f"/api/v1/media/{made}")).status_code
    assert left == {True: 404, False: 200}


async def test_the_same_picture_brought_twice_at_once_is_there_for_both(
    edge: Edge, house: House, ada: Account
) -> None:
    """What the first is done with and drops, the second may be about to write down."""
    made = [(await edge.of(ada).post("/api/v2/media", files=file())).json() for _ in range(2)]
    found = [house.db.read_now(lambda tx, one=one: media.by_id(tx, int(one["id"]))) for one in made]
    raw = {one.upload for one in found if one is not None}
    assert len(raw) == 2
    assert all(edge.blobs.path(key) is not None for key in raw)


@pytest.mark.parametrize("when", ["before it is written down", "before the file goes"])
async def test_a_picture_that_one_deletes_while_another_brings_it_stays(
    edge: Edge, house: House, ada: Account, bob: Account, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    """The same bytes are one file: what ada is done with is what bob shows in a moment."""
    hers = (await edge.of(ada).post("/api/v2/media", files=file())).json()["id"]
    await edge.work()
    his = (await edge.of(bob).post("/api/v2/media", files=file())).json()["id"]
    store = thread_jobs.store_picture

    def forget() -> list[str]:
        return house.db.write_now(
            lambda tx: media.unused(tx, media.keys(media.drop(tx, ada.id, int(hers))))
        )

    def brought(blobs: Blobs | Hand, data: bytes) -> media.Stored:
        """bob's is on the disk, no row says so yet, and hers goes."""
        stored = store(blobs, data)
        dropped = forget()
        assert stored.blob in dropped
        files.drop_now(house.db, edge.blobs, dropped)
        return stored

    if when == "before it is written down":
        monkeypatch.setattr(thread_jobs, "store_picture", brought)
        await edge.work()
    else:
        dropped = forget()
        await edge.work()
        files.drop_now(house.db, edge.blobs, dropped)
    shown = (await edge.of(bob).get(f"/api/v1/media/{his}")).json()
    for name in ("url", "preview_url"):
        path = shown[name].removeprefix("https://weft.test")
        assert (await edge.of(None).get(path)).status_code == 200
    # And once he is done with it, it goes.
    await edge.of(bob).delete(f"/api/v1/media/{his}")
    assert not [one for one in edge.blobs.folder.rglob("*") if one.is_file()]


async def test_an_upload_that_is_refused_leaves_nothing(edge: Edge, ada: Account) -> None:
    long = {"description": "x" * 1501}
    refused = await edge.of(ada).post("/api/v2/media", files=file(), data=long)
    assert refused.status_code == 422
    assert not [one for one in edge.blobs.folder.rglob("*") if one.is_file()]


async def test_a_face_that_came_with_what_was_refused_is_not_kept(edge: Edge, ada: Account) -> None:
    def kept() -> int:
        return sum(one.is_file() for one in edge.blobs.folder.rglob("*"))

    before = kept()
    for more in ({"display_name": "x" * 500}, {"source[privacy]": "nobody"}):
        refused = await edge.of(ada).ask(
            "PATCH",
            "/api/v1/accounts/update_credentials",
            files={"avatar": file()["file"]},
            data=more,
        )
        assert refused.status_code == 422
        assert kept() == before


async def test_processing_twice_changes_nothing(edge: Edge, house: House, ada: Account) -> None:
    made = (await edge.of(ada).post("/api/v2/media", files=file())).json()
    await edge.work()
    before = house.db.read_now(lambda tx: media.by_id(tx, int(made["id"])))
    handler = thread_jobs.handlers(house.db, edge.blobs)["threads.process_media"]
    await handler.run(Job(1, "", None, {"id": int(made["id"])}, 2, "test", 0))
    assert house.db.read_now(lambda tx: media.by_id(tx, int(made["id"]))) == before
