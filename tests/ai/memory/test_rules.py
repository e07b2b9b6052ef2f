"""What people would miss: that it noted what they said of themselves; and, more, that it noted nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weft.ai.memory import extract, own_words, rules, sensitive
from weft.ai.memory.model import NOTE_CHARS, Found


def texts(text: str) -> list[str]:
    return [note.text for note in rules.found(text)]


@pytest.mark.parametrize(
    ("text", "noted"),
    [
        ("Hi! My name is Ada. What's yours?", ["My name is Ada"]),
        (
            "@guide my name's Ada and I live in Berlin",
            ["my name's Ada", "I live in Berlin"],
        ),
        ("call me Bo, please", ["call me Bo, please"]),
        ("I work as a baker, my wife as a teacher", ["I work as a baker"]),
        (
            "My favourite bread is rye and I prefer tea.",
            ["My favourite bread is rye", "I prefer tea"],
        ),
        ("I prefer tea, but my boss prefers coffee", ["I prefer tea"]),
        ("I live in St. Gallen", ["I live in St. Gallen"]),
        ("My birthday is 3 May", ["My birthday is 3 May"]),
        ("Please remember that I take my tea black.", ["I take my tea black"]),
        ("Remember that I'm allergic to nuts.", ["I'm allergic to nuts"]),
        ("Ich heiße Jörg und ich wohne in Köln", ["Ich heiße Jörg", "ich wohne in Köln"]),
        ("Mein Lieblingsbrot ist Roggen", ["Mein Lieblingsbrot ist Roggen"]),
        ("Merk dir, dass ich Nüsse hasse!", ["ich Nüsse hasse"]),
        (
            "Je m’appelle Zoé et j’habite à Lyon.",
            ["Je m’appelle Zoé", "j’habite à Lyon"],
        ),
        ("Je préfère le pain noir", ["Je préfère le pain noir"]),
        ("Me llamo Ana y vivo en Sevilla", ["Me llamo Ana", "vivo en Sevilla"]),
        ("Recuerda que soy vegetariana", ["soy vegetariana"]),
        ("Mi color favorito es el azul", ["Mi color favorito es el azul"]),
    ],
    ids=lambda value: value[:24] if isinstance(value, str) else "",
)
def test_what_somebody_says_of_themselves(text: str, noted: list[str]) -> None:
    assert texts(text) == noted


@pytest.mark.parametrize(
    "text",
    [
        "Bob said my name is Zed",
        "He told me: I live in Rome",
        "If my name is Ada, then what?",
        "Imagine my name is Ada",
        "Is it true that I live in Rome?",
        "¿Recuerdas que me llamo Ana?",
        "Do you remember that I live in Rome?",
        "My name is Ada lol",
        "I live in a shoe /j",
        "Ich wohne auf dem Mond, Scherz!",
        "je m'appelle Napoléon 😂",
        '"My name is Bob" is a song by Bob',
        "„Ich heiße Bob“ steht auf dem Schild",
        "call me later",
        "My point is that you are wrong",
        "Meine Frage ist eine andere",
        "My sister is ill",
        "My wife is called Eva",
        "Remember that Karl is gay",
        "Remember that my boss is a liar",
        "Mein Mann ist Bäcker",
        "Mi madre es alta",
        "I prefer @bo@weft.test to you",
        "I'm allergic to nuts",
        "Ich bin allergisch gegen Nüsse",
        "I live in 12 Main Street",
        "I live in Baker Street",
        "Ich wohne in der Gartenstraße",
        "I live in Berlin 10115",
        "I work for 4000 euros a month",
        "My religion is my own",
        "My vote is for the greens",
        "My number is +49 30 123456",
        "My e-mail is ada@weft.test",
        "I prefer women, I'm gay",
        "Nobody calls me by name",
    ],
)
def test_what_is_not_to_be_noted(text: str) -> None:
    assert texts(text) == []


@pytest.mark.parametrize(
    "html",
    [
        "<blockquote><p>My name is Bob</p></blockquote><p>what do you think</p>",
        "<blockquote><blockquote><p>My name is Bob</p></blockquote>so</blockquote><p>hm</p>",
        "<pre><code>my name is Bob</code></pre>",
        '<p class="quote-inline">RE: my name is Bob</p><p>nice</p>',
        "<p>&gt; My name is Bob</p><p>nice</p>",
    ],
    ids=["quote", "nested", "code", "inline", "mail"],
)
def test_what_somebody_else_said_is_not_theirs(html: str) -> None:
    assert "Bob" not in own_words.own_text(html)
    assert texts(own_words.own_text(html)) == []


@pytest.mark.parametrize(
    "text",
    ["I have diabetes", "Ich bin schwanger", "je suis catholique", "soy lesbiana", "I voted Labour",
     "meine Schulden", "j'habite rue Monge", "mi teléfono"],
)  # fmt: skip
def test_sensitive_in_four_languages(text: str) -> None:
    assert sensitive.touched(text)


@pytest.mark.parametrize(
    "text", ["I live in Berlin", "my dog is called Rex", "I prefer rye bread", "vivo en Sevilla",
             "My birthday is 3 May", "j'habite à Lyon", "ich arbeite als Bäckerin"],
)  # fmt: skip
def test_what_is_not_sensitive(text: str) -> None:
    assert not sensitive.touched(text)


VOCABULARY = (
    "my name is Ada I live in Berlin and , . ? ! “ ” remember that prefer said lol @bo ich heiße 🙂"
)
_words = st.sampled_from(["\n", '"', *VOCABULARY.split()])


@given(st.lists(_words, max_size=30).map(" ".join))
def test_a_note_stands_in_the_message_word_for_word(text: str) -> None:
    for note in rules.found(text):
        assert note.text in text
        assert 0 < len(note.text) <= NOTE_CHARS
        assert own_words.stands(note.text, text)


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    rules.found(own_words.own_text(text))


# -- what a model proposes ---------------------------------------------------------------------

MESSAGE = "I bake rye on Sundays. Eva said I live in Rome. Do I like jazz? I collect stamps, and I have diabetes."


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("preference: I bake rye on Sundays", ["I bake rye on Sundays"]),
        ("- fact: I collect stamps.", ["I collect stamps"]),
        ('fact: "I bake rye on Sundays"', ["I bake rye on Sundays"]),
        ("fact: I bake rye on Mondays", []),
        ("fact: The author bakes rye", []),
        ("fact: rye on Sundays", []),
        ("fact: I live in Rome", []),
        ("fact: I like jazz", []),
        ("fact: I have diabetes", []),
        ("secret: I collect stamps", []),
        ("I collect stamps", []),
        ("fact: I collect stamps\nfact: I collect stamps", ["I collect stamps"]),
        ("none", []),
        ("", []),
    ],
)
def test_a_model_proposes_and_its_words_are_checked(line: str, kept: list[str]) -> None:
    assert [one.text for one in extract.verified(line, MESSAGE, [])] == kept


def test_what_rules_found_is_not_noted_twice() -> None:
    known = [Found("fact", "I collect stamps")]
    assert extract.verified("fact: I collect stamps", MESSAGE, known) == []


def test_what_was_asked_for_may_be_sensitive() -> None:
    text = "Remember that I have diabetes and I bake"
    known = rules.found(text)
    assert [one.text for one in known] == ["I have diabetes and I bake"]
    assert own_words.stands("I have diabetes", text)
