"""The measures of the jump-in benchmark, over arrays of decisions.

A *turn* is the lines of one author inside one conversation until another speaks in it: one decision,
answered if one of its lines is, fired if one of its lines is. Rates are per 100 decisions.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Index = NDArray[np.int64]


def pooled(values: Array, turns: Index) -> Array:
    """The highest value of each turn."""
    found = np.full(int(turns.max()) + 1, -np.inf)
    np.maximum.at(found, turns, values)
    return found


def f1(truth: Array, fired: Array) -> tuple[float, float, float]:
    """(F1, precision, recall)"""
    hits = float((truth * fired).sum())
    return (
        2 * hits / max(1.0, truth.sum() + fired.sum()),
        hits / max(1.0, fired.sum()),
        hits / max(1.0, truth.sum()),
    )


def best_threshold(truth: Array, scores: Array) -> float:
    """The threshold of the best F1."""
    order = np.argsort(-scores, kind="mergesort")
    hits = np.cumsum(truth[order])
    values = 2 * hits / (np.arange(1, len(truth) + 1) + truth.sum())
    ends = np.r_[np.diff(scores[order]) != 0, True]
    return float(scores[order][np.where(ends, values, 0).argmax()])


def auc(truth: Array, scores: Array) -> float:
    """The chance that a true decision has a higher score than a false one; ties count half."""
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    upto = np.cumsum(counts)
    ranks = ((upto - counts + 1 + upto) / 2)[inverse]
    true, false = truth.sum(), len(truth) - truth.sum()
    if not true or not false:
        return float("nan")
    return float((ranks[truth > 0].sum() - true * (true + 1) / 2) / (true * false))


def recall_at(truth: Array, scores: Array, false_alarms: int) -> float:
    """Recall at the lowest threshold with at most so many false alarms."""
    false = np.sort(scores[truth == 0])[::-1]
    limit = false[false_alarms] if false_alarms < len(false) else -np.inf
    return float((scores[truth > 0] > limit).mean()) if truth.any() else float("nan")


def heard(unnamed: Array, uninvited: Array, scores: Array, per_100: float = 1.0) -> float:
    """Which share of the unnamed lines for P it hears at so many uninvited ones per 100."""
    bad = np.sort(scores[uninvited > 0])[::-1]
    allowed = int(per_100 / 100 * len(scores))
    limit = bad[allowed] if allowed < len(bad) else -np.inf
    return float((scores[unnamed > 0] > limit).mean()) if unnamed.any() else float("nan")


def top_one(truth: Array, scores: Array, lines: Index) -> tuple[float, int]:
    """How often the highest score of a line is one who answered it, over answered lines with at
    least two candidates; and their number."""
    order = np.argsort(lines, kind="stable")
    ends = np.flatnonzero(np.diff(lines[order])) + 1
    hits = total = 0
    for group in np.split(order, ends):
        if len(group) > 1 and truth[group].any():
            total += 1
            hits += int(truth[group[scores[group].argmax()]])
    return hits / max(1, total), total
