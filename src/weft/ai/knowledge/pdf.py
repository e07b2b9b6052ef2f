"""PDF as text, page by page, read by a process of its own.

A PDF is a program for drawing, and a hostile one loops, unpacks to gigabytes or drives its reader mad.
So the library (pypdf, the extra ``weft[documents]``) runs in a child with limits on its memory, time and
files; whatever becomes of that child, the server gets text or an error.
"""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.util import find_spec

from weft.kernel.errors import Invalid, WeftError

MAX_BYTES = 16 * 1024 * 1024
"""A manual with pictures."""
MAX_PAGES = 500
MAX_CHARS = 2 * 1024 * 1024
"""Of text: as much as a document may have in any other format."""
SECONDS = 60.0
"""pypdf reads some ten pages a second; what takes longer is made to."""
_MEMORY = 1024 * 1024 * 1024
_MISSING = "Reading PDF needs an extra: pip install 'weft[documents]'"
_LOCKED, _BROKEN = 3, 4
_RUNS = re.compile(r"[ \t]+")
_HYPHEN = re.compile(r"(?<=[^\W\d_])-\n(?=[^\W\d_])")


def available() -> bool:
    """Whether the extra is installed, without importing it."""
    return find_spec("pypdf") is not None


def read(raw: bytes, source: str) -> str:
    """The text, each page under a heading ``# Page n``. It blocks for up to `SECONDS`.

    Raises WeftError without the extra, Invalid for what is too large, locked or not to be read.
    """
    if not available():
        raise WeftError(_MISSING)
    if len(raw) > MAX_BYTES:
        raise Invalid(f"{source} is too large: at most {MAX_BYTES // 2**20} MiB a PDF.")
    try:
        done = subprocess.run(  # noqa: S603 - our own module, and the file only as its input
            [sys.executable, "-I", "-m", __name__],
            input=raw,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Invalid(f"{source} takes too long to read.") from None
    if done.returncode == _LOCKED:
        raise Invalid(f"{source} is locked with a password.")
    if done.returncode != 0:
        raise Invalid(f"{source} is no PDF that can be read.", cause=_last_line(done.stderr))
    text = _joined(done.stdout.decode("utf-8", "replace"))
    if not text.strip():
        raise Invalid(f"{source} holds no text: its pages are pictures.")
    return text


def _joined(text: str) -> str:
    """Lines of a page are as long as its paper: put together again what was broken there."""
    out: list[str] = []
    for page in text.split("\f"):
        number, _, body = page.partition("\n")
        body = _HYPHEN.sub("", body.replace("\r", "\n").replace("\x00", ""))
        body = re.sub(r"^#", " #", body, flags=re.MULTILINE)
        lines = [_RUNS.sub(" ", line).strip() for line in body.split("\n")]
        if any(lines):
            out.append(f"# Page {number}\n\n" + "\n".join(_paragraphs(lines)))
    return "\n\n".join(out)


def _paragraphs(lines: list[str]) -> list[str]:
    """A line much shorter than the others ends its paragraph."""
    full = sorted(map(len, lines))[len(lines) * 3 // 4] if lines else 0
    found: list[str] = []
    for line in lines:
        found.append(line)
        if len(line) < 0.7 * full:
            found.append("")
    return found


def _last_line(told: bytes) -> str:
    lines = told.decode("utf-8", "replace").strip().splitlines()
    return lines[-1][:200] if lines else "its reader was stopped"


def _child() -> int:
    """In the child: a PDF from standard input, pages to standard output, parted by form feeds."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (int(SECONDS), int(SECONDS)))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    import io
    import logging

    import pypdf

    logging.disable(logging.CRITICAL)
    left = MAX_CHARS
    try:
        reader = pypdf.PdfReader(io.BytesIO(sys.stdin.buffer.read()))
        if reader.is_encrypted and not reader.decrypt(""):
            return _LOCKED
        for number, page in enumerate(reader.pages[:MAX_PAGES], 1):
            text = page.extract_text().replace("\f", "\n")[:left]
            left -= len(text)
            told = f"\f{number}\n{text}" if number > 1 else f"{number}\n{text}"
            sys.stdout.buffer.write(told.encode("utf-8", "replace"))
            if left <= 0:
                break
    except Exception as fault:  # noqa: BLE001 - whatever a hostile file makes of its reader
        sys.stderr.write(f"{type(fault).__name__}: {fault}\n")
        return _BROKEN
    return 0


if __name__ == "__main__":
    sys.exit(_child())
