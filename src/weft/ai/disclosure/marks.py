"""What AIs of this server said, as keyed hashes: written with each post and line, asked by anybody.

The law wants it to be found out whether a text is an AI's (EU AI Act, Article 50(2); Code of
Practice, measure 1.1.3). Text cannot be watermarked by who only calls a model, so what was said is
recognised. No text is kept: private answers are recognised too, and say nothing but yes. Marks
outlive what they were made of; a deleted answer is still an AI's in the hands of who copied it.
"""

from __future__ import annotations

from typing import Any, Literal

import sqlalchemy as sa
from msgspec import Struct

from weft.ai.disclosure import fingerprint
from weft.ai.disclosure.fingerprint import WORDS_MIN, Print
from weft.ai.disclosure.tables import ai_marks
from weft.kernel.errors import Invalid
from weft.kernel.ids import new_id
from weft.people import accounts
from weft.people.model import Account
from weft.rooms.model import RoomLine
from weft.store.among import among
from weft.store.database import Database, Tx
from weft.threads import posts
from weft.threads.sanitize import html_to_text
from weft.work.events import Event

PURPOSE = b"weft.ai-marks"
"""For ``Seal.key_for``."""
TEXT_MAX = 20_000
"""Characters that may be asked about at once."""
YES = 0.8
"""From this share on a text is an AI's: a word changed here and there breaks the runs around it."""
ROWS_MAX = 2_000
"""Marks that are looked at for one text: what everybody says often would else be read whole."""
PRIVATE_RUNS = 3
"""Runs of words that a text must share with what not everybody may read, unless it is the whole of it.
One run can be hit by who knows seven words and tries the eighth; three stand some fifteen words wide."""
ROUGHLY = 0.5
"""The share that is told where private words count: how much more is recognised with one word more
would say that the word is right."""

Made = Literal["yes", "partly", "no"]


class Found(Struct, frozen=True):
    """``share`` of the text that was recognised, 0 to 1; of private words only 1 or `ROUGHLY`. ``ais``:
    of what everybody may read; who made the rest, and where, is not told. ``since``: how far back is known (ms); None: nothing is.
    """

    made: Made
    share: float
    ais: list[Account]
    since: int | None


_INSERT = ai_marks.insert()
_KNOWN = sa.select(ai_marks.c.mark).where(ai_marks.c.item_id == sa.bindparam("item"))
_LOOK = (
    sa.select(ai_marks.c.mark, ai_marks.c.kind, ai_marks.c.item_id)
    .where(among(ai_marks.c.mark, "marks"))
    .order_by(ai_marks.c.id.desc())
    .limit(sa.bindparam("most"))
)
_FIRST = sa.select(sa.func.min(ai_marks.c.id))
_SINCE = sa.select(ai_marks.c.created_at).where(ai_marks.c.id == sa.bindparam("id"))


class Marks:
    """The log, with the server's key (``Seal.key_for(PURPOSE)``)."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def react(self, db: Database) -> None:
        """Mark what is said, in its own transaction; what it is changed to as well."""
        for kind in ("post.created", "post.edited"):
            db.react(kind, self._post)
        for kind in ("room.line", "room.edited"):
            db.react(kind, self._line)

    def ask(self, tx: Tx, text: str) -> Found:
        """Whether AIs of this server made a text. Errors: Invalid (too short, too long)."""
        if len(text) > TEXT_MAX:
            raise Invalid(f"Validation failed: Text is longer than {TEXT_MAX} characters")
        asked = fingerprint.taken(self._key, text)
        if asked is None:
            raise Invalid(f"Validation failed: Text has fewer than {WORDS_MIN} words")
        first = tx.scalar(_FIRST)
        since = tx.scalar(_SINCE, id=first) if first is not None else None
        wanted = {asked.whole, *asked.runs}
        rows = tx.rows(_LOOK, marks=list(wanted), most=ROWS_MAX)
        by_item: dict[int, set[tuple[int, str]]] = {}
        for mark, kind, item in rows:
            by_item.setdefault(item, set()).add((mark, kind))
        public = posts.seen(tx, None, by_item)
        hidden = [
            marks
            for item, marks in by_item.items()
            if item not in public
            and ((asked.whole, "whole") in marks or len(marks) >= PRIVATE_RUNS)
        ]
        met = {one for item in public for one in by_item[item]}
        told = {one for marks in hidden for one in marks}
        share = _share(asked, met | told)
        if not share:
            return Found("no", 0.0, [], since)
        who = accounts.by_ids(tx, [post.author_id for post in public.values()])
        made: Made = "yes" if share >= YES else "partly"
        if told - met:
            share = 1.0 if made == "yes" else ROUGHLY
        return Found(made, round(share, 2), sorted(who.values(), key=lambda one: one.acct), since)

    # -- reactions --------------------------------------------------------------------------------

    def _post(self, tx: Tx, event: Event) -> None:
        post = posts.of(tx, event)
        if post is not None and post.local and post.ai is not None:
            self._keep(tx, post.author_id, post.id, post.html, post.ai)

    def _line(self, tx: Tx, event: Event) -> None:
        line = event.subject
        if isinstance(line, RoomLine) and line.ai is not None and line.author_id is not None:
            self._keep(tx, line.author_id, line.id, line.html, line.ai)

    def _keep(self, tx: Tx, ai: int, item: int, html: str, label: dict[str, Any]) -> None:
        text = html_to_text(html)
        quoted = [str(one.get("quote") or "") for one in label.get("sources") or ()]
        made = fingerprint.taken(self._key, text, quoted)
        if made is None:
            return
        known = {row[0] for row in tx.rows(_KNOWN, item=item)}
        fresh = [("whole", made.whole), *(("shingle", run) for run in made.runs)]
        rows = [
            {"id": new_id(), "mark": mark, "kind": kind, "ai_id": ai, "item_id": item,
             "created_at": tx.now}
            for kind, mark in fresh
            if mark not in known
        ]  # fmt: skip
        if rows:
            tx.run_many(_INSERT, rows)


def _share(asked: Print, met: set[tuple[int, str]]) -> float:
    """Of the text that was asked about, by the marks that count."""
    if (asked.whole, "whole") in met:
        return 1.0
    runs = sum((run, "shingle") in met for run in asked.runs)
    return runs / len(asked.runs) if asked.runs else 0.0
