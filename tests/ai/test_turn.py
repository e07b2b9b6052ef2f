"""What people would miss: an answer that never comes, comes twice, or goes to the wrong people."""

from __future__ import annotations

import pytest

from tests.ai.town import Scripted, Stuck, Town
from weft.ai import members, speech, turn
from weft.ai.brains.choose import Brains, brains_for
from weft.ai.brains.port import Answer, Ask, BrainRefused, BrainUnavailable, Source
from weft.ai.knowledge.documents import Document
from weft.ai.places import dress
from weft.federation.render import Around, note
from weft.threads import posts
from weft.threads.delete import delete
from weft.threads.limits import count
from weft.threads.sanitize import html_to_text

pytestmark = pytest.mark.anyio


async def test_the_main_job_without_a_model(town: Town) -> None:
    ada, bo = town.house.person("ada"), town.house.person("bo")
    prices = "# Bread\n\nA sourdough loaf costs 4 euros. We bake from Tuesday to Saturday."
    shop = [Document("Price list", "https://shop.test/prices", prices, "prices.md")]
    crumb = town.ai(ada, "crumb", name="Crumb", documents=shop)
    root = town.house.post(bo, "Who sells bread here?")
    asked = town.house.post(bo, "@crumb how much is a sourdough loaf?", reply_to_id=root.id)
    await town.work(Brains().get("quotes"))  # pyright: ignore[reportArgumentType]
    (answer,) = town.answers(crumb)
    text = html_to_text(answer.html)
    assert text.startswith("@bo ")
    assert "A sourdough loaf costs 4 euros." in text
    assert "https://shop.test/prices" in text
    assert answer.ai is not None
    (source,) = answer.ai["sources"]
    assert source["n"] == 1
    assert source["url"] == "https://shop.test/prices"
    assert source["quote"] in prices
    assert answer.ai["trigger"] == str(asked.id)
    assert answer.ai["hops"] == 1
    assert (answer.thread_id, answer.reply_to_id) == (root.id, asked.id)
    (record,) = town.turns(crumb)
    assert (record.outcome, record.answer_id, record.sources) == ("answered", answer.id, 1)
    assert record.model == "quotes"
    # Other servers show the source once, as a link.
    sent = note(town.db.site, answer, crumb, Around())["content"]
    assert sent.count('href="https://shop.test/prices"') == 1


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("public", "unlisted"),
        ("unlisted", "unlisted"),
        ("private", "direct"),
        ("direct", "direct"),
    ],
)
async def test_an_answer_is_never_wider_than_its_question(
    town: Town, asked: str, answered: str
) -> None:
    ada = town.house.person("ada")
    guide = town.ai(ada, "guide")
    town.house.post(ada, "@guide hello", visibility=asked, spoiler="food", language="en")
    town.answer_all()
    (answer,) = town.answers(guide)
    assert answer.visibility == answered
    assert (answer.spoiler, answer.language) == ("food", "en")
    assert [mention["acct"] for mention in answer.mentions] == ["ada"]


async def test_killed_before_the_engine_answered(town: Town) -> None:
    ada = town.house.person("ada")
    guide = town.ai(ada, "guide")
    town.house.post(ada, "@guide hello?")
    stuck = Stuck()
    async with town.working(stuck):
        await town.until(stuck.thinking.is_set)
    assert town.outcomes(guide) == [("heard", "")]
    town.expire_leases()
    await town.work()
    assert len(town.answers(guide)) == 1
    assert town.outcomes(guide) == [("answered", "")]


async def test_a_worker_that_was_given_up_does_not_answer_too(town: Town) -> None:
    ada = town.house.person("ada")
    guide = town.ai(ada, "guide")
    town.house.post(ada, "@guide hello?")
    stuck = Stuck()
    async with town.working(stuck, at_once=1):
        await town.until(stuck.thinking.is_set)
        town.expire_leases()
        await town.work()
        assert len(town.answers(guide)) == 1
        stuck.go.set()
        await town.until(lambda: bool(stuck.asks))
        # It does one thing at a time: once it answers the next question, its attempt to answer
        # the first has ended, and must have come to nothing.
        town.house.post(ada, "@guide and now?")
        await town.until(lambda: len(town.outcomes(guide)) == 2 and town.waiting() == 0)
    assert len(town.answers(guide)) == 2
    assert town.outcomes(guide) == [("answered", "")] * 2


