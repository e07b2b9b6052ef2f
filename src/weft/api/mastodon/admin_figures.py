"""Figures for admins: https://docs.joinmastodon.org/methods/admin/measures/, dimensions/,
retention/
"""

from litestar import post
from litestar.params import JSONBody
from msgspec import UNSET, Struct

from weft.api.auth import admin, scope
from weft.api.given import Db
from weft.api.mastodon.entities_admin import (
    AdminCohort,
    AdminCohortDatum,
    AdminDatum,
    AdminDimension,
    AdminDimensionDatum,
    AdminMeasure,
)
from weft.kernel.clock import DAY, now_ms
from weft.moderation import dimensions, measures, retention
from weft.moderation.days import midnight, span
from weft.moderation.dimensions import in_words
from weft.moderation.measures import Measure
from weft.store.database import Tx

KEYS_MAX = 30
"""More than there are: each is a count over tables."""
USUAL_DAYS = 30
"""Days of dimensions when a client names none."""
_READ = [scope("admin:read"), admin]


class About(Struct, frozen=True):
    """What some figures are about: a tag's id (its name), or a server."""

    id: str | int = ""
    domain: str = ""

    @property
    def named(self) -> dict[str, str]:
        return {"id": str(self.id), "domain": self.domain}


class MeasuresAsked(Struct, frozen=True):
    keys: list[str] = []
    start_at: str | None = None
    end_at: str | None = None
    tag_accounts: About = About()
    tag_uses: About = About()
    tag_servers: About = About()
    instance_accounts: About = About()
    instance_media_attachments: About = About()
    instance_reports: About = About()
    instance_statuses: About = About()
    instance_follows: About = About()
    instance_followers: About = About()


class DimensionsAsked(Struct, frozen=True):
    keys: list[str] = []
    start_at: str | None = None
    end_at: str | None = None
    limit: int | None = None
    tag_servers: About = About()
    tag_languages: About = About()
    instance_accounts: About = About()
    instance_languages: About = About()


class RetentionAsked(Struct, frozen=True):
    start_at: str | None = None
    end_at: str | None = None
    frequency: str | None = None


_NOTHING = About()


@post("/api/v1/admin/measures", status_code=200, guards=_READ)
async def figures(db: Db, data: JSONBody[MeasuresAsked | None] = None) -> list[AdminMeasure]:
    """Figures for each day of a period. Unknown keys are left out."""
    asked = data or MeasuresAsked()
    days = span(asked.start_at, asked.end_at)
    if days is None:
        return []

    def read(tx: Tx) -> list[AdminMeasure]:
        made = [
            measures.measure(tx, key, days, getattr(asked, key, _NOTHING).named)
            for key in dict.fromkeys(asked.keys[:KEYS_MAX])
            if key in measures.KEYS
        ]
        return [_measure(one, days) for one in made if one is not None]

    return await db.read(read)


def _measure(one: Measure, days: range) -> AdminMeasure:
    return AdminMeasure(
        key=one.key,
        unit=one.unit,
        total=str(one.total),
        human_value=in_words(one.total) if one.unit == "bytes" else UNSET,
        previous_total=str(one.before) if one.before is not None else UNSET,
        data=[
            AdminDatum(midnight(day), str(value))
            for day, value in zip(days, one.by_day, strict=True)
        ],
    )


@post("/api/v1/admin/dimensions", status_code=200, guards=_READ)
async def most(db: Db, data: JSONBody[DimensionsAsked | None] = None) -> list[AdminDimension]:
    """What there is most of in a period. Unknown keys are left out."""
    asked = data or DimensionsAsked()
    today = now_ms() // DAY
    days = span(asked.start_at, asked.end_at) or range(today - USUAL_DAYS, today + 1)

    def read(tx: Tx) -> list[AdminDimension]:
        made: list[AdminDimension] = []
        for key in dict.fromkeys(asked.keys[:KEYS_MAX]):
            if key not in dimensions.KEYS:
                continue
            about = getattr(asked, key, _NOTHING)
            limit = asked.limit or dimensions.LIMIT
            found = dimensions.dimension(tx, key, days, limit, about.named)
            if found is not None:
                made.append(AdminDimension(key, [_datum(one) for one in found]))
        return made

    return await db.read(read)


def _datum(one: dimensions.Item) -> AdminDimensionDatum:
    return AdminDimensionDatum(
        key=one.key,
        human_key=one.name,
        value=one.value,
        unit=one.unit or UNSET,
        human_value=one.told or UNSET,
    )


@post("/api/v1/admin/retention", status_code=200, guards=_READ)
async def staying(db: Db, data: JSONBody[RetentionAsked | None] = None) -> list[AdminCohort]:
    """Of those who joined in a day or month, how many stayed. Empty without a period."""
    asked = data or RetentionAsked()
    days = span(asked.start_at, asked.end_at)
    if days is None or not asked.frequency:
        return []
    frequency = "month" if asked.frequency == "month" else "day"
    found = await db.read(lambda tx: retention.cohorts(tx, days, frequency))
    return [
        AdminCohort(
            period=midnight(cohort.period),
            frequency=frequency,
            data=[
                AdminCohortDatum(midnight(day), rate, str(count))
                for day, rate, count in cohort.kept
            ],
        )
        for cohort in found
    ]


ROUTES = [figures, most, staying]
