"""From a post, of whatever server and kind, to what is kept of it: see `read_activity`.

Sources besides: FEP-b2b8 (articles).
"""

from __future__ import annotations

import mimetypes
import re
from html import escape
from typing import Any

from msgspec import Struct

from weft.federation import labelling, limits, plain, read_group
from weft.federation.plain import Json, Malformed
from weft.federation.read_activity import IncomingActivity
from weft.federation.read_consent import NOTHING, Told, read_consent
from weft.federation.read_details import read_details
from weft.federation.read_emoji import read_emoji
from weft.federation.read_extras import read_expiry, read_extras
from weft.federation.read_poll import options_of, read_poll
from weft.kernel.clock import now_ms
from weft.threads.limits import REMOTE_ALT_TEXT_CHARS
from weft.threads.model import GivenPoll, Visibility
from weft.threads.sanitize import clean_html, clean_name, clean_text
from weft.threads.tokens import TAG_CHARS

POSTS = frozenset({"Note", "Question", "Article", "Page", "Video", "Audio", "Image", "Event"})
_TITLED = POSTS - {"Note", "Question"}
_BLURHASH = re.compile(r"[0-9A-Za-z#$%*+,\-.:;=?@\[\]^_{|}~]+")


class Attachment(Struct, frozen=True):
    """A file of a post, at its own server. Sizes in pixels; focus from -1 to 1."""

    url: str
    mime: str
    description: str = ""
    blurhash: str | None = None
    width: int | None = None
    height: int | None = None
    focus_x: float = 0.0
    focus_y: float = 0.0


class IncomingNote(Struct, frozen=True):
    """A post, whatever its author's server calls it. ``html`` is safe; times in ms.

    ``ai``: its server says that an AI wrote it; ``hops``: how many lines of AIs led to it;
    ``sources``: from what it was written, as ``{title, url, quote}``.
    """

    id: str
    type: str
    url: str
    author: str
    html: str
    spoiler: str
    sensitive: bool
    language: str | None
    to: list[str]
    cc: list[str]
    direct: bool
    reply_to: str | None
    mentions: list[str]
    tags: list[str]
    attachments: list[Attachment]
    emojis: list[dict[str, Any]]
    published: int | None
    updated: int | None
    vote: str  # the option it votes for; "" for what is no vote
    ai: bool
    hops: int | None
    sources: list[dict[str, Any]]
    no_ai: bool
    details: dict[str, Any] = {}  # columns of post_details
    poll: GivenPoll | None = None
    expires_at: int | None = None
    audience: str | None = None
    """The group that it was written to."""
    told: Told = NOTHING
    """What it says of consent."""

    def visibility(self, followers: str) -> Visibility:
        """What the addressing means; ``followers`` is the collection of the author's."""
        if self.direct:
            return "direct"
        if any(map(plain.is_public, self.to)):
            return "public"
        if any(map(plain.is_public, self.cc)):
            return "unlisted"
        if followers and (followers in self.to or followers in self.cc):
            return "private"
        return "direct"


def read_note(document: Json, around: IncomingActivity | None = None) -> IncomingNote:
    """Read a post; ``around`` is the activity it came in, whose addressing counts where the post has
    none. Errors: Malformed (no post, no author, an id of another server than the author's).
    """
    note_id = plain.uri(document)
    named = next((name for name in plain.kinds(document) if name in POSTS), "")
    if not note_id or not named:
        raise Malformed("no post")
    author = plain.uri(document.get("attributedTo"))
    if not author:
        raise Malformed("no author")
    if not plain.same_origin(note_id, author):
        raise Malformed("the post is on another server than its author")
    page = plain.link(document.get("url"), "text/html")
    url = page if plain.same_site(page, note_id) else note_id
    to, cc = plain.addressees(document.get("to")), plain.addressees(document.get("cc"))
    if not to and not cc and around is not None:
        to, cc = around.to, around.cc
    content, language = plain.mapped(document, "content")
    reply_to = plain.uri(document.get("inReplyTo"))
    title = clean_name(plain.text(document.get("name")), limits.TITLE_CHARS)
    mentions, tags, emojis = _tags(document.get("tag"))
    html, spoiler = _words(document, named, url)
    published = plain.date(document.get("published"))
    return IncomingNote(
        id=note_id,
        type=named,
        url=url,
        author=author,
        html=html,
        spoiler=spoiler,
        sensitive=plain.flag(document.get("sensitive")),
        language=language,
        to=to,
        cc=cc,
        direct=plain.flag(document.get("directMessage")),  # Pleroma's (litepub)
        reply_to=reply_to if reply_to and reply_to != note_id else None,
        mentions=mentions,
        tags=tags,
        attachments=_attachments(document),
        emojis=emojis,
        published=published,
        updated=plain.date(document.get("updated")),
        vote=title if named == "Note" and reply_to and not content else "",
        ai=plain.flag(plain.term(document, "aiGenerated"))
        or _hops(document) is not None
        or bool(labelling.says_ai(document, author)),
        hops=_hops(document),
        sources=_sources(document),
        no_ai=_keeps_ais_out(document),
        details=read_details(document)
        | read_extras(document, language, lambda one: _words(one, named, url)),
        poll=read_poll(document, now_ms()) if named == "Question" else None,
        expires_at=read_expiry(document, named, published),
        audience=read_group.audience(document),
        told=read_consent(document),
    )


def _words(document: Json, named: str, url: str) -> tuple[str, str]:
    """(safe HTML, content warning). Of an article a summary is a summary; of a note it is Mastodon's
    content warning.
    """
    html = _html(document, named, plain.mapped(document, "content")[0], url)
    if named in _TITLED:
        return html, ""
    return html, clean_name(plain.mapped(document, "summary")[0], limits.SPOILER_CHARS)


