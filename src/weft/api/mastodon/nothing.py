"""What this server has none of, said in the form that clients expect: they ask for these lists at
start, and take an error for a broken server.
"""

from typing import Any

from litestar import get

from weft.api.auth import scope


@get("/api/v1/custom_emojis", sync_to_thread=False)
def custom_emojis() -> list[Any]:
    """There are no custom emojis."""
    return []


@get(["/api/v1/filters", "/api/v2/filters"], guards=[scope("read:filters")], sync_to_thread=False)
def filters() -> list[Any]:
    """There are no filters."""
    return []


@get("/api/v1/announcements", guards=[scope()], sync_to_thread=False)
def announcements() -> list[Any]:
    """There are no announcements."""
    return []


@get("/api/v1/lists", guards=[scope("read:lists")], sync_to_thread=False)
def lists() -> list[Any]:
    """There are no lists."""
    return []


ROUTES = [custom_emojis, filters, announcements, lists]
