"""BlurHash: the strings that the reference implementation makes."""

from PIL import Image

from weft.threads import blur


def test_white() -> None:
    assert blur.encode([(255, 255, 255)] * 4, 2) == "L~TSUA~qfQ~q~q~qfQ~qfQfQfQfQ"


def test_one_wave_is_the_mean_colour() -> None:
    assert blur.encode([(255, 0, 0)] * 6, 3, across=1, down=1) == "00TI:j"


def test_gradient() -> None:
    picture = Image.linear_gradient("L").resize((32, 24)).convert("RGB")
    assert blur.encode(picture.get_flattened_data(), 32) == "LyHV9woffQof00WBfQWBxuj[fQj["
