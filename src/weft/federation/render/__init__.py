"""From what we keep to what we say: accounts, posts and acts as ActivityStreams JSON.

Pure functions: rows in, dicts out, without ``@context`` (``vocabulary.contextualise`` adds it to
the outermost one). Shapes are those that Mastodon, GoToSocial, Misskey and Threads all read:
``to``, ``cc``, ``tag`` and ``attachment`` are always lists, and ``actor`` is always an address.

Sources: https://www.w3.org/TR/activitypub, https://docs.joinmastodon.org/spec/activitypub
"""

from __future__ import annotations

from weft.federation.render.actors import actor, gone_actor, stub
from weft.federation.render.acts import (
    act,
    announce,
    create,
    delete,
    undo,
    update,
    update_actor,
)
from weft.federation.render.addressing import Addressing, address, addressing
from weft.federation.render.besides import end, languages, opt_outs
from weft.federation.render.collections import collection, count, featured, page_of
from weft.federation.render.hashtags import hashtag
from weft.federation.render.notes import Around, note, tombstone
from weft.federation.render.questions import question, vote
from weft.federation.render.reactions import reaction

__all__ = [
    "Addressing",
    "Around",
    "act",
    "actor",
    "address",
    "addressing",
    "announce",
    "collection",
    "count",
    "create",
    "delete",
    "end",
    "featured",
    "gone_actor",
    "hashtag",
    "languages",
    "note",
    "opt_outs",
    "page_of",
    "question",
    "reaction",
    "stub",
    "tombstone",
    "undo",
    "update",
    "update_actor",
    "vote",
]
