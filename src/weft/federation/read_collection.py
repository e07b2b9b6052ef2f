"""A collection of accounts elsewhere, as it is named there (FEP-7aa9): not who is in it."""

from __future__ import annotations

from weft.federation import plain
from weft.federation.fetch import Fetcher, Unbelievable
from weft.federation.plain import Json
from weft.people.collections_elsewhere import Told
from weft.threads.sanitize import clean_html, clean_name, clean_text, html_to_text

NAME_CHARS = 256
DESCRIPTION_CHARS = 2_048
"""Six times those of ours and more: Mastodon keeps as much of others. Cut."""


def read_collection(document: Json) -> Told:
    summary, language = plain.mapped(document, "summary")
    topic = plain.first(document.get("topic"))
    tag = plain.text(topic.get("name")).removeprefix("#") if isinstance(topic, dict) else ""
    return Told(
        uri=plain.uri(document),
        owner=plain.uri(document.get("attributedTo")),
        name=clean_name(plain.text(document.get("name")), NAME_CHARS),
        description=clean_text(html_to_text(clean_html(summary)), DESCRIPTION_CHARS),
        language=language,
        sensitive=plain.flag(document.get("sensitive")),
        discoverable=plain.flag(document.get("discoverable"), otherwise=True),
        tag=tag if tag and len(tag) <= 255 else None,
    )


async def fetch(fetcher: Fetcher, uri: str) -> Told:
    """Errors: those of `Fetcher.document`, Unbelievable for what is no collection of accounts."""
    document = await fetcher.document(uri)
    if "FeaturedCollection" not in plain.kinds(document):
        raise Unbelievable(uri, "no FeaturedCollection")
    return read_collection(document)
