"""``weft emoji add|list|remove``"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from weft.commands.options import data_options, database, settings_for


@click.group()
def command() -> None:
    """Add, list and remove custom emojis."""


@command.command()
@click.argument("shortcode")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--category", help="The heading it stands under in pickers.")
@click.option("--hidden", is_flag=True, help="Usable, but not in pickers.")
@data_options
def add(shortcode: str, file: Path, category: str | None, hidden: bool, **flags: Any) -> None:
    """Let :SHORTCODE: stand for the picture in FILE, also while the server runs."""
    from weft.kernel.errors import Invalid
    from weft.store.blobs import Blobs
    from weft.threads import emojis, pictures

    shortcode = shortcode.strip(":")
    emojis.check_shortcode(shortcode)
    if not file.is_file():
        raise Invalid(f"There is no file {file}")
    if file.stat().st_size > emojis.LIMITS.max_bytes:
        raise Invalid(f"An emoji has {emojis.LIMITS.max_bytes // 1024} kB at most")
    picture = pictures.process(file.read_bytes(), emojis.LIMITS)
    with database(**flags) as store:
        blobs = Blobs(settings_for(**flags).settings.data / "media")
        # Alone: a server that runs beside may be dropping the same picture.
        moving = blobs.put_alone(picture.original, picture.format)
        still = blobs.put_alone(picture.small, picture.small_mime.partition("/")[2])
        store.write_now(
            lambda tx: emojis.put(
                tx, shortcode, moving, still, category=category, visible=not hidden
            )
        )
    click.echo(f":{shortcode}: is ready.")


@command.command("list")
@data_options
def list_(**flags: Any) -> None:
    """List the emojis of this server."""
    from weft.threads import emojis

    with database(**flags) as store:
        for emoji in store.read_now(emojis.every):
            seen = "" if emoji.visible else "\thidden"
            click.echo(f":{emoji.shortcode}:\t{emoji.category or ''}{seen}")


@command.command()
@click.argument("shortcode")
@data_options
def remove(shortcode: str, **flags: Any) -> None:
    """Take an emoji away. What was written with it keeps its picture."""
    from weft.threads import emojis

    with database(**flags) as store:
        store.write_now(lambda tx: emojis.remove(tx, shortcode.strip(":")))
    click.echo(f":{shortcode.strip(':')}: is gone.")
