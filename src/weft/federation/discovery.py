"""Finding people and posts elsewhere: by handle, by address, by id.

A handle is believed when WebFinger says the same both ways: ``acct:user@host`` leads to the actor's
id, and the actor's name on its own host leads back to it (Mastodon's demand; otherwise anybody could
call themselves ``@someone@big.example``). Where handle and host differ (*split domain*), the domain
behind the @ is asked too.

Sources: RFC 7033; https://docs.joinmastodon.org/spec/webfinger; FEP-fe34; FEP-4adb.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar
from urllib.parse import quote

import structlog
from msgspec import structs

from weft.federation import authorizations, limits, peers, plain
from weft.federation.convert import incoming, remote_account
from weft.federation.fetch import Fetcher, Missing, Unbelievable
from weft.federation.memory import Memory
from weft.federation.plain import Json, Malformed
from weft.federation.read_actor import ACTORS, IncomingActor, read_actor
from weft.federation.read_capabilities import takes_rfc9421
from weft.federation.read_keys import Key, key_document
from weft.federation.read_note import POSTS, IncomingNote, read_note
from weft.federation.rules import admitted, keys_of, put_actor
from weft.kernel.clock import MINUTE, now_ms
from weft.kernel.errors import WeftError
from weft.net.client import OutboundFailed
from weft.net.guard import OutboundRefused
from weft.net.keys import KeyRejected, public_key
from weft.people import accounts
from weft.people.model import Account
from weft.store.database import Database
from weft.threads import posts, publish
from weft.threads.model import Post

log = structlog.get_logger(__name__)
T = TypeVar("T")

_ACTOR_TYPE = "https://www.w3.org/ns/activitystreams#type"
"""Property of a WebFinger link: the type of the actor (Lemmy)."""
KEYS_KEPT = 10 * MINUTE
"""How long a key that was fetched is used without a look at the database: a key that its owner
replaced is good here for no longer.
"""
_HANDLE_CHARS = limits.USERNAME_CHARS + limits.DOMAIN_CHARS + 2
_NOT_THERE = (Missing, Unbelievable, Malformed, OutboundRefused)
"""What will be the same when it is asked for again."""


class Resolver:
    """Looks things up elsewhere and keeps them here. One per server: it remembers what failed and
    joins those who want the same thing at once.
    """

    def __init__(self, db: Database, fetcher: Fetcher) -> None:
        self._db = db
        self.fetcher = self._fetcher = fetcher
        self._flights: dict[str, asyncio.Task[Account]] = {}
        self._keys: Memory[list[Key]] = Memory(KEYS_KEPT)

    # -- what people type -------------------------------------------------------------------

    async def resolve(self, text: str) -> Account | Post | None:
        """What a member pasted into the search: ``@user@host``, ``user@host``, or the address of a
        profile or post. None for whatever cannot be found; it never raises for input.
        """
        text = text.strip()
        try:
            if plain.is_uri(text):
                return await self._address(text)
            group = text.startswith("!")  # as Lemmy's people name a group
            username, _, host = text.removeprefix("acct:").lstrip("!@").partition("@")
            if username and (":" in host or "." in host) and len(text) <= _HANDLE_CHARS:
                return await self.handle(username, host, "Group" if group else "")
        except WeftError as refused:
            log.info("discovery.not_found", text=text[:200], why=refused.cause or refused.text)
        return None

    async def handle(self, username: str, domain: str, kind: str = "") -> Account:
        """The account behind ``@username@domain``; of the type ``kind``, where its server has
        several of that name (Lemmy). Errors as for `actor`.
        """
        domain = domain.lower()
        known = await self._db.read(lambda tx: accounts.by_handle(tx, username, domain))
        if known is not None and (known.local or not _stale(known)):
            return known
        if domain == self._db.site.domain:
            raise Missing(f"{username}@{domain}", "no such member here")
        try:
            _, uri = await self._webfinger(username, domain, self._scheme(), kind=kind)
            return await self.actor(uri, refresh=known is not None)
        except OutboundFailed:
            if known is None:
                raise
            return known

    async def _address(self, address: str) -> Account | Post | None:
        known = await self._db.read(
            lambda tx: (
                accounts.by_uri(tx, address)
                or posts.by_uri(tx, address)
                or posts.by_url(tx, address)
            )
        )
        if known is not None or plain.same_origin(address, self._db.site.base):
            return known
        document = await self._fetcher.document(address)
        uri = plain.uri(document)
        if any(name in ACTORS for name in plain.kinds(document)):
            return await self.actor(uri)
        if any(name in POSTS for name in plain.kinds(document)):
            return await self._thread(document)
        return None

    # -- actors -----------------------------------------------------------------------------

    async def actor(self, uri: str, *, refresh: bool = False) -> Account:
        """The account with this id, looked up if it is not known or ``refresh`` is asked for.

        Errors: Missing, Unbelievable, Malformed, OutboundRefused (do not retry); OutboundFailed.
        """
        known = await self._db.read(lambda tx: accounts.by_uri(tx, uri))
        if known is not None and (known.local or not refresh):
            return known
        return await self._together(uri, lambda: self._learn_actor(uri))

    async def known_key(self, actor_uri: str, key_id: str, *, proves: bool = False) -> Key | None:
        """The public key with this id, if it is known here as one of this actor's; ``proves``: as
        one with which it proves documents.
        """
        found = _with_id(self._keys.get(actor_uri) or [], key_id, proves=proves)
        if found is None:
            kept = await self._db.read(lambda tx: _keys(tx, actor_uri, key_id, proves=proves))
            found = _with_id(kept, key_id, proves=proves)
            if found is not None:
                self._keys.put(actor_uri, kept)
        return found

    async def key(self, actor_uri: str, key_id: str, *, proves: bool = False) -> Key:
        """The same, looked up anew. Errors as for `actor`."""
        await self.actor(actor_uri, refresh=True)
        found = _with_id(self._keys.get(actor_uri) or [], key_id, proves=proves)
        if found is None:
            raise Unbelievable(actor_uri, f"has no usable key {key_id}")
        return found

    def forget_keys(self, actor_uri: str) -> None:
        """The actor has said something about itself: perhaps it has a new key."""
        self._keys.drop(actor_uri)

    async def owner_of(self, key_id: str) -> str:
        """Id of the actor that a key says it belongs to; `key` tells whether that one agrees."""
        document = await self._fetcher.document(key_id, timeout=limits.INLINE_SECONDS)
        key = key_document(document)
        if key is None or not plain.same_origin(key.owner, key_id):
            raise Unbelievable(key_id, "no key, or not its server's")
        return key.owner

    async def _learn_actor(self, uri: str) -> Account:
        document = await self._fetcher.document(uri, timeout=limits.INLINE_SECONDS)
        actor = read_actor(document)
        domain = await self._domain_of(actor)
        usable = await self._usable_keys(actor)
        self._keys.put(actor.id, usable)
        remote = remote_account(actor, domain, usable[0] if usable else None)
        modern = takes_rfc9421(document)

        def put(tx: posts.Tx) -> Account:
            if modern:
                peers.says(tx, plain.host(uri), "rfc9421")
            return put_actor(tx, remote, actor.links, usable)

        return await self._db.write(put)

    async def _domain_of(self, actor: IncomingActor) -> str:
        """What stands behind the @ of this actor's handle."""
        host = plain.host(actor.id)
        scheme = plain.origin(actor.id).partition(":")[0]
        subject, uri = await self._webfinger(actor.username, host, scheme, actor.id)
        if uri != actor.id:
            raise Unbelievable(actor.id, f"{actor.username}@{host} is {uri}")
        username, _, domain = subject.partition("@")
        if username.lower() != actor.username.lower():
            raise Unbelievable(actor.id, f"is called {subject} by its own host")
        if domain == host:
            return host
        if domain == self._db.site.domain or len(domain) > limits.DOMAIN_CHARS:
            raise Unbelievable(actor.id, f"cannot be of {domain[:100]}")
        confirmed, uri = await self._webfinger(actor.username, domain, scheme, actor.id)
        if uri != actor.id or confirmed.partition("@")[2] != domain:
            raise Unbelievable(actor.id, f"{domain} does not know it")
        return domain

    async def _webfinger(
        self, username: str, host: str, scheme: str, wanted: str = "", *, kind: str = ""
    ) -> tuple[str, str]:
        """(``user@domain`` of the subject, id of the actor): of those that share the name the one
        that is ``wanted``, or said to be of this ``kind``. Errors as for `Fetcher.jrd`.
        """
        resource = quote(f"acct:{username}@{host}", safe="")
        url = f"{scheme}://{host}/.well-known/webfinger?resource={resource}"
        document = await self._fetcher.jrd(url)
        subject = plain.text(document.get("subject")).removeprefix("acct:").removeprefix("@")
        username, _, domain = subject.partition("@")
        found: dict[str, str] = {}
        for link in plain.entries(document.get("links"), 50):
            mime = plain.text(link.get("type")).replace(" ", "")
            target = plain.uri(link.get("href"))
            if plain.text(link.get("rel")) == "self" and "json" in mime and target:
                properties = link.get("properties")
                said = properties.get(_ACTOR_TYPE) if isinstance(properties, dict) else ""
                found.setdefault(target, plain.text(said))
        if not found:
            raise Unbelievable(url, "names no actor")
        first = next((target for target, said in found.items() if said == kind), next(iter(found)))
        return f"{username}@{domain.lower()}", wanted if wanted in found else first

    async def _usable_keys(self, actor: IncomingActor) -> list[Key]:
        """The actor's keys that can verify something, those in documents of their own fetched."""
        usable: list[Key] = []
        for key in actor.keys:
            whole = key
            if not key.pem and plain.same_origin(key.id, actor.id):
                try:
                    document = await self._fetcher.document(key.id, timeout=limits.INLINE_SECONDS)
                except _NOT_THERE:
                    continue
                whole = structs.replace(key_document(document) or key, proves=key.proves)
            if whole.owner != actor.id or whole.id != key.id:
                continue
            if not plain.same_origin(whole.id, actor.id):
                continue
            try:
                public_key(whole.pem)
            except KeyRejected as refused:
                log.info("discovery.key_rejected", key=key.id, why=refused.cause)
            else:
                usable.append(whole)
        return usable

    async def document(self, uri: str) -> Json:
        """Any document with this id. Errors as for `Fetcher.document`."""
        return await self._fetcher.document(uri)

    # -- posts ------------------------------------------------------------------------------

    async def note(self, uri: str) -> Post | None:
        """The post with this id, with what it answers, up to `limits.ANCESTORS` posts; None for one
        that is not for everybody or was deleted here.

        Errors: Missing, Unbelievable, Malformed, OutboundRefused (do not retry); OutboundFailed.
        """
        known = await self._db.read(lambda tx: posts.by_uri(tx, uri))
        if known is not None:
            return known
        return await self._thread(await self._fetcher.document(uri))

    async def refreshed(self, uri: str) -> IncomingNote:
        """The post as its server has it now. Errors as for `note`."""
        self._fetcher.forget(uri)
        return read_note(await self._fetcher.document(uri))

    async def _thread(self, document: Json) -> Post | None:
        """Keep a fetched post, and first what it answers."""
        chain = [read_note(document)]
        ids = {chain[0].id}
        end = time.monotonic() + limits.ANCESTORS_SECONDS
        while (above := chain[-1].reply_to) is not None and len(chain) <= limits.ANCESTORS:
            if (
                time.monotonic() > end
                or above in ids
                or await self._db.read(lambda tx, at=above: _is_settled(tx, at))
            ):
                break
            parent = await self._parent(above)
            if parent is None or parent.id in ids:
                break
            ids.add(parent.id)
            chain.append(parent)
        for note in reversed(chain[1:]):
            try:
                await self.keep(note)
            except WeftError as refused:
                log.info("discovery.no_ancestor", uri=note.id, why=refused.cause or refused.text)
        return await self.keep(chain[0])

    async def _parent(self, uri: str) -> IncomingNote | None:
        """A post further up, if it can be had now: the thread is shown without it otherwise."""
        if plain.same_origin(uri, self._db.site.base):
            return None
        try:
            return read_note(await self._fetcher.document(uri))
        except (*_NOT_THERE, OutboundFailed) as refused:
            log.info("discovery.no_ancestor", uri=uri, why=refused.cause)
            return None

    async def keep(self, note: IncomingNote, *, quiet_before: int | None = None) -> Post | None:
        """Keep a post that was fetched, if it is for everybody. Nobody here hears of what was written
        before ``quiet_before`` (ms; by default of what can be on its way no more). Errors: those of
        `actor`, for its author.
        """
        if quiet_before is None:
            quiet_before = now_ms() - limits.DELIVERED_WITHIN
        author = await self.actor(note.author)
        if author.local or author.suspended_at is not None or note.vote:
            return None
        kept = incoming(note, author)
        if kept.visibility not in {"public", "unlisted"}:
            return None  # shown to our server's actor by mistake
        await self._prove(note)
        if note.audience is not None:
            await self._group(note.audience)
        return await self._db.write(
            lambda tx: publish.receive(
                tx, author, admitted(tx, author, kept), quiet_before=quiet_before
            )
        )

    async def _group(self, uri: str) -> None:
        """The group that a post was written to: answers go there. Without it they go without."""
        try:
            await self.actor(uri)
        except (*_NOT_THERE, OutboundFailed) as refused:
            log.info("discovery.no_group", uri=uri, why=refused.cause)

    async def _prove(self, note: IncomingNote) -> None:
        """The stamps that a post names, and before that what it quotes by one of them."""
        quote = note.told.quote if "quote" in note.told.stamps else None
        if quote is not None and not await self._db.read(lambda tx: _is_settled(tx, quote)):
            quoted = await self._parent(quote)
            if quoted is not None:
                # What that one quotes is not looked for in turn: this ends.
                told = structs.replace(quoted.told, stamps={})
                await self.keep(structs.replace(quoted, told=told))
        await authorizations.prove(self._db, self._fetcher, note)

    # -- inside -----------------------------------------------------------------------------

    async def _together(self, name: str, work: Callable[[], Awaitable[Account]]) -> Account:
        """Those who ask for the same thing at the same time wait for one answer."""
        flight = self._flights.get(name)
        if flight is None:

            async def fly() -> Account:
                return await work()

            flight = asyncio.create_task(fly())
            self._flights[name] = flight
            flight.add_done_callback(lambda done: self._landed(name, done))
        return await asyncio.shield(flight)

    def _landed(self, name: str, flight: asyncio.Task[Account]) -> None:
        self._flights.pop(name, None)
        if not flight.cancelled():
            flight.exception()  # whoever still waits gets it; if nobody does, nobody is told

    def _scheme(self) -> str:
        """A server on https asks nobody in the clear."""
        return self._db.site.base.partition(":")[0]


def _is_settled(tx: posts.Tx, uri: str) -> bool:
    return posts.by_uri(tx, uri) is not None or posts.is_gone(tx, uri)


def _keys(tx: posts.Tx, actor_uri: str, key_id: str, *, proves: bool) -> list[Key]:
    """The keys that are kept of an actor: all, or only the usual one where that will do."""
    known = accounts.by_uri(tx, actor_uri)
    if known is None:
        return []
    if key_id == known.key_id and known.public_key and not proves:
        return [Key(known.key_id, actor_uri, known.public_key)]
    return keys_of(tx, known)


def _with_id(keys: list[Key], key_id: str, *, proves: bool) -> Key | None:
    found = (key for key in keys if key.id == key_id and (key.proves or not proves))
    return next(found, None)


def _stale(account: Account) -> bool:
    return account.fetched_at < now_ms() - limits.ACTOR_FRESH
