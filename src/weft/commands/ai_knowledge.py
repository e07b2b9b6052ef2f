"""``weft ai ask``, ``weft ai sources …``, ``weft ai answers …``"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from weft.commands.options import data_options, database, settings_for

if TYPE_CHECKING:
    from weft.ai.asking import Answered
    from weft.ai.knowledge.sources import Source
    from weft.ai.model import Ai
    from weft.people.model import Account
    from weft.store.database import Database, Tx

HOUR_MS = 3_600_000


@click.command()
@click.argument("handle")
@click.argument("question")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@data_options
def ask(handle: str, question: str, as_json: bool, **flags: Any) -> None:
    """Ask an AI as its owner: nothing is published. No server needs to run."""
    from weft.kernel.errors import WeftError

    loaded = settings_for(**flags)
    with database(**flags) as store:
        try:
            answered = asyncio.run(_ask(store, loaded.settings, handle, question))
        except WeftError as fault:
            raise click.ClickException(fault.text) from fault
    if as_json:
        import msgspec

        click.echo(msgspec.json.encode(answered).decode())
        return
    click.echo(answered.text)
    click.echo(f"\n({answered.engine}, confidence {answered.confidence:.2f})", err=True)


async def _ask(store: Database, settings: Any, handle: str, question: str) -> Answered:
    from weft.ai import asking, documents
    from weft.ai.brains.choose import brains_for
    from weft.ai.safety.rules import rules_for

    rules = rules_for(settings)
    ai, account = await store.read(lambda tx: _shown(tx, handle))
    await asyncio.to_thread(documents.pack, store, ai.account_id)
    async with brains_for(settings) as brains:
        return await asking.ask(store, brains, rules, ai, account, question, documents.Shelf())


# -- sources ----------------------------------------------------------------------------------


@click.group()
def sources() -> None:
    """What an AI answers from: files, pages, feeds, its owner's public posts."""


@sources.command("list")
@click.argument("handle")
@data_options
def list_sources(handle: str, **flags: Any) -> None:
    """List them, and what could not be read."""
    from weft.ai import documents
    from weft.ai.knowledge import sources as kept
    from weft.kernel.clock import iso

    def read(tx: Tx) -> tuple[list[Source], list[documents.Named]]:
        ai, _ = _shown(tx, handle)
        return kept.of(tx, ai.account_id), documents.names(tx, ai.account_id)

    with database(**flags) as store:
        found, held = store.read_now(read)
    folder = [one for one in held if one.source_id is None]
    if folder:
        click.echo(f"-\tfolder\tready\t{len(folder)} documents")
    for one in found:
        many = sum(1 for document in held if document.source_id == one.id)
        parts = [str(one.id), one.kind, one.state, f"{many} documents", one.uri]
        if one.fetched_at is not None:
            parts.append(f"read {iso(one.fetched_at)}")
        if one.error:
            parts.append(one.error)
        click.echo("\t".join(parts))
    if not found and not folder:
        click.echo(f"{handle} has no documents yet. See: weft ai sources add --help")


@sources.command("add")
@click.argument("handle")
@click.argument("what")
@click.option("--feed", is_flag=True, help="The address is that of a feed (RSS, Atom, JSON Feed).")
@click.option("--every", type=click.IntRange(1, 720), help="Hours between two readings.")
@click.option("--once", is_flag=True, help="Read it once.")
@data_options
def add_source(
    handle: str, what: str, feed: bool, every: int | None, once: bool, **flags: Any
) -> None:
    """Add a FILE, a folder, an https:// address, or "posts": what its owner says in public.

    Pages and feeds are read by a running server, now and then every day.
    """
    from weft.ai.knowledge import sources as kept
    from weft.ai.knowledge.documents import Document, read_file, read_folder

    read: list[Document] = []
    path = Path(what)
    is_page = what.startswith(("https://", "http://"))
    if not is_page and what != "posts":
        read = read_folder(path) if path.is_dir() else [_file(path, read_file)]

    def write(tx: Tx) -> str:
        ai, _ = _shown(tx, handle)
        if what == "posts":
            kept.follow_posts(tx, ai.account_id, ai.owner_id)
            return "its owner's public posts, from now on; a running server reads the older ones"
        if is_page:
            hours = None if once else (every or 24) * HOUR_MS
            kept.follow(tx, ai.account_id, "feed" if feed else "page", what, hours)
            return f"{what}; a running server reads it now"
        for one in read:
            kept.add_file(tx, ai.account_id, _flat(one))
        return f"{len(read)} documents"

    with database(**flags) as store:
        click.echo(f"{handle} knows {store.write_now(write)}.")


@sources.command("remove")
@click.argument("handle")
@click.argument("source")
@data_options
def remove_source(handle: str, source: str, **flags: Any) -> None:
    """Take a source away, by its number or name, with every trace of its documents."""
    from weft.ai.knowledge import published
    from weft.ai.knowledge import sources as kept

    def write(tx: Tx) -> tuple[list[str], list[str]]:
        ai, _ = _shown(tx, handle)
        found = _one(tx, ai, source)
        gone = kept.remove(tx, ai.account_id, found.id)
        return gone, [post.url for post in published.quoting(tx, ai.account_id, gone)]

    with database(**flags) as store:
        gone, answers = store.write_now(write)
    click.echo(f"{len(gone)} documents are gone from {handle}, and from all that was made of them.")
    if answers:
        click.echo("Answers that quote them were published and stay:")
        for url in answers:
            click.echo(f"  {url}")


