"""Who may sign in, and what a sign-up is told."""

from __future__ import annotations

import pytest

from tests.conftest import House
from weft.kernel.errors import Invalid
from weft.people import credentials
from weft.people.credentials import SignUpRefused


def test_a_member_signs_in_by_address_or_handle(house: House) -> None:
    ada = house.person("ada")
    hashed = credentials.hash_password("correct horse")
    house.db.write_now(lambda tx: credentials.enrol(tx, ada, "Ada@Weft.test", hashed))
    for name in ("ada@weft.test", "ADA@weft.test ", "ada", "@Ada"):
        held = house.db.read_now(lambda tx, name=name: credentials.by_login(tx, name))
        assert held is not None
        assert held.account_id == ada.id
        assert credentials.verify_password(held.password_hash, "correct horse")
        assert not credentials.verify_password(held.password_hash, "wrong horse")
    assert house.db.read_now(lambda tx: credentials.by_login(tx, "nobody")) is None
    assert not credentials.verify_password(None, "nobody has this password")


def test_an_address_belongs_to_one(house: House) -> None:
    ada, bo = house.person("ada"), house.person("bo")
    house.db.write_now(lambda tx: credentials.enrol(tx, ada, "a@weft.test", "x"))
    with pytest.raises(Invalid, match="taken"):
        house.db.write_now(lambda tx: credentials.enrol(tx, bo, "A@weft.test", "x"))
    with pytest.raises(Invalid, match="valid"):
        house.db.write_now(lambda tx: credentials.enrol(tx, bo, "no address", "x"))


def test_a_sign_up_hears_of_all_that_is_wrong_at_once(house: House) -> None:
    house.person("ada")
    with pytest.raises(SignUpRefused) as refused:
        house.db.read_now(
            lambda tx: credentials.check_sign_up(tx, "Ada", "x", "short", agreement=False)
        )
    codes = {field: problems[0]["error"] for field, problems in refused.value.details.items()}
    assert codes == {
        "username": "ERR_TAKEN",
        "email": "ERR_INVALID",
        "password": "ERR_TOO_SHORT",
        "agreement": "ERR_ACCEPTED",
    }
    assert refused.value.text.startswith("Validation failed: Username has already been taken, ")


def test_preferences_change_one_by_one(house: House) -> None:
    ada = house.person("ada")
    house.db.write_now(lambda tx: credentials.enrol(tx, ada, "a@weft.test", "x"))
    house.db.write_now(lambda tx: credentials.prefer(tx, ada.id, visibility="private"))
    after = house.db.write_now(lambda tx: credentials.prefer(tx, ada.id, language="de"))
    assert after == {"visibility": "private", "language": "de"}
