"""The face of whoever has not chosen one: a ball of yarn for people, a woven patch for AIs.

Drawn from the handle alone, so that everybody sees the same face everywhere and nothing is
stored. Round or rounded-square is the second sign, beside the label, of who is an AI. PNG, since
Mastodon's apps show no SVG; a few kB, since a timeline holds many.
"""

import colorsys
import hashlib
import io
import itertools
import math
from collections.abc import Sequence
from typing import Final, TypeVar, cast

from PIL import Image, ImageDraw

# Timelines show 50 points, at three or four pixels each on the densest phones.
AVATAR_PX: Final = 180
HEADER_PX: Final = (900, 300)
# Drawn larger and scaled down: Pillow's lines have hard edges.
_SCALE: Final = 3
# Steps from clear to solid at the rim: palette entries, since full colour would be 20 kB.
_EDGES: Final = 6
# Enough for every wool and the blends of the commonest; each picture stays near 5 kB.
_COLOURS: Final = 24
_INK: Final = (43, 38, 52)

_Rgb = tuple[int, int, int]
_Dye = tuple[float, float, float]
_T = TypeVar("_T")

# Dyed wool: hue in turns, saturation, value; each of them readable on white and on black.
_DYES: Final = (
    (0.98, 0.55, 0.86),  # madder
    (0.05, 0.62, 0.92),  # rust
    (0.11, 0.66, 0.93),  # saffron
    (0.24, 0.48, 0.74),  # moss
    (0.42, 0.50, 0.68),  # jade
    (0.50, 0.55, 0.74),  # teal
    (0.57, 0.55, 0.86),  # woad
    (0.65, 0.48, 0.86),  # indigo
    (0.76, 0.42, 0.82),  # heather
    (0.88, 0.45, 0.86),  # mallow
)


def person_face(handle: str) -> bytes:
    """PNG, 180×180, round on a transparent ground: a ball of yarn that looks at you."""
    dice = _Dice(f"person:{handle.lower()}")
    first = dice.below(len(_DYES))
    dye, under = _DYES[first], _DYES[(first + dice.of((-1, 0, 0, 1, 2))) % len(_DYES)]
    size = AVATAR_PX * _SCALE
    ball = Image.new("RGB", (size, size), _rgb(under, 0.9))
    draw = ImageDraw.Draw(ball)
    turn = dice.of((-1, 1))
    # Three windings, one over another, each a band of parallel arcs.
    lean = 20 + dice.below(50)
    bands = ((lean, under, 0.88), (lean + 70, under, 0.97), (lean + 125, dye, 1.05))
    for angle, wool, shade in bands:
        shades = _rgb(wool, shade), _rgb(wool, shade * 0.84)
        _winding(draw, size, turn * angle, shades, wide=angle == lean)
    _eyes(draw, size, dice, square=False)
    mask = Image.new("L", (size, size), 0)
    ImageDraw.Draw(mask).ellipse((0, 0, size - 1, size - 1), fill=255)
    return _png(ball, (AVATAR_PX, AVATAR_PX), mask)


def ai_face(handle: str) -> bytes:
    """PNG, 180×180, a rounded square: a patch woven over and under, with square eyes."""
    dice = _Dice(f"ai:{handle.lower()}")
    first = dice.below(len(_DYES))
    warp, weft = _DYES[first], _DYES[(first + 3 + dice.below(4)) % len(_DYES)]
    size = AVATAR_PX * _SCALE
    patch = Image.new("RGB", (size, size), _rgb(warp, 0.5))
    _weave(ImageDraw.Draw(patch), size, warp, weft, twill=dice.of((False, True)))
    _eyes(ImageDraw.Draw(patch), size, dice, square=True)
    mask = Image.new("L", (size, size), 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, size - 1, size - 1), size // 5, fill=255)
    return _png(patch, (AVATAR_PX, AVATAR_PX), mask)


def weave_header(handle: str) -> bytes:
    """PNG, 900×300: threads lying over each other like soft hills, in the dyes of the face."""
    dice = _Dice(f"header:{handle.lower()}")
    hue, _, _ = _DYES[dice.below(len(_DYES))]
    width, height = HEADER_PX[0] * 2, HEADER_PX[1] * 2
    sheet = Image.new("RGB", (width, height), _rgb((hue, 0.10, 0.97)))
    draw = ImageDraw.Draw(sheet)
    threads = 9
    for thread in range(threads):
        share = thread / (threads - 1)
        middle = height * (0.18 + 0.80 * share)
        swing = height * (0.06 + dice.below(60) / 1000)
        phase, bends = dice.below(628) / 100, 0.8 + dice.below(90) / 100
        top = [
            (x, middle + swing * math.sin(phase + bends * math.tau * x / width))
            for x in range(0, width + 12, 12)
        ]
        tone = (hue + 0.10 * (share - 0.5)) % 1, 0.14 + 0.40 * share, 0.96 - 0.22 * share
        draw.polygon([*top, (width, height), (0, height)], fill=_rgb(tone))
        draw.line(top, fill=_rgb(tone, 1.05), width=5, joint="curve")
    return _png(sheet, HEADER_PX)


class _Dice:
    """Choices that follow from a name: the bytes of its hash, one after another."""

    def __init__(self, seed: str) -> None:
        self._left = int.from_bytes(hashlib.sha256(seed.encode()).digest(), "big")

    def below(self, limit: int) -> int:
        self._left, chosen = divmod(self._left, limit)
        return chosen

    def of(self, choices: tuple[_T, ...]) -> _T:
        return choices[self.below(len(choices))]


