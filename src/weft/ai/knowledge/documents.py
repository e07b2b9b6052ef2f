"""Documents an owner gives to an AI: files of a folder, read as plain text.

Markup is taken off here, once, so that every later quote is plain text. Headings stay, as lines
that begin with ``#`` to ``######``, because they are what passages are cut and titled by.
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote as url_quote

from msgspec import Struct

from weft.ai.knowledge import html, markdown, pdf, rst, table
from weft.kernel.errors import Invalid, WeftError

# Above this an owner has put something else than a document into the folder, a dump or a book.
MAX_FILE_BYTES = 2 * 1024 * 1024
# A shop's whole site fits; waking an AI with more would be felt (see `knowledge.bm25`).
MAX_FOLDER_BYTES = 16 * 1024 * 1024
MAX_FILES = 1_000
_MAX_TITLE = 120

KINDS = frozenset({".txt", ".md", ".mdx", ".rst", ".html", ".htm", ".csv", ".pdf"})


class Document(Struct, frozen=True):
    """``text`` holds paragraphs parted by empty lines and headings as ``## Heading`` lines, or, when
    ``rows`` is set, one entry per line. ``source`` is the path within the folder.
    """

    title: str
    url: str | None
    text: str
    source: str
    rows: bool = False


def read_folder(folder: Path, base_url: str | None = None) -> list[Document]:
    """All documents under ``folder``, sorted by path; other files, hidden ones and links out of
    the folder are passed over.

    ``base_url``: where the folder is readable by people; a document's link is then the base and its
    path without the ending. Raises WeftError when the folder is missing or over the limits.
    """
    if not folder.is_dir():
        raise WeftError(f"There is no folder {folder}.")
    root = folder.resolve()
    found: list[Document] = []
    size = 0
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in name.parts)
        if hidden or path.suffix.lower() not in KINDS or not path.is_file():
            continue
        if not path.resolve().is_relative_to(root):
            continue
        size += path.stat().st_size
        if len(found) >= MAX_FILES or size > MAX_FOLDER_BYTES:
            raise WeftError(
                f"{folder} holds too much: at most {MAX_FILES} documents "
                f"and {MAX_FOLDER_BYTES // 2**20} MiB."
            )
        url = None
        if base_url:
            url = f"{base_url.rstrip('/')}/{url_quote(name.with_suffix('').as_posix())}"
        found.append(read_file(path, name.as_posix(), url))
    return found


def read_file(path: Path, source: str, url: str | None = None) -> Document:
    """One document. Raises WeftError when it is too large or cannot be read as what it is."""
    if path.stat().st_size > limit_of(source):
        raise _too_large(source)
    return read(path.read_bytes(), source, url)


def read(raw: bytes, source: str, url: str | None = None) -> Document:
    """One document from its bytes; the ending of ``source`` says what it is. A PDF blocks for a while.

    Raises WeftError as `read_file` does.
    """
    if len(raw) > limit_of(source):
        raise _too_large(source)
    if Path(source).suffix.lower() == ".pdf":
        return Document(_named(source), url, pdf.read(raw, source), source)
    return parse(_decoded(raw, source), source, url)


def limit_of(source: str) -> int:
    """How many bytes a file of this name may have."""
    return pdf.MAX_BYTES if source.lower().endswith(".pdf") else MAX_FILE_BYTES


def parse(text: str, source: str, url: str | None = None) -> Document:
    """A document from its raw text; the ending of ``source`` says what it is."""
    ending = Path(source).suffix.lower()
    title = ""
    if ending == ".csv":
        return Document(_named(source), url, table.read(text, source), source, rows=True)
    if ending in {".html", ".htm"}:
        title, text = html.read(text)
    elif ending in {".md", ".mdx"}:
        title, text = markdown.read(text)
    elif ending == ".rst":
        text = rst.read(text)
    else:
        text = markdown.literal(text)
    if not title and (first := re.search(r"^#{1,6} (.+)$", text, re.MULTILINE)):
        title = first.group(1)
    return Document((title or _named(source))[:_MAX_TITLE], url, text, source)


def _named(source: str) -> str:
    return re.sub(r"[-_\s]+", " ", Path(source).stem).strip().capitalize() or source


def _too_large(source: str) -> WeftError:
    return Invalid(f"{source} is too large: at most {limit_of(source) // 2**20} MiB a document.")


def _decoded(raw: bytes, source: str) -> str:
    if b"\0" in raw and not raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise WeftError(f"{source} is no text file.")
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What is not UTF-8 came from an old Windows editor, nearly always.
        return raw.decode("cp1252", "replace")
