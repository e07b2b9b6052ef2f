"""A server that gets its name after the first account was made must not keep the old one."""

from __future__ import annotations

import pytest
from tests.conftest import SITE, House

from weft.kernel.errors import WeftError
from weft.kernel.site import Site
from weft.people import accounts
from weft.threads import posts, rehome

NEW = Site("new.test", "https://new.test")


def test_everything_moves_with_the_name(house: House) -> None:
    house.db.write_now(lambda tx: rehome.settle(tx, SITE))
    house.db.write_now(accounts.instance_actor)
    ada = house.person("ada")
    post = house.post(ada, "hello @ada #here")
    house.db.write_now(lambda tx: rehome.settle(tx, NEW))
    house.db.site = NEW
    moved = house.db.read_now(lambda tx: accounts.get(tx, ada.id))
    shown = house.db.read_now(lambda tx: posts.by_id(tx, post.id))
    assert shown is not None
    assert (moved.uri, moved.url) == (NEW.actor_uri(ada.id), NEW.profile_url("ada"))
    assert shown.uri == NEW.post_uri(post.id)
    assert shown.mentions[0]["url"] == moved.url
    assert SITE.base not in f"{moved} {shown}"
    assert house.db.read_now(rehome.known_site) == NEW
    assert house.db.write_now(accounts.instance_actor).username == "new.test"


def test_a_name_that_others_know_stays(house: House) -> None:
    house.db.write_now(lambda tx: rehome.settle(tx, SITE))
    house.remote("far", "other.test")
    with pytest.raises(WeftError) as refused:
        house.db.write_now(lambda tx: rehome.settle(tx, NEW))
    assert refused.value.status == 409
    assert house.db.read_now(rehome.known_site) == SITE
