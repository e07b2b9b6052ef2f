"""From what was read to what is kept: the structures of ``people`` and ``threads``."""

from __future__ import annotations

from html import escape
from typing import Any

from weft.federation.read_actor import IncomingActor
from weft.federation.read_consent import rules_of
from weft.federation.read_keys import Key
from weft.federation.read_note import IncomingNote
from weft.kernel.clock import now_ms
from weft.kernel.ids import new_id
from weft.people.accounts import RemoteAccount
from weft.people.model import Account
from weft.threads import signals
from weft.threads.markup import link
from weft.threads.model import Incoming, Media


def remote_account(actor: IncomingActor, domain: str, key: Key | None) -> RemoteAccount:
    """``domain``: what stands behind the @, as WebFinger has confirmed it."""
    return RemoteAccount(
        uri=actor.id,
        username=actor.username,
        domain=domain,
        kind=actor.kind,
        url=actor.url,
        inbox=actor.inbox,
        shared_inbox=actor.shared_inbox,
        followers_uri=actor.followers,
        name=actor.name,
        bio=actor.bio,
        fields=actor.fields,
        avatar=actor.avatar,
        header=actor.header,
        locked=actor.locked,
        discoverable=actor.discoverable,
        indexable=actor.indexable
        and signals.NOINDEX not in (actor.profile or {}).get("signals", ()),
        ai=actor.ai,
        also_known_as=actor.also_known_as,
        moved_to=actor.moved_to,
        key_id=key.id if key is not None else "",
        public_key=key.pem if key is not None else "",
        created_at=actor.published,
        profile=actor.profile,
    )


def incoming(note: IncomingNote, author: Account, *, silent: list[str] | None = None) -> Incoming:
    """``silent``: members here to whom it is addressed although it does not mention them."""
    return Incoming(
        uri=note.id,
        url=note.url,
        html=note.html + link_below(note),
        visibility=note.visibility(author.followers_uri),
        created_at=note.published or now_ms(),
        spoiler=note.spoiler,
        sensitive=note.sensitive or (bool(note.spoiler) and bool(note.attachments)),
        language=note.language,
        reply_to_uri=note.reply_to,
        mentions=tuple(dict.fromkeys([*note.mentions, *(silent or [])])),
        tags=tuple(note.tags),
        media=tuple(
            Media(
                id=str(new_id()),
                mime=file.mime,
                remote_url=file.url,
                description=file.description,
                blurhash=file.blurhash,
                width=file.width,
                height=file.height,
                focus_x=file.focus_x,
                focus_y=file.focus_y,
            )
            for file in note.attachments
        ),
        emojis=tuple(note.emojis),
        edited_at=note.updated if note.updated != note.published else None,
        ai=ai_record(note, author),
        no_ai=note.no_ai,
        details=note.details,
        poll=note.poll,
        expires_at=note.expires_at,
        rules=rules_of(note.told, author),
        quote_uri=note.told.quote,
        audience_uri=note.audience,
    )


def link_below(note: IncomingNote) -> str:
    """What a post quotes in one of the older ways, to which nobody consents: a link, unless its
    words have it.
    """
    address = note.told.linked
    if address is None or escape(address) in note.html:
        return ""
    return f'<p class="quote-inline">RE: {link(address)}</p>'


def ai_record(note: IncomingNote, author: Account) -> dict[str, Any] | None:
    """What is known of a post as an AI's: something for everything that a bot or an AI says, so
    that it counts against the hops of its thread; None for people's.
    """
    if not author.bot and not note.ai:
        return None
    record: dict[str, Any] = {} if note.hops is None else {"hops": note.hops}
    return record | ({"sources": note.sources} if note.sources else {})
