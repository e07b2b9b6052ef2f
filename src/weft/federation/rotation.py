"""A local account gets new keys: because the old ones may be in wrong hands, or are old."""

from __future__ import annotations

from weft.people import own_keys
from weft.people.model import Account
from weft.people.own_keys import OwnKeys
from weft.store.database import Tx
from weft.work import jobs
from weft.work.jobs import NewJob


def rotate(tx: Tx, account: Account, keys: OwnKeys) -> None:
    """From now on it signs with ``keys``, under the same ids, as Mastodon does it: whoever knows the
    old ones sees that they do not fit, and looks once more. Its followers' servers are told.

    The job that tells them also makes a running server forget the old keys, so it is written for
    those as well who have no followers, and is due at once.
    """
    payload = {"account": account.id}
    key = f"announce-actor:{account.id}"
    jobs.enqueue(tx, NewJob("federation.announce_actor", payload, key=key))
    own_keys.replace(tx, account.id, keys)
