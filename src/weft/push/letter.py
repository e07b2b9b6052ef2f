"""What is said when a phone is woken: who did what, and the beginning of a post.

The fields are those that Mastodon sends. By ``access_token`` apps find which of their accounts is
meant. It was theirs before, and only the phone can open the letter. ``notification_id`` is a number,
as apps read it.
"""

from __future__ import annotations

import json

from weft.net.webpush import TEXT_MAX
from weft.people.model import Account
from weft.threads.model import Post
from weft.threads.notices import Notice
from weft.threads.sanitize import html_to_text

BODY_CHARS = 140
"""As much as a lock screen shows."""
NAME_CHARS = 60
"""Of an AI's name, so that its label is not what is cut."""
TITLES = {
    "mention": "{name} mentioned you",
    "quote": "{name} quoted your post",
    "status": "{name} just posted",
    "reblog": "{name} boosted your post",
    "follow": "{name} is now following you",
    "follow_request": "{name} has requested to follow you",
    "favourite": "{name} favourited your post",
    "pleroma:emoji_reaction": "{name} reacted to your post",
    "poll": "A poll by {name} has ended",
    "update": "{name} edited a post",
    "quoted_update": "{name} edited a post that you quoted",
    "admin.sign_up": "{name} signed up",
    "admin.report": "{name} sent a report",
}


def write(
    notice: Notice, who: Account, post: Post | None, *, token: str, icon: str, locale: str
) -> bytes:
    """JSON of at most ``TEXT_MAX`` bytes. A post under a warning shows the warning."""
    body = ""
    if post is not None:
        body = _cut(post.spoiler or html_to_text(post.html))
    elif notice.kind in ("follow", "follow_request"):
        body = _cut(html_to_text(who.bio))
    said: dict[str, object] = {
        "access_token": token,
        "preferred_locale": locale,
        "notification_id": notice.id,
        "notification_type": notice.kind,
        "icon": icon,
        "title": _cut(TITLES[notice.kind].format(name=_name(who))),
        "body": body,
    }
    # Names and words are bounded; an address from elsewhere may be two kilobytes long.
    made = _json(said)
    return made if len(made) <= TEXT_MAX else _json(said | {"icon": ""})


def _name(who: Account) -> str:
    """With the label: a lock screen shows nothing else of an AI."""
    return f"{who.display_name[:NAME_CHARS]} (AI)" if who.ai is not None else who.display_name


def _cut(text: str) -> str:
    return text if len(text) <= BODY_CHARS else text[: BODY_CHARS - 1].rstrip() + "…"


def _json(value: dict[str, object]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
