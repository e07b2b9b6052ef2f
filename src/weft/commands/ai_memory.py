"""``weft ai memory`` and ``weft ai versions``: how much an AI knows, and what it has become."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from weft.commands.options import data_options, database

if TYPE_CHECKING:
    from weft.ai.memory.versions import Version
    from weft.ai.model import Ai
    from weft.people.model import Account
    from weft.store.database import Tx

ACTIONS = ("list", "show", "accept", "reject", "rollback", "on", "off", "auto", "ask")
DECIDING = ("accept", "reject", "rollback")


@click.command()
@click.argument("handle")
@click.option("--person", required=True, help="Handle of the person.")
@data_options
def memory(handle: str, person: str, **flags: Any) -> None:
    """Show how many notes an AI has about somebody. What they say is for that person alone."""
    from weft.ai import members
    from weft.ai.memory import notes
    from weft.kernel.errors import NotFound
    from weft.people import accounts

    def read(tx: Tx) -> tuple[dict[str, int], bool]:
        ai, _ = members.show(tx, handle)
        about = accounts.by_handle(tx, person.lstrip("@"))
        if about is None:
            raise NotFound(f"There is nobody named {person} here")
        paused = notes.paused(tx, ai.account_id, about.id) is not None
        return notes.counts(tx, ai.account_id, about.id), paused

    with database(**flags) as store:
        counts, paused = store.read_now(read)
    for scope in ("public", "room", "person"):
        click.echo(f"{scope}\t{counts.get(scope, 0)} notes")
    if paused:
        click.echo(f"{person} does not want to be remembered.")


@click.command()
@click.argument("handle")
@click.argument("action", type=click.Choice(ACTIONS), default="list")
@click.argument("number", type=click.IntRange(1), required=False)
@data_options
def versions(handle: str, action: str, number: int | None, **flags: Any) -> None:
    """Show who an AI was and is, and decide what it becomes.

    list, show N, accept N, reject N, rollback N. "on" and "off": whether changes are proposed from its
    public life; "auto" and "ask": whether they are taken on without asking.
    """
    if action in ("show", *DECIDING) and number is None:
        raise click.BadParameter(f"{action} needs the number of a version")
    with database(**flags) as store:
        if action in ("list", "show"):
            lines = store.read_now(
                lambda tx: _read(tx, handle, number if action == "show" else None)
            )
        elif action in DECIDING:
            lines = store.write_now(lambda tx: _decide(tx, handle, action, number or 0))
        else:
            lines = store.write_now(lambda tx: _let(tx, handle, action))
    for line in lines:
        click.echo(line)


def _read(tx: Tx, handle: str, number: int | None) -> list[str]:
    from weft.ai.memory import versions as kept

    ai, _ = _owned(tx, handle)
    if number is not None:
        return _shown(tx, kept.get(tx, ai.account_id, number))
    live = kept.live(tx, ai.account_id)
    found = kept.of(tx, ai.account_id)
    grows = "taken on" if ai.adopts else "proposed"
    head = f"Changes from its public life are {grows if ai.evolves else 'off'}."
    return [head, *(_line(one, live) for one in found)]


def _decide(tx: Tx, handle: str, action: str, number: int) -> list[str]:
    from weft.ai.memory import changes

    ai, owner = _owned(tx, handle)
    version = getattr(changes, action)(tx, owner, ai.account_id, number)
    return _shown(tx, version)


def _let(tx: Tx, handle: str, action: str) -> list[str]:
    from weft.ai.memory import changes

    ai, owner = _owned(tx, handle)
    asked = {"on": {"evolves": True}, "off": {"evolves": False}, "auto": {"adopts": True}}
    changes.let(tx, owner, ai.account_id, **asked.get(action, {"adopts": False}))
    return _read(tx, handle, None)[:1]


def _line(version: Version, live: Version | None) -> str:
    from weft.kernel.clock import iso

    state = "live" if live is not None and live.version == version.version else version.state
    return f"{version.version}\t{state}\t{iso(version.created_at)}\t{version.note}"


def _shown(tx: Tx, version: Version) -> list[str]:
    from weft.ai.memory import versions as kept

    parent = kept.get(tx, version.ai_id, version.parent) if version.parent is not None else None
    return [_line(version, kept.live(tx, version.ai_id)), *kept.diff(parent, version).splitlines()]


def _owned(tx: Tx, handle: str) -> tuple[Ai, Account]:
    """(the AI, its owner): whoever may run this command may do what the owner may."""
    from weft.ai import members
    from weft.people import accounts

    ai, _ = members.show(tx, handle)
    return ai, accounts.get(tx, ai.owner_id)
