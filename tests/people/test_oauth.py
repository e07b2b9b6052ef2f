"""Apps, codes, tokens, sessions: what must never work, and what must."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import House
from weft.kernel.errors import Invalid
from weft.people import accounts, apps, oauth
from weft.people.apps import OOB, App, covers, parse_scopes
from weft.people.model import Account
from weft.people.oauth import s256
from weft.work import events

BACK = "https://app.test/back"


def app(house: House, **more: object) -> App:
    return house.db.write_now(
        lambda tx: apps.create(tx, "App", [BACK, OOB], scopes="read write", **more)  # pyright: ignore[reportArgumentType]
    )


@pytest.mark.parametrize(
    ("held", "wanted", "may"),
    [
        ("read", "read:accounts", True),
        ("read:accounts", "read:accounts", True),
        ("read:accounts", "read", False),
        ("read:accounts", "read:statuses", False),
        ("write", "read:accounts", False),
        ("follow", "write:follows", True),
        ("follow", "read:mutes", True),
        ("follow", "write:statuses", False),
        ("admin:read", "admin:read:accounts", True),
        ("admin:read", "admin:write:accounts", False),
        ("read", "readings", False),
    ],
)
def test_a_scope_covers_its_parts(held: str, wanted: str, may: bool) -> None:
    assert covers(frozenset({held}), wanted) is may


@given(st.text(max_size=60))
def test_only_known_scopes_are_scopes(text: str) -> None:
    parsed = parse_scopes(text)
    assert parsed is None or parsed <= apps.SCOPES


@pytest.mark.parametrize(
    "uri",
    ["", "nonsense", "javascript:alert(1)", "https://a.test/#x", "https://", "data:,x", "a b:c"],
)
def test_an_app_cannot_ask_to_go_just_anywhere(house: House, uri: str) -> None:
    with pytest.raises(Invalid):
        house.db.write_now(lambda tx: apps.create(tx, "App", [uri]))


@pytest.mark.parametrize(
    "uri", [OOB, BACK, "icecubesapp://", "app.tusky://oauth", "http://127.0.0.1:1/"]
)
def test_known_ways_back_are_good(house: House, uri: str) -> None:
    made = house.db.write_now(lambda tx: apps.create(tx, "App", [uri]))
    assert made.redirect_uris == [uri]
    assert house.db.read_now(lambda tx: apps.by_client_id(tx, made.client_id)) == made


def test_a_code_is_good_once(house: House) -> None:
    ada, one = house.person("ada"), app(house)
    code = house.db.write_now(
        lambda tx: oauth.create_grant(tx, one, ada.id, "read", redirect_uri=BACK, challenge=None)
    )

    def use(secret: str | None = "shown"):
        return house.db.write_now(
            lambda tx: oauth.exchange(tx, one, code, BACK, verifier=None, secret=secret)
        )

    issued = use()
    assert issued is not None
    bearer = house.db.read_now(lambda tx: oauth.token_owner(tx, issued.token))
    assert bearer is not None
    assert bearer.account == house.db.read_now(lambda tx: accounts.get(tx, ada.id))
    assert bearer.scopes == {"read"}
    assert use() is None


@pytest.mark.parametrize(
    "wrong", ["verifier", "no verifier", "address", "app", "time", "no secret"]
)
def test_a_code_that_does_not_fit_is_spent(house: House, wrong: str) -> None:
    ada, one, other = house.person("ada"), app(house), app(house)
    verifier = "v" * 43
    challenge = None if wrong == "no secret" else s256(verifier)
    code = house.db.write_now(
        lambda tx: oauth.create_grant(
            tx, one, ada.id, "read", redirect_uri=BACK, challenge=challenge
        )
    )

    def attempt(tx: oauth.Tx) -> oauth.Issued | None:
        if wrong == "time":
            tx.now += oauth.CODE_LIFE
        shown = {"verifier": "w" * 43, "no verifier": None}.get(wrong, verifier)
        return oauth.exchange(
            tx,
            other if wrong == "app" else one,
            code,
            OOB if wrong == "address" else BACK,
            verifier=shown,
            secret=None,
        )

    assert house.db.write_now(attempt) is None
    right = house.db.write_now(
        lambda tx: oauth.exchange(tx, one, code, BACK, verifier=verifier, secret="s")
    )
    assert right is None


def test_pkce_stands_in_for_the_secret(house: House) -> None:
    # The example of RFC 7636, appendix B.
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert s256(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    ada, one = house.person("ada"), app(house)
    code = house.db.write_now(
        lambda tx: oauth.create_grant(
            tx, one, ada.id, "read", redirect_uri=BACK, challenge=s256(verifier)
        )
    )
    assert house.db.write_now(
        lambda tx: oauth.exchange(tx, one, code, BACK, verifier=verifier, secret=None)
    )


def test_a_challenge_that_was_taken_out_on_the_way_is_missed(house: House) -> None:
    """The app sent one (it has a verifier), so somebody stands between (RFC 9700, 2.1.1)."""
    ada, one = house.person("ada"), app(house)
    code = house.db.write_now(
        lambda tx: oauth.create_grant(tx, one, ada.id, "read", redirect_uri=BACK, challenge=None)
    )
    taken = house.db.write_now(
        lambda tx: oauth.exchange(tx, one, code, BACK, verifier="w" * 43, secret="shown")
    )
    assert taken is None


def test_a_revoked_token_is_nobodys_and_streams_hear_of_it(house: House) -> None:
    ada = house.person("ada")
    issued = house.db.write_now(lambda tx: oauth.issue(tx, "read", account_id=ada.id, app_id=None))
    bearer = house.db.read_now(lambda tx: oauth.token_owner(tx, issued.token))
    assert bearer is not None
    assert house.db.write_now(lambda tx: oauth.revoke(tx, issued.token)) is True
    assert house.db.write_now(lambda tx: oauth.revoke(tx, issued.token)) is False
    assert house.db.read_now(lambda tx: oauth.token_owner(tx, issued.token)) is None
    told = [
        e for e in house.db.read_now(lambda tx: events.after(tx, 0)) if e.kind == "token.revoked"
    ]
    assert [(e.actor_id, e.subject_id) for e in told] == [(ada.id, bearer.token_id)]


def test_a_suspended_member_has_no_way_in(house: House) -> None:
    ada = house.person("ada")
    issued = house.db.write_now(lambda tx: oauth.issue(tx, "read", account_id=ada.id, app_id=None))
    key = house.db.write_now(lambda tx: oauth.open_session(tx, ada.id))
    house.db.write_now(lambda tx: accounts.update(tx, ada.id, suspended_at=tx.now))
    bearer = house.db.read_now(lambda tx: oauth.token_owner(tx, issued.token))
    assert bearer is not None
    assert bearer.trouble == "Your login is currently disabled"
    assert house.db.read_now(lambda tx: oauth.session_owner(tx, key)) is None


def test_everything_ends_at_once(house: House) -> None:
    ada = house.person("ada")
    tokens = [
        house.db.write_now(lambda tx: oauth.issue(tx, "read", account_id=ada.id, app_id=None)).token
        for _ in range(3)
    ]
    key = house.db.write_now(lambda tx: oauth.open_session(tx, ada.id))
    assert house.db.write_now(lambda tx: oauth.revoke_all(tx, ada.id)) == 3
    for token in tokens:
        assert house.db.read_now(lambda tx, token=token: oauth.token_owner(tx, token)) is None
    assert house.db.read_now(lambda tx: oauth.session_owner(tx, key)) is None


def test_a_session_ends_by_itself_and_is_swept(house: House) -> None:
    ada = house.person("ada")
    key = house.db.write_now(lambda tx: oauth.open_session(tx, ada.id))

    def later(tx: oauth.Tx) -> Account | None:
        tx.now += oauth.SESSION_LIFE
        return oauth.session_owner(tx, key)

    assert house.db.read_now(lambda tx: oauth.session_owner(tx, key)) is not None
    assert house.db.read_now(later) is None
    house.db.write_now(oauth.prune)
    assert house.db.read_now(lambda tx: oauth.session_owner(tx, key)) is not None
    house.db.write_now(lambda tx: oauth.close_session(tx, key))
    assert house.db.read_now(lambda tx: oauth.session_owner(tx, key)) is None


def test_what_strangers_register_does_not_stay_for_ever(house: House) -> None:
    ada = house.person("ada")
    unused, asked, own, used = (app(house) for _ in range(4))

    def use(tx: oauth.Tx) -> None:
        oauth.create_grant(tx, asked, ada.id, "read", redirect_uri=BACK, challenge=None)
        oauth.issue(tx, "read", account_id=None, app_id=own.id)
        oauth.issue(tx, "read", account_id=ada.id, app_id=used.id)

    def left(later: int) -> list[apps.App]:
        def look(tx: oauth.Tx) -> list[apps.App]:
            tx.now += later
            oauth.prune(tx)
            return [one for one in (unused, asked, own, used) if apps.by_id(tx, one.id)]

        return house.db.write_now(look)

    house.db.write_now(use)
    assert left(0) == [unused, asked, own, used]
    assert left(oauth.UNUSED_APP_KEEP + 1) == [own, used]  # the code ran out, too
    assert left(oauth.OWN_TOKEN_KEEP + 1) == [used]


def test_an_app_keeps_few_tokens_for_itself(house: House) -> None:
    one = app(house)
    issued = [
        house.db.write_now(lambda tx: oauth.issue(tx, "read", account_id=None, app_id=one.id))
        for _ in range(oauth.OWN_TOKENS_MAX + 2)
    ]
    good = [
        house.db.read_now(lambda tx, at=made.token: oauth.token_owner(tx, at)) is not None
        for made in issued
    ]
    assert good == [False, False, *[True] * oauth.OWN_TOKENS_MAX]
