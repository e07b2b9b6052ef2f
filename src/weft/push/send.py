"""Taking one notification to one phone: encrypted, signed, and handed to its push service.

RFC 8030. The service answers 404 or 410 when the phone is gone for good, 429 or 5xx when it is
busy: then later, in order (a lane for each subscription), for as long as the news is worth it.
Sent twice (a crash between sending and noting it), the second takes the first one's place, since
both have the same ``Topic``.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import structlog
from msgspec import Struct

from weft.kernel.clock import DAY, HOUR, SECOND, now_ms
from weft.kernel.errors import NotFound
from weft.kernel.site import Site
from weft.net.client import Client, OutboundFailed
from weft.net.guard import OutboundRefused
from weft.net.seal import Seal
from weft.net.webpush import Message, Receiver, ServerKey, base64url, seal, seal_as_before
from weft.people import accounts, credentials
from weft.people.model import Account
from weft.push import letter, server_key, subscriptions
from weft.push.subscriptions import Subscription
from weft.reading import matching
from weft.store.database import Database, Tx
from weft.threads import notices, posts
from weft.work.events import Event
from weft.work.jobs import Job, NewJob, enqueue
from weft.work.runner import GiveUp, Retry, backoff

log = structlog.get_logger(__name__)

HORIZON = 2 * DAY
"""How long it is tried, here and by the push service: older news wakes nobody."""
TOKEN_LIFE = 12 * HOUR
"""Of the statement that says who we are; a day is the most (RFC 8292)."""
AFTER_MOST = 6 * HOUR
"""The longest ``Retry-After`` that is honoured."""
NO_LANGUAGE = "en"

Icon = Callable[[Site, Account], str]
"""The address of an account's picture."""


class Parcel(Struct, frozen=True):
    """All that is needed to send, read in one go."""

    to: Subscription
    text: bytes
    key: ServerKey
    subject: str


def told(tx: Tx, event: Event) -> None:
    """A reaction to ``notification.created``: a job for each subscription that wants it."""
    owner, notice_id = event.actor_id or 0, event.subject_id or 0
    try:
        notice = notices.one(tx, owner, notice_id)
    except NotFound:
        return
    if notice.filtered or notice.kind not in letter.TITLES:
        return
    enqueue(
        tx,
        *(
            NewJob(
                "push.send",
                {"subscription": one.id, "notification": notice.id},
                lane=f"push:{one.id}",
                key=f"push:{one.id}:{notice.id}",
                pool="deliver",
            )
            for one in subscriptions.wanting(tx, owner, notice.kind, notice.from_id)
        ),
    )


class Sender:
    """The handler of ``push.send``. Payload: ``subscription``, ``notification`` (ids)."""

    def __init__(self, db: Database, client: Client, seal: Seal, icon: Icon) -> None:
        self._db = db
        self._client = client
        self._seal = seal
        self._icon = icon

    async def send(self, job: Job) -> None:
        """Errors, as the runner reads them: Retry, GiveUp."""
        if now_ms() - job.created_at >= HORIZON:
            return
        parcel = await self._db.read(lambda tx: self._pack(tx, job))
        if parcel is None:
            return  # read, dismissed, revoked or taken back meanwhile
        to = parcel.to
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(to.endpoint))
        message = _sealed(parcel, origin)
        try:
            answer = await self._client.post(
                to.endpoint,
                message.body,
                "application/octet-stream",
                headers={
                    **message.headers,
                    "TTL": str(HORIZON // SECOND),
                    "Urgency": "normal",
                    "Topic": base64url(job.payload["notification"].to_bytes(8, "big")),
                },
            )
        except OutboundRefused as refused:
            log.info("push.refused_here", service=origin, why=type(refused).__name__)
            return
        except OutboundFailed as failed:
            self._later(job, type(failed).__name__, None)
            return
        if answer.status in (404, 410):
            await self._db.write(lambda tx: subscriptions.drop(tx, to.id))
        elif answer.status in (408, 429) or answer.status >= 500:
            self._later(
                job, f"{origin} answered {answer.status}", answer.headers.get("retry-after")
            )
        elif answer.status >= 300:
            log.warning("push.refused", service=origin, status=answer.status)

    def _pack(self, tx: Tx, job: Job) -> Parcel | None:
        to = subscriptions.by_id(tx, job.payload["subscription"])
        if to is None:
            return None
        owner = accounts.by_id(tx, to.account_id)
        held = credentials.by_account(tx, to.account_id)
        if owner is None or owner.suspended_at is not None or held is None:
            return None
        if held.disabled_at is not None:
            return None
        try:
            notice = notices.tellable(tx, owner.id, job.payload["notification"])
            who = accounts.get(tx, notice.from_id)
            post = posts.see(tx, owner.id, notice.post_id) if notice.post_id is not None else None
        except NotFound:
            return None
        if post is not None and any(
            match.filter.action == "hide" and "notifications" in match.filter.context
            for match in matching.matches(tx, owner.id, [post]).get(post.id, ())
        ):
            return None
        locale = str(held.preferences.get("language") or NO_LANGUAGE)
        icon = self._icon(tx.site, who)
        token = subscriptions.token_for(to, self._seal)
        text = letter.write(notice, who, post, token=token, icon=icon, locale=locale)
        return Parcel(to, text, server_key.settle(tx), tx.site.base)

    def _later(self, job: Job, why: str, after: str | None) -> None:
        delay = backoff(job.attempts)
        if after is not None and after.isascii() and after.isdigit():
            delay = max(delay, min(int(after[:9]) * SECOND, AFTER_MOST))
        if now_ms() + delay - job.created_at >= HORIZON:
            raise GiveUp(why)
        raise Retry(delay, why)


def _sealed(parcel: Parcel, origin: str) -> Message:
    """Encrypted, with the statement who sends it."""
    to, key = parcel.to, parcel.key
    receiver = Receiver.read(to.p256dh, to.auth)
    token = key.token(origin, parcel.subject, (now_ms() + TOKEN_LIFE) // SECOND)
    shown = base64url(key.public)
    if to.standard:
        made = seal(parcel.text, receiver)
        return Message(made.body, made.headers | {"Authorization": f"vapid t={token}, k={shown}"})
    made = seal_as_before(parcel.text, receiver)
    keys = f"{made.headers['Crypto-Key']};p256ecdsa={shown}"
    return Message(
        made.body, made.headers | {"Authorization": f"WebPush {token}", "Crypto-Key": keys}
    )
