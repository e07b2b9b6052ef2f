"""``weft jobs``"""

from __future__ import annotations

from typing import Any

import click

from weft.commands.options import data_options, database
from weft.kernel.clock import now_ms


@click.command()
@data_options
def command(**flags: Any) -> None:
    """Show what waits to be done, and what was given up."""
    from weft.work import jobs

    with database(**flags) as store:
        rows = store.read_now(jobs.counts)
    if not rows:
        click.echo("Nothing waits.")
        return
    click.echo(f"{'kind':32} {'waiting':>8} {'running':>8} {'given up':>8}  oldest")
    for kind, waiting, running, dead, oldest in rows:
        age = (now_ms() - oldest) // 1000
        click.echo(f"{kind:32} {waiting:8} {running:8} {dead:8}  {age} s ago")
