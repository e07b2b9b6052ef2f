"""Documents an owner gives to an AI: files of a folder, read as plain text.

Markup is taken off here, once, so that every later quote is plain text. Headings stay, as lines
that begin with ``# ``, because they are what passages are cut and titled by.
"""

from __future__ import annotations

import csv
import io
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote as url_quote

from msgspec import Struct

from weft.kernel.errors import WeftError

# Above this an owner has put something else than a document into the folder, a dump or a book.
MAX_FILE_BYTES = 2 * 1024 * 1024
# A shop's whole site fits; waking an AI with more would be felt (see `knowledge.bm25`).
MAX_FOLDER_BYTES = 16 * 1024 * 1024
MAX_FILES = 1_000
# A price list fits; each row is a passage.
MAX_ROWS = 5_000
_MAX_TITLE = 120

KINDS = frozenset({".txt", ".md", ".html", ".htm", ".csv"})


class Document(Struct, frozen=True):
    """``text`` holds paragraphs parted by empty lines and headings as ``# Heading`` lines, or, when
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
    """One document. Raises WeftError when it is too large or not text."""
    if path.stat().st_size > MAX_FILE_BYTES:
        raise WeftError(f"{source} is too large: at most {MAX_FILE_BYTES // 2**20} MiB a document.")
    return parse(_decoded(path.read_bytes(), source), source, url)


def parse(text: str, source: str, url: str | None = None) -> Document:
    """A document from its raw text; the ending of ``source`` says what it is."""
    ending = Path(source).suffix.lower()
    named = re.sub(r"[-_\s]+", " ", Path(source).stem).strip().capitalize() or source
    if ending == ".csv":
        return Document(named, url, _rows(text, source), source, rows=True)
    if ending in {".html", ".htm"}:
        title, text = _from_html(text)
    else:
        title, text = "", _from_markdown(text) if ending == ".md" else _from_text(text)
    if not title and (first := re.search(r"^# (.+)$", text, re.MULTILINE)):
        title = first.group(1)
    return Document((title or named)[:_MAX_TITLE], url, text, source)


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


def _from_text(text: str) -> str:
    # A "#" at the start of a line is a heading for us; in a plain text it is just a character.
    return re.sub(r"^#", " #", text.replace("\r\n", "\n"), flags=re.MULTILINE)


_MARKDOWN: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.MULTILINE), new)
    for pattern, new in (
        (r"\A---\n[\s\S]*?\n---\n", ""),  # front matter
        (r"<!--[\s\S]*?-->", ""),
        (r"^#{1,6}[ \t]+(.*?)[ \t]*#*[ \t]*$", r"\n# \1\n"),
        (r"^(?=\S)(.+)\n={3,}[ \t]*$", r"\n# \1\n"),
        (r"^ {0,3}(?:[-*_][ \t]*){3,}$", ""),  # rules
        (r"^[ \t]*>[ \t]?", ""),
        (r"^[ \t]*(?:[-*+]|\d{1,3}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?", "\n"),  # items: paragraphs
        (r"!\[([^\]]*)\]\([^)]*\)", r"\1"),
        (r"\[([^\]]+)\](?:\([^)]*\)|\[[^\]]*\])", r"\1"),
        (r"^\[[^\]]+\]:[ \t].*$", ""),
        (r"</?[A-Za-z][^<>]*>", ""),
        (r"(?<!\w)(\*{1,3}|_{1,3}|~~)(?=\S)(.+?)(?<=\S)\1(?!\w)", r"\2"),
        (r"`+([^`\n]+)`+", r"\1"),
        (r"\\([!-/:-@\[-`{-~])", r"\1"),
    )
)


_FENCE = re.compile(
    r"^ {0,3}(`{3,}|~{3,})[^\n]*\n([\s\S]*?)(?:^ {0,3}\1[`~]*[ \t]*$|\Z)", re.MULTILINE
)


def _from_markdown(text: str) -> str:
    out: list[str] = []
    start = 0
    text = text.replace("\r\n", "\n")
    for fence in _FENCE.finditer(text):
        out += [_unmarked(text[start : fence.start()]), "\n\n", _from_text(fence.group(2)), "\n\n"]
        start = fence.end()
    return "".join([*out, _unmarked(text[start:])])


def _unmarked(text: str) -> str:
    for pattern, new in _MARKDOWN:
        text = pattern.sub(new, text)
    return text


_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "br",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "hr",
        "li",
        "main",
        "ol",
        "option",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
_UNREAD = frozenset(
    [
        "script",
        "style",
        "template",
        "noscript",
        "svg",
        "head",
        "nav",
        "iframe",
        "object",
        "math",
        "select",
    ]
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "source",
        "track",
        "wbr",
    ]
)


class _Reader(HTMLParser):
    """Keeps what a reader of the page would see. Nothing of the page is ever shown as HTML."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self.title = ""
        self._unread: list[str] = []
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "title":
            self._in_title = True
        if self._unread:
            if tag == self._unread[-1] or (tag == "body" and self._unread == ["head"]):
                self._unread = [] if tag == "body" else [*self._unread, tag]
            return
        given = dict(attrs)
        style = (given.get("style") or "").replace(" ", "").lower()
        unseen = "hidden" in given or "display:none" in style or "visibility:hidden" in style
        if tag in _UNREAD or (unseen and tag not in _VOID):
            self._unread.append(tag)
        elif tag in _HEADINGS:
            self.out.append("\n\n# ")
        elif tag in _BLOCKS:
            self.out.append("\n\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._in_title = False
        if self._unread:
            if tag == self._unread[-1]:
                self._unread.pop()
        elif tag in _BLOCKS or tag in _HEADINGS:
            self.out.append("\n\n")

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
        elif not self._unread:
            self.out.append(re.sub(r"\s+", " ", data))


def _from_html(text: str) -> tuple[str, str]:
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return " ".join(reader.title.split()), "".join(reader.out)


def _rows(text: str, source: str) -> str:
    try:
        dialect = csv.Sniffer().sniff(text[:8192], ",;\t|")
    except csv.Error:
        dialect = csv.excel
    lines: list[str] = []
    try:
        table = csv.reader(io.StringIO(text), dialect)
        header = [" ".join(name.split()) for name in next(table, [])]
        for cells in table:
            if len(lines) >= MAX_ROWS:
                raise WeftError(f"{source} has too many rows: at most {MAX_ROWS}.")
            pairs = zip(header, (" ".join(cell.split()) for cell in cells), strict=False)
            entry = "; ".join(f"{name}: {cell}" if name else cell for name, cell in pairs if cell)
            if entry:
                lines.append(entry)
    except csv.Error as wrong:
        raise WeftError(f"{source} is no table that can be read.", cause=str(wrong)) from wrong
    return "\n".join(lines)
