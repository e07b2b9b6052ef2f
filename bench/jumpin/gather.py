"""Rows to learn from: what the gate itself sees at every line and decision of a chat."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import corpus
import msgspec
import numpy as np
import points
from numpy.typing import NDArray

from weft.ai.turns import features, links, trees
from weft.ai.turns.room_state import RoomState

Array = NDArray[np.float32]


class Start(NamedTuple):
    """Before anything is learned: links by hand, from names and recency."""

    @staticmethod
    def links(x: Sequence[float]) -> float:
        call, other, since, to, mine = x[2], x[3], x[4], x[7], x[29]
        if not x[0] and not x[1]:
            return 1.5 if not other else -2.0
        if x[1]:
            return 1.0 - 0.3 * since - (2.0 if other >= 3 else 0.0)
        score = -0.15 * since + 2.0 * to + 1.5 * mine + (6.0 if call >= 3 else call)
        return score - (4.0 if other >= 3 and not call else 0.0)


def link_rows(chat: corpus.Chat, model: Any) -> tuple[Array, Array, NDArray[np.int64]]:
    """(features of all candidates, the share of each in the gold links, candidates per line)

    Lines without a choice are left out: the reply button was pressed, or who is answered is no
    candidate.
    """
    state = RoomState(model=model)
    xs: list[list[float]] = []
    shares: list[float] = []
    sizes: list[int] = []
    for i, line in enumerate(chat.lines):
        heard = state.push(line)
        if heard.notice or heard.bot or heard.replied or not chat.gold[i]:
            continue
        parents = chat.parents[i]
        who = {chat.lines[j].author for j in parents} - {""}
        rows = [seen for name, seen in heard.seen.items() if name != line.author]
        target = [float(name in who) for name in heard.seen if name != line.author]
        own = heard.seen.get(line.author)
        if own:
            rows.append(own)
            target.append(float(line.author in who and not sum(target)))
        rows.append(links.nobody(heard))
        target.append(float(not sum(target)))
        if target[-1] and parents:
            continue
        total = sum(target)
        xs += rows
        shares += [share / total for share in target]
        sizes.append(len(rows))
    return np.array(xs, np.float32), np.array(shares, np.float32), np.array(sizes, np.int64)


def rows(chat: corpus.Chat, model: Any) -> tuple[Array, list[points.Point]]:
    """(features, decision points)"""
    state = RoomState(model=model)
    by_line: dict[int, list[points.Point]] = {}
    for point in points.points(chat):
        by_line.setdefault(point.line, []).append(point)
    xs: list[list[float]] = []
    found: list[points.Point] = []
    for i, line in enumerate(chat.lines):
        heard = state.push(line)
        if heard.notice:
            continue
        for point in by_line.get(i, ()):
            xs.append(features.features(state, heard, point.member))
            found.append(point)
    return np.array(xs, np.float32), found


def load(path: Path) -> trees.Model:
    """A model from a file of numbers."""
    return trees.Model(msgspec.json.decode(path.read_bytes(), type=trees.Numbers))
