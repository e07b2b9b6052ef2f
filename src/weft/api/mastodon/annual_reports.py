"""What clients ask for that this server does not make, answered as documented: reports of a year,
campaigns for donations.

https://docs.joinmastodon.org/methods/annual_reports/
"""

from typing import Any

from litestar import get, post
from litestar.params import FromPath

from weft.api.auth import scope
from weft.api.mastodon.entities_instance import AnnualReportState, WrappedAnnualReports
from weft.kernel.errors import NotFound


@get("/api/v1/annual_reports", guards=[scope("read:accounts")], sync_to_thread=False)
def all_reports() -> WrappedAnnualReports:
    """None."""
    return WrappedAnnualReports()


@get("/api/v1/annual_reports/{year:str}", guards=[scope("read:accounts")], sync_to_thread=False)
def report(year: FromPath[str]) -> WrappedAnnualReports:
    """There is none of any year."""
    del year
    raise NotFound


@get(
    "/api/v1/annual_reports/{year:str}/state",
    guards=[scope("read:accounts")],
    sync_to_thread=False,
)
def state(year: FromPath[str]) -> AnnualReportState:
    """Nobody is offered one."""
    del year
    return AnnualReportState("ineligible")


@post(
    "/api/v1/annual_reports/{year:str}/generate",
    status_code=200,
    guards=[scope("write:accounts")],
    sync_to_thread=False,
)
def generate(year: FromPath[str]) -> dict[str, Any]:
    """200 says "made already, or not eligible": the latter."""
    del year
    return {}


@post(
    "/api/v1/annual_reports/{year:str}/read",
    status_code=200,
    guards=[scope("write:accounts")],
    sync_to_thread=False,
)
def read(year: FromPath[str]) -> dict[str, Any]:
    """There is none to have read."""
    del year
    raise NotFound


@get("/api/v1/donation_campaigns", guards=[scope()], status_code=204, sync_to_thread=False)
def donation_campaigns() -> None:
    """No campaign: 204."""


ROUTES = [all_reports, report, state, generate, read, donation_campaigns]
