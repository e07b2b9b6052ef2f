"""``weft federation hosts|retry|rotate-key``"""

from __future__ import annotations

from typing import Any

import click

from weft.commands.options import data_options, database


@click.group()
def command() -> None:
    """Show the servers this one talks to, try them again, and change keys."""


@command.command()
@data_options
def hosts(**flags: Any) -> None:
    """List other servers: what waits for each, and which are not answering."""
    from weft.federation import peers
    from weft.kernel.clock import iso
    from weft.work import jobs

    with database(**flags) as store:
        known = store.read_now(peers.every)
        waiting = store.read_now(lambda tx: jobs.waiting_by_lane(tx, peers.lane("")))
    if not known:
        click.echo("No other server has been met yet.")
        return
    click.echo(f"{'host':40} {'waiting':>8} {'failures':>8}  state")
    for peer in known:
        state = f"held since {iso(peer.opened_at)}" if peer.opened_at else "well"
        count = waiting.get(peers.lane(peer.host), 0)
        click.echo(f"{peer.host:40} {count:8} {peer.failures:8}  {state}")


@command.command()
@click.argument("host")
@data_options
def retry(host: str, **flags: Any) -> None:
    """Try now what waits for a server: it is known to be back."""
    from weft.federation import peers

    with database(**flags) as store:
        store.write_now(lambda tx: peers.try_now(tx, host.lower()))
    click.echo(f"What waits for {host} is tried now.")


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
