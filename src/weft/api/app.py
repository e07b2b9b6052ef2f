"""The ASGI application: every route, and what wraps them all.

From outside in: networks that may not come in, the count of requests, ``/@name`` for servers or for people, forms as JSON
(Rails' spelling), CORS, then the router. ``assemble`` gives the things that routes ask for by
name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from litestar import Litestar
from litestar.config.cors import CORSConfig
from litestar.datastructures import State
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, Contact, License, SecurityScheme
from litestar.types import ASGIApp

from weft import __version__
from weft.api import auth, errors, health, media_files, people_routes, remote_media
from weft.api.activitypub import actors, discovery, inbox
from weft.api.activitypub import emojis as ap_emojis
from weft.api.activitypub import labels as ap_labels
from weft.api.activitypub import posts as ap_posts
from weft.api.activitypub import stamps as ap_stamps
from weft.api.activitypub.negotiate import Negotiate
from weft.api.barred import barred
from weft.api.limits import Limits, limited
from weft.api.mastodon import (
    async_refreshes,
    conversations,
    emoji_reactions,
    emojis,
    filters,
    filters_v1,
    interaction_requests,
    markers,
    media,
    notification_groups,
    notification_policy,
    notification_requests,
    notifications,
    oembed,
    pins,
    polls,
    push,
    quoting,
    reactions,
    scheduled,
    search,
    statuses,
    timelines,
    translation,
)
from weft.api.pages import routes as pages
from weft.api.rails import Rails
from weft.api.streaming import routes as streaming
from weft.api.weft import ai_safety as weft_ai_safety
from weft.api.weft import decisions as weft_decisions
from weft.api.weft import disclosure as weft_disclosure
from weft.api.weft import hosts as weft_hosts
from weft.api.weft import knowledge as weft_knowledge
from weft.api.weft import media as weft_media
from weft.api.weft import memory as weft_memory
from weft.api.weft import rooms as weft_rooms
from weft.api.weft import rooms_invites as weft_rooms_invites
from weft.api.weft import rooms_lines as weft_rooms_lines
from weft.api.weft import rooms_members as weft_rooms_members
from weft.api.weft import threads as weft_threads
from weft.moderation.ip_blocks import Gate

BODY_MAX = 2 * 1024 * 1024
"""Bytes of the largest request without a file, twice an inbox's limit: anybody may send one, and it
is held in memory. Routes that take files say how much more they need.
"""

ROUTES = [
    *people_routes.ROUTES,
    *statuses.ROUTES,
    *async_refreshes.ROUTES,
    *polls.ROUTES,
    *emojis.ROUTES,
    *emoji_reactions.ROUTES,
    *translation.ROUTES,
    *scheduled.ROUTES,
    *reactions.ROUTES,
    *quoting.ROUTES,
    *interaction_requests.ROUTES,
    *pins.ROUTES,
    *oembed.ROUTES,
    *timelines.ROUTES,
    *notifications.ROUTES,
    *notification_groups.ROUTES,
    *notification_requests.ROUTES,
    *notification_policy.ROUTES,
    *conversations.ROUTES,
    *media.ROUTES,
    *search.ROUTES,
    *markers.ROUTES,
    *filters.ROUTES,
    *filters_v1.ROUTES,
    *push.ROUTES,
    *streaming.ROUTES,
    *media_files.ROUTES,
    *remote_media.ROUTES,
    *weft_ai_safety.ROUTES,
    *weft_decisions.ROUTES,
    *weft_disclosure.ROUTES,
    *weft_hosts.ROUTES,
    *weft_media.ROUTES,
    *weft_knowledge.ROUTES,
    *weft_memory.ROUTES,
    *weft_rooms.ROUTES,
    *weft_rooms_members.ROUTES,
    *weft_rooms_invites.ROUTES,
    *weft_rooms_lines.ROUTES,
    *actors.ROUTES,
    *ap_posts.ROUTES,
    *ap_stamps.ROUTES,
    *ap_emojis.ROUTES,
    *ap_labels.ROUTES,
    *weft_threads.ROUTES,
    *discovery.ROUTES,
    *inbox.ROUTES,
    *health.ROUTES,
    *pages.ROUTES,
]

CORS = CORSConfig(
    # Tokens travel in a header, never in a cookie, so any page may ask.
    allow_origins=["*"],
    allow_methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
    allow_headers=["*"],
    expose_headers=[
        "Link",
        "X-RateLimit-Limit",
        "X-RateLimit-Remaining",
        "X-RateLimit-Reset",
        "X-Request-Id",
        "ETag",
        "Mastodon-Async-Refresh",
    ],
    max_age=86_400,
)


def build(given: Mapping[str, Any], *, generous: int = 1) -> ASGIApp:
    """``given``: what routes take by name (``db``, ``settings``, ``blobs``, ``resolver``, ``keys``,
    ``hub``, ``inbox``, ``client``, ``seal``, ``translator``, ``media_cache``). ``generous`` multiplies the rate limits,
    for tests and benchmarks.
    """
    limits = Limits(generous)
    gate = Gate(given["db"])

    def provider(value: Any) -> Provide:
        return Provide(lambda: value, sync_to_thread=False)

    app = Litestar(
        route_handlers=ROUTES,
        dependencies={
            **auth.DEPENDENCIES,
            **{
                name: provider(value)
                for name, value in {**given, "limits": limits, "gate": gate}.items()
            },
        },
        state=State({"db": given["db"]}),
        exception_handlers={**errors.HANDLERS, **pages.HANDLERS},
        cors_config=CORS,
        middleware=[barred(gate), Rails, limited(limits)],
        request_max_body_size=BODY_MAX,
        openapi_config=OpenAPIConfig(
            title="Weft",
            version=__version__,
            description="The Mastodon client API as Weft speaks it, and Weft's own additions.",
            license=License("Apache-2.0", "Apache-2.0"),
            contact=Contact(name="Weft"),
            path="/api/openapi",
            render_plugins=[JsonRenderPlugin(path="/openapi.json")],
            use_handler_docstrings=True,
            components=Components(
                security_schemes={"bearer": SecurityScheme(type="http", scheme="bearer")}
            ),
        ),
        logging_config=None,
        pdb_on_exception=False,
        debug=False,
    )
    return Negotiate(app)
