"""``weft federation hosts|retry``"""

from __future__ import annotations

from typing import Any

import click

from weft.commands.options import data_options, database


@click.group()
def command() -> None:
    """Show the servers this one talks to, and try them again."""


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
