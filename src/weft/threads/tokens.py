"""Links, mentions and hashtags in written text: what they look like and where they stand.

One grammar for plain text, Markdown and character counting. A scan is linear in the text.
"""

import enum
import re
import unicodedata
from collections.abc import Iterator
from typing import Final, NamedTuple

# Longer than any word people use (Mastodon: 255 in the database); not a tag beyond it.
TAG_CHARS: Final = 100
# As long as the column by which tags are found: one character of 100 can fold into 18.
FOLD_CHARS: Final = 255
# RFC 1035: 253 for a name; room for a port. A username on other servers is rarely over 64.
USERNAME_CHARS: Final = 128
HOST_CHARS: Final = 260
# Browsers and servers cut longer addresses (RFC 9110, 4.1 asks for 8,000); these are no links.
URL_CHARS_MAX: Final = 4_096


class Kind(enum.Enum):
    """What a token is."""

    URL = "url"
    MENTION = "mention"
    TAG = "tag"


class Token(NamedTuple):
    """One link, mention or tag; `raw == text[start:end]`.

    `username` and `host` are set for mentions (`host` empty for `@user`), `tag` (without its
    sign) for tags.
    """

    kind: Kind
    start: int
    end: int
    raw: str
    username: str = ""
    host: str = ""
    tag: str = ""


# Where a token may begin. The sign itself is part of the match.
_BEGIN: Final = re.compile(r"https?://|@|[#＃]", re.IGNORECASE)
# Brackets, quotes and CJK punctuation end an address; so do spaces and control characters.
_URL: Final = re.compile(
    r"https?://(?:[\w.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?(?:[/?#][^\s<>\[\]\"`\\^{|}\x00-\x1f\x7f、。「」『』【】《》！？，；：]*)?",
    re.IGNORECASE,
)
_URL_TAIL: Final = ".,;:!?'*_~…‘’“”"
_MENTION: Final = re.compile(
    r"@([a-z0-9_]+(?:[.-]+[a-z0-9_]+)*)(?:@([^\W_](?:[\w.-]*\w)?(?::\d{1,5})?))?", re.IGNORECASE
)
_TAG_JOINERS: Final = "_·・\u200c"


def tokens(text: str) -> Iterator[Token]:
    """Every token of a text, from left to right, never overlapping."""
    at = 0
    while begin := _BEGIN.search(text, at):
        token = token_at(text, begin.start())
        if token is None:
            at = begin.end()
        else:
            yield token
            at = token.end


def token_at(text: str, at: int) -> Token | None:
    """The token that begins at this place, or None."""
    sign = text[at : at + 1]
    before = text[at - 1] if at else ""
    if sign == "@":
        return _mention(text, at, before)
    if sign in {"#", "＃"}:
        return _tag(text, at, before)
    return _url(text, at, before)


def _url(text: str, at: int, before: str) -> Token | None:
    found = _URL.match(text, at, at + URL_CHARS_MAX + 1)
    if not found or before.isalnum() or before == "_":
        return None
    end = found.end()
    host_end = text.find("/", at + 8, end)
    floor = host_end if host_end > 0 else at + 8
    opened = text.count("(", at, end)
    closed = text.count(")", at, end)
    # A sentence's full stop, or the bracket around a link, is not part of the link.
    while end > floor:
        last = text[end - 1]
        if last == ")" and closed > opened:
            closed -= 1
        elif last not in _URL_TAIL or last == "_":
            break
        end -= 1
    if end - at > URL_CHARS_MAX or not text[at + 7 : end].strip("/.-:"):
        return None
    return Token(Kind.URL, at, end, text[at:end])


def _mention(text: str, at: int, before: str) -> Token | None:
    # An address (a@b), a path (/@user) or a query (=@user) is no mention.
    if before.isalnum() or (before and before in "_/=@"):
        return None
    found = _MENTION.match(text, at)
    if not found:
        return None
    username, host = found[1], found[2] or ""
    if len(username) > USERNAME_CHARS or len(host) > HOST_CHARS:
        return None
    return Token(Kind.MENTION, at, found.end(), found[0], username=username, host=host.lower())


def _tag(text: str, at: int, before: str) -> Token | None:
    # "a#b" and "/#b" are fragments of something else, "&#39;" is an entity, "##" a heading.
    if before.isalnum() or (before and before in "_/=&)#＃"):
        return None
    end = at + 1
    while end < len(text) and _in_tag(text[end]):
        end += 1
    while end > at + 1 and text[end - 1] in _TAG_JOINERS:
        end -= 1
    tag = text[at + 1 : end]
    if not any(char.isalpha() for char in tag) or len(tag) > TAG_CHARS:
        return None
    return Token(Kind.TAG, at, end, text[at:end], tag=tag)


def _in_tag(char: str) -> bool:
    # Marks too: vowel signs are half of every word in Hindi, Thai or Arabic.
    return char.isalnum() or char in _TAG_JOINERS or unicodedata.category(char)[0] == "M"


# Control characters, and halves of surrogate pairs: neither HTML, JSON nor databases carry them.
_UNSTORABLE: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def storable(text: str) -> str:
    """The text with newlines as line breaks, and without what cannot be stored or shown."""
    return _UNSTORABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def fold_tag(tag: str) -> str:
    """The form by which tags are found: `#Straße`, `＃ＳＴＲＡＳＳＥ` and `#strasse` are one.

    NFKC and case folding until nothing changes (Unicode 3.13, D146); without `#` and joiners.
    """
    folded = tag.lstrip("#＃").replace("\u200c", "")
    while (again := unicodedata.normalize("NFKC", folded).casefold()) != folded:
        folded = again
    return folded[:FOLD_CHARS]
