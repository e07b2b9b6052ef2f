"""How many statements something takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import sqlalchemy as sa

from weft.store.database import Tx


@contextmanager
def counted() -> Iterator[list[sa.Executable]]:
    """The statements that are run meanwhile, in whatever transaction."""
    ran: list[sa.Executable] = []
    plain = Tx._run

    def run(tx: Tx, statement: sa.Executable, given: Mapping[str, Any]) -> Any:
        ran.append(statement)
        return plain(tx, statement, given)

    with patch.object(Tx, "_run", run):
        yield ran
