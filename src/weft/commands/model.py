"""``weft model pull``"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import click

from weft.commands.options import data_options, settings_for


@click.group()
def command() -> None:
    """Download a model to run in this process (extra: local)."""


@command.command("list")
def list_() -> None:
    """Show the models known by name."""
    from weft.ai.brains.models import KNOWN

    for name, model in KNOWN.items():
        click.echo(f"{name:24} {model.size / 2**30:6.2f} GiB  {model.licence}")


@command.command()
@click.argument("name")
@click.option("--sha256", default="", help="The file's hash, where NAME is an https address.")
@data_options
def pull(name: str, sha256: str, **flags: Any) -> None:
    """Download a model by name or address, check its hash, and say how to use it."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TransferSpeedColumn

    from weft.ai.brains import models
    from weft.net.client import Client

    folder: Path = settings_for(**flags).settings.data / "models"
    columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn())

    async def download() -> Path:
        with Progress(*columns) as bar:
            task = bar.add_task("model", total=None)
            async with Client(user_agent="Weft") as client:
                return await models.pull(
                    client,
                    name,
                    folder,
                    sha256=sha256,
                    progress=lambda done, of: bar.update(task, completed=done, total=of),
                )

    path = asyncio.run(download())
    click.echo(f"{path}\nUse it: weft serve with WEFT_MODEL_FILE={path}")
