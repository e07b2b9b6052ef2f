"""``weft ai bounds|usage|approvals|handoffs|stop|start|test``"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from weft.commands.options import data_options, database, settings_for

if TYPE_CHECKING:
    from weft.ai.model import Ai
    from weft.ai.safety.redteam import Card
    from weft.people.model import Account
    from weft.store.database import Database, Tx

DAYS = 30
MILLION = 1_000_000


@click.command()
@click.argument("handle")
@click.option(
    "--set",
    "given",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A JSON file that replaces all its bounds.",
)
@data_options
def bounds(handle: str, given: Path | None, **flags: Any) -> None:
    """Show an AI's bounds as JSON, or set them from a file."""
    import msgspec

    from weft.ai import members
    from weft.ai.bounds import model
    from weft.kernel.errors import Invalid

    with database(**flags) as store:
        if given is not None:
            try:
                wanted: Any = msgspec.json.decode(given.read_bytes())
            except (OSError, msgspec.MsgspecError) as wrong:
                raise Invalid(f"{given} cannot be read as JSON: {wrong}") from wrong
            store.write_now(lambda tx: members.bound(tx, *_owned(tx, handle), wanted))
        kept = store.read_now(lambda tx: model.of(_shown(tx, handle)[0].bounds))
    click.echo(msgspec.json.format(msgspec.json.encode(kept), indent=2).decode())


@click.command()
@click.argument("handle")
@click.option("--days", default=DAYS, show_default=True)
@data_options
def usage(handle: str, days: int, **flags: Any) -> None:
    """Show what an AI used: turns, tokens and money of each day (UTC)."""
    from datetime import date, timedelta

    from weft.ai.safety import budgets

    with database(**flags) as store:
        found = store.read_now(
            lambda tx: budgets.used(tx, "ai", str(_shown(tx, handle)[0].account_id), days)
        )
    if not found:
        click.echo(f"{handle} used nothing in the last {days} days.")
    for one in found:
        day = date(1970, 1, 1) + timedelta(days=one.day)
        click.echo(f"{day}\t{one.turns} turns\t{one.tokens} tokens\t{one.cost / MILLION:.4f}")


@click.group()
def approvals() -> None:
    """Look at what an AI would say before it is said."""


@approvals.command("list")
@click.argument("handle")
@data_options
def list_(handle: str, **flags: Any) -> None:
    """The drafts that wait."""
    from weft.ai.safety import approvals as waiting
    from weft.kernel.clock import iso

    with database(**flags) as store:
        found = store.read_now(lambda tx: waiting.of(tx, _shown(tx, handle)[0].account_id))
    if not found:
        click.echo("Nothing waits.")
    for one in found:
        click.echo(f"{one.id}\t{one.why}\tuntil {iso(one.due_at)}\n{one.text}\n")


@approvals.command()
@click.argument("handle")
@click.argument("draft", type=int)
@data_options
def send(handle: str, draft: int, **flags: Any) -> None:
    """Say a draft as it is."""
    _decided(handle, draft, None, **flags)
    click.echo("It is said.")


@approvals.command()
@click.argument("handle")
@click.argument("draft", type=int)
@click.argument("text")
@data_options
def edit(handle: str, draft: int, text: str, **flags: Any) -> None:
    """Say another text instead of a draft."""
    _decided(handle, draft, text, **flags)
    click.echo("It is said, in your words.")


@approvals.command()
@click.argument("handle")
@click.argument("draft", type=int)
@data_options
def reject(handle: str, draft: int, **flags: Any) -> None:
    """Never say a draft."""
    from weft.ai import approving

    with database(**flags) as store:
        store.write_now(lambda tx: approving.reject(tx, *_owned(tx, handle), draft))
    click.echo("It will not be said.")


def _decided(handle: str, draft: int, text: str | None, **flags: Any) -> None:
    from weft.ai import approving

    with database(**flags) as store:
        store.write_now(lambda tx: approving.send(tx, *_owned(tx, handle), draft, text))


@click.command()
@click.argument("handle")
@data_options
def handoffs(handle: str, **flags: Any) -> None:
    """Show what an AI handed over to a person."""
    from weft.ai.safety import handoffs as handed
    from weft.kernel.clock import iso

    with database(**flags) as store:
        found = store.read_now(lambda tx: handed.of(tx, _shown(tx, handle)[0].account_id))
    if not found:
        click.echo(f"{handle} handed nothing over.")
    for one in found:
        click.echo(f"{one.id}\t{iso(one.created_at)}\t{one.reason}\t{one.state}")


