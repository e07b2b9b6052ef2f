"""Runs every measurement on a fresh server and prints them beside what is to be reached."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

import msgspec
from msgspec import Struct
from rich.console import Console
from rich.table import Table

from weft.assemble import open_database
from weft.bench import measure
from weft.bench.machine import page_ms, resident_mb, signing_ms
from weft.bench.measure import Elsewhere, Result
from weft.bench.server import free_port, running
from weft.bench.world import World, give_followers, plant
from weft.settings import Settings
from weft.store.database import Tx

AUTHORS, WRITTEN = 2_000, 50_000
HOSTS = 200
SLOW_S = 0.2


class Yardsticks(Struct, frozen=True):
    """CPU ms that this machine needs for two things that are the same always."""

    rsa_ms: float
    page_ms: float


class Row(Struct, frozen=True):
    """One line of the table. ``value`` in ``unit``; CPU also as multiples of the two yardsticks."""

    what: str
    value: float
    unit: str
    goal: float
    in_signatures: float | None = None
    in_pages: float | None = None
    also: str = ""


def run(*, quick: bool, database: str, as_json: Path | None) -> None:
    """Print the table; about a minute, a tenth of that when ``quick``."""
    console = Console()
    part = 10 if quick else 1
    with console.status("Measuring …") as status:
        rows, unit = asyncio.run(_all(part, database, status.update))
    table = Table(
        title=f"This machine: one RSA-2048 signature {unit.rsa_ms:.3f} ms CPU,"
        f" one bare page (sqlite3 + msgspec) {unit.page_ms:.3f} ms CPU"
    )
    for name in ("what", "measured", "goal", "÷ RSA", "÷ page", "also"):
        table.add_column(name, justify="left" if name in ("what", "also") else "right")
    for row in rows:
        colour = "green" if row.value <= row.goal else "yellow"
        table.add_row(
            row.what,
            f"[{colour}]{row.value:.2f} {row.unit}[/]",
            f"{row.goal:g} {row.unit}",
            _times(row.in_signatures),
            _times(row.in_pages),
            row.also,
        )
    console.print(table)
    if as_json is not None:
        as_json.write_bytes(
            msgspec.json.format(msgspec.json.encode({"machine": unit, "rows": rows}))
        )


def _times(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:.1f}"


async def _all(part: int, database: str, told: object) -> tuple[list[Row], Yardsticks]:
    say = told if callable(told) else print
    unit = Yardsticks(signing_ms(), page_ms())
    rows: list[Row] = []

    def cpu(what: str, result: Result, goal: float) -> None:
        also = ", ".join(f"{name} {value:.1f}" for name, value in result.rest.items())
        value = result.cpu or 0.0
        ratios = value / unit.rsa_ms, value / unit.page_ms
        rows.append(Row(what, value, "ms CPU", goal, *ratios, also))

    with tempfile.TemporaryDirectory(prefix="weft-bench-") as folder:
        data, port = Path(folder), free_port()
        settings = Settings(data=data, port=port, database=database)
        away = Elsewhere(SLOW_S)
        await away.start()
        say("Planting the world …")
        world = await asyncio.to_thread(_plant, settings, away.port)
        async with running(data, port, database) as server:
            say("Waiting until it rests …")
            await measure.settle(server)
            rest_mb = resident_mb(server.pid)
            say("Home timeline …")
            cpu("home timeline, 40 posts", await measure.home(server, world, 1500 // part), 0.7)
            busy = await measure.home(server, world, 1500 // part, token=world.busy_token)
            cpu("the same with filters, blocks, lists", busy, 0.7)
            say("Inbox …")
            cpu("inbox Create, visible", await measure.inbox(server, world, 1000 // part), 1.5)
            gone = await measure.strangers(server, world, 2000 // part)
            cpu("Delete of a stranger", gone, 0.7)
            say("Delivery …")
            await measure.settle(server)
            await measure.delivery(server, world, away, HOSTS)
            # The second time keys are there and connections open, as in a conversation.
            sent = await measure.delivery(server, world, away, HOSTS)
            cpu("delivery, signed", sent, 1.0)
            rows.append(Row(f"one post to {HOSTS} hosts of 200 ms", sent.rest["all_s"], "s", 2.0))
            # What follows would bring more deliveries under way than end while it is measured.
            await asyncio.to_thread(_forget_followers, settings, world)
            await measure.settle(server)
            say("Streaming …")
            stream = await measure.streaming(server, world, 200 // part)
            say("Posting …")
            await measure.settle(server)
            cpu("post a status", await measure.posting(server, world, 500 // part), 2.0)
            say("Talking …")
            said, read = await measure.talking(server, world, 500 // part)
            cpu("say a line in a room", said, 1.0)
            cpu("read 40 lines of a room", read, 1.0)
            p99 = stream.rest["p99_ms"]
            also = f"p50 {stream.rest['p50_ms']:.1f} ms"
            rows.append(Row("post to open stream, p99", p99, "ms", 50.0, also=also))
            rows.append(Row("memory at rest", rest_mb, "MB", 130.0))
            rows.append(Row("memory after all this", resident_mb(server.pid), "MB", 200.0))
        await away.stop()
    return rows, unit


def _plant(settings: Settings, port: int) -> World:
    db = open_database(settings, serving=True)
    try:
        world = plant(db, authors=AUTHORS, written=WRITTEN)
        inboxes = [f"http://127.1.{n // 250}.{n % 250 + 1}:{port}/inbox" for n in range(HOSTS)]
        give_followers(db, world.reader, inboxes)
        return world
    finally:
        db.close()


def _forget_followers(settings: Settings, world: World) -> None:
    """So that posting is measured without deliveries."""
    from weft.people.tables import accounts, follows

    def forget(tx: Tx) -> None:
        who = world.reader.id
        tx.run(follows.delete().where(follows.c.target_id == who))
        tx.run(accounts.update().where(accounts.c.id == who).values(followers_count=0))

    db = open_database(settings)
    try:
        db.write_now(forget)
    finally:
        db.close()
