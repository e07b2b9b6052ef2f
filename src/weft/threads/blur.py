"""BlurHash: a picture's light in 28 characters, shown while the picture itself is on its way.

The algorithm of github.com/woltapp/blurhash (Algorithm.md): a few cosine waves per colour, in
base 83. Written here because the published C wrapper calls what Pillow is about to remove; on a
picture of 32 pixels it takes some milliseconds.
"""

import math
from collections.abc import Sequence
from typing import Final

Pixel = tuple[int, int, int]

_DIGITS: Final = (
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~"
)
# sRGB to linear light (IEC 61966-2-1), by byte.
_LINEAR: Final = tuple(
    level / 255 / 12.92 if level <= 10 else ((level / 255 + 0.055) / 1.055) ** 2.4
    for level in range(256)
)


def encode(pixels: Sequence[Pixel], width: int, across: int = 4, down: int = 3) -> str:
    """The hash of a small picture, its RGB pixels row by row, with `across` × `down` waves.

    Waves are 1 to 9 each way; use a picture of some 30 pixels, since the cost is their number
    times that of the waves.
    """
    height = len(pixels) // width
    light = [[_LINEAR[level] for level in pixel] for pixel in pixels]
    waves: list[tuple[float, ...]] = []
    for j in range(down):
        rows = [math.cos(math.pi * j * y / height) for y in range(height)]
        for i in range(across):
            columns = [math.cos(math.pi * i * x / width) for x in range(width)]
            wave = [row * column for row in rows for column in columns]
            scale = (2 if i or j else 1) / (width * height)
            waves.append(
                tuple(
                    scale
                    * sum(share * pixel[colour] for share, pixel in zip(wave, light, strict=True))
                    for colour in range(3)
                )
            )
    mean, *rest = waves
    strongest = max((abs(value) for wave in rest for value in wave), default=0.0)
    peak = max(0, min(82, math.floor(strongest * 166 - 0.5))) if rest else 0
    unit = (peak + 1) / 166
    red, green, blue = (_srgb(value) for value in mean)
    return (
        _base83(across - 1 + (down - 1) * 9, 1)
        + _base83(peak, 1)
        + _base83((red << 16) + (green << 8) + blue, 4)
        + "".join(_base83(_wave(wave, unit), 2) for wave in rest)
    )


def _wave(wave: Sequence[float], unit: float) -> int:
    number = 0
    for value in wave:
        root = math.copysign(math.sqrt(abs(value / unit)), value)
        number = number * 19 + max(0, min(18, math.floor(root * 9 + 9.5)))
    return number


def _srgb(value: float) -> int:
    value = max(0.0, min(1.0, value))
    if value <= 0.0031308:
        return int(value * 12.92 * 255 + 0.5)
    return int((1.055 * value ** (1 / 2.4) - 0.055) * 255 + 0.5)


def _base83(number: int, length: int) -> str:
    return "".join(_DIGITS[number // 83**place % 83] for place in reversed(range(length)))
