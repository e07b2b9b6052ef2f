"""Boosted trees, read from numbers and made into plain Python once.

The learned numbers stand in `model.json`. Each forest becomes one function of nested conditions:
five times as fast as walking nodes, and nothing of the file but numbers enters the code.
"""

from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files
from typing import cast

import msgspec

Forest = Callable[[Sequence[float]], float]


class Tree(msgspec.Struct, array_like=True, frozen=True):
    """Inner nodes in order, the root first: feature, threshold, left, right. A child below zero is
    leaf -child - 1; a tree without nodes is its only leaf.
    """

    feature: list[int]
    threshold: list[float]
    left: list[int]
    right: list[int]
    leaf: list[float]


class Numbers(msgspec.Struct, frozen=True):
    """What was learned. `*_features` must be what the code computes, in that order."""

    version: int
    link_features: list[str]
    features: list[str]
    links: list[Tree]
    addressed: list[Tree]
    join: list[Tree]
    calibration: dict[str, tuple[float, float]]  #: slope and offset on the logit, by head


class Model:
    """The forests, ready to be asked, and the calibration of the two heads."""

    def __init__(self, numbers: Numbers) -> None:
        self.numbers = numbers
        self.links = forest(numbers.links, len(numbers.link_features))
        self.addressed = forest(numbers.addressed, len(numbers.features))
        self.join = forest(numbers.join, len(numbers.features))
        self.calibration = numbers.calibration


def _source(tree: Tree, node: int) -> str:
    if node < 0 or not tree.feature:
        return repr(float(tree.leaf[-node - 1 if node < 0 else 0]))
    condition = f"x{int(tree.feature[node])}<={float(tree.threshold[node])!r}"
    left, right = _source(tree, tree.left[node]), _source(tree, tree.right[node])
    return f"({left} if {condition} else {right})"


def forest(trees: list[Tree], width: int) -> Forest:
    """The sum of the trees as a function of a row of `width` features."""
    row = "".join(f"x{i}," for i in range(width))
    body = "".join(f"\n s+={_source(tree, 0)}" for tree in trees)
    found: dict[str, object] = {}
    # Only numbers of our own file stand in it: each went through int() or float() above.
    exec(compile(f"def f(row):\n {row}=row\n s=0.0{body}\n return s", "model.json", "exec"), found)  # noqa: S102
    return cast("Forest", found["f"])


@cache
def model() -> Model:
    """The committed model, read when it is first needed."""
    return Model(
        msgspec.json.decode(
            files("weft.ai.turns").joinpath("model.json").read_bytes(), type=Numbers
        )
    )
