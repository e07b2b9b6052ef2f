"""``weft conformance URL --token T``"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from weft.conformance.caller import Who

BETWEEN = ("<!-- conformance: begin -->", "<!-- conformance: end -->")
"""What stands between these lines of a Markdown file is written anew."""


@click.command()
@click.argument("url")
@click.option("--token", required=True, help="Of an account for tests; all scopes.")
@click.option("--second-token", help="Of a second account, which follows, mentions and likes.")
@click.option("--admin-token", help="Of an admin, with the admin scopes.")
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Write JSON here too.")
@click.option("--markdown", type=click.Path(path_type=Path), help="Renew the tables of this file.")
def command(
    url: str,
    token: str,
    second_token: str | None,
    admin_token: str | None,
    json_file: Path | None,
    markdown: Path | None,
) -> None:
    """Try every route of the Mastodon API on a server, Weft or not, and say which work for whom.

    It makes posts, lists and filters with the accounts of the tokens, and takes them away again.
    """
    import asyncio

    from weft.conformance import report

    given: dict[Who, str | None] = {
        "main": token,
        "second": second_token,
        "admin": admin_token,
    }
    tokens: dict[Who, str] = {who: one for who, one in given.items() if one}
    address = (url if "://" in url else f"https://{url}").rstrip("/")
    version, results, unlimited = asyncio.run(_walk(address, tokens))
    click.echo(report.text(address, version, results, unlimited))
    if json_file is not None:
        json_file.write_bytes(report.json(address, version, results, unlimited))
    if markdown is not None:
        renew(markdown, report.markdown(version, results))


def renew(file: Path, tables: str) -> None:
    """Put the tables between the two marks of a Markdown file. Errors: Invalid without marks."""
    from weft.kernel.errors import Invalid

    before, begin, rest = file.read_text("utf-8").partition(BETWEEN[0])
    _old, end, after = rest.partition(BETWEEN[1])
    if not begin or not end:
        raise Invalid(f"{file} has no lines {BETWEEN[0]} and {BETWEEN[1]}")
    file.write_text(f"{before}{begin}\n{tables}\n{end}{after}", "utf-8")


async def _walk(address: str, tokens: dict[Who, str]) -> tuple[str, list[Any], list[str]]:
    from ipaddress import ip_address
    from urllib.parse import urlsplit

    from weft import __version__
    from weft.conformance.walk import walk
    from weft.net.client import Client
    from weft.net.guard import Guard

    host = urlsplit(address).hostname or ""
    try:
        here = ip_address(host).is_loopback
    except ValueError:
        here = host == "localhost"
    # Whoever names a loopback address means their own machine; else the guard's rule holds.
    guard = Guard(["127.0.0.0/8", "::1/128"], allow_http=True) if here else Guard()
    async with Client(user_agent=f"weft-conformance/{__version__}", guard=guard) as client:
        return await walk(client, address, tokens)
