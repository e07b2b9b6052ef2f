"""Likes, and reactions with an emoji, which are told as likes or as something of their own."""

from __future__ import annotations

from weft.federation import known, plain
from weft.federation.handlers import notes
from weft.federation.handlers.act import Act, Done, Table
from weft.federation.read_reaction import IncomingReaction, read_reaction
from weft.moderation import domains
from weft.store.database import Tx
from weft.threads import emoji_reactions, posts


def like(tx: Tx, act: Act) -> Done:
    """A reaction where there is an emoji that can be shown; else a like, so that the author hears of
    it at least.
    """
    reaction = act.activity.reaction
    if reaction is None or (reaction.url and domains.rejects_media(tx, act.actor.domain)):
        return notes.like(tx, act)
    post = posts.by_uri(tx, act.activity.object_id)
    if post is not None:
        name, url = _name(tx, act, reaction), reaction.url
        if plain.same_origin(url, tx.site.base):
            name, url = emoji_reactions.known(tx, name)
        emoji_reactions.react(tx, act.actor, post.id, name, url=url, uri=act.uri)
    return None


def take_back(tx: Tx, act: Act) -> bool:
    """Undo a reaction, named by the activity's id, or by the emoji in it; whether it is none of
    the likes.
    """
    uri, inner = act.activity.object_id, act.activity.object
    made = emoji_reactions.by_uri(tx, act.actor.id, uri)
    if made is not None:
        emoji_reactions.unreact(tx, act.actor, made.post_id, made.name)
        return True
    if not isinstance(inner, dict) or plain.uri(inner.get("actor")) not in ("", act.actor.uri):
        return False
    reaction = read_reaction(inner)
    # One that could not be shown, and was kept as a like, is undone as one.
    if reaction is None or known.undone(tx, uri, act.actor.id) is not None:
        return False
    post = posts.by_uri(tx, plain.uri(inner.get("object")))
    if post is not None:
        emoji_reactions.unreact(tx, act.actor, post.id, _name(tx, act, reaction))
    return True


def _name(tx: Tx, act: Act, reaction: IncomingReaction) -> str:
    """A picture is of the server that it is said to be of, or of its sender's, or of ours."""
    if not reaction.url:
        return reaction.name
    shortcode, _, server = reaction.name.partition("@")
    if plain.same_origin(reaction.url, tx.site.base):
        return shortcode
    return f"{shortcode}@{server or act.actor.domain}"


TABLE: Table = {"Like": {"*": like}, "EmojiReact": {"*": like}}
