"""PDF in a child process: what comes back is text or a clear refusal, whatever the file does."""

from __future__ import annotations

import io

import pytest

from weft.ai.knowledge import pdf
from weft.ai.knowledge.documents import read
from weft.kernel.errors import Invalid, WeftError

pypdf = pytest.importorskip("pypdf")


def made(*pages: str, password: str = "") -> bytes:
    """A small PDF with a line of text on each page, written by hand so that its text is known."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>"]
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(pages)))
    objects.append(f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode())
    objects.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    for n, text in enumerate(pages):
        stream = f"BT /F1 12 Tf 72 700 Td ({text}) Tj ET".encode()
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {5 + 2 * n} 0 R"
            " /Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
    out = io.BytesIO()
    out.write(b"%PDF-1.4\n")
    places = []
    for n, one in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (n, one))
    table = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % at for at in places))
    out.write(b"trailer << /Size %d /Root 1 0 R >>\n" % (len(objects) + 1))
    out.write(b"startxref\n%d\n%%%%EOF" % table)
    if not password:
        return out.getvalue()
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(out.getvalue()))
    writer.encrypt(password, algorithm="RC4-128")
    locked = io.BytesIO()
    writer.write(locked)
    return locked.getvalue()


def test_each_page_is_a_heading() -> None:
    found = read(made("The oven is hot.", "The bread is done."), "oven manual.pdf")
    assert found.title == "Oven manual"
    assert found.text.split("\n\n") == [
        "# Page 1",
        "The oven is hot.",
        "# Page 2",
        "The bread is done.",
    ]


def test_what_cannot_be_read_says_why() -> None:
    with pytest.raises(Invalid, match="locked"):
        read(made("secret", password="x"), "a.pdf")
    with pytest.raises(Invalid, match="no PDF"):
        read(b"%PDF-1.4 and then nothing", "a.pdf")
    with pytest.raises(Invalid, match="no text"):
        read(made(""), "a.pdf")
    with pytest.raises(WeftError, match="too large"):
        read(b"x" * (pdf.MAX_BYTES + 1), "a.pdf")


def test_one_that_takes_for_ever_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "SECONDS", 0.01)
    with pytest.raises(Invalid, match="takes too long"):
        read(made("slow"), "a.pdf")


def test_pages_that_lead_to_themselves_end() -> None:
    looping = made("one").replace(b"/Kids [4 0 R]", b"/Kids [2 0 R]")
    with pytest.raises(Invalid):
        read(looping, "a.pdf")
