"""``weft account alias|move|stay|export|import``"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from weft.commands.options import data_options, database, settings_for

if TYPE_CHECKING:
    from weft.people.model import Account
    from weft.store.database import Database, Tx


@click.group()
def command() -> None:
    """Move members and AIs from one server to another."""


@command.group()
def alias() -> None:
    """Name accounts that a member was before, so that these can move here."""


@alias.command("add")
@click.argument("name")
@click.argument("former")
@data_options
def add(name: str, former: str, **flags: Any) -> None:
    """Let FORMER (name@server) move to NAME, a member here."""
    from weft.people import moves

    with database(**flags) as store:
        other = _look(store, former, flags)
        store.write_now(lambda tx: moves.name_former(tx, _member(tx, name), other))
    click.echo(f"@{other.acct} may move to @{name.lstrip('@')} now.")


@alias.command("list")
@click.argument("name")
@data_options
def list_(name: str, **flags: Any) -> None:
    """List who a member was before."""
    with database(**flags) as store:
        for uri in store.read_now(lambda tx: _member(tx, name)).also_known_as:
            click.echo(uri)


@alias.command("remove")
@click.argument("name")
@click.argument("uri")
@data_options
def remove(name: str, uri: str, **flags: Any) -> None:
    """Take back one of those that ``list`` shows."""
    from weft.people import moves

    with database(**flags) as store:
        store.write_now(lambda tx: moves.forget_former(tx, _member(tx, name), uri))
    click.echo("It is no alias any more.")


@command.command()
@click.argument("name")
@click.argument("target")
@data_options
def move(name: str, target: str, **flags: Any) -> None:
    """Let NAME go on as TARGET (name@server), where NAME must be an alias already."""
    from weft.people import moves

    with database(**flags) as store:
        other = _look(store, target, flags)
        store.write_now(lambda tx: moves.depart(tx, _member(tx, name), other))
    click.echo(f"@{name.lstrip('@')} is @{other.acct} now. Followers are told by the server.")


@command.command()
@click.argument("name")
@data_options
def stay(name: str, **flags: Any) -> None:
    """Stop redirecting NAME. Who went along does not come back by itself."""
    from weft.people import moves

    with database(**flags) as store:
        store.write_now(lambda tx: moves.stay(tx, _member(tx, name)))
    click.echo(f"@{name.lstrip('@')} is here again.")


@command.command("export")
@click.argument("name")
@click.argument("kind")
@data_options
def export_(name: str, kind: str, **flags: Any) -> None:
    """Print what NAME takes along as CSV: following, lists, blocks, mutes, domain_blocks, bookmarks."""
    from weft.kernel.errors import Invalid
    from weft.reading.export import KINDS, export, kind_of

    chosen = kind_of(kind)
    if chosen is None:
        raise Invalid(f"KIND is one of {', '.join(KINDS)}")
    with database(**flags) as store:
        click.echo(store.read_now(lambda tx: export(tx, _member(tx, name), chosen)), nl=False)


@command.command("import")
@click.argument("name")
@click.argument("kind")
@click.argument("file", type=click.Path(path_type=Path))
@data_options
def import_(name: str, kind: str, file: Path, **flags: Any) -> None:
    """Add what is in a CSV file of another server to NAME; the running server does it, line by line."""
    from weft.kernel.errors import Invalid
    from weft.reading import imports

    if not file.is_file():
        raise Invalid(f"There is no file {file}")
    text = file.read_text("utf-8", "replace")
    with database(**flags) as store:
        lines = store.write_now(lambda tx: imports.begin(tx, _member(tx, name), kind, text))
    click.echo(f"{lines} lines are taken over.")


def _member(tx: Tx, name: str) -> Account:
    from weft.kernel.errors import NotFound
    from weft.people import accounts

    found = accounts.by_handle(tx, name.lstrip("@"))
    if found is None or found.kind == "application":
        raise NotFound(f"There is no account named {name} here")
    return found


def _look(store: Database, acct: str, flags: dict[str, Any]) -> Account:
    """The account as its server shows it now."""
    from weft.assemble import reaching
    from weft.kernel.errors import NotFound
    from weft.people import moves

    async def look() -> None:
        async with reaching(settings_for(**flags).settings, store) as resolver:
            await resolver.resolve(acct)
            known = await store.read(lambda tx: moves.named(tx, acct))
            if known is not None and not known.local:
                await resolver.actor(known.uri, refresh=True)

    asyncio.run(look())
    found = store.read_now(lambda tx: moves.named(tx, acct))
    if found is None:
        raise NotFound(f"{acct} cannot be found")
    return found
