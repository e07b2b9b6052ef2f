"""``/ai-made``: was this made by an AI of this server? Free, for anybody, without JavaScript and without
an account, as the EU's Code of Practice on marking wants it.
"""

from __future__ import annotations

from litestar import Response

from weft.ai.disclosure.fingerprint import WORDS_MIN
from weft.ai.disclosure.marks import TEXT_MAX, Found, Marks
from weft.api.limits import TooMany, Windows
from weft.api.pages import meta, people
from weft.api.pages.html import Html, h, join
from weft.api.pages.shell import Shell, answer, frame
from weft.kernel.clock import day
from weft.kernel.errors import WeftError
from weft.people.model import Account
from weft.settings import Settings
from weft.store.database import Database

HERE = "/ai-made"
_TITLE = "Was this made by an AI here?"
_TOLD = "Paste a text to find out whether an AI of this server made it."
_SAID = {
    "yes": "Yes. An AI of this server made this text.",
    "partly": "In part. About {share} % of this text was made by an AI of this server.",
    "no": "No AI of this server that we know of made this text.",
}


def form(db: Database, settings: Settings, shell: Shell) -> Response[str]:
    """The empty form."""
    return _page(db, settings, shell, "", None)


async def asked(
    db: Database,
    settings: Settings,
    shell: Shell,
    log: Marks,
    windows: Windows,
    who: str,
    text: str,
) -> Response[str]:
    """The form with its answer. What was asked is kept nowhere. ``who``: counted in ``windows``."""
    try:
        windows.take(who)
        found = await db.read(lambda tx: log.ask(tx, text))
    except WeftError as wrong:
        told = h("p", _wrong(wrong), role="alert")
        return _page(db, settings, shell, text, told, wrong.status)
    return _page(db, settings, shell, text, _result(found))


def _wrong(wrong: WeftError) -> str:
    if isinstance(wrong, TooMany):
        return "That was asked often from your network just now. Please try again in an hour."
    return wrong.text.removeprefix("Validation failed: ") + "."


def _result(found: Found) -> Html:
    said = _SAID[found.made].format(share=round(found.share * 100))
    by = h("p", "By ", _listed(found.ais), ".") if found.ais else None
    hidden = None
    if found.made != "no" and not found.ais:
        hidden = h("p", "It was not said in public, so we do not tell by which AI, or where.")
    since = None
    if found.since is not None:
        since = h("p", f"What AIs said here is known since {day(found.since)}.", class_="quiet")
    return h("section", h("h2", said), by, hidden, since, role="status")


def _listed(ais: list[Account]) -> list[Html]:
    names = [h("a", f"@{one.acct}", href=people.path(one)) for one in ais]
    return [join((", " if at else None, name)) for at, name in enumerate(names)]


def _page(
    db: Database,
    settings: Settings,
    shell: Shell,
    text: str,
    result: Html | None,
    status: int = 200,
) -> Response[str]:
    about = meta.About(
        title=_TITLE,
        description=_TOLD,
        url=f"{db.site.base}{HERE}",
        site_name=settings.title,
        image=f"{db.site.base}/media/faces/server.png",
        index=True,
    )
    body = h(
        "article",
        h("h1", _TITLE),
        h("p", _TOLD, class_="lead"),
        result,
        h(
            "form",
            h("label", "The text", for_="text"),
            h(
                "textarea",
                text[:TEXT_MAX],
                id="text",
                name="text",
                rows=10,
                maxlength=TEXT_MAX,
                required=True,
                dir="auto",
            ),
            h("button", "Find out", type="submit"),
            method="post",
            action=HERE,
            class_="ask",
        ),
        h("h2", "How it works"),
        h(
            "p",
            "The server keeps no copy of what its AIs said to people, but fingerprints that only it can"
            f" make. Any {WORDS_MIN} words in a row are recognised, of private answers too; shorter texts"
            " are not. What you paste here is not kept.",
        ),
        h(
            "p",
            "A rewritten or translated text is not recognised, and this server knows nothing of AIs"
            " elsewhere. So a no is no proof that a person wrote it. Text that an AI quoted from its"
            " sources does not count as its own.",
        ),
        class_="text",
    )
    return answer(
        shell,
        db.site,
        title=f"{_TITLE} · {settings.title}",
        head=meta.head(about),
        body=frame(settings.title, body),
        status=status,
        fresh=0,
        alive=False,
    )
