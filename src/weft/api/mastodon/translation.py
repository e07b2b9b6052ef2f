"""Posts in the reader's language, where the admin named a translation server.

https://docs.joinmastodon.org/methods/statuses/#translate,
https://docs.joinmastodon.org/methods/instance/#translation_languages
"""

from html import escape
from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, SkipValidation
from msgspec import Struct

from weft.api.auth import scope
from weft.api.given import Db, Viewer
from weft.api.mastodon.answers import id_of
from weft.kernel.errors import Forbidden
from weft.people import credentials
from weft.store.database import Tx
from weft.threads import polls, posts
from weft.threads.model import Post
from weft.threads.polls import Poll
from weft.threads.sanitize import clean_html, html_to_text
from weft.threads.translation import PROVIDER, Translator

Translates = NamedDependency[SkipValidation[Translator | None]]
"""``translator``: None where the admin named none."""
USUAL = "en"
"""The language of those who chose none, and of apps."""


class TranslationOption(Struct, frozen=True):
    title: str


class TranslationPoll(Struct, frozen=True):
    id: str
    options: list[TranslationOption]


class TranslationAttachment(Struct, frozen=True):
    id: str
    description: str


class Translation(Struct, frozen=True):
    """https://docs.joinmastodon.org/entities/Translation/"""

    content: str
    spoiler_text: str
    language: str
    media_attachments: list[TranslationAttachment]
    poll: TranslationPoll | None
    detected_source_language: str
    provider: str


class Wanted(Struct):
    """``lang``: into which language; the reader's own by default."""

    lang: str | None = None


@post(
    "/api/v1/statuses/{status_id:str}/translate",
    guards=[scope("read:statuses", app=True)],
    status_code=200,
)
async def translate(
    db: Db,
    viewer: Viewer,
    translator: Translates,
    status_id: FromPath[str],
    data: JSONBody[Wanted | None] = None,
) -> Translation:
    """403 for what only some may read, and for languages that cannot be translated; 503 when the
    translation server does not answer.
    """
    number = id_of(status_id)
    as_ = viewer.id if viewer is not None else None

    def find(tx: Tx) -> tuple[Post, Poll | None, dict[str, Any]]:
        found = posts.see(tx, as_, number)
        if found.boost_of_id is not None:
            found = posts.see(tx, as_, found.boost_of_id)
        held = credentials.by_account(tx, as_) if as_ is not None else None
        return found, polls.of(tx, found), held.preferences if held is not None else {}

    found, poll, choices = await db.read(find)
    if found.visibility not in ("public", "unlisted") or translator is None:
        raise Forbidden
    wanted = (data.lang if data is not None else None) or choices.get("language") or USUAL
    source, target = await translator.pair(found.language, wanted)
    described = [media for media in found.media if media["description"]]
    options = poll.options if poll is not None else []
    plain = [found.spoiler, *options, *(media["description"] for media in described)]
    asked = [found.html, *(escape(text) for text in plain)]
    told = await translator.translate([text for text in asked if text], source, target)
    answers = iter(told.texts)
    # What was empty was not sent, and stays empty.
    content, spoiler, *rest = [next(answers) if text else "" for text in asked]
    words = [html_to_text(text) for text in rest]
    return Translation(
        content=clean_html(content),
        spoiler_text=html_to_text(spoiler),
        language=target,
        media_attachments=[
            TranslationAttachment(media["id"], text)
            for media, text in zip(described, words[len(options) :], strict=True)
        ],
        poll=TranslationPoll(
            str(poll.id), [TranslationOption(text) for text in words[: len(options)]]
        )
        if poll is not None
        else None,
        detected_source_language=told.source,
        provider=PROVIDER,
    )


@get("/api/v1/instance/translation_languages")
async def languages(translator: Translates) -> dict[str, list[str]]:
    """From which languages into which; none where nothing is translated."""
    return await translator.languages() if translator is not None else {}


ROUTES = [translate, languages]