@sources.command("refresh")
@click.argument("handle")
@click.argument("source", required=False)
@data_options
def refresh_sources(handle: str, source: str | None, **flags: Any) -> None:
    """Have a source, or all of them, read again by a running server."""
    from weft.ai.knowledge import sources as kept

    def write(tx: Tx) -> int:
        ai, _ = _shown(tx, handle)
        found = [_one(tx, ai, source)] if source else kept.of(tx, ai.account_id)
        wanted = [one for one in found if one.kind != "file" or source]
        for one in wanted:
            kept.refresh(tx, ai.account_id, one.id)
        return len(wanted)

    with database(**flags) as store:
        click.echo(f"{store.write_now(write)} sources are read again soon.")


# -- answers ----------------------------------------------------------------------------------


@click.group()
def answers() -> None:
    """Answers that you approve: said word for word, before any model is asked."""


@answers.command("list")
@click.argument("handle")
@click.option(
    "--state",
    type=click.Choice(("proposed", "approved", "rejected")),
    help="Only these; else the proposed and the approved ones.",
)
@data_options
def list_answers(handle: str, state: str | None, **flags: Any) -> None:
    """List questions that stayed open, and the answers there are."""
    from weft.ai.knowledge import answers as kept

    def read(tx: Tx) -> list[kept.Known]:
        ai, _ = _shown(tx, handle)
        states: tuple[Any, ...] = (state,) if state else ("proposed", "approved")
        return [one for each in states for one in kept.of(tx, ai.account_id, each)]

    with database(**flags) as store:
        found = store.read_now(read)
    for one in found:
        times = f"asked {one.asked} times" if one.state == "proposed" else one.answer
        click.echo(f"{one.id}\t{one.state}\t{one.question}\t{times}")
    if not found:
        click.echo("None yet. See: weft ai answers add --help")


@answers.command("add")
@click.argument("handle")
@click.argument("question")
@click.argument("answer")
@data_options
def add_answer(handle: str, question: str, answer: str, **flags: Any) -> None:
    """Give the answer to a question."""
    from weft.ai.knowledge import answers as kept

    def write(tx: Tx) -> kept.Known:
        ai, _ = _shown(tx, handle)
        return kept.add(tx, _owner(tx, ai), ai.account_id, question, answer)

    with database(**flags) as store:
        click.echo(f"{handle} answers that from now on ({store.write_now(write).id}).")


@answers.command("approve")
@click.argument("handle")
@click.argument("answer_id", type=int)
@click.option("--answer", default="", help="What is to be said; needed where nothing is yet.")
@click.option("--question", default="", help="The question in other words.")
@data_options
def approve_answer(handle: str, answer_id: int, answer: str, question: str, **flags: Any) -> None:
    """Approve an answer to a proposed question, or change one."""
    from weft.ai.knowledge import answers as kept

    def write(tx: Tx) -> kept.Known:
        ai, _ = _shown(tx, handle)
        return kept.approve(tx, _owner(tx, ai), ai.account_id, answer_id, answer, question)

    with database(**flags) as store:
        click.echo(f"{handle} answers “{store.write_now(write).question}” from now on.")


@answers.command("reject")
@click.argument("handle")
@click.argument("answer_id", type=int)
@data_options
def reject_answer(handle: str, answer_id: int, **flags: Any) -> None:
    """Do not answer it, and do not propose it again."""
    from weft.ai.knowledge import answers as kept

    def write(tx: Tx) -> None:
        ai, _ = _shown(tx, handle)
        kept.reject(tx, _owner(tx, ai), ai.account_id, answer_id)

    with database(**flags) as store:
        store.write_now(write)
    click.echo("It is not proposed again.")


def _shown(tx: Tx, handle: str) -> tuple[Ai, Account]:
    from weft.ai import members

    return members.show(tx, handle)


def _owner(tx: Tx, ai: Ai) -> Account:
    from weft.people import accounts

    return accounts.get(tx, ai.owner_id)


def _one(tx: Tx, ai: Ai, named: str) -> Source:
    """A source by its number, or by what it was added as."""
    from weft.ai.knowledge import sources as kept
    from weft.kernel.errors import NotFound

    for one in kept.of(tx, ai.account_id):
        if named in (str(one.id), one.uri) or (named == "posts" and one.kind == "posts"):
            return one
    raise NotFound(f"There is no source {named}. See: weft ai sources list")


def _file(path: Path, read: Any) -> Any:
    if not path.is_file():
        raise click.BadParameter(f"{path} is no file, folder, https:// address or “posts”")
    return read(path, path.name)


def _flat(document: Any) -> Any:
    """Named by one name, as an upload is."""
    import msgspec

    return msgspec.structs.replace(document, source=document.source.replace("/", " ")[-200:])
