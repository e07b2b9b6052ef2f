"""What this server is, and within which limits: the first thing that every client asks.

https://docs.joinmastodon.org/entities/Instance/ and V1_Instance. The version says what clients
sniff for; ``api_versions`` says what is really here.
"""

import time
from weakref import WeakKeyDictionary

from litestar import get
from msgspec import Struct, structs

from weft import __version__
from weft.ai.safety import switch
from weft.api.given import Db, Set
from weft.api.mastodon import entities_accounts as entities
from weft.api.mastodon import policy
from weft.api.mastodon.entities_accounts import Account
from weft.api.mastodon.entities_instance import (
    Access,
    AccountLimits,
    ActiveUsers,
    AisRunning,
    ApiVersions,
    Configuration,
    Contact,
    EmojiReactionLimits,
    Instance,
    MediaLimits,
    PollLimits,
    ReactionLimits,
    Registrations,
    StatusLimits,
    Thumbnail,
    ThumbnailVersions,
    TimelinesAccess,
    TranslationOffer,
    Urls,
    Usage,
    V1Configuration,
    V1Instance,
    V1Stats,
    V1Urls,
    Vapid,
)
from weft.kernel.clock import DAY, SECOND
from weft.people import lists
from weft.push import server_key
from weft.reading import featured
from weft.settings import Settings
from weft.store.database import Database, Tx
from weft.threads import emoji_reactions, limits, media, pictures, pins, polls

VERSION = f"4.6.0 (compatible; Weft {__version__})"
"""Clients compare the first number with Mastodon's to decide which features to show."""
SOURCE = ""
"""Where the source code is; empty until it has an address of its own."""
API_VERSIONS = ApiVersions(mastodon=10, weft=1)
"""Mastodon's 10 is what its 4.6 has; of ours 1 is labels of AIs and threads for people only."""
FIGURES_FRESH_S = 60.0
"""How old the figures may be: counting reads all local accounts."""
LANGUAGES = ["en"]


class Figures(Struct, frozen=True):
    people: int
    posts: int
    active: int
    peers: int
    contact: Account | None
    push_key: str


_figures: WeakKeyDictionary[Database, tuple[float, Figures]] = WeakKeyDictionary()


async def figures(db: Database) -> Figures:
    """How many people, posts and peers, and who runs the server; a minute old at most."""
    known = _figures.get(db)
    if known is not None and known[0] > time.monotonic():
        return known[1]

    def count(tx: Tx) -> Figures:
        people, posts, active, peers = lists.totals(tx, tx.now - 30 * DAY)
        admin = lists.first_admin(tx)
        contact = entities.account(tx.site, admin) if admin is not None else None
        return Figures(people, posts, active, peers, contact, server_key.shown(tx))

    fresh = await db.read(count)
    _figures[db] = (time.monotonic() + FIGURES_FRESH_S, fresh)
    return fresh


