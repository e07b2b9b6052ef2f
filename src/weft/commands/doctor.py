"""``weft doctor``"""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Callable, Iterator
from typing import Any

import click
from msgspec import Struct

from weft.commands.options import data_options, settings_for
from weft.kernel.errors import WeftError
from weft.settings import Settings

FREE_LEAST = 1 * 2**30
"""Bytes of free disk under which a server soon fails: a database must be able to grow."""
CLOCK_MOST_S = 60
"""Seconds of difference that signatures of other servers still bear."""
OLLAMA = "http://127.0.0.1:11434"
"""Where Ollama listens when nobody told it otherwise."""
QUICK_S = 3.0


class Finding(Struct, frozen=True):
    """``well``: True, False, or None for what need not be."""

    what: str
    well: bool | None
    said: str
    do: str = ""


@click.command()
@data_options
def command(**flags: Any) -> None:
    """Check database, disk, clock, domain and model, and say what to do. Status 1 if a check fails."""
    settings = settings_for(**flags).settings
    found = list(examine(settings))
    for one in found:
        mark = {True: "ok  ", False: "BAD ", None: "-   "}[one.well]
        click.echo(f"{mark} {one.what:10} {one.said}")
        if one.do:
            click.echo(f"     {'':10} → {one.do}")
    if any(one.well is False for one in found):
        sys.exit(1)


def examine(settings: Settings) -> Iterator[Finding]:
    """Each check, in the order in which one would mend things."""
    checks: tuple[tuple[str, Callable[[Settings], Finding]], ...] = (
        ("database", _database),
        ("disk", _disk),
        ("domain", _domain),
        ("clock", _clock),
        ("model", _model),
        ("web client", _client),
    )
    for what, check in checks:
        try:
            yield check(settings)
        except WeftError as fault:
            yield Finding(what, well=False, said=f"{fault.text} {fault.cause}".strip())


def _database(settings: Settings) -> Finding:
    from weft.assemble import open_database
    from weft.work import events, jobs

    store = open_database(settings)
    try:
        position = store.read_now(events.last_position)
        given_up = sum(row[3] for row in store.read_now(jobs.counts))
        kind = store.engine.name
    finally:
        store.close()
    return Finding(
        "database",
        well=True,
        said=f"{kind}, readable and writable; {position} events; {given_up} jobs given up",
        do="see what they are: weft jobs" if given_up else "",
    )


def _disk(settings: Settings) -> Finding:
    usage = shutil.disk_usage(settings.data)
    said = f"{usage.free / 2**30:.1f} GiB free of {usage.total / 2**30:.1f} for {settings.data}"
    if usage.free < FREE_LEAST:
        return Finding("disk", well=False, said=said, do="make room, or move the data folder")
    return Finding("disk", well=True, said=said)


def _domain(settings: Settings) -> Finding:
    from weft.assemble import open_database

    store = open_database(settings)
    site = store.site
    store.close()
    if site.base.startswith("http://"):
        return Finding(
            "domain",
            well=None,
            said=f"{site.domain}, on this machine only: other servers cannot reach it",
            do="to federate: weft serve --domain your.domain behind a proxy with HTTPS (README)",
        )
    status, body = asyncio.run(_fetch(f"{site.base}/health"))
    if status == 200 and b"ok" in body:
        return Finding("domain", well=True, said=f"{site.base} answers")
    return Finding(
        "domain",
        well=False,
        said=f"{site.base}/health did not answer ({status or 'no connection'})",
        do="start the server, point DNS at this machine, and check the proxy's configuration",
    )


def _clock(settings: Settings) -> Finding:
    """Compared with whatever answers for our own domain: a proxy stamps its answers too."""
    from email.utils import parsedate_to_datetime

    from weft.kernel.clock import now_ms

    base = settings.site.base
    if base.startswith("http://"):
        return Finding("clock", well=None, said="not compared: no server with HTTPS to ask")
    headers = asyncio.run(_headers(f"{base}/health"))
    stamp = headers.get("date")
    if stamp is None:
        return Finding("clock", well=None, said="not compared: the domain does not answer")
    drift = abs(parsedate_to_datetime(stamp).timestamp() - now_ms() / 1000)
    return Finding(
        "clock",
        well=drift <= CLOCK_MOST_S,
        said=f"{drift:.0f} s from the time of {base}",
        do="" if drift <= CLOCK_MOST_S else "set the clock (NTP): signatures carry the time",
    )


def _model(settings: Settings) -> Finding:
    from weft.ai.brains.openai import available

    if settings.model_file:
        return Finding("model", well=True, said=f"the file {settings.model_file}")
    if settings.model_url:
        if not available():
            return Finding(
                "model", well=False, said="the extra is missing", do="pip install 'weft[ai]'"
            )
        status, _ = asyncio.run(_fetch(f"{settings.model_url.rstrip('/')}/models", private=True))
        said = f"{settings.model_url} ({settings.model_name or 'no name set'})"
        if status == 0:
            return Finding(
                "model", well=False, said=f"{said} does not answer", do="start the model server"
            )
        return Finding("model", well=True, said=f"{said} answers with {status}")
    status, _ = asyncio.run(_fetch(f"{OLLAMA}/api/tags", private=True))
    if status == 200:
        return Finding(
            "model",
            well=None,
            said="none set, and Ollama runs on this machine",
            do=f"use it: WEFT_MODEL_URL={OLLAMA}/v1 WEFT_MODEL_NAME=… (ollama list)",
        )
    return Finding(
        "model",
        well=None,
        said="none: AIs answer in quotes from their documents",
        do="to add one: weft model list, or WEFT_MODEL_URL=… WEFT_MODEL_NAME=…",
    )


def _client(_settings: Settings) -> Finding:
    from pathlib import Path

    import weft

    built = (Path(weft.__file__).parent / "static" / "index.html").is_file()
    return Finding(
        "web client",
        well=True if built else None,
        said="built" if built else "not built: plain pages are served",
        do="" if built else "uv sync --reinstall-package weft",
    )


async def _fetch(url: str, *, private: bool = False) -> tuple[int, bytes]:
    """(status, body); status 0 when nobody answers."""
    from weft.net.client import Client
    from weft.net.guard import Guard

    guard = Guard(["127.0.0.0/8", "::1/128"], allow_http=True) if private else None
    async with Client(user_agent="weft doctor", guard=guard) as client:
        try:
            answer = await client.get(url, accept="*/*", timeout=QUICK_S)
        except WeftError:
            return 0, b""
        return answer.status, answer.body


async def _headers(url: str) -> dict[str, str]:
    from weft.net.client import Client

    async with Client(user_agent="weft doctor") as client:
        try:
            return dict((await client.get(url, accept="*/*", timeout=QUICK_S)).headers)
        except WeftError:
            return {}
