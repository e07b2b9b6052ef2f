"""``/@name/{id}``: one post first, then what answers it, then what it answers."""

from __future__ import annotations

from litestar import Response
from litestar.response import Redirect
from msgspec import Struct

from weft.api.limits import Limits
from weft.api.mastodon import serialise
from weft.api.mastodon.answers import id_of
from weft.api.mastodon.entities_accounts import avatar_url
from weft.api.opening import Opened, look_elsewhere, opened
from weft.api.pages import meta, people, posts
from weft.api.pages.html import NOTHING, Html, h, join
from weft.api.pages.shell import Shell, answer, frame
from weft.kernel.clock import iso
from weft.kernel.site import Site
from weft.people import accounts
from weft.settings import Settings
from weft.store.database import Database, Tx
from weft.threads import posts as found_posts
from weft.threads import signals, threadview

TITLE_CHARS = 60


class Thread(Struct, frozen=True):
    """``proper``: where the post is found, if it was asked for elsewhere."""

    anchor: posts.Entry
    above: list[posts.Entry]
    below: list[posts.Entry]
    no_ai: bool
    proper: str | None
    what: Opened
    asks: frozenset[str] = frozenset()
    """What the post asks of machines: ``threads.signals``."""


async def thread(
    db: Database, settings: Settings, shell: Shell, limits: Limits, named: str, post_id: str
) -> Response[str] | Redirect:
    """A post and its public thread; what other servers have of it besides is there next time. Errors: NotFound, also for what not everyone may see."""
    wanted = id_of(post_id)

    def read(tx: Tx) -> Thread:
        post = found_posts.see(tx, None, wanted)
        if post.boost_of_id is not None:
            post = found_posts.see(tx, None, post.boost_of_id)
        above, below = threadview.context(tx, None, post)
        shown = posts.entries(tx, [post, *above, *below])
        anchor, what = shown[0], opened(tx, post, *above, *below)
        if anchor.author.id != _named(tx, named) or post.id != wanted:
            return Thread(anchor, [], [], no_ai=False, proper=posts.path(anchor), what=what)
        root = found_posts.by_id(tx, post.thread_id)
        cut = 1 + len(above)
        no_ai = root.no_ai if root is not None else post.no_ai
        return Thread(
            anchor,
            shown[1:cut],
            shown[cut:],
            no_ai=no_ai,
            proper=None,
            what=what,
            asks=signals.of(tx, anchor.author, post),
        )

    shown = await db.read(read)
    if shown.proper is not None:
        return Redirect(shown.proper)
    await look_elsewhere(db, limits, None, shown.what)
    about = _about(db.site, settings, shown.anchor, shown.asks)
    links = (
        meta.activity(shown.anchor.post.uri),
        h("meta", property="article:published_time", content=iso(shown.anchor.post.created_at)),
        h("meta", name="fediverse:creator", content=people.handle(db.site, shown.anchor.author)),
    )
    return answer(
        shell,
        db.site,
        title=f"{about.title} · {settings.title}",
        head=meta.head(about, *links),
        body=frame(settings.title, _body(db.site, shown)),
    )


def _named(tx: Tx, named: str) -> int | None:
    username, _, domain = named.partition("@")
    account = accounts.by_handle(tx, username, domain)
    return account.id if account is not None else None


def _about(site: Site, settings: Settings, entry: posts.Entry, asks: frozenset[str]) -> meta.About:
    post, author = entry.post, entry.author
    words = posts.words(post)
    mark = " (AI)" if people.is_ai(author) else ""
    quoted = meta.excerpt(words, TITLE_CHARS)
    pictures = [serialise.attachment(site, one) for one in post.media]
    shown = next((one for one in pictures if one.type == "image" and one.preview_url), None)
    if post.spoiler or post.sensitive:
        shown = None  # what is behind a warning here is not shown without one elsewhere
    return meta.About(
        title=f"{author.display_name}{mark}" + (f": “{quoted}”" if quoted else ""),
        description=meta.excerpt(words) or "A post with pictures",
        url=post.url or post.uri,
        site_name=settings.title,
        kind="article",
        image=(shown.preview_url if shown is not None else None) or avatar_url(site, author),
        image_alt=(shown.description or "") if shown is not None else "",
        large=shown is not None,
        index=post.local and author.indexable and post.visibility == "public",
        asks=asks,
        made_by_ai=post.ai is not None,
    )


def _body(site: Site, shown: Thread) -> Html:
    depths = {shown.anchor.post.id: 0}
    answers: list[Html] = []
    for entry in shown.below:
        depth = depths.get(entry.post.reply_to_id or 0, 0) + 1
        depths[entry.post.id] = depth
        answers.append(posts.article(site, entry, depth=depth))
    no_ai = "AIs are switched off in this thread." if shown.no_ai else None
    return join(
        (
            posts.article(site, shown.anchor, anchor=True),
            h("p", no_ai, class_="quiet small") if no_ai else None,
            _part("Answers", answers),
            _part("Earlier in this thread", [posts.article(site, one) for one in shown.above]),
        )
    )


def _part(title: str, articles: list[Html]) -> Html:
    return h("section", h("h2", title), articles) if articles else NOTHING
