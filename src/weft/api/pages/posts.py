"""Posts as HTML that reads without scripts and without styles."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from weft.api.mastodon import entities_statuses, serialise
from weft.api.pages import people
from weft.api.pages.html import NOTHING, Html, h, join, safe
from weft.kernel.clock import iso
from weft.kernel.site import Site
from weft.people import accounts
from weft.people.model import Account
from weft.store.database import Tx
from weft.threads import details
from weft.threads import posts as found_posts
from weft.threads.details import Counts
from weft.threads.model import Post
from weft.threads.sanitize import html_to_text


class Entry(Struct, frozen=True):
    """A post in a list, with those whom it names. ``booster``: who passed it on."""

    post: Post
    author: Account
    answered: Account | None = None
    booster: Account | None = None
    counts: Counts | None = None
    """Where they are others than the post's own."""


def entries(tx: Tx, posts: Sequence[Post]) -> list[Entry]:
    """Posts with their people, in the order given. Boosts show what they boost; who made the list
    checked that everyone may see it.
    """
    boosted = [post.boost_of_id for post in posts if post.boost_of_id is not None]
    originals = found_posts.by_ids(tx, boosted)
    shown = [*posts, *originals.values()]
    counts = details.counts(tx, shown)
    named = {post.author_id for post in shown} | {
        post.reply_to_author_id for post in shown if post.reply_to_author_id is not None
    }
    known = accounts.by_ids(tx, named)
    made: list[Entry] = []
    for post in posts:
        is_boost = post.boost_of_id is not None
        original = originals.get(post.boost_of_id) if post.boost_of_id is not None else post
        if original is None:
            continue
        answered = known.get(original.reply_to_author_id or 0)
        made.append(
            Entry(
                original,
                known[original.author_id],
                answered if answered is None or answered.suspended_at is None else None,
                known[post.author_id] if is_boost else None,
                counts.get(original.id),
            )
        )
    return made


def path(entry: Entry) -> str:
    return f"{people.path(entry.author)}/{entry.post.id}"


def article(site: Site, entry: Entry, *, anchor: bool = False, depth: int = 0) -> Html:
    """One post. ``anchor``: the post that the page is about. ``depth``: how far below it.

    Authors who do not want to be found by search engines are left out of their snippets, on
    whosever page they appear.
    """
    post = entry.post
    place = f" depth-{min(depth, DEPTH_SHOWN)}" if depth else ""
    return h(
        "article",
        _above(entry),
        h(
            "header",
            people.face(site, entry.author, 44),
            h("h1" if anchor else "h3", people.name(entry.author), class_="author"),
            _when(entry),
        ),
        _body(site, post),
        _ai(entry),
        _counts(entry.counts or post),
        id=f"p{post.id}",
        class_="post anchor" if anchor else f"post{place}",
        data_nosnippet=not entry.author.indexable,
        **people.disclosed(made=entry.post.ai is not None or entry.author.kind == "ai"),
    )


DEPTH_SHOWN = 4
"""Answers of answers of answers: further in, a phone has no room left for words."""


def _above(entry: Entry) -> Html:
    lines: list[Html] = []
    if entry.booster is not None:
        who = h("a", entry.booster.display_name, href=people.path(entry.booster), dir="auto")
        lines.append(h("p", who, " boosted", class_="above quiet small"))
    if entry.answered is not None:
        who = h("a", f"@{entry.answered.acct}", href=people.path(entry.answered), dir="ltr")
        lines.append(h("p", "Answering ", who, class_="above quiet small"))
    return join(lines)


def _when(entry: Entry) -> Html:
    at = datetime.fromtimestamp(entry.post.created_at / 1000, UTC)
    shown = f"{at.day} {at:%B %Y, %H:%M} UTC"
    edited = h("span", " (edited)") if entry.post.edited_at is not None else None
    link = h(
        "a",
        h("time", shown, datetime=iso(entry.post.created_at)),
        edited,
        href=path(entry),
        class_="when",
    )
    return h("p", link, class_="quiet small")


def _body(site: Site, post: Post) -> Html:
    words = h("div", safe(post.html), class_="content", lang=post.language, dir="auto")
    pictures = [_medium(serialise.attachment(site, one)) for one in post.media]
    shown = h("div", pictures, class_="media") if pictures else NOTHING
    if post.spoiler:
        return h("details", h("summary", post.spoiler, dir="auto"), words, shown)
    if post.sensitive and pictures:
        shown = h("details", h("summary", "Sensitive pictures"), shown)
    return join((words, shown))


def _medium(one: entities_statuses.MediaAttachment) -> Html:
    alt = one.description or ""
    size: Any = one.meta.small or one.meta.original
    if one.type == "image":
        picture = h(
            "img",
            src=one.preview_url,
            alt=alt,
            width=size.width if size else None,
            height=size.height if size else None,
            loading="lazy",
        )
        return h("figure", h("a", picture, href=one.url))
    if one.type == "video":
        return h("video", src=one.url, controls=True, preload="none", aria_label=alt or "Video")
    if one.type == "audio":
        return h("audio", src=one.url, controls=True, preload="none", aria_label=alt or "Sound")
    return h("p", h("a", alt or "A file", href=one.url, rel="nofollow noopener"))


def _ai(entry: Entry) -> Html:
    """Who answers for what an AI wrote, and what its words rest on."""
    said = entry.post.ai or {}
    sources: list[dict[str, Any]] = said.get("sources") or []
    listed = [
        h(
            "li",
            h("a", one.get("title") or one.get("url"), href=one.get("url"), rel="nofollow noopener")
            if one.get("url")
            else h("span", one.get("title", "")),
            h("blockquote", one["quote"], dir="auto") if one.get("quote") else None,
            value=one.get("n", number),
        )
        for number, one in enumerate(sources, 1)
    ]
    return join(
        (
            people.run_by(entry.author),
            h("section", h("h4", "Sources"), h("ol", listed), class_="sources small")
            if listed
            else None,
        )
    )


def _counts(post: Post | Counts) -> Html:
    numbers = (
        (post.replies_count, "answer", "answers"),
        (post.boosts_count, "boost", "boosts"),
        (post.likes_count, "like", "likes"),
    )
    told = [f"{number:,} {one if number == 1 else many}" for number, one, many in numbers if number]
    return h("p", " · ".join(told), class_="quiet small") if told else NOTHING


def words(post: Post) -> str:
    """What a preview may say of a post: with a content warning, that alone."""
    if post.spoiler:
        return f"Content warning: {post.spoiler}"
    return html_to_text(post.html)


def listing(site: Site, shown: Sequence[Entry], empty: str, more: str | None = None) -> Html:
    """A list of posts, newest first. ``more``: the address of the older ones."""
    if not shown:
        return h("p", empty, class_="quiet empty")
    older = h("a", "Older posts", href=more, rel="next", class_="more") if more else None
    return join((h("div", [article(site, one) for one in shown], class_="posts"), older))
