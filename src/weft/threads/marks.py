"""Whose work a picture is and how it was made: the part of its metadata that must not get lost.

EXIF tells where somebody lives; XMP and IPTC also tell who made a picture, under which terms, and
whether a machine did (IPTC `DigitalSourceType`, asked for by the EU's AI Act, Art. 50, and its code
of practice: do not strip others' marks). So everything is taken off, and these few fields are
written back as a small XMP packet.
"""

import re
from collections.abc import Iterator
from typing import Any, Final
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import msgspec

# Names and terms are lines, not books; and the packet has to fit one JPEG segment of 64 kB.
MARK_CHARS: Final = 1_000
CREATORS: Final = 10

_RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_SOURCE_TYPES: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/"
_SOURCE_IN_MANIFEST: Final = re.compile(rb"digitalsourcetype/([A-Za-z]{3,60})")
# Words of the IPTC list by which a picture says that a machine made it, or helped.
_MADE_BY_AI: Final = {"trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia"}


class Marks(msgspec.Struct, frozen=True):
    """Authorship as plain strings, empty when the file said nothing.

    `source_type` is a word of IPTC's list (`trainedAlgorithmicMedia`, `digitalCapture`, …);
    `mining` is PLUS's word on use for training (`DMI-PROHIBITED…`), as written.
    """

    creators: tuple[str, ...] = ()
    credit: str = ""
    rights: str = ""
    terms: str = ""
    statement: str = ""
    source_type: str = ""
    mining: str = ""

    def __bool__(self) -> bool:
        return self != Marks()

    @property
    def made_by_ai(self) -> bool:
        """Whether the file says that a generative model made it or a part of it."""
        return self.source_type in _MADE_BY_AI


# Field, its namespace and name in XMP, and its shape there (an ordered list, a text in
# languages, or one value).
_FIELDS: Final = (
    ("creators", "dc", "http://purl.org/dc/elements/1.1/", "creator", "Seq"),
    ("rights", "dc", "http://purl.org/dc/elements/1.1/", "rights", "Alt"),
    ("credit", "photoshop", "http://ns.adobe.com/photoshop/1.0/", "Credit", ""),
    ("terms", "xmpRights", "http://ns.adobe.com/xap/1.0/rights/", "UsageTerms", "Alt"),
    ("statement", "xmpRights", "http://ns.adobe.com/xap/1.0/rights/", "WebStatement", ""),
    (
        "source_type",
        "Iptc4xmpExt",
        "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
        "DigitalSourceType",
        "",
    ),
    ("mining", "plus", "http://ns.useplus.org/ldf/xmp/1.0/", "DataMining", ""),
)


def read_xmp(packet: bytes) -> Marks:
    """The authorship in an XMP packet (ISO 16684-1); nothing from a broken or hostile one."""
    try:
        text = packet.decode("utf-8").strip("\x00\ufeff \r\n\t")
        if "<!DOCTYPE" in text or "<!ENTITY" in text:
            return Marks()  # entities are how XML grows; XMP has none
        root = ET.fromstring(text)  # noqa: S314 - no entities, and the packet is short
    except (ValueError, ET.ParseError):
        return Marks()
    found: dict[str, Any] = {}
    for field, _, namespace, name, _ in _FIELDS:
        values = [*_values(root, f"{{{namespace}}}{name}")]
        if field == "creators":
            found[field] = tuple(values[:CREATORS])
        elif values:
            found[field] = values[0]
    found["source_type"] = found.get("source_type", "").rpartition("/")[2]
    return Marks(**found)


def _values(root: ET.Element, name: str) -> Iterator[str]:
    for description in root.iter(f"{{{_RDF}}}Description"):
        written = [description.get(name)]
        for element in description.iterfind(name):
            written += [element.text, element.get(f"{{{_RDF}}}resource")]
            written += [item.text for item in element.iter(f"{{{_RDF}}}li")]
        yield from (line for text in written if text and (line := _line(text)))


def _line(text: str) -> str:
    """One line that XML can carry."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]", " ", text).split())[
        :MARK_CHARS
    ]


def from_manifest(manifest: bytes) -> str:
    """The source type that a C2PA manifest claims, or "".

    Read without checking signatures: it is only ever used to keep a mark, never to trust one.
    """
    found = _SOURCE_IN_MANIFEST.search(manifest)
    return found[1].decode() if found else ""


def from_camera(artist: str, rights: str, credit: str = "") -> Marks:
    """What EXIF (`Artist`, `Copyright`) or IPTC-IIM (by-line, notice, credit) said."""
    name = _line(artist)
    return Marks(creators=(name,) if name else (), rights=_line(rights), credit=_line(credit))


def merge(*sources: Marks) -> Marks:
    """The first source that says something, field by field."""
    return Marks(
        **{
            name: next((value for marks in sources if (value := getattr(marks, name))), default)
            for name, default in zip(
                Marks.__struct_fields__, Marks.__struct_defaults__, strict=True
            )
        }
    )


def write_xmp(marks: Marks) -> bytes:
    """A small XMP packet with these marks, or nothing when there are none."""
    if not marks:
        return b""
    spaces = {prefix: namespace for _, prefix, namespace, _, _ in _FIELDS}
    body: list[str] = []
    for field, prefix, _, name, shape in _FIELDS:
        value: str | tuple[str, ...] = getattr(marks, field)
        if not value:
            continue
        if field == "source_type":
            value = f"{_SOURCE_TYPES}{value}"
        values = (value,) if isinstance(value, str) else value
        tag = f"{prefix}:{name}"
        if shape:
            language = ' xml:lang="x-default"' if shape == "Alt" else ""
            items = "".join(f"<rdf:li{language}>{escape(item)}</rdf:li>" for item in values)
            body.append(f"<{tag}><rdf:{shape}>{items}</rdf:{shape}></{tag}>")
        else:
            body.append(f"<{tag}>{escape(values[0])}</{tag}>")
    names = "".join(f' xmlns:{prefix}="{namespace}"' for prefix, namespace in spaces.items())
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{_RDF}">'
        f'<rdf:Description rdf:about=""{names}>{"".join(body)}</rdf:Description>'
        '</rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
    ).encode()
