"""What people and owners would miss: an AI that goes on after it was stopped, or over its budget; a draft
said twice, or without its owner; somebody in distress who gets an answer of a model.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from tests.ai.town import Scripted, Stuck, Town
from weft.ai import approving, members
from weft.ai.brains import prompt
from weft.ai.brains.port import Answer
from weft.ai.ending import conclude
from weft.ai.safety import approvals, budgets, capabilities, crisis, handoffs, switch
from weft.ai.safety.rules import Rules
from weft.ai.safety.tables import ai_usage
from weft.ai.said import Said
from weft.ai.turn import reserve
from weft.kernel.errors import Forbidden, WeftError
from weft.people.model import Account
from weft.people.tables import ai_choices
from weft.threads.model import Post
from weft.work import jobs

pytestmark = pytest.mark.anyio


def scripted(text: str = "An answer.", tokens: int = 0) -> Scripted:
    return Scripted(
        lambda _ask: Answer("speak", text, model="scripted", tokens_in=tokens, tokens_out=tokens)
    )


def bound(town: Town, owner: Account, ai: Account, **given: Any) -> None:
    town.db.write_now(lambda tx: members.bound(tx, owner, ai.id, given))


def texts(town: Town, ai: Account) -> list[str]:
    return [post.source or "" for post in town.answers(ai)]


# -- the kill switch ----------------------------------------------------------------------------


async def test_stopped_while_it_was_thinking_it_says_nothing(town: Town) -> None:
    ada = town.house.person("ada")
    guide = town.ai(ada, "guide")
    town.house.post(ada, "@guide hello?")
    stuck = Stuck()
    async with town.working(stuck):
        await town.until(stuck.thinking.is_set)
        town.db.write_now(switch.stop)
        stuck.go.set()
        await town.until(lambda: town.waiting() == 0)
    assert town.outcomes(guide) == [("silent", "stopped")]
    assert town.answers(guide) == []
    with pytest.raises(Forbidden):
        town.house.post(guide, "by a program, with a token")
    brain = Scripted()
    town.house.post(ada, "@guide and now?")
    await town.work(brain)
    assert brain.asks == []
    town.db.write_now(switch.start)
    town.house.post(ada, "@guide again?")
    await town.work(brain)
    assert len(town.answers(guide)) == 1


# -- somebody in danger -------------------------------------------------------------------------


async def test_somebody_in_distress_gets_the_card_and_no_model(town: Town) -> None:
    ada, bo = town.house.person("ada"), town.house.person("bo")
    guide = town.ai(ada, "guide", languages=["en"])
    brain = Scripted()
    town.house.post(bo, "@guide ich will nicht mehr leben", visibility="direct", language="de")
    await town.work(brain)
    assert brain.asks == []
    answer, notice = town.answers(guide)
    assert crisis.CARDS["de"][:60] in (answer.source or "")
    assert town.outcomes(guide) == [("answered", "crisis")]
    assert [one["acct"] for one in notice.mentions] == ["ada"]
    assert notice.visibility == "direct"
    assert "leben" not in (notice.source or "")
    assert "bo" not in (notice.source or "").replace("about", "").split()
    (row,) = town.db.read_now(lambda tx: handoffs.of(tx, guide.id))
    assert (row.reason, row.to_id, row.state) == ("crisis", ada.id, "open")


# -- minors -------------------------------------------------------------------------------------


def chose(town: Town, who: Account, *, minor: bool = False, characters: bool = True) -> None:
    town.db.write_now(
        lambda tx: tx.run(
            ai_choices.insert(), account_id=who.id, posts="show", characters=characters, minor=minor,
            keep=[], updated_at=tx.now,
        )
    )  # fmt: skip


async def test_characters_do_not_answer_minors(town: Town) -> None:
    ada, kid, aunt = (town.house.person(name) for name in ("ada", "kid", "aunt"))
    pirate, guide = town.ai(ada, "pirate", kind="character"), town.ai(ada, "guide")
    chose(town, kid, minor=True)
    chose(town, aunt, characters=False)
    for who in (kid, aunt):
        town.house.post(who, "@pirate ahoy, any treasure?")
    town.house.post(kid, "@guide any bread?")
    brain = scripted("I am in love with you, kiss me")
    await town.work(brain)
    assert town.outcomes(pirate) == [("silent", "not_for_asker")] * 2
    assert len(brain.asks) == 1
    assert "kiss" not in texts(town, guide)[0]
    assert "minor" not in prompt.build(brain.asks[0]).system


# -- budgets ------------------------------------------------------------------------------------


def used(town: Town, scope: str, key: str) -> tuple[int, int, int]:
    found = town.db.read_now(lambda tx: budgets.used(tx, scope, key, 2))
    return (found[0].turns, found[0].tokens, found[0].cost) if found else (0, 0, 0)


async def test_what_was_used_is_charged_once_and_to_everybody_it_counts_for(town: Town) -> None:
    ada, zoe = town.house.person("ada"), town.house.remote("zoe", "far.example")
    guide = town.ai(ada, "guide")
    rules = Rules(price_in=1.0, price_out=3.0)
    post = town.heard(zoe, "@guide hi", mentions=[guide])
    await town.work(scripted(tokens=100), rules=rules)  # pyright: ignore[reportArgumentType]
    expected = (1, 200, 400_000)
    for scope, key in (
        ("ai", str(guide.id)), ("owner", str(ada.id)), ("room", str(post.thread_id)),
        ("peer", "far.example"), ("server", ""),
    ):  # fmt: skip
        assert used(town, scope, key) == expected, scope
    assert town.turns(guide)[0].cost == 400_000


async def test_over_the_budget_no_engine_is_asked(town: Town) -> None:
    ada = town.house.person("ada")
    guide = town.ai(ada, "guide")
    brain = scripted(tokens=100)
    rules = Rules(limits={"ai.turns": 2})
    for n in range(3):
        town.house.post(ada, f"@guide question {n}")
        await town.work(brain, rules=rules)  # pyright: ignore[reportArgumentType]
    assert len(brain.asks) == 2
    assert town.outcomes(guide)[-1] == ("declined", "budget")
    assert "tomorrow" in texts(town, guide)[-1]


async def test_a_server_that_dies_neither_loses_nor_doubles_a_charge(town: Town) -> None:
    ada = town.house.person("ada")
    guide = town.ai(ada, "guide")
    town.house.post(ada, "@guide hello?")
    stuck = Stuck()
    async with town.working(stuck):
        await town.until(stuck.thinking.is_set)
    turns, tokens, _ = used(town, "ai", str(guide.id))
    assert turns == 1
    assert tokens >= budgets.PROMPT_TOKENS, "reserved before it was asked"
    town.expire_leases()
    await town.work(scripted(tokens=50))
    assert used(town, "ai", str(guide.id)) == (1, 100, 0)


CHEAP = Said("answered", text="x", tokens_in=1, tokens_out=1, model="m")


def test_a_hundred_at_once_do_not_pass_a_limit_for_ten(town: Town) -> None:
    ada = town.house.person("ada")
    guide = town.ai(ada, "guide")
    for n in range(25):
        town.house.post(ada, f"@guide question {n}")
    rules = Rules(limits={"ai.tokens": 10 * (budgets.PROMPT_TOKENS + 400)})
    claimed = town.db.write_now(lambda tx: jobs.claim(tx, "ai", "test", 100))
    ids = [turn.id for turn in town.turns(guide)]
    taken = [town.db.write_now(lambda tx, one=one: reserve(tx, one, rules, 400)) for one in ids]
    again = [
        town.db.write_now(lambda tx, one=one: reserve(tx, one, rules, 400)) for one in ids[:10]
    ]
    assert taken.count("") == 10
    assert again == [""] * 10
    for job in claimed:
        town.db.write_now(lambda tx, job=job: conclude(tx, job, int(job.payload["turn"]), CHEAP))
    total = town.db.read_now(
        lambda tx: tx.scalar(sa.select(ai_usage.c.tokens).where(ai_usage.c.scope == "ai"))
    )
    assert total == 20, "those that reserved, as they were used"


# -- approvals ----------------------------------------------------------------------------------


async def waiting_draft(town: Town) -> tuple[Account, Account, int]:
    ada, bo = town.house.person("ada"), town.house.person("bo")
    guide = town.ai(ada, "guide")
    bound(
        town,
        ada,
        guide,
        approval="always",
        competitors=[{"name": "Rivalo"}],
        links=["shop.example"],
    )
    town.house.post(bo, "@guide hello?")
    await town.work(scripted("A draft."))
    assert town.outcomes(guide) == [("waiting", "approval")]
    (draft,) = town.db.read_now(lambda tx: approvals.of(tx, guide.id))
    assert draft.text == "A draft."
    return ada, guide, draft.id


def to_bo(town: Town, guide: Account) -> list[Post]:
    return [post for post in town.answers(guide) if post.mentions[0]["acct"] == "bo"]


async def test_a_draft_is_said_once_when_its_owner_sends_it(town: Town) -> None:
    ada, guide, draft = await waiting_draft(town)
    assert to_bo(town, guide) == []
    done = town.db.write_now(lambda tx: approving.send(tx, ada, guide.id, draft))
    assert (done.state, done.draft) == ("sent", {})
    with pytest.raises(WeftError) as again:
        town.db.write_now(lambda tx: approving.send(tx, ada, guide.id, draft))
    assert again.value.status == 409
    (answer,) = to_bo(town, guide)
    assert "A draft." in (answer.source or "")
    assert town.outcomes(guide)[0][0] == "answered"


async def test_what_an_owner_writes_keeps_the_bounds(town: Town) -> None:
    ada, guide, draft = await waiting_draft(town)
    for wrong in ("I am a human", "Try Rivalo", "See https://evil.example/", ""):
        with pytest.raises(WeftError):
            town.db.write_now(lambda tx, text=wrong: approving.send(tx, ada, guide.id, draft, text))
    town.db.write_now(lambda tx: approving.send(tx, ada, guide.id, draft, "Better words."))
    assert "Better words." in (to_bo(town, guide)[0].source or "")


async def test_nobody_else_decides_and_what_is_rejected_is_never_said(town: Town) -> None:
    ada, guide, draft = await waiting_draft(town)
    eve = town.house.person("eve")
    with pytest.raises(Forbidden):
        town.db.write_now(lambda tx: approving.send(tx, eve, guide.id, draft))
    town.db.write_now(lambda tx: approving.reject(tx, ada, guide.id, draft))
    assert to_bo(town, guide) == []
    assert town.outcomes(guide) == [("silent", "rejected")]


async def test_a_draft_is_not_said_where_the_ai_may_not_speak_any_more(town: Town) -> None:
    ada, guide, draft = await waiting_draft(town)
    town.db.write_now(switch.stop)
    with pytest.raises(WeftError):
        town.db.write_now(lambda tx: approving.send(tx, ada, guide.id, draft))
    assert to_bo(town, guide) == []


async def test_the_first_ones_are_looked_at(town: Town) -> None:
    ada = town.house.person("ada")
    guide = town.ai(ada, "guide")
    bound(town, ada, guide, approval="first", first=1)
    town.house.post(ada, "@guide one")
    await town.work(scripted())
    (draft,) = town.db.read_now(lambda tx: approvals.of(tx, guide.id))
    town.db.write_now(lambda tx: approving.send(tx, ada, guide.id, draft.id))
    town.house.post(ada, "@guide two")
    await town.work(scripted())
    assert [outcome for outcome, _ in town.outcomes(guide)] == ["answered", "answered"]


# -- hours and persons --------------------------------------------------------------------------


async def test_outside_of_its_hours_it_says_once_when_it_is_back(town: Town) -> None:
    ada = town.house.person("ada")
    guide = town.ai(ada, "guide")
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).weekday()
    hours = {"zone": "UTC", "open": [{"days": [tomorrow], "start": "09:00", "end": "10:00"}]}
    bound(town, ada, guide, hours=hours)
    brain = Scripted()
    for n in range(2):
        town.house.post(ada, f"@guide hello {n}")
        await town.work(brain)
    assert brain.asks == []
    assert town.outcomes(guide) == [("declined", "closed_now"), ("silent", "closed_now")]
    assert "09:00 (UTC)" in texts(town, guide)[0]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("I want to talk to a human", "asked"),
        ("kann ich mit einem Menschen sprechen?", "asked"),
        ("this is a complaint", "words"),
    ],
    ids=["asked", "asked-de", "word"],
)
async def test_it_hands_over_by_its_owners_rule(town: Town, text: str, reason: str) -> None:
    ada, bo = town.house.person("ada"), town.house.person("bo")
    guide = town.ai(ada, "guide")
    bound(town, ada, guide, escalation={"words": ["complaint"]})
    brain = Scripted()
    for _ in range(2):
        town.house.post(bo, f"@guide {text}", visibility="direct")
        await town.work(brain)
    assert brain.asks == []
    rows = town.db.read_now(lambda tx: handoffs.of(tx, guide.id))
    assert {row.reason for row in rows} == {reason}
    assert "Ada" in texts(town, guide)[0]


async def test_nothing_a_model_writes_hands_over(town: Town) -> None:
    ada = town.house.person("ada")
    guide = town.ai(ada, "guide")
    town.house.post(ada, "@guide hello?")
    await town.work(scripted('{"action": "handoff"} handoff: @ada, escalate to a human please'))
    assert town.db.read_now(lambda tx: handoffs.of(tx, guide.id)) == []


# -- capabilities -------------------------------------------------------------------------------

BUY = capabilities.Capability("buy", changes_state=True, reaches_out=False)


@pytest.mark.parametrize("private", [True, False])
@pytest.mark.parametrize("untrusted", [True, False])
def test_the_rule_of_two(private: bool, untrusted: bool) -> None:
    holding = capabilities.Holding(private, untrusted)
    for act in (capabilities.SPEAK, capabilities.REACT, capabilities.HAND_OVER):
        given = capabilities.permit(holding, act)
        assert given.capability == act
        given.to(act)
        with pytest.raises(capabilities.NotPermitted):
            given.to(BUY)
    if private and untrusted:
        with pytest.raises(capabilities.NotPermitted):
            capabilities.permit(holding, BUY)
    else:
        assert capabilities.permit(holding, BUY).capability == BUY


def test_a_permit_is_not_made_by_hand() -> None:
    with pytest.raises(capabilities.NotPermitted):
        capabilities.Permit(BUY, object())


# -- what a prompt holds ------------------------------------------------------------------------


async def test_a_prompt_holds_no_secret(town: Town) -> None:
    ada, bo = town.house.person("ada"), town.house.person("bo")

    town.ai(ada, "guide", persona="A guide.")
    root = town.house.post(bo, "a public line")
    town.house.post(bo, "@ada a private canary", visibility="direct", reply_to_id=root.id)
    town.house.post(bo, "followers canary", visibility="private")
    town.house.post(ada, "@guide hello?", reply_to_id=root.id)
    brain = Scripted()
    await town.work(brain)
    built = prompt.build(brain.asks[0])
    whole = built.system + built.user
    assert "a public line" in whole
    assert "canary" not in whole
    assert "secret" not in whole
    assert "token" not in whole.lower()


async def test_a_guard_that_is_away(town: Town) -> None:
    class Away:
        async def check(self, question: str, answer: str | None = None) -> str:
            del question, answer
            raise OSError("no route")

        async def close(self) -> None: ...

    ada = town.house.person("ada")
    pirate, guide = town.ai(ada, "pirate", kind="character"), town.ai(ada, "guide")
    rules = Rules(guard=Away())  # pyright: ignore[reportArgumentType]
    brain = Scripted()
    town.house.post(ada, "@pirate ahoy?")
    await town.work(brain, rules=rules)  # pyright: ignore[reportArgumentType]
    town.house.post(ada, "@guide hello?")
    await town.work(brain, rules=rules, patience=0)  # pyright: ignore[reportArgumentType]
    assert brain.asks == []
    assert town.outcomes(pirate) == town.outcomes(guide) == [("failed", "unavailable")]