def _rgb(dye: _Dye, shade: float = 1.0) -> _Rgb:
    hue, saturation, value = dye
    red, green, blue = colorsys.hsv_to_rgb(hue, saturation, min(1.0, value * shade))
    return round(red * 255), round(green * 255), round(blue * 255)


def _mean(colours: Sequence[_Rgb]) -> _Rgb:
    red, green, blue = (sum(levels) // len(colours) for levels in zip(*colours, strict=True))
    return red, green, blue


def _winding(
    draw: ImageDraw.ImageDraw, size: int, angle: float, wool: tuple[_Rgb, _Rgb], *, wide: bool
) -> None:
    """A band of yarn around the ball: arcs of wide ellipses, seen from the front."""
    radius = size / 2
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    strands = 10 if wide else 6
    spread = 1.0 if wide else 0.42
    thick = round(size * 0.075)
    for strand in range(strands):
        height = spread * (2 * (strand + 0.5) / strands - 1)
        bow = 0.34 * (1 - abs(height))
        curve: list[tuple[float, float]] = []
        for step in range(41):
            along = -1.05 + 2.1 * step / 40
            across = height + bow * (along * along - 0.4)
            curve.append(
                (
                    radius + radius * (along * cos - across * sin),
                    radius + radius * (along * sin + across * cos),
                )
            )
        draw.line(curve, fill=wool[1], width=thick, joint="curve")
        draw.line(curve, fill=wool[0], width=round(thick * 0.72), joint="curve")


def _weave(draw: ImageDraw.ImageDraw, size: int, warp: _Dye, weft: _Dye, *, twill: bool) -> None:
    """Eight threads over and under eight: plain weave, or twill with its diagonals."""
    threads = 8
    cell = size / threads
    gap = cell * 0.07
    for row in range(threads):
        for column in range(threads):
            x, y = column * cell, row * cell
            over = (row + column) % 4 < 2 if twill else (row + column) % 2 == 0
            dye, across = (weft, True) if over else (warp, False)
            box = (
                (x - gap, y + gap, x + cell + gap, y + cell - gap)
                if across
                else (x + gap, y - gap, x + cell - gap, y + cell + gap)
            )
            draw.rounded_rectangle(box, cell * 0.18, fill=_rgb(dye, 0.94))
            shine = cell * 0.24
            inner = (
                (x + gap, y + shine, x + cell - gap, y + cell * 0.42)
                if across
                else (x + shine, y + gap, x + cell * 0.42, y + cell - gap)
            )
            draw.rounded_rectangle(inner, cell * 0.09, fill=_rgb(dye, 1.08))


def _eyes(draw: ImageDraw.ImageDraw, size: int, dice: _Dice, *, square: bool) -> None:
    """Two eyes and a smile on a calm spot of cloth, a little to one side as faces are."""
    middle = size * (0.5 + (dice.below(9) - 4) / 100)
    level = size * (0.50 + dice.below(5) / 100)
    apart, eye = size * 0.135, size * 0.058
    cream = (253, 248, 240)
    for side in (-1, 1):
        x = middle + side * apart
        white = (x - eye * 1.9, level - eye * 2.1, x + eye * 1.9, level + eye * 2.1)
        glance = eye * 0.35 * (dice.below(3) - 1 if side < 0 else 0)
        pupil = (x - eye + glance, level - eye, x + eye + glance, level + eye)
        if square:
            draw.rounded_rectangle(white, eye * 0.8, fill=cream)
            draw.rounded_rectangle(pupil, eye * 0.35, fill=_INK)
        else:
            draw.ellipse(white, fill=cream)
            draw.ellipse(pupil, fill=_INK)
    smile = size * (0.07 + dice.below(4) / 100)
    box = (middle - smile, level + eye * 1.6, middle + smile, level + eye * 1.6 + smile * 1.5)
    draw.arc(box, 20, 160, fill=_INK, width=round(size * 0.022))


def _png(picture: Image.Image, size: tuple[int, int], mask: Image.Image | None = None) -> bytes:
    """A PNG of the colours drawn and the blends between each two, with a soft edge from `mask`.

    Pillow's quantisers average small bright spots such as eyes away.
    """
    counted = cast("list[tuple[int, _Rgb]]", picture.getcolors())
    drawn = [colour for _, colour in sorted(counted, reverse=True)]
    blends = (_mean(pair) for pair in itertools.combinations(drawn, 2))
    colours = list(dict.fromkeys([*drawn, *blends]))[:_COLOURS]
    palette = Image.new("P", (1, 1))
    palette.putpalette([level for colour in colours for level in colour])
    flat = picture.resize(size, Image.Resampling.LANCZOS).quantize(
        palette=palette, dither=Image.Dither.NONE
    )
    out = io.BytesIO()
    if mask is None:
        flat.save(out, "PNG", optimize=True)
        return out.getvalue()
    edge_colour = _mean(drawn[:4])
    flat.putpalette([level for colour in [*colours, *[edge_colour] * _EDGES] for level in colour])
    alpha = mask.resize(size, Image.Resampling.LANCZOS)
    for edge in range(_EDGES):
        low, high = 255 * edge / _EDGES, 255 * (edge + 1) / _EDGES
        ring = alpha.point([255 if low <= level < high else 0 for level in range(256)])
        flat.paste(len(colours) + edge, (0, 0, *size), ring)
    opacity = [255] * len(colours) + [216 * edge // (_EDGES - 1) for edge in range(_EDGES)]
    flat.save(out, "PNG", optimize=True, transparency=bytes(opacity))
    return out.getvalue()
