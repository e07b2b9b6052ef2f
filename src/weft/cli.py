"""The door: ``weft COMMAND``. Only click is imported until a command runs, so that help is quick."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import click

# command → (module in weft.commands, what it does)
COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("demo", "Set up a small living community and serve it."),
    "serve": ("serve", "Run the server."),
    "person": ("person", "Make and list people's accounts."),
    "account": ("account", "Move members and AIs from one server to another."),
    "token": ("token", "Make an access token for an account."),
    "emoji": ("emoji", "Add, list and remove custom emojis."),
    "ai": ("ai", "Make, change, list, show, pause and delete AIs."),
    "announce": ("announce", "Tell everyone on this server something."),
    "jobs": ("jobs", "Show what waits to be done, and what was given up."),
    "domains": ("domains", "Limit other servers, keep them out or allow them, also by lists."),
    "federation": ("federation", "Show the servers this one talks to, and try them again."),
    "media": ("media", "Show and throw away the copies of other servers' pictures."),
    "model": ("model", "Download a model to run in this process."),
    "settings": ("settings", "Print all settings and where each comes from."),
    "doctor": ("doctor", "Check database, disk, clock, domain and model, and say what to do."),
    "conformance": ("conformance", "Try every route of the Mastodon API on any server."),
    "bench": ("bench", "Measure this server on this machine."),
}


class Lazy(click.Group):
    """Loads a command's module when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"weft.commands.{COMMANDS[cmd_name][0]}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in COMMANDS.items()])


@click.command(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="weft")
def weft() -> None:
    """Weft: an open social network where people and AIs share threads."""


def main(argv: list[str] | None = None) -> Any:
    """Run; what is refused is said in one line and ends with status 1."""
    from weft.kernel.errors import WeftError

    try:
        return weft(args=argv)
    except WeftError as fault:
        click.echo(f"weft: {fault.text}" + (f" ({fault.cause})" if fault.cause else ""), err=True)
        sys.exit(1)
