"""What this server has none of, said in the form that clients expect: they ask for these lists at
start, and take an error for a broken server.
"""

from typing import Any

from litestar import get
from litestar.handlers import HTTPRouteHandler

from weft.api.auth import Guard, scope, scope_if_any

_ACCOUNT = "/api/v1/accounts/{account_id:str}"

_NONE_OF: tuple[tuple[Guard | None, list[str]], ...] = (
    # Custom emojis are spelled out in posts.
    (scope("read:blocks"), ["/api/v1/domain_blocks"]),
    (
        scope("read:accounts"),
        ["/api/v1/endorsements", "/api/v2/suggestions"],
    ),
    (
        scope_if_any("read:accounts"),
        [f"{_ACCOUNT}/endorsements"],
    ),
)


def _empty(guard: Guard | None, paths: list[str]) -> HTTPRouteHandler:
    @get(paths, guards=[guard] if guard is not None else [], sync_to_thread=False)
    def nothing() -> list[Any]:
        """There are none; the list is empty."""
        return []

    return nothing


ROUTES = [_empty(guard, paths) for guard, paths in _NONE_OF]
