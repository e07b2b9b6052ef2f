"""Who asks not to be fed to AIs is not, unless they ask one themselves."""

from __future__ import annotations

from tests.ai.test_context import ask_of, texts
from tests.ai.town import Town
from weft.threads import profiles
from weft.threads.profiles import Changes


def test_no_ai_is_in_no_prompt_but_its_authors_own(town: Town) -> None:
    house = town.house
    ada, bo = house.person("ada"), house.person("bo")
    guide = town.ai(ada, "guide")
    root = house.post(bo, "read me")
    secret = house.post(bo, "do not read me", reply_to_id=root.id, signals=("noai",))
    asked = house.post(ada, "@guide@weft.test why?", reply_to_id=secret.id)
    assert texts(ask_of(town, guide, asked)) == ["read me"]
    # Nor when there is nothing else to answer.
    bare = house.post(ada, "@guide@weft.test", reply_to_id=secret.id)
    assert "do not read me" not in str(ask_of(town, guide, bare))
    own = house.post(bo, "@guide@weft.test and you?", reply_to_id=secret.id, signals=("noai",))
    told_by_bo = ask_of(town, guide, own)
    assert told_by_bo.question == "and you?"
    assert "do not read me" in texts(told_by_bo)
    house.db.write_now(lambda tx: profiles.change(tx, bo, Changes(signals=["noai"])))
    assert texts(ask_of(town, guide, asked)) == []
