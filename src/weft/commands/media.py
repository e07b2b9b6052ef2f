"""``weft media status|prune``"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from weft.commands.options import data_options, database, settings_for

if TYPE_CHECKING:
    from weft.settings import Settings
    from weft.store.blobs import Blobs

MEGABYTE = 1024 * 1024
HOSTS_SHOWN = 20


@click.group()
def command() -> None:
    """Show and throw away the copies of other servers' pictures."""


@command.command()
@data_options
def status(**flags: Any) -> None:
    """How much is kept, and what could not be had."""
    from weft.federation import remote_media
    from weft.kernel.clock import iso

    with database(**flags) as store:
        held = store.read_now(remote_media.held)
    budget = _settings(flags).remote_media_budget
    click.echo(f"{held.files} files, {held.bytes / MEGABYTE:.1f} MB of {budget} MB")
    if held.oldest_at is not None:
        click.echo(f"The one that goes first was last looked at {iso(held.oldest_at)}")
    if held.failures:
        click.echo("Could not be had in the last day, by host:")
        for host, count in held.failures[:HOSTS_SHOWN]:
            click.echo(f"{count:8}  {host}")


@command.command()
@click.option("--host", default="", help="Only what came from this server.")
@data_options
def prune(host: str, **flags: Any) -> None:
    """Throw copies away: what is looked at is fetched anew."""
    from weft.federation import media_files

    with database(**flags) as store:
        gone = media_files.prune(store, _blobs(_settings(flags)), host.lower())
    click.echo(f"{gone.files} files, {gone.bytes / MEGABYTE:.1f} MB thrown away")


def _settings(flags: dict[str, Any]) -> Settings:
    return settings_for(**flags).settings


def _blobs(settings: Settings) -> Blobs:
    from weft.federation.media_files import FOLDER
    from weft.store.blobs import Blobs

    return Blobs(settings.data / FOLDER)
