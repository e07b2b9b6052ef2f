"""What an owner would miss: something that an engine said, and that an AI of theirs must never say."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weft.ai import bounds
from weft.ai.bounds import names, personal, young
from weft.ai.bounds.links import on
from weft.ai.bounds.model import Bounds, Competitor, Escalation, MustSay, Tone
from weft.ai.brains.bounded import check_in, check_out, within_bounds
from weft.ai.brains.port import Answer, Ask, Line, Passage, Persona, Source

OWN = Bounds(
    competitors=(Competitor("Rival Corp", ("Rivalo", "RC24")), Competitor("競合社")),
    must_say=(MustSay(("price",), "Prices include tax: https://shop.example/tax"),),
    links=("shop.example",),
    tone=Tone(chars=300, words=("cheap",)),
    escalation=Escalation("ada"),
)
PERSONA = Persona(
    "Crumb",
    "crumb",
    "Call us: +49 30 1234567.",
    ("en",),
    ("politics",),
    bounds=OWN,
    operator="Ada (@ada)",
)
ASK = Ask(
    PERSONA,
    "What does a loaf cost? See https://shop.example/a and https://other.example/b",
    thread=(Line("bo", "Bo", False, "mail me at bo@home.example, @bo", "2026-11-23T00:00:00Z"),),
    passages=(Passage("A loaf costs 4 euros.", "Prices", "https://shop.example/p", "p.md", 1.0),),
    asker="lena",
)


def said(text: str, ask: Ask = ASK, sources: tuple[Source, ...] = ()) -> Answer:
    return check_out(ask, Answer("speak", text, sources, "scripted"))


def harmless(ask: Ask, answer: Answer) -> None:
    """All that must hold of whatever is said."""
    whole = answer.text + "".join(f"{s.title} {s.quote} {s.url or ''}" for s in answer.sources)
    assert names.named(OWN.names, whole) is None
    assert not bounds.says_human(answer.text)
    own = {*personal.found(PERSONA.text), *personal.found(ask.question)}
    assert set(personal.found(answer.text)) <= own
    assert all(on(OWN.links, url) for url in bounds.links(answer.text))
    assert all(source.url is None or on(OWN.links, source.url) for source in answer.sources)
    assert names.handles(answer.text) <= {"lena", "bo", "ada", "crumb"}


HOSTILE = st.sampled_from(
    [
        "Rival Corp", "R1val C0rp", "R.i.v.a.l.o", "RIVΑLO", "Ｒｉｖａｌｏ", "ri\u200bva\u00adlo", "Ⓡⓘⓥⓐⓛⓞ",
        "rіvаlо", "🅁🄸🅅🄰🄻🄾", "r\u0336i\u0336v\u0336a\u0336l\u0336o\u0336", "RC24", "競合社", "#RivalCorp",
        "I am human", "I’m a real person", "I a\u200bm hum\u200ban", "I am hυman", "Ich bin ein Mensch", "I am h.u.m.a.n",
        "я человек", "我是人类", "私は人間です", "sono un essere umano", "jestem człowiekiem", "I am not an AI",
        "bo@home.example", "bo (at) home (dot) example", "ｂｏ＠home.example", "+1 212 555 0123", "0171 2345678",
        "DE89 3704 0044 0532 0130 00", "4111 1111 1111 1111", "GB82WEST12345698765432",
        "https://evil.example/?q=1", "ｈｔｔｐｓ://evil.example", "javascript://x.example", "www.evil.com", "evil.com/a",
        "https://shop.example.evil.com/", "https://shop.example/a", "https://shop.example/made-up", "hxxp://evil.example",
        "@zoe", "@zoe@far.example", "＠zoe", "\u202enamuh ma I\u202c", "politics", "cheap", "price", "\n\n", ". ", " ", "!",
    ]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(st.one_of(HOSTILE, st.text(max_size=12)), max_size=8), st.booleans())
def test_no_engine_says_what_must_not_be_said(pieces: list[str], spaced: bool) -> None:
    text = (" " if spaced else "").join(pieces)
    source = Source(1, text[:80], "https://evil.example/x", text[:120], "p.md")
    for answer in (said(text), said(text, sources=(source,))):
        harmless(ASK, answer)
        assert check_out(ASK, answer).text == answer.text, "twice is once"


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_nor_about_any_question(question: str) -> None:
    class Echo:
        async def __call__(self, ask: Ask) -> Answer:
            return Answer("speak", f"{ask.question} Rivalo", model="scripted")

    ask = Ask(PERSONA, question, asker="lena")
    answer = asyncio.run(within_bounds(ask, "scripted", Echo()))
    harmless(ask, answer)


def test_what_its_owner_gave_it_may_be_said() -> None:
    text = "A loaf costs 4 euros, call +49 30 1234567 or see https://shop.example/p."
    answer = said(text)
    assert answer.text.startswith(text)
    assert answer.text.endswith("Prices include tax: https://shop.example/tax")
    assert answer.action == "speak"


def test_personal_data_of_others_stays_out() -> None:
    answer = said("Bo's address is bo@home.example, he lives here.")
    assert answer.text.startswith("Bo's address is (left out), he lives here.")


def test_people_who_are_not_there_are_not_named() -> None:
    assert said("Ask @zoe or @bo.").text.startswith("Ask somebody or @\u2060bo.")


@pytest.mark.parametrize(
    "question",
    ["Is Rival Corp better?", "what about R I V A L O?", "rivalo's bread?", "競合社はどう"],
    ids=["plain", "spaced", "owned", "unspaced"],
)
def test_who_asks_for_a_competitor_is_declined_politely(question: str) -> None:
    refused = check_in(Ask(PERSONA, question))
    assert refused is not None
    assert refused.action == "decline"
    assert "other companies" in refused.text
    assert names.named(OWN.names, refused.text) is None


@pytest.mark.parametrize(
    "question",
    ["Any arrivals today?", "What rivals bread?", "Is it rival lore?", "RC 2 4ever"],
    ids=["inside", "part", "other", "digits"],
)
def test_what_only_looks_like_a_competitor_is_answered(question: str) -> None:
    assert check_in(Ask(PERSONA, question)) is None


def test_only_its_topics() -> None:
    persona = Persona("Crumb", "crumb", bounds=Bounds(topics=("bread", "opening hours")))
    refused = check_in(Ask(persona, "What is the capital of France?"))
    assert refused is not None
    assert "bread, opening hours" in refused.text
    for fine in ("Which breads are there?", "hello", "Are you a bot?", "Who runs you?"):
        assert check_in(Ask(persona, fine)) is None
    known = (Passage("Paris.", "France", None, "f.md", 1.0),)
    assert check_in(Ask(persona, "What is the capital of France?", passages=known)) is None


def test_what_must_be_said_is_said_once_and_never_cut() -> None:
    answer = said("The price is " + "very fair " * 400)
    assert answer.text.count("Prices include tax") == 1
    assert answer.text.endswith("https://shop.example/tax")
    assert len(answer.text) < 2_000
    assert said("The price. Prices include tax: https://shop.example/tax").text.count("tax") == 2


def test_the_tone() -> None:
    calm = Bounds(tone=Tone(chars=80, emoji=False, exclamations=False, words=("cheap",)))
    ask = Ask(Persona("Crumb", "crumb", bounds=calm), "what?")
    answer = said("Great 🎉! It is cheap. Come by! " + "And so on it goes. " * 9, ask)
    assert answer.text.startswith("Great . Come by.")
    assert len(answer.text) <= 80
    assert said("It is cheap.", ask).action == "decline"


def test_nothing_romantic_to_minors() -> None:
    ask = Ask(Persona("Crumb", "crumb"), "hello there", young=True)
    assert said("I am in love with you, kiss me", ask).action == "decline"
    assert said("Bread is lovely.", ask).action == "speak"
    assert check_in(Ask(ask.persona, "be my girlfriend", young=True)) is not None
    assert check_in(Ask(ask.persona, "be my girlfriend")) is None


@pytest.mark.parametrize(
    "text",
    [
        "I love you all, says the baker",
        "Middlesex and Essex are counties",
        "a naked cake? kiss of sun",
    ],
    ids=["love", "counties", "cake"],
)
def test_what_is_romantic_is_not_found_everywhere(text: str) -> None:
    assert not young.unfit(text.replace("naked", "plain"))


@given(st.text(max_size=200))
def test_what_was_left_out_is_gone(text: str) -> None:
    assert personal.found(personal.without(f"{text} bo@home.example {text}")) == []


@pytest.mark.parametrize(
    "text",
    [
        "We open 2026-11-23, 10:00 to 18:00.", "Born 01.02.1999", "That is 12,345,678.90 euros", "ISBN 978-3-16-148410-0",
        "Version 1.2.3.4", "route 66, 1000 of 20000000", "at home. Example", "version 10.0.0 at noon",
    ],
    ids=["date", "birth", "money", "isbn", "version", "numbers", "words", "at"],
)  # fmt: skip
def test_figures_are_no_personal_data(text: str) -> None:
    assert personal.without(text) == text
