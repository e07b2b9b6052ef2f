"""``weft announce TEXT``, ``weft announce list|remove``"""

from __future__ import annotations

from typing import Any

import click

from weft.commands.options import data_options, database


class _TextOrCommand(click.Group):
    """What is none of the commands is the text to be told: ``weft announce "We move on Monday"``."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in self.commands:
            args = ["tell", *args]
        return super().resolve_command(ctx, args)


@click.group(cls=_TextOrCommand)
def command() -> None:
    """Tell everyone on this server something: weft announce 'We move on Monday'."""


@command.command()
@click.argument("text")
@click.option("--until", help="When it goes away: 2026-12-24, or 2026-12-24T18:00+01:00")
@data_options
def tell(text: str, until: str | None, **flags: Any) -> None:
    """Show a text to all members, in their apps, until they have read it."""
    from weft.kernel.clock import parse_iso
    from weft.kernel.errors import Invalid
    from weft.moderation import announcements

    ends_at = parse_iso(until) if until else None
    if until and ends_at is None:
        raise Invalid(f"{until} is no date")
    with database(**flags) as store:
        made = store.write_now(lambda tx: announcements.announce(tx, text, ends_at=ends_at))
    click.echo(made.id)


@command.command("list")
@data_options
def list_(**flags: Any) -> None:
    """List all announcements, also those that ended."""
    from weft.kernel.clock import iso
    from weft.moderation import announcements

    with database(**flags) as store:
        for one in store.read_now(announcements.everything):
            until = f" until {iso(one.ends_at)}" if one.ends_at is not None else ""
            click.echo(f"{one.id}\t{iso(one.published_at)}{until}\t{one.source}")


@command.command()
@click.argument("number", type=int)
@data_options
def remove(number: int, **flags: Any) -> None:
    """Take an announcement back; list shows the numbers."""
    from weft.moderation import announcements

    with database(**flags) as store:
        store.write_now(lambda tx: announcements.remove(tx, number))
    click.echo("It is taken back.")
