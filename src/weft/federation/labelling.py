"""Content labels: that a machine made it, in the words of a draft that others may come to read.

FEP-4c96, draft of 2026 (swicg/activitypub-trust-and-safety, pull request 116): a ``LabelDefinition`` says
once what a label means, a ``Label`` in ``tag`` applies it. Labels are the author's own, or without
``attributedTo``; a moderator's would have to be verified, for which there is no way yet.

There is no common vocabulary. Ours has one label, which says of itself that it means what IPTC's term for
generative models means (https://cv.iptc.org/newscodes/digitalsourcetype/).
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from weft.federation import limits, plain
from weft.federation.vocabulary import Json
from weft.kernel.site import Site
from weft.threads.sanitize import clean_name

FOLDER = "/ap/labels"
AI = f"{FOLDER}/ai-generated"
NAME = "AI-generated"
IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
KNOWN = frozenset(
    {
        IPTC,
        IPTC.replace("http:", "https:"),
        "https://schema.org/TrainedAlgorithmicMediaDigitalSource",
    }
)
"""What says the same in others' words."""


def label(site: Site) -> Json:
    """For the ``tag`` of what an AI of ours made, and of the AI itself."""
    return {"type": "Label", "href": f"{site.base}{AI}", "name": NAME}


def definition(site: Site) -> Json:
    return {
        "id": f"{site.base}{AI}",
        "type": "LabelDefinition",
        "nameMap": {
            "en": NAME,
            "de": "Von einer KI erzeugt",
            "fr": "Généré par une IA",
            "es": "Generado por una IA",
        },
        "summaryMap": {
            "en": "An AI made this, without a person looking it over first.",
            "de": "Eine KI hat das gemacht, ohne dass ein Mensch es vorher durchgesehen hat.",
            "fr": "Une IA a fait ceci, sans qu’une personne l’ait relu auparavant.",
            "es": "Una IA hizo esto sin que una persona lo revisara antes.",
        },
        "url": f"{site.base}/ai-made",
        "context": f"{site.base}{FOLDER}",
        "exactMatch": IPTC,
    }


def vocabulary(site: Site) -> Json:
    """All label definitions of this server."""
    return {
        "id": f"{site.base}{FOLDER}",
        "type": "Collection",
        "name": f"Labels of {site.domain}",
        "totalItems": 1,
        "items": [definition(site)],
    }


def says_ai(document: Json, author: str) -> str:
    """The words of the label by which a document says that a machine made it; "" where none does.
    ``author``: whose labels count.
    """
    for entry in plain.entries(document.get("tag"), limits.TAG_ENTRIES):
        if plain.kind(entry) == "Label" and _means_ai(entry.get("href")):
            by = plain.uri(entry.get("attributedTo"))
            if not by or by == author:
                return clean_name(plain.text(entry.get("name")), limits.DISCLOSURE_CHARS) or NAME
    return ""


def _means_ai(href: Any) -> bool:
    if not isinstance(href, str) or not plain.is_uri(href):
        return False
    return href in KNOWN or urlsplit(href).path == AI
