"""The table: `python bench/jumpin/report.py [--model FILE] [--kind KIND] [--files N:R] FOLDER`.

FOLDER holds the annotated files (see README.md). `--kind` simulates other rooms (see variants.py),
`--files 5:2` takes every file whose number is 2 modulo 5, `--threshold` a threshold other than the mode's.
"""

import argparse
import time
from pathlib import Path

import corpus
import gather
import metrics
import numpy as np
import variants
from baselines import POLICIES, policies
from points import Point, points

from weft.ai.turns import gate, modes, trees
from weft.ai.turns.room_state import RoomState

DRAWS = 300


class Judged:
    """All decisions of some chats, with labels and what each policy says."""

    def __init__(self) -> None:
        self.points: list[Point] = []
        self.room: list[int] = []
        self.base: list[tuple[float, ...]] = []
        self.join: list[float] = []
        self.addressed: list[float] = []
        self.speaks: list[float] = []
        self.asks: list[float] = []
        self.seconds: list[float] = []

    def add(self, chat: corpus.Chat, model: trees.Model | None) -> None:
        found = points(chat)
        self.points += found
        self.base += policies(chat, found)
        by_line: dict[int, list[Point]] = {}
        for point in found:
            by_line.setdefault(point.line, []).append(point)
        room = self.room[-1] + 1 if self.room else 0
        self.room += [room] * len(found)
        state = RoomState(model=model)
        mode = modes.Mode.WHEN_ITS_FOR_IT
        for i, line in enumerate(chat.lines):
            heard = state.push(line)
            for point in by_line.get(i, ()):
                began = time.process_time()
                scores = gate.score(state, heard, point.member)
                self.seconds.append(time.process_time() - began)
                self.join.append(scores.join)
                self.addressed.append(scores.addressed)
                decision = modes.decide(heard, point.member, scores, mode)
                self.speaks.append(float(decision == modes.Decision.SPEAK))
                self.asks.append(float(modes.unsure(heard, point.member, scores, mode)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--kind", default="plain", choices=variants.KINDS)
    parser.add_argument("--files", default="1:0")
    given = parser.parse_args()
    model = gather.load(given.model) if given.model else None
    each, rest = map(int, given.files.split(":"))
    judged = Judged()
    for number, chat in enumerate(corpus.folder(given.folder)):
        if number % each == rest:
            judged.add(variants.vary(chat, given.kind, 7), model)
    show(judged)


def show(judged: Judged) -> None:
    at = judged.points
    label = {
        name: np.array([float(getattr(point, name)) for point in at])
        for name in ("answers", "addressed", "named", "third", "inside")
    }
    room = np.array(judged.room)
    keys = [(r, p.turn, p.member) for r, p in zip(judged.room, at, strict=True)]
    number = {key: i for i, key in enumerate(dict.fromkeys(keys))}
    turns = np.array([number[key] for key in keys])
    first = np.zeros(len(number), dtype=np.int64)
    first[turns] = room
    lines = room * 1_000_000 + np.array([point.line for point in at])
    truth = label["answers"]
    turn_truth = metrics.pooled(truth, turns)
    named = label["named"]
    unnamed = label["addressed"] * (1 - named)
    uninvited = (1 - label["addressed"]) * (1 - named) * (1 - truth)
    foreign = label["third"] * (1 - label["inside"])
    print(f"{len(at)} decisions, {len(np.unique(lines))} lines, {len(set(judged.room))} rooms, "
          f"answered {truth.mean():.3f}, turns {len(number)}")  # fmt: skip
    print(f"{'policy':18} {'P':>5} {'R':>5} {'F1':>5} {'AUC':>5}  {'tP':>5} {'tR':>5} {'tF1':>5}  "
          f"{'FI':>5} {'butt':>5} {'heard':>5} {'who':>5}")  # fmt: skip
    join, addressed = np.array(judged.join), np.array(judged.addressed)
    rows = dict(zip(POLICIES, np.array(judged.base).T, strict=True))
    rows["gold addressee"] = label["addressed"]
    for name, fired in (*rows.items(), ("gate", np.array(judged.speaks))):
        scores = join if name == "gate" else fired
        line_f, line_p, line_r = metrics.f1(truth, fired)
        turn_f, turn_p, turn_r = metrics.f1(turn_truth, metrics.pooled(fired, turns))
        print(f"{name:18} {line_p:5.3f} {line_r:5.3f} {line_f:5.3f} {metrics.auc(truth, scores):5.3f}  "
              f"{turn_p:5.3f} {turn_r:5.3f} {turn_f:5.3f}  "
              f"{100 * (fired * (1 - truth)).mean():5.2f} {100 * (fired * foreign).mean():5.2f} "
              f"{(fired * unnamed).sum() / max(1, unnamed.sum()):5.3f} "
              f"{metrics.top_one(truth, scores, lines)[0]:5.3f}")  # fmt: skip
    turn_join = metrics.pooled(join, turns)
    turn_named = metrics.pooled(named, turns)
    best = metrics.best_threshold(turn_truth, turn_join)
    print(f"best turn F1 {metrics.f1(turn_truth, (turn_join >= best) * 1.0)[0]:.3f} at join {best:.3f}; "
          f"addressed F1 {metrics.f1(label['addressed'], (addressed >= metrics.best_threshold(label['addressed'], addressed)) * 1.0)[0]:.3f} "
          f"AUC {metrics.auc(label['addressed'], addressed):.4f}")  # fmt: skip
    for name, scores in (("addressed", addressed), ("join", join)):
        print(f"unnamed lines heard at 1 uninvited/100, by {name}: "
              f"{metrics.heard(unnamed, uninvited, scores):.3f}")  # fmt: skip
    print(f"unsure: {100 * np.mean(judged.asks):.1f} of 100 decisions; who speaks by addressed + join: "
          f"{metrics.top_one(truth, addressed + join, lines)[0]:.3f}")  # fmt: skip
    chance = np.random.default_rng(1)
    rooms = np.unique(room)
    by_room = [np.flatnonzero(first == r) for r in rooms]
    fired = metrics.pooled(np.array(judged.speaks), turns)
    gains: list[float] = []
    values: list[float] = []
    for _ in range(DRAWS):
        picked = np.concatenate([by_room[i] for i in chance.integers(0, len(rooms), len(rooms))])
        value = metrics.f1(turn_truth[picked], fired[picked])[0]
        values.append(value)
        gains.append(value - metrics.f1(turn_truth[picked], turn_named[picked])[0])
    low, high = np.percentile(values, [2.5, 97.5])
    less, more = np.percentile(gains, [2.5, 97.5])
    print(
        f"turn F1 of the gate, 95 % over rooms: {low:.3f}…{high:.3f}; over mention {less:+.3f}…{more:+.3f}"
    )
    worse = 0
    for held in by_room:
        alarms = int((turn_named[held] * (1 - turn_truth[held])).sum())
        recall = metrics.f1(turn_truth[held], turn_named[held])[2]
        worse += metrics.recall_at(turn_truth[held], turn_join[held], alarms) < recall
    print(
        f"rooms in which mention-only has more recall at its own rate of interruptions: {worse} of {len(rooms)}"
    )
    micro = np.array(judged.seconds) * 1e6
    print(
        f"gate.score: p50 {np.percentile(micro, 50):.0f} µs, p99 {np.percentile(micro, 99):.0f} µs"
    )


if __name__ == "__main__":
    main()