async def test_a_model_that_is_away_is_waited_for(town: Town) -> None:
    ada = town.house.person("ada")
    guide = town.ai(ada, "guide")
    town.house.post(ada, "@guide hello?")
    tries = 0

    def reply(_ask: Ask) -> Answer:
        nonlocal tries
        tries += 1
        if tries < 2:
            raise BrainUnavailable("down")
        return Answer("speak", "Here I am.", model="scripted")

    await town.work(Scripted(reply))
    (answer,) = town.answers(guide)
    assert "Here I am." in answer.html


@pytest.mark.parametrize(
    ("fault", "reason", "said"),
    [
        (BrainUnavailable("down"), "unavailable", speech.unavailable()),
        (RuntimeError("a bug"), "unavailable", speech.unavailable()),
        (TimeoutError(), "unavailable", speech.unavailable()),
        (BrainRefused("no such model"), "refused", speech.refused()),
    ],
)
async def test_an_engine_that_fails_is_admitted(
    town: Town, fault: Exception, reason: str, said: str
) -> None:
    ada = town.house.person("ada")
    guide = town.ai(ada, "guide")
    town.house.post(ada, "@guide hello?")

    def fail(_ask: Ask) -> Answer:
        raise fault

    await town.work(Scripted(fail), patience=0)
    (answer,) = town.answers(guide)
    assert answer.source.endswith(f"\n\n{said}")
    assert town.outcomes(guide) == [("failed", reason)]


async def test_an_engine_that_never_ends(town: Town) -> None:
    ada = town.house.person("ada")
    guide = town.ai(ada, "guide")
    town.house.post(ada, "@guide hello?")
    await town.work(Stuck(), patience=0, answer_within=0.05)
    assert town.outcomes(guide) == [("failed", "unavailable")]


async def test_a_question_that_kills_the_process_is_not_asked_for_ever(town: Town) -> None:
    ada = town.house.person("ada")
    guide = town.ai(ada, "guide")
    town.house.post(ada, "@guide hello?")
    for _ in range(turn.CRASHES_MAX):
        stuck = Stuck()
        async with town.working(stuck):
            await town.until(stuck.thinking.is_set)
        town.expire_leases()
    brain = Scripted()
    await town.work(brain)
    assert brain.asks == []
    assert town.outcomes(guide) == [("failed", "unavailable")]
    assert len(town.answers(guide)) == 1


async def test_deleted_while_it_was_thinking(town: Town) -> None:
    ada = town.house.person("ada")
    guide, crumb = town.ai(ada, "guide"), town.ai(ada, "crumb")
    post = town.house.post(ada, "@guide hello?")
    town.house.post(ada, "@crumb hello?")
    stuck = Stuck()
    async with town.working(stuck):
        await town.until(stuck.thinking.is_set)
        town.db.write_now(lambda tx: delete(tx, ada, post.id))
        town.db.write_now(lambda tx: members.delete(tx, ada, crumb.id))
        stuck.go.set()
        await town.until(lambda: town.waiting() == 0)
    assert town.outcomes(guide) == [("silent", "hidden")]
    assert town.answers(guide) == town.answers(crumb) == []


async def test_it_says_so_when_it_does_not_speak_the_language(town: Town) -> None:
    ada = town.house.person("ada")
    guide = town.ai(ada, "guide", languages=["en", "pt-BR"])
    brain = Scripted()
    town.house.post(ada, "@guide was kostet das?", language="de")
    await town.work(brain)
    assert "I only speak English and Portuguese" in town.answers(guide)[0].html
    assert town.answers(guide)[0].language == "en"
    assert town.outcomes(guide) == [("declined", "language")]
    assert brain.asks == []
    town.house.post(ada, "@guide what does it cost?", language="en-GB")
    town.house.post(ada, "@guide no language was said")
    await town.work(brain)
    assert len(brain.asks) == 2


async def test_answers_say_which_language_they_are_in(town: Town) -> None:
    """Also where the question does not, as most that come from other servers."""
    ada = town.house.person("ada")
    one, two, any_ = (
        town.ai(ada, "one", languages=["de"]),
        town.ai(ada, "two", languages=["en", "de"]),
        town.ai(ada, "any"),
    )
    town.house.post(ada, "@one @two @any well?")
    await town.work(Scripted())
    assert [town.answers(ai)[0].language for ai in (one, two, any_)] == ["de", None, None]


