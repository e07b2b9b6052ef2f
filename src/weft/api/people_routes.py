"""Every route about people, apps and the server itself, for ``assemble`` to mount."""

from litestar.handlers import HTTPRouteHandler

from weft.api import faces
from weft.api.mastodon import (
    account_search,
    accounts,
    admin_accounts,
    admin_blocks,
    admin_domains,
    admin_reports,
    admin_trends,
    announcements,
    annual_reports,
    domain_blocks,
    emails,
    featured_tags,
    instance,
    instance_parts,
    lists,
    own_lists,
    profile,
    registration,
    relations,
    reports,
    suggestions,
    tags,
    trends,
)
from weft.api.oauth import apps, authorize, tokens
from weft.api.weft import ais

ROUTES: list[HTTPRouteHandler] = [
    *apps.ROUTES,
    *authorize.ROUTES,
    *tokens.ROUTES,
    *accounts.ROUTES,
    *account_search.ROUTES,
    *relations.ROUTES,
    *own_lists.ROUTES,
    *profile.ROUTES,
    *registration.ROUTES,
    *instance.ROUTES,
    *instance_parts.ROUTES,
    *announcements.ROUTES,
    *annual_reports.ROUTES,
    *lists.ROUTES,
    *tags.ROUTES,
    *trends.ROUTES,
    *admin_trends.ROUTES,
    *admin_accounts.ROUTES,
    *admin_reports.ROUTES,
    *admin_domains.ROUTES,
    *admin_blocks.ROUTES,
    *reports.ROUTES,
    *emails.ROUTES,
    *featured_tags.ROUTES,
    *suggestions.ROUTES,
    *domain_blocks.ROUTES,
    *ais.ROUTES,
    *faces.ROUTES,
]