def configuration(db: Database, settings: Settings, push_key: str) -> Configuration:
    """The limits that clients show, in v2's form."""
    everyone = Access(local="public", remote="public")
    return Configuration(
        urls=Urls(
            streaming=_streaming(db),
            status=None,
            about=f"{db.site.base}/about",
            privacy_policy=f"{db.site.base}/privacy",
            terms_of_service=None,
        ),
        vapid=Vapid(public_key=push_key),
        accounts=AccountLimits(
            max_featured_tags=featured.FEATURED_MAX,
            max_pinned_statuses=pins.PINS_MAX,
            max_display_name_length=limits.NAME_CHARS,
            max_note_length=limits.BIO_CHARS,
            max_avatar_description_length=limits.ALT_TEXT_CHARS,
            max_header_description_length=limits.ALT_TEXT_CHARS,
            max_profile_fields=limits.FIELDS,
            profile_field_name_limit=limits.FIELD_CHARS,
            profile_field_value_limit=limits.FIELD_CHARS,
        ),
        statuses=StatusLimits(
            max_characters=limits.POST_CHARS,
            max_media_attachments=limits.MEDIA_PER_POST,
            characters_reserved_per_url=limits.URL_CHARS,
            supported_mime_types=["text/plain", "text/markdown"],
        ),
        media_attachments=MediaLimits(
            supported_mime_types=list(media.TYPES),
            description_limit=limits.ALT_TEXT_CHARS,
            image_size_limit=media.UPLOAD_BYTES,
            image_matrix_limit=pictures.LIMITS.max_pixels,
            video_size_limit=0,
            video_frame_rate_limit=0,
            video_matrix_limit=0,
        ),
        polls=PollLimits(
            max_options=polls.OPTIONS_MAX,
            max_characters_per_option=polls.OPTION_CHARS,
            min_expiration=polls.LASTS_MIN // SECOND,
            max_expiration=polls.LASTS_MAX // SECOND,
        ),
        translation=TranslationOffer(enabled=bool(settings.translate_url)),
        timelines_access=TimelinesAccess(
            live_feeds=everyone, hashtag_feeds=everyone, trending_link_feeds=everyone
        ),
        limited_federation=settings.limited_federation,
        reactions=ReactionLimits(emoji_reactions.PER_ACCOUNT),
        emoji_reactions=EmojiReactionLimits(emoji_reactions.PER_POST, emoji_reactions.PER_ACCOUNT),
    )


def _streaming(db: Database) -> str:
    return "ws" + db.site.base.removeprefix("http")


def _thumbnail(db: Database) -> Thumbnail:
    picture = f"{db.site.base}/media/faces/server.png"
    return Thumbnail(
        url=picture,
        description="A woven pattern in this server's colours",
        blurhash=None,
        versions=ThumbnailVersions(picture, picture),
    )


def _registrations(settings: Settings) -> Registrations:
    return Registrations(
        enabled=settings.registrations != "closed",
        approval_required=settings.registrations == "approval",
        reason_required=None,
        message=None,
        min_age=None,
        url=None,
    )


@get("/api/v2/instance")
async def v2(db: Db, settings: Set) -> Instance:
    """https://docs.joinmastodon.org/methods/instance/#v2"""
    known = await figures(db)
    shape = configuration(db, settings, known.push_key)
    stopped = await db.glance(switch.stopped_at) is not None
    return Instance(
        domain=db.site.domain,
        title=settings.title,
        version=VERSION,
        source_url=SOURCE,
        description=settings.description,
        usage=Usage(ActiveUsers(known.active)),
        thumbnail=_thumbnail(db),
        icon=[],
        languages=LANGUAGES,
        configuration=structs.replace(shape, ais=AisRunning(stopped)),
        registrations=_registrations(settings),
        api_versions=API_VERSIONS,
        wrapstodon=None,
        contact=Contact(settings.contact, known.contact),
        rules=policy.rules(),
    )


@get("/api/v1/instance")
async def v1(db: Db, settings: Set) -> V1Instance:
    """https://docs.joinmastodon.org/methods/instance/#v1, for older clients."""
    known = await figures(db)
    shape = configuration(db, settings, known.push_key)
    joining = _registrations(settings)
    return V1Instance(
        uri=db.site.domain,
        title=settings.title,
        short_description=settings.description,
        description=settings.description,
        email=settings.contact,
        version=VERSION,
        urls=V1Urls(_streaming(db)),
        stats=V1Stats(known.people, known.posts, known.peers),
        thumbnail=_thumbnail(db).url,
        languages=LANGUAGES,
        registrations=joining.enabled,
        approval_required=joining.approval_required,
        invites_enabled=False,
        configuration=V1Configuration(
            shape.accounts, shape.statuses, shape.media_attachments, shape.polls
        ),
        contact_account=known.contact,
        rules=policy.rules(),
    )


ROUTES = [v2, v1]