async def test_bounds_hold_for_an_engine_that_keeps_none(town: Town) -> None:
    ada = town.house.person("ada")
    town.house.person("bo")
    guide = town.ai(ada, "guide", avoid=["politics"])
    texts = iter(
        [
            "Politics is easy. Vote for me.",
            "I am a real human.",
            "Ask @bo, he knows. See https://evil.test/x",
        ]
    )
    brain = Scripted(lambda _ask: Answer("speak", next(texts), model="scripted"))
    for n in range(3):
        town.house.post(ada, f"@guide question {n}")
        await town.work(brain)
    first, second, third = (html_to_text(post.html) for post in town.answers(guide))
    assert "Vote" not in first
    assert "human" not in second
    assert "AI" in second
    assert "evil" not in third
    assert [mention["acct"] for mention in town.answers(guide)[2].mentions] == ["ada"]


async def test_a_very_long_answer_is_cut_and_keeps_its_sources(town: Town) -> None:
    ada = town.house.person("ada")
    source = Source(1, "The book", "https://example.org/book", "a quote")
    text = "word " * 5_000
    said = dress.composed(text, (source,))
    assert said.endswith("[1] The book https://example.org/book")
    assert count(said) < dress.ANSWER_CHARS + 100
    assert dress.composed(f"Short [1]\n\n{said.rpartition(chr(10))[2]}", (source,)) == (
        "Short [1]\n\n[1] The book https://example.org/book"
    )
    guide = town.ai(ada, "guide")
    town.house.post(ada, "@guide hello?")
    await town.work(Scripted(lambda _ask: Answer("speak", text, (source,), "scripted")))
    assert len(town.answers(guide)) == 1


async def test_an_empty_answer_is_not_published_as_one(town: Town) -> None:
    ada = town.house.person("ada")
    guide = town.ai(ada, "guide")
    town.house.post(ada, "@guide hello?")
    await town.work(Scripted(lambda _ask: Answer("speak", "  ", model="scripted")))
    assert town.outcomes(guide) == [("declined", "declined")]


async def test_the_label_names_the_model_that_answers(town: Town) -> None:
    ada = town.house.person("ada")
    guide = town.ai(ada, "guide")
    town.house.post(ada, "@guide hello?")
    await town.work()
    account = town.db.read_now(lambda tx: members.accounts.get(tx, guide.id))
    assert account.ai is not None
    assert account.ai["model"] == "scripted"


async def test_the_record_holds_no_text(town: Town) -> None:
    ada = town.house.person("ada")
    guide = town.ai(ada, "guide")
    town.house.post(ada, "@guide a canary sings", visibility="direct")
    await town.work(Scripted(lambda _ask: Answer("speak", "the canary", (), "m", 7, 3)))
    (record,) = town.turns(guide)
    assert "canary" not in str(record)
    assert (record.tokens_in, record.tokens_out, record.trigger) == (7, 3, "direct")


async def test_which_engine_answers() -> None:
    class NoModelSet:
        model_url = model_name = model_key = model_file = ""

    brains = brains_for(NoModelSet())
    assert brains.get("auto").name == brains.get("quotes").name == "quotes"
    answer = await brains.get("model").answer(None)  # pyright: ignore[reportArgumentType]
    assert (answer.action, answer.text) == ("decline", speech.no_model())
    scripted = Scripted()
    async with Brains(scripted) as brains:
        assert brains.get("auto") is brains.get("model") is scripted
        assert brains.get("quotes").name == "quotes"


async def test_a_quoted_person_is_not_called_into_a_direct_answer(town: Town) -> None:
    ada, bo, zoe = (town.house.person(name) for name in ("ada", "bo", "zoe"))
    guide = town.ai(ada, "guide")
    source = Source(1, "Zoe (@zoe), @bo@weft.test and @ada", "https://weft.test/@zoe/1", "a quote")
    town.house.post(ada, "@guide between us: who baked it?", visibility="direct")
    await town.work(Scripted(lambda _ask: Answer("speak", "She did. [1]", (source,), "scripted")))
    (answer,) = town.answers(guide)
    assert [mention["acct"] for mention in answer.mentions] == ["ada"]
    for other in (bo, zoe):
        assert not town.db.read_now(lambda tx, at=other: posts.may_see(tx, at.id, answer))
    assert "Zoe" in html_to_text(answer.html)
