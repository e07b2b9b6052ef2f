"""From what people write, plain text or Markdown, to the HTML that every server understands.

Two steps, since whom a mention means has to be looked up in between: `scan` finds what is
named, `render` writes HTML with what was found. Both take one source; neither waits for anything.

The HTML has the shapes that Mastodon documents (docs.joinmastodon.org/spec/activitypub#sanitization
and its mention, hashtag and link formats), so that its clients fold links and route mentions.
Markdown is CommonMark without raw HTML, images, headings as headings (they are bold paragraphs:
most clients show no `h1`), indented code and rules; a line break in the source is a line break.
"""

import enum
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from html import escape
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token as MarkdownToken

from weft.threads.tokens import Kind, Token, fold_tag, storable, token_at, tokens

# How much of a link is shown; the rest is in the page, invisible (Mastodon's text formatter).
LINK_SHOWN_CHARS = 30
# Sources whose blocks are kept: whom one names is looked up between its scan and its rendering.
PARSED_MAX = 16


class Format(enum.StrEnum):
    """How a post was written; the values are Mastodon forks' `content_type`."""

    PLAIN = "text/plain"
    MARKDOWN = "text/markdown"


class MentionToken(NamedTuple):
    """A mention as written: `@user` (host empty) or `@user@host` (host in lower case)."""

    username: str
    host: str

    @property
    def key(self) -> str:
        """How `render` finds the target: lower case, `user` or `user@host`."""
        name = self.username.lower()
        return f"{name}@{self.host}" if self.host else name


class MentionTarget(NamedTuple):
    """The account a mention means: its page, its name, and `user` or `user@host`."""

    url: str
    username: str
    acct: str


class Tokens(NamedTuple):
    """What a source names, each once, in order. `tags` as written, without the sign."""

    mentions: list[MentionToken]
    tags: list[str]
    urls: list[str]


def scan(source: str, markup: Format = Format.PLAIN) -> Tokens:
    """The mentions, tags and links that `render` would write; none from code."""
    mentions: dict[str, MentionToken] = {}
    tags: dict[str, str] = {}
    urls: dict[str, None] = {}
    for token in _named(storable(source), markup):
        if token.kind is Kind.MENTION:
            mention = MentionToken(token.username, token.host)
            mentions.setdefault(mention.key, mention)
        elif token.kind is Kind.TAG:
            tags.setdefault(fold_tag(token.tag), token.tag)
        else:
            urls.setdefault(token.raw)
    return Tokens(list(mentions.values()), list(tags.values()), list(urls))


def render(
    source: str,
    markup: Format,
    mentions: Mapping[str, MentionTarget],
    tag_url: Callable[[str], str | None],
) -> str:
    """HTML of a post. `mentions` by `MentionToken.key`; who is missing stays plain text.

    `tag_url` is called with the folded tag; None: it stays plain text. The result is safe as it stands: everything written
    is escaped, and links are http(s) only.
    """
    writer = _Writer(mentions, tag_url)
    if markup is Format.MARKDOWN:
        return writer.markdown(_blocks(storable(source)))
    return writer.plain(storable(source))


class _Writer:
    """Writes tokens as HTML with the targets of one post."""

    def __init__(
        self, mentions: Mapping[str, MentionTarget], tag_url: Callable[[str], str | None]
    ) -> None:
        self.mentions = mentions
        self.tag_url = tag_url
        names = [target.username.lower() for target in set(mentions.values())]
        # Two people of one name in one post: say which is which.
        self.twins = {name for name in names if names.count(name) > 1}

    def token(self, token: Token) -> str:
        if token.kind is Kind.URL:
            return link(token.raw)
        if token.kind is Kind.TAG:
            url = self.tag_url(fold_tag(token.tag))
            if url is None:
                return escape(token.raw, quote=False)
            return f'<a href="{escape(url)}" class="mention hashtag" rel="tag">#<span>{escape(token.tag)}</span></a>'
        target = self.mentions.get(MentionToken(token.username, token.host).key)
        if target is None:
            return escape(token.raw, quote=False)
        shown = target.acct if target.username.lower() in self.twins else target.username
        return (
            f'<span class="h-card" translate="no"><a href="{escape(target.url)}" '
            f'class="u-url mention">@<span>{escape(shown)}</span></a></span>'
        )

    def plain(self, source: str) -> str:
        text = source.strip()
        if not text:
            return ""
        paragraphs = (self._line(part).replace("\n", "<br />") for part in _GAP.split(text))
        return "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)

    def _line(self, text: str) -> str:
        parts: list[str] = []
        at = 0
        for token in tokens(text):
            parts += escape(text[at : token.start], quote=False), self.token(token)
            at = token.end
        parts.append(escape(text[at:], quote=False))
        return "".join(parts)

    def markdown(self, blocks: Sequence[MarkdownToken]) -> str:
        return "".join(part for block in blocks for part in self._block(block))

    def _block(self, block: MarkdownToken) -> Iterator[str]:
        if block.type == "inline":
            yield from map(self._inline, block.children or ())
        elif block.type in {"fence", "code_block"}:
            yield f"<pre><code>{escape(block.content, quote=False)}</code></pre>"
        elif block.type == "heading_open":
            yield "<p><strong>"
        elif block.type == "heading_close":
            yield "</strong></p>"
        elif not block.hidden:
            yield _tag(block)

    def _inline(self, part: MarkdownToken) -> str:
        if part.type == "weft":
            return self.token(part.meta["token"])
        if part.type == "link_open":
            return f'<a href="{escape(str(part.attrs["href"]))}"{_LINK_ATTRIBUTES}>'
        if part.type == "code_inline":
            return f"<code>{escape(part.content, quote=False)}</code>"
        if part.type in {"softbreak", "hardbreak"}:
            return "<br />"
        return _tag(part) if part.tag else escape(part.content, quote=False)


