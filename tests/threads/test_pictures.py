"""Pictures: what is shown, what is taken off, what must not get lost, and what is refused."""

import contextlib
import io
import random
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from weft.kernel.errors import WeftError
from weft.threads import containers, marks, pictures
from weft.threads.containers import Kind
from weft.threads.marks import Marks

AI = "trainedAlgorithmicMedia"
FORMATS = [Kind.JPEG, Kind.PNG, Kind.WEBP, Kind.GIF]
SHOT = Marks(creators=("Ada <Lovelace>", "Bob"), rights="© Ada", source_type=AI)


def draw(width: int = 320, height: int = 200, mode: str = "RGB") -> Image.Image:
    picture = Image.new("RGB", (width, height), (200, 40, 40))
    ImageDraw.Draw(picture).rectangle((0, 0, width // 4, height // 4), fill=(20, 20, 220))
    return picture.convert(mode)


def save(picture: Image.Image, kind: Kind, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind.name, **options)
    return out.getvalue()


def exif(orientation: int = 1, *, gps: bool = True) -> Image.Exif:
    tags = Image.Exif()
    tags[0x0112] = orientation
    tags[0x010F] = "SecretCamera"
    tags[0x013B] = "Chiara"
    tags[0x8298] = "all rights Chiara"
    if gps:
        tags.get_ifd(0x8825)[1] = "N"
        tags.get_ifd(0x8825)[2] = (45.0, 30.0, 15.5)
    return tags


def load(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def png_chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def with_png_chunk(data: bytes, name: bytes, body: bytes) -> bytes:
    return data[:33] + png_chunk(name, body) + data[33:]


def with_jpeg_segment(data: bytes, marker: int, body: bytes) -> bytes:
    return data[:2] + struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body + data[2:]


MANIFEST = b"JP\x00\x01 jumb c2pa x http://cv.iptc.org/newscodes/digitalsourcetype/" + AI.encode()


@pytest.mark.parametrize("kind", FORMATS)
def test_each_format_comes_back_with_sizes_and_blur(kind: Kind) -> None:
    made = pictures.process(save(draw(), kind))
    assert (made.mime, made.format) == (kind.value, kind.name.lower())
    assert (made.width, made.height) == (320, 200) == load(made.original).size
    assert load(made.small).format == "WEBP"
    assert (made.small_width, made.small_height) == load(made.small).size
    assert len(made.blurhash) == 28
    assert (made.focus, made.animated, made.signed) == ((0.0, 0.0), False, False)


@pytest.mark.parametrize("kind", [Kind.JPEG, Kind.PNG, Kind.WEBP])
def test_place_and_camera_are_gone_and_the_author_stays(kind: Kind) -> None:
    made = pictures.process(save(draw(), kind, exif=exif()))
    for data in (made.original, made.small):
        assert b"SecretCamera" not in data
        assert b"Exif" not in data
        assert not load(data).getexif()
        again = marks.read_xmp(containers.attached(data, containers.sniff(data)).xmp)
        assert again.creators == ("Chiara",)
        assert again.rights == "all rights Chiara"


@pytest.mark.parametrize("kind", FORMATS)
def test_authorship_in_xmp_survives_in_file_and_small_one(kind: Kind) -> None:
    source = containers.strip(save(draw(), kind), kind, marks.write_xmp(SHOT))
    made = pictures.process(source)
    assert made.marks == SHOT
    assert made.marks.made_by_ai
    for data, as_kind in ((made.original, kind), (made.small, Kind.WEBP)):
        assert marks.read_xmp(containers.attached(data, as_kind).xmp) == SHOT
        load(data)
    assert load(made.original).tobytes() == load(save(draw(), kind)).tobytes()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_stand_upright(orientation: int) -> None:
    made = pictures.process(save(draw(), Kind.JPEG, exif=exif(orientation), quality=95))
    size = (320, 200) if orientation < 5 else (200, 320)
    assert (made.width, made.height) == size == load(made.original).size
    corner = {1: 0, 2: 1, 3: 2, 4: 3, 5: 0, 6: 1, 7: 2, 8: 3}[orientation]
    x, y = [(8, 8), (size[0] - 9, 8), (size[0] - 9, size[1] - 9), (8, size[1] - 9)][corner]
    red, _, blue = load(made.original).convert("RGB").getpixel((x, y))
    assert blue > 150 > red


def test_a_signed_picture_is_kept_to_the_byte() -> None:
    for kind, data in (
        (Kind.PNG, with_png_chunk(save(draw(), Kind.PNG), b"caBX", MANIFEST)),
        (Kind.JPEG, with_jpeg_segment(save(draw(), Kind.JPEG), 0xEB, MANIFEST)),
    ):
        made = pictures.process(data)
        assert made.original == data
        assert made.signed
        assert made.marks.source_type == AI
        small = containers.attached(made.small, Kind.WEBP)
        assert marks.read_xmp(small.xmp).made_by_ai, kind


def test_a_signed_picture_that_tells_the_place_loses_both_but_keeps_the_mark() -> None:
    data = with_jpeg_segment(save(draw(), Kind.JPEG, exif=exif()), 0xEB, MANIFEST)
    made = pictures.process(data)
    assert not made.signed
    assert b"c2pa" not in made.original
    assert not load(made.original).getexif()
    kept = marks.read_xmp(containers.attached(made.original, Kind.JPEG).xmp)
    assert kept.source_type == AI
    assert kept.creators == ("Chiara",)


def test_animation_stays_and_comments_go() -> None:
    frames = [draw(), draw(mode="L").convert("RGB"), Image.new("RGB", (320, 200), (0, 200, 0))]
    for kind in (Kind.GIF, Kind.WEBP, Kind.PNG):
        options = {"comment": b"my address"} if kind is Kind.GIF else {}
        data = save(
            frames[0], kind, save_all=True, append_images=frames[1:], duration=90, loop=0, **options
        )
        made = pictures.process(data)
        assert made.animated
        assert load(made.original).n_frames == 3
        assert b"my address" not in made.original
        assert load(made.original).info["loop"] == 0
        assert not getattr(load(made.small), "is_animated", False)


def test_what_is_appended_behind_the_picture_goes() -> None:
    for kind in FORMATS:
        made = pictures.process(save(draw(), kind) + b"PK\x03\x04 a film with my voice")
        assert b"my voice" not in made.original


def test_comments_and_text_chunks_go() -> None:
    png = with_png_chunk(save(draw(), Kind.PNG), b"tEXt", b"Comment\x00my address")
    jpeg = with_jpeg_segment(save(draw(), Kind.JPEG), 0xFE, b"my address")
    for data in (png, jpeg):
        assert b"my address" not in pictures.process(data).original


def test_colour_profiles_and_transparency_stay() -> None:
    profile = b"\x00" * 200
    made = pictures.process(save(draw(mode="RGBA"), Kind.PNG, icc_profile=profile))
    assert load(made.original).info["icc_profile"] == profile
    clear = Image.new("RGBA", (60, 60), (0, 0, 0, 0))
    for kind in (Kind.PNG, Kind.WEBP, Kind.GIF):
        made = pictures.process(save(clear, kind))
        assert load(made.small).convert("RGBA").getpixel((5, 5))[3] == 0
        assert made.blurhash[2:6] == "TSUA", "transparent is white paper, not black"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_unusual_png_modes(mode: str) -> None:
    picture = Image.new(mode, (50, 40)) if mode == "I;16" else draw(50, 40).convert(mode)
    assert pictures.process(save(picture, Kind.PNG)).small_width == 50


def test_sixteen_bit_grey_is_scaled_not_cut() -> None:
    picture = Image.new("I;16", (50, 40), 0x4000)
    grey = load(pictures.process(save(picture, Kind.PNG)).small).convert("L").getpixel((9, 9))
    assert abs(grey - 0x40) < 4


def test_print_colours_become_screen_colours() -> None:
    made = pictures.process(save(draw(mode="CMYK"), Kind.JPEG))
    assert load(made.original).mode == "RGB"


def test_large_pictures_are_kept_at_screen_size() -> None:
    noise = Image.effect_noise((4800, 3000), 20).convert("RGB")
    made = pictures.process(save(noise, Kind.JPEG, quality=60))
    assert made.width * made.height <= pictures.LIMITS.kept_pixels
    assert made.small_width * made.small_height <= pictures.LIMITS.small_pixels
    assert abs(made.width / made.height - 4800 / 3000) < 0.01


def png_claiming(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\x00" * 1000)
    chunks = png_chunk(b"IHDR", header) + png_chunk(b"IDAT", pixels) + png_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\xff\xd8\xff",
        b"GIF89a",
        b"RIFF\x04\x00\x00\x00WEBP",
        b"\x89PNG\r\n\x1a\n",
        png_claiming(8000, 8000),
        png_claiming(12_000, 12_000),
        png_claiming(60_000, 60_000),
        png_claiming(20_000, 10),
        png_claiming(0, 5),
        png_claiming(400, 400),
        b"\xff\xd8\xff" + b"x" * (pictures.LIMITS.max_bytes),
    ],
    ids=lambda data: repr(data[:14]),
)
def test_refused_with_a_reason(data: bytes) -> None:
    with pytest.raises(WeftError) as refused:
        pictures.process(data)
    assert refused.value.status == 422
    assert "icture" in refused.value.text


@pytest.mark.parametrize("kind", FORMATS)
def test_half_a_file_is_refused(kind: Kind) -> None:
    data = save(Image.effect_noise((200, 200), 60).convert("RGB"), kind)
    with pytest.raises(WeftError) as refused:
        pictures.process(data[: len(data) // 2])
    assert refused.value.status == 422


@given(st.sampled_from(FORMATS), st.integers(0, 2**32), st.integers(1, 30))
@settings(max_examples=150, deadline=None)
def test_damage_is_refused_or_survived_never_a_crash(kind: Kind, seed: int, hits: int) -> None:
    dice = random.Random(seed)
    data = bytearray(containers.strip(save(draw(40, 30), kind), kind, marks.write_xmp(SHOT)))
    for _ in range(hits):
        data[dice.randrange(len(data))] = dice.randrange(256)
    with contextlib.suppress(WeftError):
        made = pictures.process(bytes(data))
        assert load(made.small).size == (made.small_width, made.small_height)


def test_exif_of_the_wrong_kind_is_damage() -> None:
    """The resolution is a word here; Pillow falls over it when it writes the picture anew."""
    plain = save(draw(8, 8), Kind.PNG, exif=exif(6))
    start = plain.index(b"eXIf")
    (size,) = struct.unpack(">I", plain[start - 4 : start])
    odd = b"eXIf" + bytes.fromhex(
        "4d4d002a000000080002011200030000000100060000011e0002000000036d65000000000007"
    )
    chunk = struct.pack(">I", len(odd) - 4) + odd + struct.pack(">I", zlib.crc32(odd))
    bent = plain[: start - 4] + chunk + plain[start + 4 + size + 4 :]
    with pytest.raises(WeftError):
        pictures.process(bent)


def test_faces_and_headers_have_their_sizes() -> None:
    data = save(draw(900, 600), Kind.JPEG, exif=exif(6))
    face = pictures.avatar(data)
    assert (face.width, face.height) == (400, 400) == load(face.original).size
    assert (face.small_width, face.small_height) == (120, 120) == load(face.small).size
    assert face.mime == "image/webp"
    top = pictures.header(data)
    assert (top.width, top.height) == (1500, 500) == load(top.original).size
    assert (top.small_width, top.small_height) == (600, 200)
    assert face.marks.creators == ("Chiara",)


def test_hostile_xmp_says_nothing() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
    for packet in (bomb, b"\xff\xfe", b"<x", b"", "<x/>".encode("utf-16")):
        assert marks.read_xmp(packet) == Marks()


@given(st.text(), st.text(), st.lists(st.text(), max_size=4))
def test_marks_come_back_as_lines(rights: str, credit: str, names: list[str]) -> None:
    said = marks.merge(*(marks.from_camera(name, rights, credit) for name in [*names, ""]))
    again = marks.read_xmp(marks.write_xmp(said))
    assert again == said


def test_a_compressed_packet_is_not_unpacked_without_end() -> None:
    bomb = b"XML:com.adobe.xmp\x00\x01\x00\x00\x00" + zlib.compress(b" " * 50_000_000)
    data = with_png_chunk(save(draw(), Kind.PNG), b"iTXt", bomb)
    assert containers.attached(data, Kind.PNG).xmp == b""
