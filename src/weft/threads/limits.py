"""How long and how many: the limits of a post and of what hangs on it, each with its reason.

Limits for what people here write are what clients show; limits for what strangers send are
Mastodon's (FEDERATION.md), so that what it accepts is accepted here too.
"""

import unicodedata
from collections.abc import Sequence

from weft.kernel.errors import Invalid
from weft.threads.tokens import Kind, tokens

# Room for a real thought; ten times Mastodon's 500 and still one screen or two. Clients read
# it from the instance document.
POST_CHARS = 5_000
# Combining marks cost nothing in `count`; this stops a "character" of ten thousand accents.
POST_CODE_POINTS = POST_CHARS * 4
# Mastodon counts every link as 23, so that nobody needs a shortener. Clients assume this value.
URL_CHARS = 23
# Clients lay out a grid of four; Mastodon shows no more.
MEDIA_PER_POST = 4
# Mastodon's limit for a media description typed here; longer remote ones are cut below.
ALT_TEXT_CHARS = 1_500
# A post that calls more people is spam or a mistake, and each mention is a look-up.
MENTIONS_PER_POST = 50
# Every tag is a row and an index entry; real posts hold fewer than ten.
TAGS_PER_POST = 50

# Profiles. A name stands on one line beside a face; a bio is a paragraph or two.
NAME_CHARS = 64
BIO_CHARS = 2_000
FIELDS = 8
FIELD_CHARS = 255

# What strangers send: cut, not refused, at the values of Mastodon's FEDERATION.md.
REMOTE_NAME_CHARS = 2_048
REMOTE_BIO_CHARS = 20_000
REMOTE_FIELDS = 50
REMOTE_FIELD_CHARS = 2_047
REMOTE_ALT_TEXT_CHARS = 10_000

_ZWJ = "\u200d"
_SKIN_TONES = range(0x1F3FB, 0x1F400)  # Fitzpatrick modifiers (UTS #51)
_EMOJI_TAGS = range(0xE0020, 0xE0080)  # the letters inside subdivision flags
_REGIONAL = range(0x1F1E6, 0x1F200)  # two of these are one flag


def graphemes(text: str) -> int:
    """How many characters a reader sees: UAX #29 for what people type, without its tables.

    Combining marks, variation selectors, joined emoji, skin tones and flags are one with what
    they follow. Korean letters typed apart count one by one.
    """
    if text.isascii():
        return len(text) - text.count("\r\n")
    seen = 0
    joined = flag_open = False
    previous = ""
    for char in text:
        point = ord(char)
        is_flag = point in _REGIONAL
        extends = (
            joined
            or (char == "\n" and previous == "\r")
            or char == _ZWJ
            or (is_flag and flag_open)
            or point in _SKIN_TONES
            or point in _EMOJI_TAGS
            or unicodedata.category(char) in {"Mn", "Me", "Mc"}
        )
        if not extends or not seen:
            seen += 1
        flag_open = is_flag and not (flag_open and extends)
        joined = char == _ZWJ
        previous = char
    return seen


def count(text: str, warning: str = "") -> int:
    """Characters as Mastodon counts them, content warning included.

    A link counts 23 whatever its length, and a mention only its local part (`@user@host` is
    `@user`). Source: docs.joinmastodon.org/user/posting.
    """
    total = graphemes(warning)
    at = 0
    for token in tokens(text):
        total += graphemes(text[at : token.start])
        if token.kind is Kind.URL:
            total += URL_CHARS
        elif token.kind is Kind.MENTION:
            total += 1 + len(token.username)
        else:
            total += graphemes(token.raw)
        at = token.end
    return total + graphemes(text[at:])


def check_post(
    text: str,
    warning: str = "",
    *,
    media: Sequence[object] = (),
    quotes: bool = False,
    limit: int = POST_CHARS,
) -> None:
    """Raise `Invalid` (422), worded as Mastodon words it, when a post is too long or empty: one
    with pictures, or that quotes, needs no words.
    """
    if not text.strip() and not media and not quotes:
        raise Invalid("Validation failed: Text can't be blank")
    too_many_points = len(text) + len(warning) > limit * (POST_CODE_POINTS // POST_CHARS) + 2_048
    if too_many_points or count(text, warning) > limit:
        raise Invalid(f"Validation failed: Text character limit of {limit} exceeded")
    if len(media) > MEDIA_PER_POST:
        raise Invalid(f"Validation failed: Cannot attach more than {MEDIA_PER_POST} files")
