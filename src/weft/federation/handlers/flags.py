"""Reports from elsewhere: ``Flag``, mostly by the other server's own actor, so that nobody learns who
complained. One names accounts here and their posts; each account is a report of its own.
"""

from __future__ import annotations

from weft.federation.handlers.act import Act, Done, Table
from weft.moderation import reports
from weft.people import accounts
from weft.store.database import Tx
from weft.threads import posts


def flag(tx: Tx, act: Act) -> Done:
    named = [uri for uri in act.activity.objects if uri.startswith(f"{tx.site.base}/")]
    targets = {one.id: one for one in accounts.by_uris(tx, named).values() if one.local}
    if not targets:  # only posts: those of whom?
        for uri in named:
            post = posts.by_uri(tx, uri)
            if post is not None and post.local and post.author_id not in targets:
                targets[post.author_id] = accounts.get(tx, post.author_id)
    for place, target in enumerate(targets.values()):
        if target.kind != "application":
            uri = act.uri if place == 0 else f"{act.uri}#{place}"
            reports.receive(tx, act.actor, target, act.activity.content, named, uri=uri)
    return None


TABLE: Table = {"Flag": {"*": flag}}
