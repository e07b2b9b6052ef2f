"""The same server on PostgreSQL, killed in the middle as well."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres import new_database
from tests.servers import Client, Server, plain

pytestmark = pytest.mark.postgres


@pytest.fixture
def shop(postgres_url: str, tmp_path: Path) -> Iterator[Server]:
    for database in new_database(postgres_url, "journey"):
        with Server(tmp_path / "shop", "127.0.0.4", database=database) as server:
            yield server


def test_a_day_on_postgresql(shop: Server, tmp_path: Path, picture: bytes) -> None:
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "hours.md").write_text("# Opening hours\n\nWe are open from seven until noon.\n")
    ada, bo = shop.person("ada"), shop.person("bo")
    shop.weft("ai", "create", "oven", "--owner", "ada", "--documents", str(documents))
    ada.send(f"v1/accounts/{ada.find('bo')['id']}/follow")

    said = bo.post("Bread and #granite", media_ids=[bo.picture(picture, "A loaf")])
    assert [one["id"] for one in ada.home()] == [said["id"]]
    ada.send(f"v1/statuses/{said['id']}/favourite")
    assert [one["type"] for one in bo.notices("favourite")] == ["favourite"]
    assert [one["id"] for one in ada.get("v1/timelines/tag/granite")] == [said["id"]]
    bo.put(f"v1/statuses/{said['id']}", status="Bread and #basalt")

    asks = [bo.post("@oven When are you open?", key=f"ask-{n}") for n in range(5)]
    shop.kill()
    shop.start()
    shop.wait()
    assert "basalt" in plain(ada.get(f"v1/statuses/{said['id']}"))
    for ask in asks:
        answers = bo.sees("the answer", lambda ask=ask: bo.below(ask["id"]))
        assert ["seven until noon" in plain(one) for one in answers] == [True]
    again = bo.post("@oven When are you open?", key="ask-0")
    assert again["id"] == asks[0]["id"]
    assert found(ada) == 5


def found(reader: Client) -> int:
    oven = reader.get("v1/accounts/lookup", acct="oven")
    return len(reader.get(f"v1/accounts/{oven['id']}/statuses"))
