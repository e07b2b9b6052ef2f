"""Pictures that people send: checked, measured, freed of private metadata, and made small.

Pure functions of bytes; the caller runs them in a thread or process pool, since a 12-megapixel
JPEG takes about 0.1 s. All refusals are `WeftError` with status 422 and a text for the sender.

What happens to the file itself:
- EXIF, GPS, comments and thumbnails go; pixels are not re-encoded unless the picture lies on its
  side, is in print colours, or is larger than any screen. Animations stay as they are.
- Authorship (creator, credit, rights, terms, `DigitalSourceType`) is written back as XMP.
- A file with a C2PA manifest is kept byte for byte, because any change breaks its signature;
  unless it also says where it was taken or with which camera body: then privacy wins, the
  manifest goes, and the source type that it claimed is kept in the XMP.
"""

import io
import math
import struct
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, Final, cast

import msgspec
from PIL import ExifTags, Image, ImageOps, IptcImagePlugin, JpegImagePlugin

from weft.kernel.errors import Invalid
from weft.threads import blur, containers, marks
from weft.threads.containers import Kind
from weft.threads.marks import Marks


class Limits(msgspec.Struct, frozen=True):
    """How large a picture may be; each with its reason."""

    # Mastodon's limit for pictures; phones' JPEGs are 2–8 MB.
    max_bytes: int = 16 * 1024 * 1024
    # Decompression bombs: 33 Mpx is 8K, and 132 MB once unpacked; phones' usual 12 is far below.
    max_pixels: int = 7680 * 4320
    # One side: a strip of 1 × 30 million pixels is no picture, and WebP ends at 16,383.
    max_side: int = 16_383
    # What phones take by default is kept as it is (0.1 s instead of 0.8 for a resized one, and
    # no loss); more than these 12.6 Mpx is bandwidth that no screen shows.
    kept_pixels: int = 4096 * 3072
    # The size in timelines: 640 × 480 in area, sharp on phones, some 30 kB.
    small_pixels: int = 640 * 480


LIMITS: Final = Limits()

# A face or a header beside a person's name: Mastodon's sizes.
AVATAR_PX: Final = 400
AVATAR_SMALL_PX: Final = 120
HEADER_PX: Final = (1500, 500)
HEADER_SMALL_PX: Final = (600, 200)

# Below these numbers artefacts show in text on screenshots; above, files grow for nothing.
_JPEG_QUALITY: Final = 90
_WEBP_QUALITY: Final = 80
# 4 × 3 waves is what Mastodon sends: enough for light, and 28 characters.
_BLUR_WAVES: Final = (4, 3)
_BLUR_PX: Final = 32

# EXIF that tells where, or which one camera: place, body and lens serial, owner, maker's notes.
_PRIVATE_TAGS: Final = {0x8825, 0xA431, 0xA435, 0xA430, 0x927C}
_PRIVATE_XMP: Final = (b"GPSL", b"SerialNumber")
_ARTIST, _COPYRIGHT, _ORIENTATION = 0x013B, 0x8298, 0x0112
_IIM_BYLINE, _IIM_CREDIT, _IIM_COPYRIGHT = (2, 80), (2, 110), (2, 116)


class Picture(msgspec.Struct, frozen=True):
    """A picture ready to store: `original` to open, `small` (WebP) for timelines.

    Sizes in pixels as seen (orientation applied). `focus` is x and y from -1 to 1, (0, 0) being
    the middle. `signed` says that `original` carries an untouched C2PA manifest.
    """

    mime: str
    width: int
    height: int
    blurhash: str
    original: bytes
    small: bytes
    small_width: int
    small_height: int
    animated: bool = False
    signed: bool = False
    marks: Marks = Marks()
    focus: tuple[float, float] = (0.0, 0.0)
    small_mime: str = "image/webp"

    @property
    def format(self) -> str:
        """`jpeg`, `png`, `webp` or `gif`: the file name's ending."""
        return self.mime.partition("/")[2]


# What Pillow and `struct` raise on broken files. Not `Exception`: our own mistakes stay visible.
# TypeError: EXIF entries of a kind that Pillow does not expect for their name.
_DAMAGE: Final = (
    OSError,
    TypeError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    KeyError,
    OverflowError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)


