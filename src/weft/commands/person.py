"""``weft person create|list``"""

from __future__ import annotations

from typing import Any

import click

from weft.commands.options import data_options, database


@click.group()
def command() -> None:
    """Make and list people's accounts."""


@command.command()
@click.argument("name")
@click.option("--email", required=True)
@click.option("--password", required=True, help="At least 8 characters.")
@click.option("--display", default="", help="The name people see.")
@click.option("--admin", is_flag=True, help="May run the server.")
@data_options
def create(name: str, email: str, password: str, display: str, admin: bool, **flags: Any) -> None:
    """Make an account for a person, also while the server runs."""
    from weft.people import accounts, credentials
    from weft.people.model import Account
    from weft.store.database import Tx

    hashed = credentials.hash_password(password)

    def make(tx: Tx) -> Account:
        credentials.check_sign_up(tx, name, email, password, agreement=True)
        account = accounts.create_local(tx, name, name=display)
        credentials.enrol(tx, account, email, hashed, role="admin" if admin else "user")
        return account

    with database(**flags) as store:
        account = store.write_now(make)
        click.echo(f"@{account.username} is ready: {account.url}")


@command.command("list")
@data_options
def list_(**flags: Any) -> None:
    """List the people of this server."""
    from weft.people import credentials

    with database(**flags) as store:
        for account, role in store.read_now(credentials.everyone):
            click.echo(f"@{account.username}\t{account.name}\t{role}\t{account.posts_count} posts")
