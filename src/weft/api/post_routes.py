"""Every route about posts and what belongs to them, for ``assemble`` to mount."""

from litestar.handlers import HTTPRouteHandler

from weft.api import media_files
from weft.api.mastodon import (
    markers,
    media,
    notifications,
    reactions,
    search,
    statuses,
    timelines,
)

ROUTES: list[HTTPRouteHandler] = [
    *statuses.ROUTES,
    *reactions.ROUTES,
    *timelines.ROUTES,
    *notifications.ROUTES,
    *markers.ROUTES,
    *media.ROUTES,
    *search.ROUTES,
    *media_files.ROUTES,
]