@contextmanager
def _refusing() -> Generator[None]:
    """Whatever a decoder stumbles over is the file's fault, and said to its sender."""
    try:
        yield
    except _DAMAGE as error:
        raise Invalid("The picture is damaged and cannot be read", cause=repr(error)) from error


@_refusing()
def process(data: bytes, limits: Limits = LIMITS) -> Picture:
    """Check and prepare one uploaded or fetched picture."""
    opened = _open(data, limits)
    small = _fit(opened.pixels(limits.small_pixels), limits.small_pixels)
    original, width, height = _original(opened, limits)
    return Picture(
        mime=opened.kind.value,
        width=width,
        height=height,
        blurhash=_blurhash(small),
        original=original,
        small=_encode(small, Kind.WEBP, opened),
        small_width=small.width,
        small_height=small.height,
        animated=opened.animated,
        signed=opened.keep,
        marks=opened.marks,
    )


@_refusing()
def preview(data: bytes, limits: Limits = LIMITS) -> Picture:
    """A picture that a stranger's page shows of itself: still, small, written anew as WebP."""
    opened = _open(data, limits)
    small = _fit(opened.pixels(limits.small_pixels), limits.small_pixels)
    written = _encode(small, Kind.WEBP, opened)
    return Picture(
        mime=Kind.WEBP.value,
        width=small.width,
        height=small.height,
        blurhash=_blurhash(small),
        original=written,
        small=written,
        small_width=small.width,
        small_height=small.height,
        marks=opened.marks,
    )


@_refusing()
def avatar(data: bytes, limits: Limits = LIMITS) -> Picture:
    """A square of 400 pixels from the picture's middle, and one of 120; still, as WebP."""
    square = (AVATAR_PX, AVATAR_PX)
    return _cropped(data, limits, square, (AVATAR_SMALL_PX, AVATAR_SMALL_PX))


@_refusing()
def header(data: bytes, limits: Limits = LIMITS) -> Picture:
    """1500 × 500 pixels from the picture's middle, and 600 × 200; still, as WebP."""
    return _cropped(data, limits, HEADER_PX, HEADER_SMALL_PX)


def _cropped(
    data: bytes, limits: Limits, size: tuple[int, int], small_size: tuple[int, int]
) -> Picture:
    opened = _open(data, limits)
    pixels = opened.pixels(size[0] * size[1] * 4)
    large = ImageOps.fit(pixels, size, Image.Resampling.LANCZOS)
    small = ImageOps.fit(large, small_size, Image.Resampling.LANCZOS)
    return Picture(
        mime=Kind.WEBP.value,
        width=size[0],
        height=size[1],
        blurhash=_blurhash(small),
        original=_encode(large, Kind.WEBP, opened),
        small=_encode(small, Kind.WEBP, opened),
        small_width=small.width,
        small_height=small.height,
        marks=opened.marks,
    )


class _Opened:
    """One picture whose header was read and found acceptable; pixels come on demand."""

    def __init__(self, data: bytes, kind: Kind, image: Image.Image) -> None:
        self.data = data
        self.kind = kind
        self.animated = bool(getattr(image, "is_animated", False))
        exif = image.getexif()
        orientation = exif.get(_ORIENTATION, 1)
        self.turned = orientation in range(2, 9)
        # 5 to 8 lie on their side (EXIF 4.6.4).
        self.size = image.size[:: -1 if orientation in range(5, 9) else 1]
        self.profile: bytes | None = image.info.get("icc_profile")
        self.print_colours = image.mode in {"CMYK", "YCCK", "LAB"}
        found = containers.attached(data, kind)
        tags = {*exif, *exif.get_ifd(ExifTags.IFD.Exif)}
        private = any(word in found.xmp for word in _PRIVATE_XMP)
        self.keep = bool(found.c2pa) and not private and tags.isdisjoint(_PRIVATE_TAGS)
        self.marks = marks.merge(
            marks.read_xmp(found.xmp),
            Marks(source_type=marks.from_manifest(found.c2pa)),
            _iim(image),
            marks.from_camera(_text(exif.get(_ARTIST)), _text(exif.get(_COPYRIGHT))),
        )
        self.xmp = marks.write_xmp(self.marks)

    def pixels(self, wanted: int) -> Image.Image:
        """The (first) picture, upright, in RGB or RGBA, with about `wanted` pixels or more."""
        with Image.open(io.BytesIO(self.data), formats=_PILLOW) as image:
            share = math.sqrt(wanted / (image.width * image.height))
            if share < 1:
                # JPEG only: the decoder skips what a picture of this size does not need.
                image.draft(
                    "RGB", (math.ceil(image.width * share), math.ceil(image.height * share))
                )
            image.load()
            upright = ImageOps.exif_transpose(image)
            if upright.mode.startswith("I"):
                # 16 bits of grey: Pillow would cut them off at 255 instead of scaling.
                upright = upright.convert("I").point(lambda grey: grey / 256).convert("L")
            alpha = "A" in upright.getbands() or "transparency" in upright.info
            return upright.convert("RGBA" if alpha else "RGB")


