"""Custom emojis by command: only pictures that fit become one."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

from weft.cli import weft
from weft.kernel.errors import WeftError


def picture(path: Path, side: int, *, frames: int = 1) -> Path:
    shades = [Image.new("RGB", (side, side), (n * 60, 90, 120)) for n in range(frames)]
    out = io.BytesIO()
    if frames > 1:
        shades[0].save(out, "GIF", save_all=True, append_images=shades[1:])
    else:
        shades[0].save(out, "PNG")
    path.write_bytes(out.getvalue())
    return path


def run(folder: Path, *words: str) -> str:
    done = CliRunner().invoke(weft, ["emoji", *words, "--data", str(folder / "data")])
    if done.exception is not None:
        raise done.exception
    return done.output


def test_added_listed_and_removed(tmp_path: Path) -> None:
    moving = picture(tmp_path / "cat.gif", 64, frames=3)
    assert "ready" in run(tmp_path, "add", "blobcat", str(moving), "--category", "Cats")
    large = picture(tmp_path / "dog.png", 500)
    run(tmp_path, "add", ":dog:", str(large), "--hidden")
    assert run(tmp_path, "list").splitlines() == [":blobcat:\tCats", ":dog:\t\thidden"]
    sizes: dict[str, tuple[int, int]] = {}
    for path in sorted((tmp_path / "data/media").rglob("*.*")):
        with Image.open(path) as image:
            sizes[path.suffix] = image.size
    assert sizes[".gif"] == (64, 64)
    assert sizes[".png"] == (256, 256)
    assert max(sizes[".webp"]) <= 128
    run(tmp_path, "remove", "blobcat")
    assert run(tmp_path, "list").splitlines() == [":dog:\t\thidden"]
    with pytest.raises(WeftError, match="no emoji named blobcat"):
        run(tmp_path, "remove", "blobcat")


def test_what_is_no_emoji_is_refused(tmp_path: Path) -> None:
    good = picture(tmp_path / "a.png", 64)
    for code in ("a", "with space", "a" * 65, "é!"):
        with pytest.raises(WeftError, match="shortcode"):
            run(tmp_path, "add", code, str(good))
    with pytest.raises(WeftError, match="no file"):
        run(tmp_path, "add", "missing", str(tmp_path / "missing.png"))
    with pytest.raises(WeftError, match="pixels"):
        run(tmp_path, "add", "large", str(picture(tmp_path / "b.png", 2000)))
    svg = tmp_path / "c.svg"
    svg.write_text("<svg/>")
    with pytest.raises(WeftError, match="JPEG, PNG"):
        run(tmp_path, "add", "vector", str(svg))
    heavy = tmp_path / "d.png"
    heavy.write_bytes(b"\x89PNG" + b"0" * 300_000)
    with pytest.raises(WeftError, match="256 kB"):
        run(tmp_path, "add", "heavy", str(heavy))
