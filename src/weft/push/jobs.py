"""What push does later, and to what it reacts: wired in ``assemble``."""

from __future__ import annotations

from collections.abc import Mapping

from weft.net.client import Client
from weft.net.seal import Seal
from weft.push.send import Icon, Sender, told
from weft.store.database import Database
from weft.work.runner import Handler

AS_LONG_AS_IT_TAKES = 1_000_000
"""Pushes end by their age (``send.HORIZON``), not by a count."""


def react(db: Database) -> None:
    """Register what follows a notification."""
    db.react("notification.created", told)


def handlers(db: Database, client: Client, seal: Seal, icon: Icon) -> Mapping[str, Handler]:
    """The kinds of jobs, in pool ``deliver``. ``icon`` gives the address of a face."""
    sender = Sender(db, client, seal, icon)
    return {"push.send": Handler(sender.send, attempts=AS_LONG_AS_IT_TAKES)}
