"""How well an AI without a model tells what it knows from what it does not, on real documentation.

    python bench/knowledge/measure.py mastodon=DOCS/content/en ollama=DOCS/docs ...

Each project's documents are given by path; a project with a file of questions beside this script
(``questions/NAME.txt``: question|parts of the names of files that answer it) is asked these, what is asked
of the other projects, and ``questions/foreign.txt``. A question with a * before it would make sense for others
too, so others are asked it with its project's name only ("... in Ollama?"). Headings are asked as questions too. For
each project: the share answered of its own questions (and with a passage from the right file), of its
headings, of the others' (with and without their name) and of foreign ones.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from pathlib import Path

from weft.ai.brains import quotes
from weft.ai.knowledge.bm25 import Index
from weft.ai.knowledge.chunks import passages
from weft.ai.knowledge.documents import Document, read_folder
from weft.ai.knowledge.words import informative

HERE = Path(__file__).parent / "questions"
NAMES = {"openwebui": "Open WebUI", "gotosocial": "GoToSocial"}
HEADINGS = 80


def questions(name: str) -> list[tuple[str, tuple[str, ...], bool]]:
    """(question, where its answer stands, whether it makes sense for this project alone)"""
    found: list[tuple[str, tuple[str, ...], bool]] = []
    for line in (HERE / f"{name}.txt").read_text("utf-8").splitlines():
        question, *places = line.split("|")
        if question:
            found.append((question.lstrip("*"), tuple(places), question[0] != "*"))
    return found


def headings(documents: list[Document]) -> list[tuple[str, str]]:
    """Every so many of the headings that say something, as questions, with their documents."""
    found: dict[str, str] = {}
    for document in documents:
        for heading in re.findall(r"^#{1,6} (.+)$", document.text, re.MULTILINE):
            words = heading.split()
            if 2 <= len(words) <= 8 and len(informative(heading)) >= 2 and heading.isascii():
                found.setdefault(_asked(heading), document.source)
    step = max(1, len(found) // HEADINGS)
    return list(found.items())[::step][:HEADINGS]


def _asked(heading: str) -> str:
    heading = heading.rstrip(".:")
    if heading.endswith("?"):
        return heading
    first, _, rest = heading.partition(" ")
    if first.endswith("ing") and len(first) > 5:
        return f"What about {first.lower()} {rest}?"
    return f"How does {heading} work?"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("docs", nargs="+", metavar="NAME=FOLDER")
    parser.add_argument("--show", action="store_true", help="name each question that went wrong")
    given = parser.parse_args()
    read = {
        name: read_folder(Path(folder))
        for name, _, folder in (one.partition("=") for one in given.docs)
    }
    own = {name: questions(name) for name in read if (HERE / f"{name}.txt").exists()}
    foreign = [question for question, *_ in questions("foreign")]
    print(
        "project       passages  wake ms  ask ms   own right  headings right  others named  foreign"
    )
    total: dict[str, list[int]] = {}
    for name, documents in read.items():
        begun = time.process_time()
        index = Index(passages(documents))
        woken = (time.process_time() - begun) * 1000
        asked = 0

        def answer(question: str, index: Index = index) -> list[str]:
            nonlocal asked
            asked += 1
            found = index.search(question, 6)
            titles = {p.title: p.source for p in found}
            return [titles.get(s.title, s.title) for s in quotes.pick(question, found)]

        begun = time.process_time()
        counts: dict[str, list[int]] = {}

        def count(kind: str, hit: bool, question: str, wrong: bool, said: object = "") -> None:
            counts.setdefault(kind, []).append(hit)  # noqa: B023
            if given.show and wrong:
                print(f"    {name} {kind}: {question}  {said}", file=sys.stderr)  # noqa: B023

        for question, places, _ in own.get(name, []):
            said = answer(question)
            count("own", bool(said), question, not said)
            if said:
                fits = any(place in one.lower() for place in places for one in said)
                count("right", fits, question, not fits, said)
        for question, source in headings(documents):
            said = answer(question)
            count("headings", bool(said), question, False)
            if said:
                count("hright", source in said, question, False)
        for other, asked_there in own.items():
            if other == name:
                continue
            called = NAMES.get(other, other.capitalize())
            for question, _, theirs in asked_there:
                if theirs:
                    said = answer(question)
                    count("others", bool(said), question, bool(said), said)
                if called.lower() not in question.lower():
                    question = f"{question.rstrip('?')} in {called}?"  # noqa: PLW2901
                    said = answer(question)
                    count("named", bool(said), question, bool(said), said)
        for question in foreign:
            said = answer(question)
            count("foreign", bool(said), question, bool(said), said)
        spent = (time.process_time() - begun) * 1000
        for kind, hits in counts.items():
            total.setdefault(kind, []).extend(hits)
        _print(name, counts, f"{len(index.passages):8} {woken:8.0f} {spent / asked:7.2f}")
    _print("all", total, " " * 25)


def _print(name: str, counts: dict[str, list[int]], figures: str) -> None:
    shares = "".join(
        f"{100 * sum(counts.get(kind, [])) / max(1, len(counts.get(kind, []))):{width}.1f}"
        for kind, width in (
            ("own", 6),
            ("right", 7),
            ("headings", 9),
            ("hright", 7),
            ("others", 8),
            ("named", 7),
            ("foreign", 9),
        )
    )
    print(f"{name:13}{figures}{shares}")


if __name__ == "__main__":
    main()
