"""What the admins' rules about other servers do to what comes from them: ``moderation.domains``
says it, here it happens.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import structs

from weft.moderation import domains
from weft.moderation.jobs import settle
from weft.people import accounts, remote_details
from weft.people.accounts import RemoteAccount
from weft.people.model import Account
from weft.store.database import Tx
from weft.threads.model import Incoming


def put_actor(tx: Tx, remote: RemoteAccount, links: Mapping[str, str] | None = None) -> Account:
    """Keep an account elsewhere as the rule about its server wants it: limited, suspended,
    without pictures. ``links``: where its collections are.
    """
    rule = domains.rule_for(tx, remote.domain)
    if rule is not None and rule.reject_media:
        remote = structs.replace(remote, avatar="", header="")
    account = settle(tx, accounts.put_remote(tx, remote), rule)
    if links:
        remote_details.put(tx, account.id, links=dict(links))
    return account


def admitted(tx: Tx, author: Account, post: Incoming) -> Incoming:
    """A post without its media, where the rule about its server says so."""
    if (post.media or post.emojis) and domains.rejects_media(tx, author.domain):
        return structs.replace(post, media=(), emojis=())
    return post
