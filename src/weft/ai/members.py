"""Making AIs and changing them. Each is an account like any other, with an ``ais`` row beside it.

Who may: the person who owns the AI, or an admin.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import sqlalchemy as sa

from weft.ai import documents as shelf
from weft.ai import speech
from weft.ai.bounds import model as bounds
from weft.ai.bounds.model import Bounds
from weft.ai.brains import character
from weft.ai.knowledge.documents import Document
from weft.ai.memory import versions
from weft.ai.model import Ai, AiKind, AiState, Engine
from weft.ai.tables import ais
from weft.kernel.errors import Forbidden, Invalid, NotFound
from weft.people import accounts, credentials, follows, oauth
from weft.people.model import Account
from weft.people.tables import accounts as account_table
from weft.people.tables import follows as follow_table
from weft.rooms.erase import erase_some
from weft.store.database import Tx
from weft.threads import delete as deleting
from weft.threads import markup, posts
from weft.threads.model import Post
from weft.threads.tables import posts as post_table
from weft.threads.tags import tag_links, usable_tags
from weft.work import events, jobs
from weft.work.jobs import NewJob

PERSONA_MAX = 20_000
"""A character card of several pages; engines show a model the first 3,000."""
AVOID_MAX = 100
"""Topics: each is looked for in every question and answer."""
TOPIC_MAX = 100
LANGUAGES_MAX = 20
ABOUT_MAX = 400
"""Of the persona in the profile: what a profile shows without scrolling."""
FORGET_BATCH = 100
"""Posts of a deleted AI taken away in one transaction, so that nobody else waits for long."""

FORGET = "ai.forget"
KINDS: tuple[AiKind, ...] = ("assistant", "business", "creator", "character")
ENGINES: tuple[Engine, ...] = ("auto", "quotes", "model")

COLUMNS = tuple(ais.c[field] for field in Ai.__struct_fields__)
_BY_ID = sa.select(*COLUMNS).where(ais.c.account_id == sa.bindparam("id"))
_LIST = (
    sa.select(*COLUMNS, *accounts.COLUMNS)
    .join_from(ais, account_table, account_table.c.id == ais.c.account_id)
    .order_by(ais.c.account_id)
)
_SET_STATE = (
    ais.update().where(ais.c.account_id == sa.bindparam("which")).values(state=sa.bindparam("to"))
)


def create(
    tx: Tx,
    owner: Account,
    handle: str,
    *,
    name: str = "",
    persona: str = "",
    kind: AiKind = "assistant",
    avoid: Sequence[str] = (),
    languages: Sequence[str] = (),
    documents: Sequence[Document] = (),
    engine: Engine = "auto",
    reads_public: bool = False,
) -> Account:
    """Make an AI that ``owner``, a person here, answers for. It is live at once.

    ``persona``: who it is, in its owner's words (see `brains.character`). ``avoid``: topics it
    never talks about. ``languages``: BCP 47 codes; none means any. ``reads_public``: it may quote
    public posts of those who agreed to be found.

    Errors: Invalid (name malformed or taken, too much of something), Forbidden (the owner is no
    person of this server).
    """
    if owner.kind != "person" or not owner.local:
        raise Forbidden("Only a person of this server can own an AI")
    _check(persona, kind, avoid, languages, engine)
    account = accounts.create_local(tx, handle, kind="ai", name=name or handle)
    tx.run(
        ais.insert(),
        account_id=account.id,
        owner_id=owner.id,
        kind=kind,
        state="live",
        persona=persona,
        avoid=list(avoid),
        languages=list(languages),
        engine=engine,
        reads_public=reads_public,
        version=1,
        created_at=tx.now,
    )
    shelf.put(tx, account.id, documents)
    return _label(tx, account, owner, persona, None)


def update(
    tx: Tx,
    by: Account,
    ai_id: int,
    *,
    name: str | None = None,
    persona: str | None = None,
    kind: AiKind | None = None,
    avoid: Sequence[str] | None = None,
    languages: Sequence[str] | None = None,
    documents: Sequence[Document] | None = None,
    engine: Engine | None = None,
    reads_public: bool | None = None,
) -> Account:
    """Change what is given; the rest stays. ``documents`` replace all that it had.

    Errors: NotFound, Forbidden, Invalid.
    """
    account, ai = owned(tx, by, ai_id)
    new: dict[str, Any] = {
        "persona": ai.persona if persona is None else persona,
        "kind": kind or ai.kind,
        "avoid": ai.avoid if avoid is None else list(avoid),
        "languages": ai.languages if languages is None else list(languages),
        "engine": engine or ai.engine,
    }
    _check(**new)
    new["reads_public"] = ai.reads_public if reads_public is None else reads_public
    tx.run(ais.update().where(ais.c.account_id == ai_id).values(version=ais.c.version + 1, **new))
    versions.changed(tx, ai, by.id)
    if documents is not None:
        shelf.put(tx, ai_id, documents)
    if name:
        account = accounts.update(tx, ai_id, name=name[: accounts.NAME_MAX])
    model = (account.ai or {}).get("model")
    return _label(tx, account, accounts.get(tx, ai.owner_id), new["persona"], model)


def bound(tx: Tx, by: Account, ai_id: int, given: Any) -> Bounds:
    """Set its bounds, all of them (see `bounds.model`); its next answer knows them.

    Errors: NotFound, Forbidden, Invalid.
    """
    account, ai = owned(tx, by, ai_id)
    new = bounds.checked(given, (account.username, account.display_name))
    to = new.escalation.to.lstrip("@") if new.escalation is not None else ""
    told = accounts.by_handle(tx, to) if to else None
    if to and (told is None or told.kind != "person"):
        raise Invalid("Validation failed: escalation.to: there is no such person here")
    tx.run(
        ais.update().where(ais.c.account_id == ai.account_id),
        {"bounds": bounds.plainly(new), "version": ai.version + 1},
    )
    return new


def relabel(tx: Tx, ai_id: int) -> Account:
    """Say on its profile who it is now. Errors: NotFound."""
    ai, account = by_account(tx, ai_id), accounts.get(tx, ai_id)
    if ai is None:
        raise NotFound("There is no such AI here")
    model = (account.ai or {}).get("model")
    return _label(tx, account, accounts.get(tx, ai.owner_id), ai.persona, model)


def pause(tx: Tx, by: Account, ai_id: int) -> None:
    """It hears nothing and says nothing until it is resumed, what it was just asked included."""
    _set_state(tx, by, ai_id, "paused")


def resume(tx: Tx, by: Account, ai_id: int) -> None:
    """It hears again; what was said while it was paused stays unanswered."""
    _set_state(tx, by, ai_id, "live")


def delete(tx: Tx, by: Account, ai_id: int) -> None:
    """Take an AI away for good: persona, documents and turns now, posts and followers by a job.

    The account stays as an empty, suspended row, so that nobody can take up its name and the
    servers that knew it are told that it is gone.
    """
    owned(tx, by, ai_id)
    tx.run(ais.delete().where(ais.c.account_id == ai_id))
    oauth.revoke_all(tx, ai_id)
    accounts.update(
        tx, ai_id, name="", bio="", bio_source="", fields=[], avatar="", header="",
        discoverable=False, suspended_at=tx.now,
    )  # fmt: skip
    jobs.enqueue(tx, NewJob(FORGET, {"ai": ai_id}, key=f"{FORGET}:{ai_id}"))


_POSTS = (
    sa.select(*posts.COLUMNS)
    .where(post_table.c.author_id == sa.bindparam("who"))
    .limit(FORGET_BATCH)
)
_other = account_table.alias("other")
_TIES = (  # followers elsewhere stay: their servers hear that it is gone, and drop it themselves
    sa.select(follow_table.c.follower_id, follow_table.c.target_id)
    .join_from(follow_table, _other, _other.c.id == follow_table.c.follower_id)
    .where(
        sa.or_(
            follow_table.c.follower_id == sa.bindparam("who"),
            sa.and_(follow_table.c.target_id == sa.bindparam("who"), _other.c.domain == ""),
        )
    )
    .limit(FORGET_BATCH)
)


def forget(tx: Tx, ai_id: int) -> bool:
    """Take away the next of what a deleted AI left: posts, lines, then ties. False when nothing is
    left; then other servers are told that it is gone (``account.deleted``).
    """
    account = accounts.get(tx, ai_id)
    mine = [Post(*row) for row in tx.rows(_POSTS, who=ai_id)]
    for post in mine:
        deleting.remove(tx, post)
    if mine or erase_some(tx, ai_id):
        return True
    ties = tx.rows(_TIES, who=ai_id)
    others = accounts.by_ids(tx, [one for row in ties for one in row])
    for follower_id, target_id in ties:
        if follower_id == ai_id:
            follows.unfollow(tx, account, others[target_id])
        else:
            follows.remove_follower(tx, account, others[follower_id])
    if not ties:
        events.append(tx, "account.deleted", actor_id=ai_id, subject_id=ai_id)
    return bool(ties)


def by_account(tx: Tx, account_id: int) -> Ai | None:
    """The AI behind an account; None when none is."""
    row = tx.row(_BY_ID, id=account_id)
    return Ai(*row) if row is not None else None


def list_ais(tx: Tx) -> list[tuple[Ai, Account]]:
    """The AIs of this server, oldest first."""
    width = len(COLUMNS)
    return [(Ai(*row[:width]), Account(*row[width:])) for row in tx.rows(_LIST)]


def show(tx: Tx, handle: str) -> tuple[Ai, Account]:
    """One AI of this server by its handle. Errors: NotFound."""
    account = accounts.by_handle(tx, handle.lstrip("@"))
    ai = by_account(tx, account.id) if account is not None and account.local else None
    if account is None or ai is None:
        raise NotFound(f"There is no AI named {handle} here")
    return ai, account


def runs_on(tx: Tx, account: Account, model: str | None) -> None:
    """The label names the model that answers; a changed one is told to everybody who knows it."""
    if account.ai is not None and account.ai.get("model") != model:
        accounts.update(tx, account.id, ai={**account.ai, "model": model})


def _set_state(tx: Tx, by: Account, ai_id: int, state: AiState) -> None:
    owned(tx, by, ai_id)
    tx.run(_SET_STATE, which=ai_id, to=state)


def owned(tx: Tx, by: Account, ai_id: int) -> tuple[Account, Ai]:
    """(its account, the AI), for whoever may change it. Errors: NotFound, Forbidden."""
    ai = by_account(tx, ai_id)
    if ai is None:
        raise NotFound("There is no such AI here")
    if ai.owner_id != by.id:
        signed = credentials.by_account(tx, by.id)
        if signed is None or signed.role != "admin":
            raise Forbidden("Only its owner or an admin may change an AI")
    return accounts.get(tx, ai_id), ai


def _check(
    persona: str, kind: str, avoid: Sequence[str], languages: Sequence[str], engine: str
) -> None:
    if kind not in KINDS:
        raise Invalid(f"Validation failed: Kind must be one of {', '.join(KINDS)}")
    if engine not in ENGINES:
        raise Invalid(f"Validation failed: Engine must be one of {', '.join(ENGINES)}")
    if len(persona) > PERSONA_MAX:
        raise Invalid(f"Validation failed: Persona is longer than {PERSONA_MAX} characters")
    if len(avoid) > AVOID_MAX or any(not 0 < len(topic.strip()) <= TOPIC_MAX for topic in avoid):
        raise Invalid(
            f"Validation failed: Avoid takes {AVOID_MAX} topics of 1 to {TOPIC_MAX} characters"
        )
    if len(languages) > LANGUAGES_MAX or any(
        not code.replace("-", "").isalnum() or not code.isascii() for code in languages
    ):
        raise Invalid("Validation failed: Languages must be codes such as en or pt-BR")


def _label(tx: Tx, account: Account, owner: Account, persona: str, model: str | None) -> Account:
    """Say on the profile, to people and to machines, that this is an AI and who runs it."""
    said = speech.disclosure(account.display_name)
    about = character.opening(character.read(persona).about)
    if len(about) > ABOUT_MAX:
        about = about[:ABOUT_MAX].rsplit(" ", 1)[0] + " …"
    bio = f"{speech.introduced(owner.acct)}\n\n{about}".strip()
    target = markup.MentionTarget(owner.url, owner.username, owner.acct)
    link = f'<a href="{escape(owner.url)}" rel="me nofollow noopener">@{escape(owner.acct)}</a>'
    to_tags = tag_links(tx, usable_tags(tx, markup.scan(bio).tags))
    return accounts.update(
        tx,
        account.id,
        bio=markup.render(bio, markup.Format.PLAIN, {owner.acct.lower(): target}, to_tags),
        bio_source=bio,
        fields=[
            {"name": "AI", "value": escape(said), "verified_at": None},
            {"name": "Run by", "value": link, "verified_at": None},
        ],
        ai={
            "disclosure": said,
            "operator": {
                "acct": owner.acct,
                "url": owner.url,
                "uri": owner.uri,
                "display_name": owner.display_name,
            },
            "model": model,
        },
    )
