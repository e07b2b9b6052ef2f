"""Pages of posts: the same as all pages (``store.page``, where people's lists take it from)."""

from weft.store.page import LIMIT, LIMIT_MAX, Page, Paged, paged

__all__ = ["LIMIT", "LIMIT_MAX", "Page", "Paged", "paged"]
