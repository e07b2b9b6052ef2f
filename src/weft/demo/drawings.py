"""The pictures of the demo's posts, drawn here so that nobody's photograph is needed."""

from __future__ import annotations

import io
import math
import random
from collections.abc import Callable

from PIL import Image, ImageDraw, ImageFilter

WIDTH, HEIGHT = 1200, 800

Colour = tuple[int, int, int]


def draw(name: str) -> bytes:
    """A PNG. Errors: KeyError for a name that is none of these."""
    picture = _DRAWINGS[name](random.Random(name))  # noqa: S311 - the same picture every time
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _mix(a: Colour, b: Colour, part: float) -> Colour:
    return (
        round(a[0] + (b[0] - a[0]) * part),
        round(a[1] + (b[1] - a[1]) * part),
        round(a[2] + (b[2] - a[2]) * part),
    )


def _fade(top: Colour, bottom: Colour) -> Image.Image:
    strip = Image.new("RGB", (1, HEIGHT))
    for y in range(HEIGHT):
        strip.putpixel((0, y), _mix(top, bottom, y / HEIGHT))
    return strip.resize((WIDTH, HEIGHT))


def _shore(dice: random.Random) -> Image.Image:
    picture = _fade((250, 226, 172), (236, 170, 120))
    pen = ImageDraw.Draw(picture)
    pen.ellipse((860, 150, 1000, 290), fill=(255, 244, 214))
    for band in range(9):
        y = 330 + band * 38
        colour = _mix((86, 140, 142), (14, 52, 66), band / 8)
        crest = [(x, y + dice.randint(-7, 7)) for x in range(-40, WIDTH + 80, 60)]
        pen.polygon([*crest, (WIDTH, HEIGHT), (0, HEIGHT)], fill=colour)
    pen.polygon(
        [(0, 690), (260, 640), (620, 700), (980, 650), (WIDTH, 700), (WIDTH, HEIGHT), (0, HEIGHT)],
        fill=(38, 34, 40),
    )
    for n in range(11):
        x, y, size = 90 + n * 100 + dice.randint(-20, 20), 715 + dice.randint(-25, 30), 26
        for ray in range(11):
            angle = math.radians(-160 + ray * 14)
            tip_x, tip_y = x + math.cos(angle) * 46, y + math.sin(angle) * 40
            pen.line((x, y, tip_x, tip_y), fill=(214, 64, 58), width=4)
            pen.ellipse((tip_x - 4, tip_y - 4, tip_x + 4, tip_y + 4), fill=(238, 118, 96))
        pen.ellipse((x - size, y - 12, x + size, y + 24), fill=(164, 34, 40))
    return picture.filter(ImageFilter.SMOOTH)


def _loaf(dice: random.Random) -> Image.Image:
    picture = _fade((226, 214, 196), (204, 186, 160))
    pen = ImageDraw.Draw(picture)
    for x in range(-HEIGHT, WIDTH, 26):
        pen.line((x, 0, x + HEIGHT, HEIGHT), fill=(214, 200, 178), width=3)
    pen.ellipse((270, 190, 950, 720), fill=(120, 92, 66))
    for ring in range(26):
        part = ring / 25
        edge = (250 + ring * 7, 150 + ring * 6, 930 - ring * 7, 670 - ring * 6)
        pen.ellipse(edge, fill=_mix((74, 44, 26), (142, 92, 50), part))
    for a, b in (((420, 400), (760, 400)), ((590, 250), (590, 560))):
        pen.line((*a, *b), fill=(228, 200, 150), width=22)
        pen.line((*a, *b), fill=(246, 228, 190), width=9)
    for _ in range(700):
        x, y = dice.gauss(590, 130), dice.gauss(400, 100)
        pen.point((x, y), fill=(248, 238, 220))
    return picture.filter(ImageFilter.SMOOTH_MORE)


def _glaze(dice: random.Random) -> Image.Image:
    picture = _fade((240, 236, 228), (224, 218, 208))
    pen = ImageDraw.Draw(picture)
    for n in range(5):
        x = 90 + n * 212
        base = _mix((142, 158, 146), (30, 58, 110), n / 4)
        pen.rounded_rectangle((x + 8, 212, x + 188, 622), 26, fill=(196, 188, 176))
        pen.rounded_rectangle((x, 200, x + 180, 610), 26, fill=base)
        for _ in range(260):
            dot_x, dot_y = x + dice.randint(14, 166), 200 + dice.randint(14, 396)
            size = dice.choice((1, 1, 2, 3))
            tone = _mix(base, (236, 240, 236), dice.random() * 0.5)
            pen.ellipse((dot_x - size, dot_y - size, dot_x + size, dot_y + size), fill=tone)
        pen.ellipse((x + 80, 222, x + 100, 242), fill=(240, 236, 228))
    return picture.filter(ImageFilter.SMOOTH)


_DRAWINGS: dict[str, Callable[[random.Random], Image.Image]] = {
    "shore": _shore,
    "loaf": _loaf,
    "glaze": _glaze,
}
