"""``weft token create``"""

from __future__ import annotations

from typing import Any

import click

from weft.commands.options import data_options, database


@click.group()
def command() -> None:
    """Make an access token for an account."""


@command.command()
@click.argument("name")
@click.option("--scopes", default="read write follow push", show_default=True)
@data_options
def create(name: str, scopes: str, **flags: Any) -> None:
    """Print a new token for a member of this server, and nothing else."""
    from weft.kernel.errors import NotFound
    from weft.people import accounts, oauth
    from weft.store.database import Tx

    def make(tx: Tx) -> str:
        account = accounts.by_handle(tx, name.lstrip("@"))
        if account is None or not account.local:
            raise NotFound(f"There is no account named {name} here")
        return oauth.issue(tx, scopes, account_id=account.id, app_id=None).token

    with database(**flags) as store:
        click.echo(store.write_now(make))
