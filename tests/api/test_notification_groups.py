from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from tests.api.conftest import Client, Edge
from tests.conftest import House
from tests.counting import counted
from weft.api.mastodon.notification_groups import show
from weft.kernel.clock import HOUR
from weft.moderation import reports
from weft.people import blocks
from weft.people.model import Account
from weft.people.tables import credentials
from weft.store.page import Page
from weft.threads import notice_groups, notifications, react
from weft.threads.model import Post
from weft.threads.notifications import notify
from weft.threads.tables import notifications as table

pytestmark = pytest.mark.anyio
LIST = "/api/v2/notifications"


def like(house: House, post: Post, *people: Account) -> None:
    for one in people:
        house.db.write_now(lambda tx, one=one: react.like(tx, one, post.id))


def people(house: House, count: int) -> list[Account]:
    return [house.person(f"p{n}") for n in range(count)]


async def groups(client: Client, query: str = "") -> list[dict[str, Any]]:
    answer = await client.get(f"{LIST}?{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()["notification_groups"]


async def test_likes_of_a_post_are_one_group_with_its_accounts_and_its_post(
    edge: Edge, house: House, ada: Account
) -> None:
    mine = house.post(ada, "mine")
    fans = people(house, 10)
    like(house, mine, *fans)
    answer = (await edge.of(ada).get(LIST)).json()
    assert set(answer) == {"accounts", "statuses", "notification_groups"}
    (group,) = answer["notification_groups"]
    assert set(group) == {
        "group_key",
        "notifications_count",
        "type",
        "most_recent_notification_id",
        "page_min_id",
        "page_max_id",
        "latest_page_notification_at",
        "sample_account_ids",
        "status_id",
    }
    assert (group["type"], group["notifications_count"]) == ("favourite", 10)
    assert group["status_id"] == str(mine.id)
    assert group["sample_account_ids"] == [str(one.id) for one in fans[:1:-1]]
    assert group["most_recent_notification_id"] == group["page_max_id"] > group["page_min_id"]
    assert [one["id"] for one in answer["statuses"]] == [str(mine.id)]
    assert {one["id"] for one in answer["accounts"]} == set(group["sample_account_ids"])
    singly = (await edge.of(ada).get("/api/v1/notifications")).json()
    assert {one["group_key"] for one in singly} == {group["group_key"]}


async def test_a_group_counts_whom_it_shows_and_no_further_than_its_ceiling(
    edge: Edge, house: House, ada: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = house.post(ada, "mine")
    fans = people(house, 12)
    like(house, mine, *fans)
    for one in (*fans[2:], fans[0]):
        house.db.write_now(lambda tx, one=one: blocks.mute(tx, ada, one))
    client = edge.of(ada)
    (group,) = await groups(client)
    assert group["notifications_count"] == 1
    assert group["sample_account_ids"] == [str(fans[1].id)]
    assert group["page_min_id"] == group["page_max_id"]
    alone = (await client.get(f"{LIST}/{group['group_key']}")).json()["notification_groups"]
    assert [one["notifications_count"] for one in alone] == [1]
    monkeypatch.setattr(notice_groups, "COUNT_MAX", 5)
    other = house.post(ada, "other")
    like(house, other, *(more := [house.person(f"q{n}") for n in range(10)]))
    first, second = await groups(client)
    assert (first["notifications_count"], second["notifications_count"]) == (5, 1)
    assert first["sample_account_ids"] == [str(one.id) for one in more[:1:-1]]
    singly = (await client.get("/api/v1/notifications")).json()
    assert (first["page_max_id"], first["page_min_id"]) == (singly[0]["id"], singly[9]["id"])


def test_what_a_group_holds_is_read_by_its_index(house: House) -> None:
    if house.db.engine.name != "sqlite":
        return  # PostgreSQL reads small tables whole, whatever indexes there are
    with house.db.engine.connect_reader() as connection:
        for statement in notice_groups._ABOUT[False]:  # pyright: ignore[reportPrivateUsage]
            assert isinstance(statement, sa.ClauseElement)
            asked = str(statement.compile(dialect=connection.dialect))
            unknown = (0,) * asked.count("?")
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}", unknown)
            read = [row[3] for row in plan if " other " in row[3] or " last " in row[3]]
            assert read
            assert all(
                "ix_notifications_group (account_id=? AND group_key=?" in one for one in read
            )


async def test_posts_kinds_and_half_days_part_the_groups(
    edge: Edge, house: House, ada: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = house.post(ada, "one"), house.post(ada, "two")
    one, two, three = people(house, 3)
    like(house, first, one, two)
    like(house, second, one)
    house.db.write_now(lambda tx: react.boost(tx, one, first.id))
    client = edge.of(ada)
    assert [(g["type"], g["notifications_count"]) for g in await groups(client)] == [
        ("reblog", 1),
        ("favourite", 1),
        ("favourite", 2),
    ]
    # As if those before were written long ago.
    monkeypatch.setattr(notifications, "HOUR", HOUR // 2)
    like(house, first, three)
    assert len(await groups(client)) == 4


async def test_a_group_stays_open_over_the_hour(house: House, ada: Account, bob: Account) -> None:
    cy = house.person("cy")

    def keys(tx: Any) -> tuple[str, str]:
        notify(tx, ada.id, "follow", bob.id)
        tx.now += 11 * HOUR
        notify(tx, ada.id, "follow", cy.id)
        found = tx.rows(sa.select(table.c.group_key).order_by(table.c.id))
        return found[0][0], found[1][0]

    first, second = house.db.write_now(keys)
    assert first == second


async def test_pages_of_groups_lose_nothing_and_show_nothing_twice(
    edge: Edge, house: House, ada: Account
) -> None:
    fans = people(house, 4)
    mine = [house.post(ada, f"post {n}") for n in range(3)]
    for fan in fans:  # the groups lie within each other
        like(house, mine[0], fan)
        like(house, mine[1], fan)
        house.post(fan, "@ada hi")
    like(house, mine[2], *fans)
    client = edge.of(ada)
    whole = {one["id"]: one for one in (await client.get("/api/v1/notifications")).json()}

    async def walk(path: str, rel: str) -> list[tuple[str, int, int]]:
        spans: list[tuple[str, int, int]] = []
        while path:
            answer = await client.get(path)
            found = answer.json()["notification_groups"]
            spans += [(g["group_key"], int(g["page_min_id"]), int(g["page_max_id"])) for g in found]
            assert [int(g["page_max_id"]) for g in found] == sorted(
                (int(g["page_max_id"]) for g in found), reverse=True
            )
            path = answer.links[rel]["url"].removeprefix("https://weft.test") if found else ""
        return spans

    for spans in (
        await walk(f"{LIST}?limit=2", "next"),
        await walk(f"{LIST}?limit=2&min_id=1", "prev"),
        await walk(f"{LIST}?limit=80", "next"),
    ):
        for id_, one in whole.items():
            inside = [s for s in spans if s[0] == one["group_key"] and s[1] <= int(id_) <= s[2]]
            assert len(inside) == 1, (id_, one["group_key"], spans)


async def test_what_is_not_to_be_grouped_stands_alone(
    edge: Edge, house: House, ada: Account
) -> None:
    fans = people(house, 2)
    mine = house.post(ada, "mine")
    like(house, mine, *fans)
    client = edge.of(ada)
    found = await groups(client, "grouped_types[]=follow")
    assert [g["notifications_count"] for g in found] == [1, 1]
    assert all(g["group_key"] == f"ungrouped-{g['page_max_id']}" for g in found)
    assert (await client.get(f"{LIST}/{found[0]['group_key']}")).json()["accounts"][0]["id"] == str(
        fans[1].id
    )
    assert [g["notifications_count"] for g in await groups(client, "types[]=favourite")] == [2]
    assert await groups(client, "exclude_types[]=favourite") == []
    assert [g["sample_account_ids"] for g in await groups(client, f"account_id={fans[0].id}")] == [
        [str(fans[1].id), str(fans[0].id)]
    ]


async def test_notifications_from_before_there_were_groups_stand_alone(
    edge: Edge, house: House, ada: Account
) -> None:
    like(house, house.post(ada, "mine"), *people(house, 2))
    house.db.write_now(lambda tx: tx.run(table.update().values(group_key=None)))
    found = await groups(edge.of(ada))
    assert [g["group_key"] for g in found] == [f"ungrouped-{g['page_max_id']}" for g in found]


async def test_a_group_by_its_key(edge: Edge, house: House, ada: Account, bob: Account) -> None:
    fans = people(house, 3)
    mine = house.post(ada, "mine")
    like(house, mine, *fans)
    client = edge.of(ada)
    (group,) = await groups(client)
    path = f"{LIST}/{group['group_key']}"
    single = (await client.get(path)).json()["notification_groups"][0]
    assert single == {
        name: value
        for name, value in group.items()
        if name not in ("page_min_id", "page_max_id", "latest_page_notification_at")
    }
    page = await client.get(f"{path}/accounts?limit=2")
    assert [one["id"] for one in page.json()] == [str(fans[2].id), str(fans[1].id)]
    rest = await client.get(page.links["next"]["url"])
    assert [one["id"] for one in rest.json()] == [str(fans[0].id)]
    other = edge.of(bob)
    assert (await other.get(path)).status_code == 404
    assert (await other.get(f"{path}/accounts")).json() == []
    assert (await other.post(f"{path}/dismiss")).json() == {}
    assert (await client.get(f"{LIST}/ungrouped-7")).status_code == 404
    assert (await client.get(f"{LIST}/ungrouped-x")).status_code == 404
    assert (await client.get(f"{LIST}/{'x' * 500}")).status_code == 404
    assert len(await groups(client)) == 1
    assert (await client.post(f"{path}/dismiss")).json() == {}
    assert await groups(client) == []
    assert (await client.get(path)).status_code == 404


async def test_one_that_stands_alone_by_its_key(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    house.post(bob, "@ada hi")
    client = edge.of(ada)
    (group,) = await groups(client)
    path = f"{LIST}/{group['group_key']}"
    assert (await client.get(path)).json()["notification_groups"][0]["type"] == "mention"
    page = await client.get(f"{path}/accounts")
    assert [one["id"] for one in page.json()] == [str(bob.id)]
    assert (await client.get(page.links["next"]["url"])).json() == []
    assert (await edge.of(bob).get(path)).status_code == 404
    assert (await client.post(f"{path}/dismiss")).status_code == 200
    assert (await client.post(f"{path}/dismiss")).status_code == 200
    assert await groups(client) == []


async def test_avatars_only_for_all_but_the_first_of_each_group(
    edge: Edge, house: House, ada: Account
) -> None:
    fans = people(house, 3)
    like(house, house.post(ada, "mine"), *fans)
    answer = (await edge.of(ada).get(f"{LIST}?expand_accounts=partial_avatars")).json()
    assert [one["id"] for one in answer["accounts"]] == [str(fans[2].id)]
    assert [one["id"] for one in answer["partial_accounts"]] == [str(fans[1].id), str(fans[0].id)]
    assert set(answer["partial_accounts"][0]) == {
        "id",
        "acct",
        "url",
        "avatar",
        "avatar_static",
        "avatar_description",
        "locked",
        "bot",
    }
    assert (await edge.of(ada).get(f"{LIST}?expand_accounts=some")).status_code == 400


async def test_unread_groups_and_clearing(edge: Edge, house: House, ada: Account) -> None:
    fans = people(house, 3)
    mine = house.post(ada, "mine")
    like(house, mine, *fans[:2])
    house.post(fans[0], "@ada hi")
    client = edge.of(ada)

    async def unread(query: str = "") -> int:
        return (await client.get(f"{LIST}/unread_count?{query}")).json()["count"]

    assert (await unread(), await unread("types[]=mention")) == (2, 1)
    assert (await unread("grouped_types[]=follow"), await unread("limit=1")) == (3, 1)
    newest = (await groups(client))[0]["page_max_id"]
    await client.post("/api/v1/markers", json={"notifications": {"last_read_id": newest}})
    assert await unread() == 0
    like(house, mine, fans[2])
    assert await unread() == 1
    assert (await client.post(f"{LIST}/clear")).json() == {}
    assert await groups(client) == []


async def test_muted_and_suspended_people_are_not_in_groups(
    edge: Edge, house: House, ada: Account
) -> None:
    fans = people(house, 3)
    mine = house.post(ada, "mine")
    like(house, mine, *fans)
    client = edge.of(ada)
    house.db.write_now(lambda tx: blocks.mute(tx, ada, fans[2]))
    (group,) = await groups(client)
    assert group["sample_account_ids"] == [str(fans[1].id), str(fans[0].id)]
    assert len((await client.get("/api/v1/notifications")).json()) == 2
    house.db.write_now(lambda tx: blocks.unmute(tx, ada, fans[2]))
    assert len((await client.get("/api/v1/notifications")).json()) == 3
    house.db.write_now(lambda tx: blocks.mute(tx, ada, fans[2], notifications=False))
    assert len((await client.get("/api/v1/notifications")).json()) == 3
    house.db.write_now(lambda tx: blocks.block(tx, ada, fans[2]))
    (group,) = await groups(client)
    assert group["notifications_count"] == 2


async def test_an_app_hears_in_words_of_kinds_it_does_not_know(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    told = {"type": "domain_block", "target_name": "<bad>.test"}
    told |= {"followers_count": 2, "following_count": 1}
    house.db.write_now(lambda tx: notify(tx, ada.id, "severed_relationships", ada.id, data=told))
    house.post(bob, "@ada hi")
    client = edge.of(ada)
    for path in ("/api/v1/notifications", LIST):

        async def shown(query: str, path: str = path) -> list[dict[str, Any]]:
            found = (await client.get(f"{path}?{query}")).json()
            return found if isinstance(found, list) else found["notification_groups"]

        mention, severed = await shown("supported_types[]=mention")
        assert "fallback" not in mention
        assert set(severed["fallback"]) == {"title", "summary", "details"}
        assert "&lt;bad&gt;.test" in severed["fallback"]["title"]
        assert severed["event"] | {"id": "", "created_at": ""} == told | {
            "id": "",
            "created_at": "",
            "purged": False,
        }
        assert all("fallback" not in one for one in await shown(""))
        known = await shown("supported_types[]=severed_relationships")
        assert all("fallback" not in one for one in known)


async def test_a_warning_says_what_was_done(edge: Edge, house: House, ada: Account) -> None:
    for text in ("first", "second"):
        data = {"action": "none", "text": text, "post_ids": None}
        house.db.write_now(
            lambda tx, data=data: notify(tx, ada.id, "moderation_warning", ada.id, data=data)
        )
    second, first = (await edge.of(ada).get("/api/v1/notifications")).json()
    assert (first["type"], second["moderation_warning"]["text"]) == ("moderation_warning", "second")
    assert set(first["moderation_warning"]) == {
        "id",
        "action",
        "text",
        "status_ids",
        "target_account",
        "appeal",
        "created_at",
    }
    assert first["moderation_warning"]["target_account"]["id"] == str(ada.id)


async def test_an_admin_reads_what_was_reported(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    admin = {"account_id": ada.id, "email": "a@a.test", "password_hash": "", "role": "admin"}
    house.db.write_now(
        lambda tx: tx.run(credentials.insert(), admin | {"preferences": {}, "created_at": 0})
    )
    cy = house.person("cy")
    for text in ("rude", "and again"):
        said = reports.Complaint(comment=text)
        house.db.write_now(lambda tx, said=said: reports.file(tx, bob, cy, said, rules=()))
    second, first = (await edge.of(ada).get("/api/v1/notifications")).json()
    assert (first["type"], first["account"]["acct"]) == ("admin.report", "bob")
    assert (first["report"]["comment"], second["report"]["comment"]) == ("rude", "and again")
    assert first["report"]["target_account"]["id"] == str(cy.id)
    assert [one["report"]["comment"] for one in await groups(edge.of(ada))] == ["and again", "rude"]


async def test_a_page_of_groups_costs_no_more_statements_than_one(
    house: House, ada: Account, bob: Account
) -> None:
    def statements(tx: Any) -> int:
        with counted() as ran:
            found, _ = notice_groups.listed(tx, ada.id, Page(limit=40))
            show(tx, ada.id, found)
        return len(ran)

    def more(count: int) -> None:
        for n in range(count):
            like(house, house.post(ada, f"mine {n}"), bob, cy)
            house.post(bob, f"@ada {n}")

    cy = house.person("cy")
    more(1)
    few = house.db.read_now(statements)
    more(10)
    assert house.db.read_now(statements) <= few


async def test_a_group_whose_last_ones_were_muted_can_be_opened(
    edge: Edge, house: House, ada: Account
) -> None:
    fans = people(house, 10)
    like(house, house.post(ada, "mine"), *fans)
    for fan in fans[1:]:
        house.db.write_now(lambda tx, fan=fan: blocks.mute(tx, ada, fan))
    client = edge.of(ada)
    (group,) = await groups(client)
    answer = await client.get(f"{LIST}/{group['group_key']}")
    assert answer.status_code == 200, answer.text
    (opened,) = answer.json()["notification_groups"]
    assert opened["sample_account_ids"] == [str(fans[0].id)]
