"""``weft bench``"""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.option("--quick", is_flag=True, help="A tenth of the work: to see that it runs.")
@click.option("--database", default="", help="postgresql://… instead of a SQLite file.")
@click.option("--json", "as_json", type=click.Path(path_type=Path), help="Write the figures too.")
def command(quick: bool, database: str, as_json: Path | None) -> None:
    """Measure this server on this machine: CPU per operation, also as multiples of what the
    machine needs for one RSA signature and for one bare page of SQLite, Python and JSON.

    Starts servers of its own on loopback, with data of their own that is deleted afterwards.
    """
    from weft.bench.run import run

    run(quick=quick, database=database, as_json=as_json)
