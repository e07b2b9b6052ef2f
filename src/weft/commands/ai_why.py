"""``weft ai why``"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from weft.commands.options import data_options, database

if TYPE_CHECKING:
    from weft.ai.model import Turn
    from weft.ai.turns.record import Kept
    from weft.store.database import Tx


@click.command()
@click.argument("handle")
@click.argument("line", required=False, type=int)
@click.option("--last", "most", default=20, show_default=True, help="How many decisions.")
@click.option("--acted", is_flag=True, help="Only where it spoke, reacted or waited.")
@data_options
def why(handle: str, line: int | None, most: int, acted: bool, **flags: Any) -> None:
    """Show what an AI heard last, what it did about it and why.

    LINE: the id of a post or of a line of a room; only what it did about that one.
    """
    from weft.ai import members, taken
    from weft.ai.turns import asking
    from weft.people import accounts

    def read(tx: Tx) -> list[str]:
        ai, _ = members.show(tx, handle)
        told = asking.of_ai(tx, ai.account_id, most, line)
        shown: list[str] = []
        for one in told:
            if acted and one.decision.decision == "silent":
                continue
            shown.append(_decided(one.decision))
            became = taken.of(tx, ai.account_id, one.decision.line_id) if one.turn else None
            if became is not None:
                asker = accounts.by_id(tx, became.asker_id)
                shown.append(_taken(became, f"@{asker.acct}" if asker else "somebody gone"))
        return shown

    with database(**flags) as store:
        found = store.read_now(read)
    if not found:
        click.echo(
            f"{handle} has heard nothing yet." if line is None else f"{handle} did not hear {line}."
        )
    for text in found:
        click.echo(text)


def _decided(one: Kept) -> str:
    from weft.ai.turns import reasons
    from weft.kernel.clock import iso

    because = ", ".join(
        f"{reasons.words(code)} ({number:g})" if number not in (0, 1) else reasons.words(code)
        for code, number in one.reasons
    )
    did = f"{one.decision}, {one.outcome}" if one.outcome in ("dropped", "due") else one.decision
    judged = f"  addressed {one.addressed:.2f}, join {one.join:.2f}" if one.join else ""
    return (
        f"{iso(one.created_at)}  {one.place} {one.place_id}, line {one.line_id}:"
        f" {did} ({one.stage}): {because}{judged}"
    )


def _taken(turn: Turn, asker: str) -> str:
    from weft.ai.model import REASONS

    because = f" ({REASONS[turn.reason]})" if turn.reason else ""
    parts = [f"  {turn.trigger} by {asker}: {turn.outcome}{because}"]
    if turn.answer_id is not None:
        parts.append(f"answer {turn.answer_id}")
    if turn.model:
        parts.append(
            f"{turn.model}, {turn.sources} sources,"
            f" {turn.tokens_in}+{turn.tokens_out} tokens, {turn.ms} ms"
        )
    return "  ".join(parts)
