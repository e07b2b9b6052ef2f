"""Consent told elsewhere: members ask, members answer, members take back.

Each is about the post or the doing that it names, not about the other person: a server that stumbles
over one of them (GoToSocial over the refusal of a like that did not ask) gets all the others.
"""

from __future__ import annotations

from typing import Any

from weft.federation import audience, limits, plain, render
from weft.federation.outbox.notes import activity_of, around
from weft.federation.outbox.sending import Reactions, send, to_one
from weft.federation.render import consent as rendered
from weft.federation.vocabulary import PUBLIC, Json, encode
from weft.kernel.ids import new_id
from weft.people import accounts
from weft.people.model import Account
from weft.store.database import Tx
from weft.threads import consent, posts
from weft.threads.model import Post
from weft.work.events import Event


def asked(tx: Tx, event: Event) -> None:
    """A member would like to do something with a post from elsewhere."""
    owner, by, data = _both(tx, event)
    if owner is None or by is None or owner.local or not by.local:
        return
    instrument = _instrument(tx, by, owner, data)
    if instrument is not None:
        document = rendered.request(data["deed"], data["uri"], by, data["target"], instrument)
        document |= {"to": [owner.uri], "cc": []}
        to_one(tx, by, owner, document, about=data["target"])


def accepted(tx: Tx, event: Event) -> None:
    """A member agreed. Where not everybody may, their followers are told too: other servers hold
    what they have heard of until then.
    """
    owner, by, data = _both(tx, event)
    if owner is None or by is None or by.local or not owner.local:
        return
    post = posts.of(tx, event)
    held = (
        post is not None
        and data["deed"] in ("reply", "announce")
        and post.visibility in consent.OPEN
        and consent.of(post).rule(data["deed"]) != consent.EVERYONE
    )
    also = owner.followers_uri if held else ""
    document = rendered.answer(
        "Accept", f"{data['stamp']}#accept", owner, by, _named(by, data), data["target"], also=also
    )
    document["result"] = data["stamp"]
    inboxes = [by.inbox] if by.inbox else []
    send(tx, owner, document, data["stamp"], inboxes, followers=held)


def refused(tx: Tx, event: Event) -> None:
    owner, by, data = _both(tx, event)
    if owner is None or by is None or by.local or not owner.local:
        return
    uri = f"{owner.uri}#rejects/{new_id()}"
    asked_for = _named(by, data)
    document = rendered.answer("Reject", uri, owner, by, asked_for, data["target"], also="")
    to_one(tx, owner, by, document, about=data["interacting"])


def withdrawn(tx: Tx, event: Event) -> None:
    """A member no longer wants what they asked for."""
    owner, by, data = _both(tx, event)
    if owner is None or by is None or owner.local or not by.local or data["deed"] != "like":
        return
    like = render.act("Like", data["interacting"], by.uri, data["target"], owner.uri)
    to_one(tx, by, owner, render.undo(like), about=data["target"])


def revoked(tx: Tx, event: Event) -> None:
    """A yes was taken back. A member's: whoever it was for is told, and all who may have seen it.
    Another's, to a member: their answer is taken out everywhere; a quote is told anew without what
    it quoted, as an edit.
    """
    data = event.data
    giver = accounts.by_id(tx, event.actor_id or 0)
    by = accounts.by_id(tx, data["account_id"] or 0)
    if giver is None:
        return
    uri = data["uri"]
    if giver.local:
        document = render.act("Delete", f"{uri}#delete", giver.uri, uri, PUBLIC)
        inboxes = audience.of(tx, [by.id]) if by is not None else []
        if data["kind"] == "quote" and (post := posts.by_uri(tx, data["interacting"])) is not None:
            inboxes += _saw(tx, post)
            if by is not None and by.local:
                send(tx, giver, document, uri, (), followers=post.visibility != "direct", whose=by)
        send(tx, giver, document, uri, inboxes, followers=data["kind"] != "feature")
    elif by is not None and by.local and data["kind"] == "reply":
        whom = render.address("public", by.followers_uri, [giver.uri])
        document = render.delete(data["interacting"], by, whom)
        send(tx, by, document, data["interacting"], audience.of(tx, [giver.id]), followers=True)


def feature_accepted(tx: Tx, event: Event) -> None:
    """A member agreed to be shown in a collection elsewhere."""
    _answer_feature(tx, event, "Accept")


def feature_refused(tx: Tx, event: Event) -> None:
    _answer_feature(tx, event, "Reject")


def _answer_feature(tx: Tx, event: Event, kind: str) -> None:
    shown, data = accounts.get(tx, event.actor_id or 0), event.data
    owner = accounts.get(tx, data["account_id"])
    asked = rendered.request("feature", data["uri"], owner, shown.uri, data["collection"])
    stamp = data.get("stamp", "")
    uri = f"{stamp}#accept" if stamp else f"{shown.uri}#rejects/{new_id()}"
    document = render.act(kind, uri, shown.uri, asked, owner.uri)
    if stamp:
        document["result"] = stamp
    to_one(tx, shown, owner, document, about=stamp or data["collection"])


def pass_on(tx: Tx, activity: Json, post: Post | None) -> None:
    """Tell the audience of a member's quote that it was taken back, by the ``Delete`` as it came: with
    its proof, where it has one. It is short, or somebody wants us to carry something else.
    """
    if post is None or not post.local or len(encode(activity)) > limits.PASSED_ON:
        return
    by = accounts.get(tx, post.author_id)
    about = plain.uri(activity.get("object"))
    send(tx, by, activity, about, _saw(tx, post), followers=post.visibility != "direct")


def _saw(tx: Tx, post: Post) -> list[str]:
    """Inboxes of those to whom a post went besides its author's followers."""
    concerned = [int(mention["id"]) for mention in post.mentions]
    concerned += [id_ for id_ in (post.reply_to_author_id, post.audience_id) if id_ is not None]
    return [*audience.of(tx, concerned), *audience.of_boosters(tx, post.id)]


def _both(tx: Tx, event: Event) -> tuple[Account | None, Account | None, dict[str, Any]]:
    """The author of the post, and who did something with it."""
    owner = accounts.by_id(tx, event.actor_id or 0)
    return owner, accounts.by_id(tx, event.data["account_id"]), event.data


def _instrument(tx: Tx, by: Account, owner: Account, data: dict[str, Any]) -> Json | None:
    if data["deed"] == "like":
        return render.act("Like", data["interacting"], by.uri, data["target"], owner.uri)
    made = posts.by_uri(tx, data["interacting"])
    if made is None:
        return None
    if made.boost_of_id is not None:
        return activity_of(tx, by, made)
    return render.note(tx.site, made, by, around(tx, made))


def _named(by: Account, data: dict[str, Any]) -> str | Json:
    """What is answered: the asking where there was one, else what was done."""
    if not data.get("uri"):
        return data["interacting"]
    return rendered.request(data["deed"], data["uri"], by, data["target"], data["interacting"])


REACTIONS: Reactions = {
    "interaction.asked": asked,
    "interaction.accepted": accepted,
    "interaction.refused": refused,
    "interaction.withdrawn": withdrawn,
    "stamp.revoked": revoked,
    "feature.accepted": feature_accepted,
    "feature.refused": feature_refused,
}
