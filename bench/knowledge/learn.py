"""Learn the weights of `weft.ai.knowledge.judge` from the questions beside this script.

    python bench/knowledge/learn.py mastodon=DOCS/content/en ollama=DOCS/docs ...

Logistic regression (numpy, of the development tools), each project counting the same. It prints weights learned
on all projects, and for each project what weights would do that were learned on the others.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path

import numpy as np
from measure import NAMES, headings, questions

from weft.ai.knowledge.bm25 import Index
from weft.ai.knowledge.chunks import passages
from weft.ai.knowledge.documents import read_folder
from weft.ai.knowledge.judge import ENOUGH

LOOK = 6
OWN, HEADING, OTHER, NAMED, FOREIGN = range(5)


class Case:
    """A question, the facts of its candidates, and which of them are right (None: any may be)."""

    def __init__(self, index, question, kind, right=None):  # noqa: ANN001, ANN204
        found = sorted(index.judged(question), reverse=True)
        self.kind, self.question = kind, question
        self.small = len(index.passages) < 100
        self.facts = np.array([facts for *_, facts in found]) if found else None
        self.right = [
            bool(right and right(index.passages[at].source.lower())) for _, _, at, _ in found
        ]


def cases(name, documents, own, foreign):  # noqa: ANN001, ANN201
    index = Index(passages(documents))
    for question, places, _ in own.get(name, []):
        yield Case(index, question, OWN, lambda s, p=places: any(one in s for one in p))
    for question, source in headings(documents):
        yield Case(index, question, HEADING, lambda s, p=source: s == p.lower())
    for other, theirs in own.items():
        if other != name:
            called = NAMES.get(other, other.capitalize())
            for question, _, alone in theirs:
                if alone:
                    yield Case(index, question, OTHER)
                if other in SHOPS or name in SHOPS:
                    continue
                if called.lower() not in question.lower():
                    yield Case(index, f"{question.rstrip('?')} in {called}?", NAMED)
    for question in foreign:
        yield Case(index, question, FOREIGN)


SHOPS = {"bakery"}
"""Nobody asks a bakery how something works in Ollama, nor the other way round."""
WORTH = {OWN: 6.0, HEADING: 0.8, OTHER: 1.5, NAMED: 0.6, FOREIGN: 3.0}


def fit(some, start, rounds=4):  # noqa: ANN001, ANN201
    """Weights; in each round the candidates that the last weights like best are looked at."""
    weights = start.copy()
    for _ in range(rounds):
        rows, labels, worths = [], [], []
        for group in some:
            kinds = [case.kind for case in group]
            for case in group:
                if case.facts is None:
                    continue
                worth = WORTH[case.kind] / kinds.count(case.kind) * (2 if group[0].small else 1)
                order = np.argsort(-(case.facts @ weights))
                if case.kind in (OWN, HEADING):
                    right = [at for at in order if case.right[at]]
                    best = right[0] if right else order[0]
                    rows.append(case.facts[best])
                    labels.append(1.0)
                    worths.append(worth)
                    for at in [at for at in order[:4] if at != best and not case.right[at]]:
                        rows.append(case.facts[at])
                        labels.append(0.0)
                        worths.append(worth * 0.05)
                else:
                    for place, at in enumerate(order[:2]):
                        rows.append(case.facts[at])
                        labels.append(0.0)
                        worths.append(worth / (1 + place))
        x, y, w = np.array(rows), np.array(labels), np.array(worths)
        w = w / w.mean()
        for _ in range(60):  # Newton, with a little ridge
            p = 1 / (1 + np.exp(-(x @ weights)))
            gradient = x.T @ (w * (y - p)) - RIDGE * weights
            curve = (x * (w * p * (1 - p))[:, None]).T @ x + RIDGE * np.eye(len(weights))
            step = np.linalg.solve(curve, gradient)
            weights = weights + step
            if np.abs(step).max() < 1e-6:
                break
    return weights


RIDGE = 8.0
AT = math.log(ENOUGH / (1 - ENOUGH))


def rank(some):  # noqa: ANN001, ANN201
    """Weights for the order: the best passage of a right file before those of wrong ones."""
    rows, worths = [], []
    for group in some:
        for kind, worth in ((OWN, 3.0), (HEADING, 1.0)):
            fair = [c for c in group if c.kind == kind and any(c.right) and not all(c.right)]
            for case in fair:
                wrong = [at for at, right in enumerate(case.right) if not right][:8]
                for at in wrong:
                    rows.append(case.facts[case.right.index(True)] - case.facts[at])
                    worths.append(worth / len(fair) / len(wrong))
    x, w = np.array(rows), np.array(worths)
    w /= w.mean()
    weights = np.zeros(x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-(x @ weights)))
        gradient = x.T @ (w * (1 - p)) - RIDGE / 2 * weights
        curve = (x * (w * p * (1 - p))[:, None]).T @ x + RIDGE / 2 * np.eye(len(weights))
        step = np.linalg.solve(curve, gradient)
        weights += step
        if np.abs(step).max() < 1e-7:
            break
    return weights


def both(some):  # noqa: ANN001, ANN201
    """Weights that make sure, and those of the order: what ranks and what makes sure, together."""
    weights = fit(some, np.zeros(next(c.facts.shape[1] for c in some[0] if c.facts is not None)))
    return weights, rank(some) + weights


def shares(group, weights, enough, order):  # noqa: ANN001, ANN201
    out = []
    for kind in range(5):
        hits = [
            case.facts is not None and (case.facts @ weights).max() >= enough
            for case in group
            if case.kind == kind
        ]
        out.append(100 * sum(hits) / max(1, len(hits)))
    own = [c for c in group if c.kind == OWN and c.facts is not None]
    right = [c.right[int((c.facts @ order).argmax())] for c in own]
    return [*out, 100 * sum(right) / max(1, len(right))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("docs", nargs="+", metavar="NAME=FOLDER")
    given = parser.parse_args()
    read = {
        name: read_folder(Path(folder))
        for name, _, folder in (one.partition("=") for one in given.docs)
    }
    own = {name: questions(name) for name in read}
    foreign = [question for question, *_ in questions("foreign")]
    groups = {name: list(cases(name, documents, own, foreign)) for name, documents in read.items()}
    print("left out        own  headings  others  named  foreign  right file first")
    sums = []
    for name, group in groups.items():
        others = [held for other, held in groups.items() if other != name]
        weights, order = both(others)
        found = shares(group, weights, AT, order)
        sums.append(found)
        print(f"{name:13}" + "".join(f"{share:8.1f}" for share in found))
    print(f"{'mean':13}" + "".join(f"{share:8.1f}" for share in np.mean(sums, axis=0)))
    weights, order = both(list(groups.values()))
    everything = [case for group in groups.values() for case in group]
    for enough in (-1.0, -0.5, 0.0, 0.5, 1.0):
        found = shares(everything, weights, enough, order)
        print(f"all at {enough:+.1f}  " + "".join(f"{share:8.1f}" for share in found))
    order[0] = order[-1] = 0.0  # the same for all candidates of a question
    for one, other in zip(weights, order, strict=True):
        print(f"  {one:6.2f}, {other:6.2f}")


if __name__ == "__main__":
    main()
