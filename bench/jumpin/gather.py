"""Rows to learn from: the gate's own features at every decision point of a chat."""

import corpus
import numpy as np
import points

from weft.ai.turns import features, links
from weft.ai.turns.room_state import RoomState


class Start:
    """Before anything is learned: links by hand, from names and recency."""

    @staticmethod
    def links(x):
        if not x[0] and not x[1]:
            return 1.5 if not x[3] else -2.0
        if x[1]:
            return 1.0 - 0.3 * x[5] - (2.0 if x[3] >= 3 else 0.0)
        score = -0.15 * x[5] + 2.0 * x[8] + 1.5 * x[13] + (6.0 if x[2] >= 3 else x[2])
        return score - (4.0 if x[3] >= 3 and not x[2] else 0.0)


def link_rows(chat: corpus.Chat, model, skip: int = 0):
    """(features of all candidates, target shares, sizes of the groups)"""
    state = RoomState(model=model)
    xs, ts, sizes = [], [], []
    for i, line in enumerate(chat.lines):
        if i < skip:
            continue
        heard = state.push(line)
        if heard.notice or not chat.gold[i] or heard.bot or not heard.seen or heard.replied:
            continue
        parents = chat.parents[i]
        who = {chat.lines[j].author for j in parents} - {""}
        rows, target = [], []
        for name, seen in heard.seen.items():
            if name == line.author:
                continue
            rows.append(seen)
            target.append(float(name in who))
        me = heard.own_row
        if me:
            rows.append(me)
            target.append(float(line.author in who and not sum(target)))
        rows.append(links.nobody(heard.about))
        target.append(float(not sum(target)))
        if target[-1] and parents:
            continue  # the answered one is no candidate
        total = sum(target)
        xs += rows
        ts += [t / total for t in target]
        sizes.append(len(rows))
    return np.array(xs, np.float32), np.array(ts, np.float32), np.array(sizes)


def rows(chat: corpus.Chat, model, skip: int = 0):
    """(features, points) at all decision points."""
    state = RoomState(model=model)
    by_line: dict[int, list] = {}
    for point in points.points(chat):
        by_line.setdefault(point.line, []).append(point)
    xs, found = [], []
    for i, line in enumerate(chat.lines):
        if i < skip:
            continue
        heard = state.push(line)
        if heard.notice:
            continue
        for point in by_line.get(i, ()):
            xs.append(features.features(state, heard, point.member))
            found.append(point)
    return np.array(xs, np.float32), found