_GAP = re.compile(r"\n[ \t]*\n\s*")
_LINK_ATTRIBUTES = ' target="_blank" rel="nofollow noopener"'
_SHOWN_FROM = re.compile(r"https?://(?:www\.)?", re.IGNORECASE)


def link(url: str) -> str:
    """A bare address as Mastodon writes it: scheme and tail invisible, 30 characters shown."""
    scheme = _SHOWN_FROM.match(url)
    start = scheme.end() if scheme else 0
    shown, tail = url[start : start + LINK_SHOWN_CHARS], url[start + LINK_SHOWN_CHARS :]
    shape = "ellipsis" if tail else ""
    return (
        f'<a href="{escape(url)}"{_LINK_ATTRIBUTES} translate="no">'
        f'<span class="invisible">{escape(url[:start])}</span>'
        f'<span class="{shape}">{escape(shown)}</span>'
        f'<span class="invisible">{escape(tail)}</span></a>'
    )


class _Parser(MarkdownIt):
    """CommonMark without what a thread has no use for, with our three tokens."""

    def __init__(self) -> None:
        super().__init__("commonmark", {"html": False, "breaks": True})
        self.enable("strikethrough")
        # Without `text_join`, an escaped sign stays apart from the text: `\\#this` is no tag.
        self.disable(["code", "hr", "lheading", "html_block", "html_inline", "image", "text_join"])
        self.inline.add_terminator_char("＃")
        self.inline.ruler.at("autolink", _angle_rule)
        self.inline.ruler.after("escape", "weft_sign", _sign_rule)
        self.inline.ruler.after("escape", "weft_url", _url_rule)

    def validateLink(self, url: str) -> bool:  # noqa: N802 - the library's name
        return url.lower().startswith(("https://", "http://"))


@cache
def _parser() -> _Parser:
    return _Parser()


@lru_cache(PARSED_MAX)
def _blocks(source: str) -> Sequence[MarkdownToken]:
    return _parser().parse(source)


def _push(state: StateInline, token: Token) -> None:
    part = state.push("weft", "", 0)
    part.content = token.raw
    part.meta["token"] = token


def _sign_rule(state: StateInline, silent: bool) -> bool:
    if state.linkLevel > 0 or state.src[state.pos] not in "@#＃":
        return False
    token = token_at(state.src, state.pos)
    if token is None or token.end > state.posMax:
        return False
    if not silent:
        _push(state, token)
    state.pos = token.end
    return True


def _url_rule(state: StateInline, silent: bool) -> bool:
    # The parser stops at the colon; the scheme waits in `pending`.
    if silent or state.linkLevel > 0 or not state.src.startswith("://", state.pos):
        return False
    scheme = 5 if state.pending[-5:].lower() == "https" else 4
    token = token_at(state.src, max(0, state.pos - scheme))
    if token is None or token.kind is not Kind.URL or token.end > state.posMax:
        return False
    state.pending = state.pending[:-scheme]
    _push(state, token)
    state.pos = token.end
    return True


def _angle_rule(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "<":
        return False
    token = token_at(state.src, state.pos + 1)
    if token is None or token.kind is not Kind.URL or state.src[token.end : token.end + 1] != ">":
        return False
    if not silent:
        _push(state, token)
    state.pos = token.end + 1
    return True


def _tag(part: MarkdownToken) -> str:
    name = "del" if part.tag == "s" else part.tag
    if part.nesting < 0:
        return f"</{name}>"
    start = part.attrs.get("start") if name == "ol" else None
    return f"<{name}>" if start is None else f'<{name} start="{start}">'


def _named(source: str, markup: Format) -> Iterator[Token]:
    if markup is Format.PLAIN:
        yield from tokens(source)
        return
    for block in _blocks(source):
        for part in block.children or ():
            if part.type == "weft":
                yield part.meta["token"]
            elif part.type == "link_open":
                url = str(part.attrs["href"])
                yield Token(Kind.URL, 0, len(url), url)
