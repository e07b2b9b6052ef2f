"""Learn the gate's numbers: `python bench/jumpin/learn.py DATA OUT.json [--hold 5:2]`.

DATA has the folders `train` and `dev`. Three rounds: links from hand-made ones (they are features of
the next line), links from the first links, then the two heads. `--hold 5:2` leaves every train file
whose number is 2 modulo 5 out, for a report on rooms that were never seen. The calibration is
chosen on dev. One core, about half an hour.
"""

import argparse
from pathlib import Path
from typing import Any

import corpus
import gather
import lightgbm as lgb
import msgspec
import numpy as np
import variants

from weft.ai.turns import features, links, trees

#: (kind, every which file, from which, seed): the rows are many, a part of each kind is enough.
FIRST_LINKS = (("plain", 4, 0, 1), ("unnamed", 4, 1, 1))
LINKS = (("plain", 1, 0, 1), ("unnamed", 2, 0, 1), ("small", 1, 0, 1), ("small", 1, 0, 2),
         ("pressed", 4, 1, 1))  # fmt: skip
HEADS = (("plain", 1, 0, 1), ("unnamed", 2, 0, 1), ("small", 1, 0, 1), ("small", 1, 0, 2),
         ("pressed", 2, 1, 1))  # fmt: skip
#: The share of "P answers a line of this turn" in the target of `join`; the rest is this line.
OF_TURN = 0.25
#: What a row of a variant counts, against one of a room as it was.
OF_VARIANT = 0.35

Spec = tuple[tuple[str, int, int, int], ...]


def varied(chats: list[corpus.Chat], spec: Spec) -> list[tuple[str, corpus.Chat]]:
    return [
        (kind, variants.vary(chat, kind, seed))
        for number, chat in enumerate(chats)
        for kind, each, rest, seed in spec
        if number % each == rest
    ]


def learn_links(chats: list[corpus.Chat], spec: Spec, model: Any, rounds: int) -> list[trees.Tree]:
    """Trees whose softmax over the candidates of a line is the share of each in the gold links."""
    found = [gather.link_rows(chat, model) for _, chat in varied(chats, spec)]
    x = np.concatenate([rows for rows, _, sizes in found if len(sizes)])
    target = np.concatenate([shares for _, shares, sizes in found if len(sizes)])
    sizes = np.concatenate([sizes for _, _, sizes in found if len(sizes)])
    starts = np.r_[0, np.cumsum(sizes)[:-1]]

    def softmax(scores: Any, _: Any) -> Any:
        weight = np.exp(scores - np.repeat(np.maximum.reduceat(scores, starts), sizes))
        share = weight / np.repeat(np.add.reduceat(weight, starts), sizes)
        return share - target, np.maximum(share * (1 - share), 1e-3) * 1.5

    settings = {"objective": softmax, "num_leaves": 15, "learning_rate": 0.12,
                "min_data_in_leaf": 100, "lambda_l2": 5, **_COMMON}  # fmt: skip
    return dump(lgb.train(settings, lgb.Dataset(x, label=target), num_boost_round=rounds))


def learn_heads(chats: list[corpus.Chat], model: trees.Model) -> dict[str, list[trees.Tree]]:
    x: list[gather.Array] = []
    weight: list[float] = []
    target: dict[str, list[float]] = {"join": [], "addressed": []}
    for kind, chat in varied(chats, HEADS):
        rows, points = gather.rows(chat, model)
        if not points:
            continue
        x.append(rows)
        weight += [1.0 if kind == "plain" else OF_VARIANT] * len(points)
        answered = {(point.turn, point.member) for point in points if point.answers}
        target["addressed"] += [float(point.addressed) for point in points]
        target["join"] += [
            OF_TURN * ((point.turn, point.member) in answered) + (1 - OF_TURN) * point.answers
            for point in points
        ]
    table = np.concatenate(x)
    found = {}
    for head, rounds in (("join", 260), ("addressed", 130)):
        settings = {"objective": "cross_entropy", "num_leaves": 15, "learning_rate": 0.06,
                    "min_data_in_leaf": 200, "lambda_l2": 10, "feature_fraction": 0.5,
                    "bagging_fraction": 0.7, "bagging_freq": 1, **_COMMON}  # fmt: skip
        data = lgb.Dataset(table, label=np.array(target[head]), weight=np.array(weight))
        found[head] = dump(lgb.train(settings, data, num_boost_round=rounds))
    return found


_COMMON = {"num_threads": 1, "verbose": -1, "max_bin": 63, "seed": 1, "deterministic": True}


def dump(booster: lgb.Booster) -> list[trees.Tree]:
    """The trees as `weft.ai.turns.trees` reads them: inner nodes in order, the root first."""
    found = []
    for info in booster.dump_model()["tree_info"]:
        tree = trees.Tree([], [], [], [], [])

        def walk(node: dict[str, Any], tree: trees.Tree = tree) -> int:
            if "split_feature" not in node:
                tree.leaf.append(round(node["leaf_value"], 4))
                return -len(tree.leaf)
            here = len(tree.feature)
            tree.feature.append(node["split_feature"])
            tree.threshold.append(float(f"{node['threshold']:.6g}"))
            tree.left.append(0)
            tree.right.append(0)
            tree.left[here] = walk(node["left_child"])
            tree.right[here] = walk(node["right_child"])
            return here

        walk(info["tree_structure"])
        found.append(tree)
    return found


def calibrate(chats: list[corpus.Chat], model: trees.Model) -> dict[str, tuple[float, float]]:
    """Slope and offset that make the heads' logits chances, by Newton's method on dev."""
    rows, points = zip(*(gather.rows(chat, model) for chat in chats), strict=True)
    flat = [point for some in points for point in some]
    found = {}
    for head, label in (("join", "answers"), ("addressed", "addressed")):
        forest = getattr(model, head)
        z = np.array([forest(row) for some in rows for row in some.tolist()])
        truth = np.array([float(getattr(point, label)) for point in flat])
        design = np.stack([z, np.ones_like(z)], axis=1)
        line = np.array([1.0, 0.0])
        for _ in range(20):
            chance = 1 / (1 + np.exp(-design @ line))
            slope = design.T @ (truth - chance)
            bend = (design * (chance * (1 - chance))[:, None]).T @ design
            line += np.linalg.solve(bend, slope)
        found[head] = (round(float(line[0]), 4), round(float(line[1]), 4))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--hold", default="1:1", help="N:R leaves train files out")
    given = parser.parse_args()
    each, rest = map(int, given.hold.split(":"))
    chats = [
        chat for number, chat in enumerate(corpus.folder(given.data / "train"))
        if number % each != rest
    ]  # fmt: skip
    numbers = trees.Numbers(
        version=1,
        link_features=list(links.FEATURES),
        features=list(features.FEATURES),
        links=learn_links(chats, FIRST_LINKS, gather.Start, 60),
        addressed=[],
        join=[],
        calibration={},
    )
    replace = msgspec.structs.replace
    found = learn_links(chats, LINKS, trees.Model(numbers), 90)
    numbers = replace(numbers, links=found)
    numbers = replace(numbers, **learn_heads(chats, trees.Model(numbers)))
    dev = corpus.folder(given.data / "dev")
    numbers = replace(numbers, calibration=calibrate(dev, trees.Model(numbers)))
    given.out.write_bytes(msgspec.json.encode(numbers))


if __name__ == "__main__":
    main()
