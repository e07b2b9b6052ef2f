"""Members in collections elsewhere (FEP-7aa9): somebody asks whether they may show one, and is answered
at once by what the member lets everybody do. What a collection is called is looked at first.
"""

from __future__ import annotations

from weft.federation import plain
from weft.federation.handlers.act import Act, Done, Need, Table, member, refuse
from weft.people import collections_elsewhere
from weft.store.database import Tx
from weft.threads import features


def feature_request(tx: Tx, act: Act) -> Done:
    account = member(tx, act.activity.object_id)
    uri = plain.uri(act.activity.instrument)
    if account is None:
        return None
    if not plain.same_origin(uri, act.actor.uri):
        return refuse(act, "asks for another")
    known = collections_elsewhere.by_uri(tx, uri)
    if known is None:
        return None if act.final else Need("collection", uri, essential=True)
    if known.account_id != act.actor.id:
        return refuse(act, "not their collection")
    features.asked(tx, act.actor, known, account, act.uri)
    return None


def deleted(tx: Tx, act: Act) -> bool:
    """Whether a ``Delete`` is of a collection that is known here."""
    known = collections_elsewhere.by_uri(tx, act.activity.object_id)
    if known is None or known.account_id != act.actor.id:
        return False
    collections_elsewhere.drop(tx, known)
    return True


TABLE: Table = {"FeatureRequest": {"*": feature_request}}
