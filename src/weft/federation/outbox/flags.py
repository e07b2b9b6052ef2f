"""Reports that go on to the server of whom they are about: ``Flag`` by this server's own actor. Who
complained stays here; so do posts of others than the one who is reported.
"""

from __future__ import annotations

from weft.federation.outbox.sending import Reactions, send
from weft.moderation import reports
from weft.people import accounts
from weft.store.database import Tx
from weft.threads import posts
from weft.work.events import Event


def report_forwarded(tx: Tx, event: Event) -> None:
    report = event.subject or reports.get(tx, event.subject_id or 0)
    target = accounts.get(tx, report.target_id)
    server = accounts.instance_actor(tx)
    found = posts.by_ids(tx, [int(one) for one in report.post_ids])
    activity = {
        "id": report.uri,
        "type": "Flag",
        "actor": server.uri,
        "content": report.comment,
        "object": [target.uri, *(post.uri for post in found.values())],
        "to": [target.uri],
    }
    inbox = target.shared_inbox or target.inbox
    send(tx, server, activity, report.uri, [inbox] if inbox else [], followers=False)


REACTIONS: Reactions = {"report.forwarded": report_forwarded}