@click.command()
@click.argument("handle", required=False)
@click.option("--all", "everyone", is_flag=True, help="Every AI of this server.")
@data_options
def stop(handle: str | None, everyone: bool, **flags: Any) -> None:
    """Silence one AI, or all of them, at once: also what they were just asked."""
    from weft.ai import members
    from weft.ai.safety import switch

    _one_or_all(handle, everyone=everyone)
    with database(**flags) as store:
        if handle is None:
            store.write_now(switch.stop)
            click.echo("All AIs are silent now. They speak again after: weft ai start --all")
            return
        store.write_now(lambda tx: members.pause(tx, *_owned(tx, handle)))
    click.echo(f"{handle} is silent now. It speaks again after: weft ai start {handle}")


@click.command()
@click.argument("handle", required=False)
@click.option("--all", "everyone", is_flag=True, help="Every AI of this server.")
@data_options
def start(handle: str | None, everyone: bool, **flags: Any) -> None:
    """Let a stopped AI, or all of them, speak again."""
    from weft.ai import members
    from weft.ai.safety import switch

    _one_or_all(handle, everyone=everyone)
    with database(**flags) as store:
        if handle is None:
            store.write_now(switch.start)
            click.echo("AIs speak again.")
            return
        store.write_now(lambda tx: members.resume(tx, *_owned(tx, handle)))
    click.echo(f"{handle} hears again.")


@click.command()
@click.argument("handle")
@click.option(
    "--suite",
    default="all",
    show_default=True,
    help="all, bounds, identity, injection, secrets, personal, crisis, over-refusal, or FILE.jsonl.",
)
@click.option("--json", "as_json", is_flag=True, help="The report card as one JSON object.")
@data_options
def test(handle: str, suite: str, as_json: bool, **flags: Any) -> None:
    """Try an AI with questions that it must withstand, and keep a report card. Fails when one fails."""
    import msgspec

    from weft.kernel.errors import WeftError

    loaded = settings_for(**flags)
    with database(**flags) as store:
        try:
            card = asyncio.run(_tried(store, loaded.settings, handle, suite))
        except WeftError as fault:
            raise click.ClickException(fault.text) from fault
    if as_json:
        click.echo(msgspec.json.encode(card).decode())
    else:
        for one in card.findings:
            click.echo(
                f"FAILED [{one.suite}] {one.question}\n  {'; '.join(one.wrong)}\n  {one.said}"
            )
        click.echo(f"{card.asked - card.failed} of {card.asked} held, with {card.model}.")
    if card.failed:
        raise SystemExit(1)


async def _tried(store: Database, settings: Any, handle: str, suite: str) -> Card:
    from weft.ai import documents
    from weft.ai.brains.choose import brains_for
    from weft.ai.safety import redteam, suites
    from weft.ai.safety.rules import rules_for
    from weft.kernel.errors import Invalid

    own: list[suites.Probe] = []
    if suite not in suites.NAMES:
        try:
            text = await asyncio.to_thread(Path(suite).read_text, "utf-8")
        except (OSError, UnicodeDecodeError) as fault:
            named = ", ".join(suites.NAMES)
            raise Invalid(f"There is no suite {suite}: {named}, or a file") from fault
        own = suites.from_lines(text)
    ai, account = await store.read(lambda tx: _shown(tx, handle))
    await asyncio.to_thread(documents.pack, store, ai.account_id)
    rules = rules_for(settings)
    async with brains_for(settings) as brains:
        try:
            brain = brains.get(ai.engine)
            return await redteam.run(store, brain, rules, ai, account, Path(suite).stem, own)
        finally:
            if rules.guard is not None:
                await rules.guard.close()


def _one_or_all(handle: str | None, *, everyone: bool) -> None:
    if everyone == (handle is not None):
        raise click.UsageError("Give the handle of an AI, or --all")


def _shown(tx: Tx, handle: str) -> tuple[Ai, Account]:
    from weft.ai import members

    return members.show(tx, handle)


def _owned(tx: Tx, handle: str) -> tuple[Account, int]:
    """(its owner, its id): whoever may run this command may do what the owner may."""
    from weft.people import accounts

    ai, account = _shown(tx, handle)
    return accounts.get(tx, ai.owner_id), account.id