def _html(document: Json, named: str, content: str, url: str) -> str:
    """The post as safe HTML. Whatever is no note is its title, its beginning and a link."""
    if plain.text(document.get("mediaType")) == "text/plain":
        content = f"<p>{escape(content)}</p>".replace("\n", "<br>")
    whole = len(content) <= limits.HTML_CHARS
    shown = clean_html(content if whole else content[: limits.HTML_CHARS])
    note = named in {"Note", "Question"}
    if note and whole and len(options_of(document)) <= limits.POLL_OPTIONS:
        return shown
    link = f'<p><a href="{escape(url)}">{escape(url)}</a></p>'
    if note:
        return shown + clean_html(link)
    title = clean_name(plain.text(document.get("name")), limits.TITLE_CHARS)
    head = f"<p><strong>{escape(title)}</strong></p>" if title else ""
    summary = clean_html(plain.mapped(document, "summary")[0][: limits.HTML_CHARS])
    shared = "".join(
        f'<p><a href="{escape(address)}">{escape(address)}</a></p>'
        for address in read_group.links(document)
        if address != url and escape(address) not in shown
    )
    return clean_html(head) + (summary or shown) + clean_html(shared + link)


def _tags(value: Any) -> tuple[list[str], list[str], list[dict[str, Any]]]:
    """(uris of who is mentioned, hashtags without their sign, custom emoji), each once."""
    mentions: dict[str, None] = {}
    tags: dict[str, str] = {}
    emojis: dict[str, dict[str, Any]] = {}
    for entry in plain.entries(value, limits.TAG_ENTRIES):
        named = plain.kind(entry)
        if named == "Mention":
            who = entry.get("href")
            if isinstance(who, str) and plain.is_uri(who) and len(mentions) < limits.MENTIONS:
                mentions[who] = None
        elif named == "Hashtag":
            word = clean_name(plain.text(entry.get("name")), TAG_CHARS).lstrip("#＃")
            if word and " " not in word and len(tags) < limits.HASHTAGS:
                tags.setdefault(word.casefold(), word)
        elif named == "Emoji" and len(emojis) < limits.EMOJIS:
            emoji = read_emoji(entry)
            if emoji is not None:
                emojis.setdefault(emoji["shortcode"], emoji)
    return list(mentions), list(tags.values()), list(emojis.values())


_BY_TYPE = {"Image": "image/jpeg", "Video": "video/mp4", "Audio": "audio/mpeg"}
_MIME = re.compile(r"(?:image|video|audio)/[a-z0-9.+-]{1,32}")


def _attachments(document: Json) -> list[Attachment]:
    found: list[Attachment] = []
    given = plain.entries(document.get("attachment"), limits.ATTACHMENTS)
    if plain.kind(document) in {"Article", "Page", "Event", "Image"}:
        given += plain.entries(document.get("image"), 1)
    for entry in given:
        named = plain.kind(entry)
        address = plain.link(entry.get("url") or entry.get("href"), "image/", "video/", "audio/")
        if not address or named not in {"Document", *_BY_TYPE}:
            continue
        mime = _mime(entry, address) or _BY_TYPE.get(named, "")
        if not mime:
            continue
        described = plain.text(entry.get("name")) or plain.text(entry.get("summary"))
        blurhash = plain.text(entry.get("blurhash"))
        fits = len(blurhash) <= limits.BLURHASH_CHARS and _BLURHASH.fullmatch(blurhash)
        focus = entry.get("focalPoint")
        x, y = focus if isinstance(focus, list) and len(focus) == 2 else (None, None)
        found.append(
            Attachment(
                url=address,
                mime=mime,
                description=clean_text(described, REMOTE_ALT_TEXT_CHARS),
                blurhash=blurhash if fits else None,
                width=_pixels(entry.get("width")),
                height=_pixels(entry.get("height")),
                focus_x=plain.number(x, -1, 1) or 0.0,
                focus_y=plain.number(y, -1, 1) or 0.0,
            )
        )
    return found[: limits.ATTACHMENTS]


def _mime(entry: Json, address: str) -> str:
    named = plain.text(entry.get("mediaType")).lower()
    if not named:
        links = plain.entries(entry.get("url"), 50)
        named = next((plain.text(link.get("mediaType")).lower() for link in links), "")
    if not named:
        named = mimetypes.guess_type(address.partition("?")[0])[0] or ""
    return named if _MIME.fullmatch(named) and len(named) <= 40 else ""


def _pixels(value: Any) -> int | None:
    found = plain.number(value, 1, 100_000)
    return int(found) if found is not None else None


# -- AIs in posts ---------------------------------------------------------------------------


def _hops(document: Json) -> int | None:
    found = plain.number(plain.term(document, "hops"), 0, 1_000)
    return int(found) if found is not None else None


def _sources(document: Json) -> list[dict[str, Any]]:
    return [
        {
            "title": clean_name(plain.text(entry.get("name")), limits.TITLE_CHARS),
            "url": plain.link(entry.get("url")) or None,
            "quote": clean_name(plain.text(entry.get("content")), limits.QUOTE_CHARS),
        }
        for entry in plain.entries(plain.term(document, "sources"), limits.SOURCES)
    ]


def _keeps_ais_out(document: Json) -> bool:
    """Whether a thread's author wants no AIs in it. FEP-5e53's ``noai`` is something else: that what
    it says is not fed to them.
    """
    if plain.flag(plain.term(document, "noAI")):
        return True
    invited = plain.term(document, "canInvokeAI")
    return invited is not None and (invited in (False, "nobody", "none", []) or invited == {})
