"""``weft settings``"""

from __future__ import annotations

from typing import Any

import click

from weft.commands.options import data_options, settings_for
from weft.settings import Settings, describe, shown


@click.command()
@data_options
def command(**flags: Any) -> None:
    """Print all settings and where each comes from. Secrets are not printed."""
    from rich.console import Console
    from rich.table import Table

    loaded = settings_for(**flags)
    table = Table(box=None, pad_edge=False)
    for title in ("Setting", "Value", "From", "What it is"):
        table.add_column(title, overflow="fold")
    for name in Settings.__struct_fields__:
        value = shown(name, getattr(loaded.settings, name))
        table.add_row(name, value, loaded.origins[name], describe(name))
    Console().print(table)
