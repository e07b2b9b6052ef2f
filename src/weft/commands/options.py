"""What the commands share: the settings as flags, and opening the data folder."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from weft.settings import Loaded, load

if TYPE_CHECKING:
    from weft.store.database import Database

F = TypeVar("F", bound=Callable[..., Any])


def data_options(command: F) -> F:
    """Which data folder, which database, which name: every command takes these."""
    for option in (
        click.option("--domain", help="What stands behind the @ in handles."),
        click.option("--database", help="postgresql://… instead of a SQLite file."),
        click.option("--data", type=click.Path(path_type=Path), help="The data folder."),
    ):
        command = option(command)
    return command


def settings_for(**flags: Any) -> Loaded:
    """The settings of this call. What the folder was set up with is remembered in its weft.toml."""
    return load(flags)


@contextmanager
def database(**flags: Any) -> Generator[Database]:
    """The store of a data folder, brought up to date; beside a running server too."""
    from weft.assemble import open_database

    store = open_database(settings_for(**flags).settings)
    try:
        yield store
    finally:
        store.close()
