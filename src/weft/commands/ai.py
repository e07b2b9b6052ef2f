"""``weft ai create|update|list|show|pause|resume|delete|why`` and, from their files, its families."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from weft.commands import ai_knowledge, ai_memory, ai_safety, ai_why
from weft.commands.options import data_options, database

if TYPE_CHECKING:
    from weft.ai.model import Ai
    from weft.people.model import Account
    from weft.store.database import Tx

# The same words as in weft.ai.members, which is not imported for `--help`.
KINDS = ("assistant", "business", "creator", "character")
ENGINES = ("auto", "quotes", "model")
PERSONA_BYTES = 200_000
"""A file far above the limit of a persona is the wrong file."""


@click.group()
def command() -> None:
    """Make, change, list, show, pause and delete AIs."""


command.add_command(ai_why.why)
for one in (
    ai_safety.bounds,
    ai_safety.usage,
    ai_safety.approvals,
    ai_safety.handoffs,
    ai_safety.stop,
    ai_safety.start,
    ai_safety.test,
):
    command.add_command(one)
command.add_command(ai_memory.memory)
command.add_command(ai_memory.versions)
command.add_command(ai_knowledge.ask)
command.add_command(ai_knowledge.sources)
command.add_command(ai_knowledge.answers)


@command.command()
@click.argument("handle")
@click.option("--owner", required=True, help="Handle of the person who answers for it.")
@click.option("--name", default="", help="The name people see.")
@click.option("--persona", default="", help="Who it is: a text, or @FILE to read it from a file.")
@click.option(
    "--documents",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of what it answers from: .txt, .md, .rst, .html, .pdf, .csv.",
)
@click.option("--avoid", multiple=True, help="A topic it never talks about. May be repeated.")
@click.option("--kind", type=click.Choice(KINDS), default="assistant", show_default=True)
@click.option("--language", "languages", multiple=True, help="A language it speaks, such as en.")
@click.option("--engine", type=click.Choice(ENGINES), default="auto", show_default=True)
@click.option("--reads-public", is_flag=True, help="It may quote people who agreed to be found.")
@data_options
def create(
    handle: str,
    owner: str,
    name: str,
    persona: str,
    documents: Path | None,
    avoid: tuple[str, ...],
    kind: str,
    languages: tuple[str, ...],
    engine: str,
    reads_public: bool,
    **flags: Any,
) -> None:
    """Make an AI, also while the server runs. It is live at once."""
    from weft.ai import members
    from weft.ai.knowledge.documents import read_folder

    read = read_folder(documents) if documents is not None else []
    text = _text(persona)
    with database(**flags) as store:
        account = store.write_now(
            lambda tx: members.create(
                tx,
                _person(tx, owner),
                handle.lstrip("@"),
                name=name,
                persona=text,
                kind=kind,  # pyright: ignore[reportArgumentType] - click has checked both
                avoid=avoid,
                languages=languages,
                documents=read,
                engine=engine,  # pyright: ignore[reportArgumentType]
                reads_public=reads_public,
            )
        )
    click.echo(f"@{account.username} is ready, with {len(read)} documents: {account.url}")


@command.command()
@click.argument("handle")
@click.option("--name", default=None, help="The name people see.")
@click.option("--persona", default=None, help="Who it is: a text, or @FILE.")
@click.option(
    "--documents",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder that replaces all its documents.",
)
@click.option("--avoid", multiple=True, help="Replaces the topics it avoids. May be repeated.")
@click.option("--language", "languages", multiple=True, help="Replaces its languages.")
@click.option("--engine", type=click.Choice(ENGINES), default=None)
@click.option("--reads-public/--reads-no-public", default=None)
@data_options
def update(
    handle: str,
    name: str | None,
    persona: str | None,
    documents: Path | None,
    avoid: tuple[str, ...],
    languages: tuple[str, ...],
    engine: str | None,
    reads_public: bool | None,
    **flags: Any,
) -> None:
    """Change what is given, also while the server runs; the rest stays."""
    from weft.ai import members
    from weft.ai.knowledge.documents import read_folder

    read = read_folder(documents) if documents is not None else None
    text = _text(persona) if persona is not None else None
    with database(**flags) as store:
        store.write_now(
            lambda tx: members.update(
                tx,
                *_owned(tx, handle),
                name=name,
                persona=text,
                avoid=avoid or None,
                languages=languages or None,
                documents=read,
                engine=engine,  # pyright: ignore[reportArgumentType] - click has checked it
                reads_public=reads_public,
            )
        )
    click.echo(f"{handle} is changed; its next answer knows it.")


@command.command("list")
@data_options
def list_(**flags: Any) -> None:
    """List the AIs of this server."""
    from weft.ai import members

    with database(**flags) as store:
        for ai, account in store.read_now(members.list_ais):
            click.echo(
                f"@{account.username}\t{account.name}\t{ai.kind}\t{ai.state}"
                f"\t{account.posts_count} posts"
            )


@command.command()
@click.argument("handle")
@data_options
def show(handle: str, **flags: Any) -> None:
    """Show who an AI is, who runs it and what bounds it has."""
    from weft.ai import documents, members
    from weft.people import accounts

    def read(tx: Tx) -> tuple[Ai, Account, Account, list[str]]:
        ai, account = members.show(tx, handle)
        titles = [f"{one.title} ({one.source})" for one in documents.of(tx, ai.account_id)]
        return ai, account, accounts.get(tx, ai.owner_id), titles

    with database(**flags) as store:
        ai, account, owner, titles = store.read_now(read)
    for label, value in (
        ("Handle", f"@{account.username}"),
        ("Name", account.name),
        ("Address", account.url),
        ("Run by", f"@{owner.acct}"),
        ("Kind", ai.kind),
        ("State", ai.state),
        ("Engine", ai.engine),
        ("Model", (account.ai or {}).get("model") or "none so far"),
        ("Languages", ", ".join(ai.languages) or "any"),
        ("Avoids", ", ".join(ai.avoid) or "nothing in particular"),
        ("Quotes people", "those who agreed to be found" if ai.reads_public else "no"),
        ("Documents", ", ".join(titles) or "none"),
        ("Persona", ai.persona.strip() or "none"),
    ):
        click.echo(f"{label + ':':15}{value}")


@command.command()
@click.argument("handle")
@data_options
def pause(handle: str, **flags: Any) -> None:
    """Make an AI silent until it is resumed."""
    from weft.ai import members

    with database(**flags) as store:
        store.write_now(lambda tx: members.pause(tx, *_owned(tx, handle)))
    click.echo(f"{handle} is silent now. It speaks again after: weft ai resume {handle}")


@command.command()
@click.argument("handle")
@data_options
def resume(handle: str, **flags: Any) -> None:
    """Let a paused AI speak again."""
    from weft.ai import members

    with database(**flags) as store:
        store.write_now(lambda tx: members.resume(tx, *_owned(tx, handle)))
    click.echo(f"{handle} hears again.")


@command.command()
@click.argument("handle")
@click.option("--yes", is_flag=True, help="Do not ask.")
@data_options
def delete(handle: str, yes: bool, **flags: Any) -> None:
    """Take an AI away for good, with its documents and posts."""
    from weft.ai import members

    if not yes:
        click.confirm(f"Delete {handle}, its documents and all its posts for good?", abort=True)
    with database(**flags) as store:
        store.write_now(lambda tx: members.delete(tx, *_owned(tx, handle)))
    click.echo(f"{handle} is gone. A running server takes its posts away now, else the next one.")


def _text(given: str) -> str:
    """A text, or the text of a file whose name follows an @."""
    if not given.startswith("@"):
        return given
    path = Path(given[1:])
    try:
        if path.stat().st_size > PERSONA_BYTES:
            raise click.BadParameter(f"{path} is too large for a persona")
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise click.BadParameter(f"{path} cannot be read: {fault}") from fault


def _person(tx: Tx, name: str) -> Account:
    from weft.kernel.errors import NotFound
    from weft.people import accounts

    account = accounts.by_handle(tx, name.lstrip("@"))
    if account is None or not account.local:
        raise NotFound(f"There is no person named {name} here. See: weft person create")
    return account


def _owned(tx: Tx, handle: str) -> tuple[Account, int]:
    """(its owner, its id): whoever may run this command may do what the owner may."""
    from weft.ai import members
    from weft.people import accounts

    ai, account = members.show(tx, handle)
    return accounts.get(tx, ai.owner_id), account.id
