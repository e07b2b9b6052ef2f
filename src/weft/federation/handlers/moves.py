"""Accounts elsewhere that go on as others: ``Move``.

The signature says that the old account wants it; that the new one does too, its own document says,
fetched for this message: a copy of yesterday may not name the old one yet, or still. A Move that was
sent again is looked at again (Mastodon sends the same one, with the same id); what is done only once
a week, ``people.moves`` sees to.
"""

from __future__ import annotations

import structlog

from weft.federation import plain, seen
from weft.federation.handlers.act import Act, Done, Need, Table, refuse
from weft.people import accounts, moves
from weft.store.database import Tx

log = structlog.get_logger(__name__)


def move(tx: Tx, act: Act) -> Done:
    source, activity = act.actor, act.activity
    if activity.object_id != source.uri:
        return refuse(act, "not itself")
    uri = activity.target
    if not uri or uri == source.uri:
        return None
    seen.forget(tx, seen.mark(source.uri, act.uri))
    if not moves.is_calm(tx, source.id):
        return None
    ours = plain.same_origin(uri, tx.site.base)
    if not ours and uri not in act.had:
        return None if act.final else Need("actor", uri, essential=True)
    target = accounts.by_uri(tx, uri)
    if target is None or not moves.arrive(tx, source, target):
        log.info("federation.move_refused", actor=source.uri, target=uri)
    return None


TABLE: Table = {"Move": {"*": move}}
