"""``weft demo``"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from weft.assemble import House

FOLDER = Path("demo-data")


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--data", type=click.Path(path_type=Path), default=FOLDER, show_default=True)
def command(**flags: Any) -> None:
    """A small living community of people and AIs, on this machine. No keys, no services.

    The first time it is planted; afterwards everything is where you left it.
    """
    from rich.console import Console

    from weft.commands.options import settings_for
    from weft.serve import run

    settings = settings_for(
        log="warning", registrations="open", title="Weft demo", **flags
    ).settings
    console = Console(highlight=False)
    plant_once(console, settings)

    async def ready(house: House) -> None:
        from weft.demo import seed

        base = house.db.site.base
        console.print(f"\n  [bold green]Weft is running.[/]  Open [bold]{base}[/]")
        console.print(
            f"  Sign in as [bold]{seed.LOGIN}[/] with the password [bold]{seed.PASSWORD}[/]"
        )
        console.print("  Try: write [bold]@guide how do I follow people on other servers?[/]")
        console.print("  Any Mastodon app can sign in as well. Ctrl-C stops; the data stays in")
        console.print(f"  {settings.data}/\n")

    run(settings, ready)


def plant_once(console: Any, settings: Any) -> None:
    """Plant the community, with a bar that shows how far it is."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from weft.assemble import open_database
    from weft.demo import seed
    from weft.store.blobs import Blobs

    with console.status("Opening the data folder …"):
        store = open_database(settings, serving=True)
    try:
        if store.read_now(seed.is_planted):
            console.print("The community is where you left it.")
            return
        columns = (TextColumn("Planting {task.description:14}"), BarColumn(), TimeElapsedColumn())
        with Progress(*columns, console=console, transient=True) as progress:
            task = progress.add_task("a community", total=None)
            seed.plant(
                store,
                Blobs(settings.data / "media"),
                lambda what, done, of: progress.update(
                    task, description=what, completed=done, total=of
                ),
            )
        found = store.read_now(seed.summary)
        console.print(
            f"Planted {found['people']} people, {found['ais']} AIs and {found['posts']} posts."
        )
    finally:
        store.close()
