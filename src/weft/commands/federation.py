"""``weft federation hosts|try|rotate-key``"""

from __future__ import annotations

from typing import Any

import click

from weft.commands.options import data_options, database


@click.group()
def command() -> None:
    """Show the servers this one talks to, try them again, and change keys."""


@command.command()
@click.option("--state", type=click.Choice(["well", "failing", "held", "lost"]), help="Only these.")
@data_options
def hosts(state: Any, **flags: Any) -> None:
    """List other servers: what they run, what waits for each, and which do not answer."""
    from weft.federation import hosts as rooms
    from weft.kernel.clock import iso

    shown = 0
    with database(**flags) as store:
        after = ""
        while found := store.read_now(lambda tx, at=after: rooms.page(tx, at, state=state)):
            if not shown:
                click.echo(
                    f"{'host':32} {'state':8} {'waiting':>8} {'given up':>8}  software, signs"
                )
            for host in found:
                runs = ", ".join(filter(None, (host.software, host.signature))) or "?"
                line = f"{host.host:32} {host.state:8} {host.waiting:8} {host.given_up:8}  {runs}"
                click.echo(line)
                if host.since is not None:
                    probe = f", next try {iso(host.next_probe)}" if host.next_probe else ""
                    click.echo(f"    since {iso(host.since)}{probe}: {host.error}")
            shown += len(found)
            after = found[-1].host
    if not shown:
        click.echo("There is no such server.")


@command.command("try")
@click.argument("host")
@data_options
def try_(host: str, **flags: Any) -> None:
    """Try now what waits for a server: it is known to be back."""
    from weft.federation import hosts as rooms
    from weft.federation import peers
    from weft.kernel.errors import NotFound
    from weft.store.database import Tx

    name = host.lower()

    def work(tx: Tx) -> None:
        if not rooms.is_known(tx, name):
            raise NotFound(f"No server {name} has been met yet")
        peers.try_now(tx, name)

    with database(**flags) as store:
        store.write_now(work)
    click.echo(f"What waits for {name} is tried now.")


@command.command("rotate-key")
@click.argument("handle")
@data_options
def rotate_key(handle: str, **flags: Any) -> None:
    """Give a member new keys; the server's own name stands for the server itself.

    Followers' servers are told, and all others notice at the next message.
    """
    from weft.federation.keys import new_keys
    from weft.federation.rotation import rotate
    from weft.people import accounts
    from weft.store.database import Tx

    keys = new_keys()

    def change(tx: Tx) -> bool:
        name = handle.removeprefix("@").removesuffix(f"@{tx.site.domain}")
        account = accounts.by_handle(tx, name)
        if account is None:
            return False
        rotate(tx, account, keys)
        return True

    with database(**flags) as store:
        if not store.write_now(change):
            raise click.ClickException(f"There is no member named {handle}.")
    click.echo(f"{handle} signs with new keys.")
