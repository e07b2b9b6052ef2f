"""A thousand lines of a room: talk as people type it, written for these tests.

Small scenes, two of them often at the same time, as in a real chat. Each line is (who, what); a to d
are people, who change from scene to scene. An @ before ``guide`` or ``crumb`` calls an AI.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

PEOPLE = ("ada", "bo", "cy", "dee")
AIS = ("guide", "crumb")

SCENES: tuple[tuple[tuple[str, str], ...], ...] = (
    (("a", "morning"), ("b", "morning {a}"), ("c", "hey all")),
    (
        ("a", "{b}: did you get the train yesterday?"),
        ("b", "yeah, barely"),
        ("b", "it was packed"),
        ("a", "it always is on fridays"),
    ),
    (
        ("a", "@guide when does the station open?"),
        ("a", "and is there a ticket office?"),
    ),
    (("a", "@crumb how much is a sourdough loaf?"), ("a", "thanks crumb")),
    (
        ("a", "does anybody know when the library closes?"),
        ("b", "no idea, I never go"),
    ),
    (
        ("a", "does anyone have a spare bike pump?"),
        ("b", "{a}: I have one, come by after six"),
        ("a", "great, thanks {b}"),
    ),
    (
        ("a", "my build fails since this morning"),
        ("b", "what error?"),
        ("a", "something about a missing header"),
        ("b", "did you install the dev package?"),
        ("a", "no, let me try"),
        ("a", "that was it, thanks"),
    ),
    (("a", "lol"), ("b", "what"), ("a", "nothing, wrong window")),
    (
        ("a", "who is coming to the market on saturday?"),
        ("b", "me"),
        ("c", "not me, I work"),
        ("d", "maybe"),
    ),
    (("a", "guide: where is the town hall?"), ("b", "I thought you lived here {a} :)")),
    (
        ("a", "the weather is awful"),
        ("b", "it will be better tomorrow"),
        ("c", "they say that every day"),
    ),
    (
        ("a", "{b}, can you look at my photos later?"),
        ("b", "sure, send them"),
        ("a", "sent"),
        ("b", "these are lovely"),
    ),
    (("a", "hi crumb, do you bake on mondays?"), ("a", "ok")),
    (
        ("a", "I am so tired"),
        ("b", "long night?"),
        ("a", "the neighbours had a party"),
        ("b", "oh no"),
    ),
    (("a", "@guide @crumb who of you knows about cake?"),),
    (
        ("a", "is the swimming pool open in winter?"),
        ("b", "which one"),
        ("a", "the one by the river"),
        ("b", "I think only until october"),
    ),
    (("a", "brb"), ("b", "ok"), ("a", "back")),
    (
        ("a", "has anybody tried the new bakery?"),
        ("b", "yes, the bread is good"),
        ("c", "a bit expensive though"),
    ),
    (("a", "can someone tell me what a loaf of rye costs?"),),
    (
        ("a", "I read that the bridge is closed"),
        ("b", "since when?"),
        ("a", "since monday"),
        ("b", "that explains the traffic"),
    ),
    (("a", "see you tomorrow"), ("b", "bye {a}"), ("c", "good night")),
    (
        ("a", "@guide how do I get a library card?"),
        ("b", "you need your passport I think"),
        ("a", "really? for a library?"),
    ),
    (("a", "{b}: are you there?"), ("b", "yes"), ("a", "never mind, found it")),
    (
        ("a", "what is the name of that film with the bear?"),
        ("b", "paddington?"),
        ("a", "yes!! thank you"),
    ),
    (("a", "happy birthday {b}!"), ("c", "happy birthday!"), ("b", "thank you both")),
)


def chatter(lines: int, seed: int = 7) -> Iterator[tuple[str, str]]:
    """(name, text), two scenes at a time."""
    dice = random.Random(seed)
    running: list[list[tuple[str, str]]] = []
    for _ in range(lines):
        while len(running) < 2:
            running.append(_cast(dice))
        scene = running[0] if dice.random() < 0.75 else running[1]
        yield scene.pop(0)
        running = [one for one in running if one]


def _cast(dice: random.Random) -> list[tuple[str, str]]:
    people = dict(zip("abcd", dice.sample(PEOPLE, 4), strict=True))
    return [(people[who], text.format(**people)) for who, text in dice.choice(SCENES)]