# Only these decoders see strangers' bytes, whatever else Pillow was built with.
_PILLOW: Final = ("JPEG", "PNG", "WEBP", "GIF")


def _open(data: bytes, limits: Limits) -> _Opened:
    if len(data) > limits.max_bytes:
        raise Invalid(f"The picture is larger than {limits.max_bytes // 1024 // 1024} MB")
    kind = containers.sniff(data)
    if kind is None:
        raise Invalid("Pictures can be JPEG, PNG, WebP or GIF", cause=f"begins {data[:12]!r}")
    # Only the header is read here; pixels are unpacked once their number is known.
    with Image.open(io.BytesIO(data), formats=_PILLOW) as image:
        width, height = image.size
        if width * height > limits.max_pixels or max(width, height) > limits.max_side:
            raise Invalid(
                f"The picture is {width} × {height} pixels; {limits.max_pixels:,} are the most"
            )
        return _Opened(data, kind, image)


def _original(opened: _Opened, limits: Limits) -> tuple[bytes, int, int]:
    """The file to keep, and its size in pixels as seen."""
    width, height = opened.size
    if opened.keep:
        return opened.data, width, height
    too_large = width * height > limits.kept_pixels
    if not opened.animated and (opened.turned or opened.print_colours or too_large):
        pixels = _fit(opened.pixels(limits.kept_pixels), limits.kept_pixels)
        return _encode(pixels, opened.kind, opened), pixels.width, pixels.height
    return containers.strip(opened.data, opened.kind, opened.xmp), width, height


def _fit(image: Image.Image, most: int) -> Image.Image:
    share = math.sqrt(most / (image.width * image.height))
    if share >= 1:
        return image
    size = max(1, int(image.width * share)), max(1, int(image.height * share))
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def _encode(image: Image.Image, kind: Kind, opened: _Opened) -> bytes:
    options: dict[str, Any] = {}
    if opened.profile and not opened.print_colours:
        options["icc_profile"] = opened.profile
    if kind is Kind.JPEG:
        options["quality"] = _JPEG_QUALITY
    elif kind is Kind.WEBP:
        options |= {"quality": _WEBP_QUALITY, "method": 4}
    out = io.BytesIO()
    image.save(out, kind.name, **options)
    return containers.strip(out.getvalue(), kind, opened.xmp)


def _blurhash(image: Image.Image) -> str:
    tiny = image.copy()
    tiny.thumbnail((_BLUR_PX, _BLUR_PX))
    if tiny.mode == "RGBA":
        # White paper behind what is transparent.
        paper = Image.new("RGBA", tiny.size, (255, 255, 255, 255))
        tiny = Image.alpha_composite(paper, tiny)
    pixels = cast("tuple[blur.Pixel, ...]", tiny.convert("RGB").get_flattened_data())
    return blur.encode(pixels, tiny.width, *_BLUR_WAVES)


def _iim(image: Image.Image) -> Marks:
    """IPTC's older records, which news agencies still write (JPEG only)."""
    read = isinstance(image, JpegImagePlugin.JpegImageFile)
    found = (IptcImagePlugin.getiptcinfo(image) if read else None) or {}
    return marks.from_camera(
        _text(found.get(_IIM_BYLINE)),
        _text(found.get(_IIM_COPYRIGHT)),
        _text(found.get(_IIM_CREDIT)),
    )


def _text(value: Any) -> str:
    if isinstance(value, list):
        value = cast("list[Any]", value)[0] if value else ""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace").strip("\x00 ")
    return value.strip("\x00 ") if isinstance(value, str) else ""
