"""What people would miss: an AI that talks because its model could not be understood."""

from __future__ import annotations

import pytest

from weft.ai.brains import judge, prompt
from weft.ai.brains.port import Answer, Ask, Passage, Persona
from weft.ai.brains.quotes import QuotesBrain

CASES = {
    "speaks": ('{"act": "speak", "text": "At six."}', ("speak", "At six."), ("speak", "At six.")),
    "in a fence": (
        'Sure!\n```json\n{"act": "speak", "text": "At six."}\n```',
        ("speak", "At six."),
        ("speak", "At six."),
    ),
    "silent": ('{"act": "silent"}', ("silent", ""), ("silent", "")),
    "reacts": ('{"act": "react", "text": "👍"}', ("react", "👍"), ("react", "👍")),
    "empty": ('{"act": "speak", "text": " "}', ("silent", ""), ("silent", "")),
    "another act": ('{"act": "sing", "text": "la"}', ("silent", ""), ("silent", "")),
    "cut off": ('{"act": "speak", "text": "At', ("silent", ""), ("silent", "")),
    "plain words": ("At six.", ("silent", ""), ("speak", "At six.")),
}


@pytest.mark.parametrize(("text", "unasked", "meant"), CASES.values(), ids=CASES.keys())
def test_unasked_it_fails_closed_and_open_when_it_was_meant(
    text: str, unasked: tuple[str, str], meant: tuple[str, str]
) -> None:
    assert judge.read(text, "unasked") == unasked
    assert judge.read(text, "meant") == meant
    assert judge.read(text, "called") == ("speak", text)


def test_it_is_told_that_nobody_called_it() -> None:
    persona = Persona("Guide", "guide")
    told = {
        call: prompt.build(Ask(persona, "It rains.", asker="bo", call=call)).system
        for call in ("called", "meant", "unasked")
    }
    assert "JSON" not in told["called"]
    assert '{"act": "silent"}' in told["meant"]
    assert "Nobody called you" in told["unasked"]


@pytest.mark.anyio
async def test_quotes_speak_unasked_only_when_they_know() -> None:
    persona = Persona("Guide", "guide", kind="character", text="Says: Hello there!")
    knows = Passage("The station opens at six.", "Station", confidence=1.0)
    brain = QuotesBrain()

    async def said(*passages: Passage) -> Answer:
        return await brain.answer(
            Ask(persona, "when does the station open?", passages=passages, call="unasked")
        )

    assert (await said(knows)).action == "speak"
    assert (await said()).action == "decline"  # which a turn that nobody asked for does not say
