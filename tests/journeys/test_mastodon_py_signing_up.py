"""Mastodon.py: somebody new joins, looks around and settles in."""

from __future__ import annotations

from typing import Any

import pytest
from mastodon import Mastodon, MastodonAPIError, MastodonIllegalArgumentError

from tests.journeys.typed import SCOPES, Typed, signed_in
from tests.servers import PASSWORD, Server


@pytest.fixture(scope="module")
def app(server: Server) -> tuple[Any, Any]:
    return Mastodon.create_app("Newcomer", scopes=SCOPES, api_base_url=server.url)


def unknown(server: Server, app: tuple[Any, Any]) -> Typed:
    return Typed(client_id=app[0], client_secret=app[1], api_base_url=server.url)


def test_joins_and_writes(server: Server, app: tuple[Any, Any]) -> None:
    new = unknown(server, app)
    rules = new.instance_rules()
    assert new.instance_v2().registrations.enabled
    assert isinstance(rules, list)
    token = new.create_account(
        "nora", PASSWORD, "nora@example.org", agreement=True, locale="de", scopes=SCOPES
    )
    assert token
    assert new.me().acct == "nora"
    assert new.status_post("Hello, I am new").application.name == "Newcomer"
    assert new.app_verify_credentials().name == "Newcomer"
    # Whoever joined already is told so: there is nothing to confirm.
    with pytest.raises(MastodonAPIError):
        new.email_resend_confirmation()


def test_is_told_what_is_wrong(server: Server, app: tuple[Any, Any]) -> None:
    server.person("otto")
    new = unknown(server, app)
    none, fault = new.create_account(
        "otto", "short", "otto@example.org", scopes=SCOPES, return_detailed_error=True
    )
    assert none is None
    told = {
        field: [one.error for one in faults] for field, faults in fault.details.items() if faults
    }
    assert told["username"] == ["ERR_TAKEN"]
    assert told["email"] == ["ERR_TAKEN"]
    assert told["password"] == ["ERR_TOO_SHORT"]
    assert told["agreement"] == ["ERR_ACCEPTED"]
    with pytest.raises(MastodonIllegalArgumentError):
        new.create_account("otto", PASSWORD, "o@example.org", agreement=True, scopes=SCOPES)


def test_looks_around_without_an_account(server: Server, app: tuple[Any, Any]) -> None:
    known = signed_in(server, "pia")
    known.account_update_credentials(discoverable=True)
    post = known.status_post("Visible to passers-by")
    guest = Typed(api_base_url=server.url)
    assert guest.status(post).id == post.id
    assert guest.account(known.me()).acct == "pia"
    assert post.id in [one.id for one in guest.timeline_local()]
    assert guest.status_context(post).descendants == []
    assert "pia" in [one.acct for one in guest.directory(order="new", local=True)]
    assert guest.instance().version.startswith("4.")
    assert guest.instance_v1().stats.user_count >= 0
    assert guest.instance_activity()[0].registrations > 0
    assert guest.instance_nodeinfo().usage.users.total > 0
    assert server.domain not in guest.instance_peers()  # others: who else was here knows some
    assert guest.instance_domain_blocks() == []
    assert guest.instance_extended_description().content is not None
    assert guest.instance_translation_languages() == {}
    assert "en" in {one.code for one in guest.instance_languages()}


def test_shows_who_she_is(server: Server, picture: bytes) -> None:
    quin = signed_in(server, "quin")
    changed = quin.account_update_credentials(
        display_name="Quin",
        note="Baker in #Lyon",
        avatar=picture,
        avatar_mime_type="image/png",
        header=picture,
        header_mime_type="image/png",
        bot=True,
        discoverable=True,
        fields=[("Oven", "wood"), ("Bread", "rye")],
    )
    assert changed.bot
    assert changed.source.note == "Baker in #Lyon"
    assert [one.name for one in changed.source.fields] == ["Oven", "Bread"]
    assert quin.account_delete_avatar().avatar != changed.avatar
    assert quin.account_delete_header().header != changed.header

    assert quin.profile().display_name == "Quin"
    seen = quin.profile_update(display_name="Quin of Lyon", indexable=True, show_media=False)
    assert (seen.display_name, seen.indexable, seen.show_media) == ("Quin of Lyon", True, False)
    assert quin.me().display_name == "Quin of Lyon"
    assert quin.preferences()["posting:default:visibility"] == "public"

    quin.status_post("Kneading #sourdough again")
    featured = quin.featured_tag_create("sourdough")
    assert [one.name for one in quin.featured_tags()] == ["sourdough"]
    assert [one.name for one in quin.account_featured_tags(quin.me())] == ["sourdough"]
    quin.featured_tag_delete(featured)
    assert quin.tag_feature("rye").featuring
    assert not quin.tag_unfeature("rye").featuring
    assert quin.featured_tags() == []
