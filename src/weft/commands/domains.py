"""``weft domains list|block|unblock|allow|unallow|import|export|preview`` and ``weft domains shared …``"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from weft.commands.options import data_options, database

if TYPE_CHECKING:
    from weft.moderation.domain_preview import Preview
    from weft.moderation.shared import Entry

SEVERITIES = ("suspend", "silence", "noop")
_FILE = click.argument("file", type=click.Path(path_type=Path))
_KIND = click.option("--allows", is_flag=True, help="Allowed servers, not rules.")
_WHICH = click.argument("which", type=click.IntRange(0, 2**63 - 1), metavar="ID")


@click.group()
def command() -> None:
    """Limit other servers, keep them out or allow them, one by one or by lists."""


@command.command("list")
@_KIND
@data_options
def list_(*, allows: bool, **flags: Any) -> None:
    """List the rules about other servers, and who made them."""
    from weft.moderation import allows as allowing
    from weft.moderation import domain_lists, domains

    with database(**flags) as store:
        if allows:
            for domain in store.read_now(allowing.every):
                click.echo(domain)
            return
        rules = store.read_now(domains.every)
        names = {one.id: one.name for one in store.read_now(domain_lists.every)}
    for rule in rules:
        more = [name for name in ("reject_media", "reject_reports") if getattr(rule, name)]
        whose = "by hand" if rule.list_id is None else names.get(rule.list_id, "a list")
        click.echo("\t".join((rule.domain, rule.severity, ",".join(more), whose)))


@command.command()
@click.argument("name")
@click.option("--severity", type=click.Choice(SEVERITIES), default="suspend", show_default=True)
@click.option("--reject-media", is_flag=True, help="Show no pictures of theirs.")
@click.option("--reject-reports", is_flag=True, help="Take no reports from there.")
@click.option("--comment", help="Why, for everyone to read.")
@click.option("--note", help="Why, for admins to read.")
@click.option("--obfuscate", is_flag=True, help="Hide part of the name in the public list.")
@data_options
def block(name: str, comment: str | None, note: str | None, **given: Any) -> None:
    """Limit the server NAME (silence), or keep it out (suspend); noop: let no list do so."""
    from weft.moderation import domains
    from weft.moderation.domains import AlreadyRuled
    from weft.moderation.rules import Rule, normal
    from weft.store.database import Tx

    fields = ("severity", "reject_media", "reject_reports", "obfuscate")
    chosen = {field: given.pop(field) for field in fields}
    chosen |= {"public_comment": comment, "private_comment": note}

    def work(tx: Tx) -> Rule:
        try:
            return domains.add(tx, name, **chosen)
        except AlreadyRuled as known:
            if known.rule.domain != normal(name):
                raise
            return domains.change(tx, known.rule, **chosen)

    with database(**given) as store:
        made = store.write_now(work)
    click.echo(f"{made.domain}: {made.severity}")


@command.command()
@click.argument("name")
@data_options
def unblock(name: str, **flags: Any) -> None:
    """Take the rule about NAME away, and what it did."""
    from weft.moderation import domains

    with database(**flags) as store:
        store.write_now(lambda tx: domains.remove(tx, domains.of(tx, name)))
    click.echo(f"{name}: no rule")


@command.command()
@click.argument("name")
@data_options
def allow(name: str, **flags: Any) -> None:
    """Speak with NAME where only allowed servers are spoken with; and let no list keep it out."""
    from weft.moderation import allows

    with database(**flags) as store:
        made = store.write_now(lambda tx: allows.add(tx, name))
    click.echo(f"{made.domain}: allowed")


@command.command()
@click.argument("name")
@data_options
def unallow(name: str, **flags: Any) -> None:
    """Allow NAME no longer."""
    from weft.moderation import allows

    with database(**flags) as store:
        store.write_now(lambda tx: allows.remove(tx, allows.of(tx, name)))
    click.echo(f"{name}: not allowed")


@command.command()
@_KIND
@data_options
def export(*, allows: bool, **flags: Any) -> None:
    """Write the rules as CSV, as Mastodon does."""
    from weft.moderation import allows as allowing
    from weft.moderation import domain_csv, domains

    with database(**flags) as store:
        if allows:
            text = domain_csv.write_allows(store.read_now(allowing.every))
        else:
            text = domain_csv.write_rules(store.read_now(domains.every))
    click.echo(text, nl=False)


@command.command()
@_FILE
@data_options
def preview(file: Path, **flags: Any) -> None:
    """Say what importing FILE (CSV, or a domain on each line; - for standard input) would change."""
    from weft.moderation import domain_files

    entries = _entries(file)
    with database(**flags) as store:
        _show(store.read_now(lambda tx: domain_files.preview_blocks(tx, entries)))


@command.command("import")
@_FILE
@_KIND
@data_options
def import_(file: Path, *, allows: bool, **flags: Any) -> None:
    """Make what FILE says so, all of it or nothing. What it does not name stays."""
    from weft.moderation import domain_files

    entries = _entries(file)
    with database(**flags) as store:
        if allows:
            added = store.write_now(lambda tx: domain_files.import_allows(tx, entries))
            click.echo(f"{added} servers more are allowed")
        else:
            _show(store.write_now(lambda tx: domain_files.import_blocks(tx, entries)))


@command.group()
def shared() -> None:
    """Follow lists of servers that others keep. What you set by hand always wins."""


@shared.command()
@click.argument("url")
@click.option("--name", default="", help="What you call it.")
@click.option(
    "--severity",
    type=click.Choice(SEVERITIES),
    default="suspend",
    show_default=True,
    help="The hardest rule it may make here.",
)
@click.option("--automatic", is_flag=True, help="Small changes need nobody's yes.")
@data_options
def follow(url: str, name: str, severity: str, *, automatic: bool, **flags: Any) -> None:
    """Follow the list (CSV) at URL. The server reads it; nothing counts before you approve."""
    from weft.moderation import domain_lists

    with database(**flags) as store:
        made = store.write_now(
            lambda tx: domain_lists.subscribe(
                tx, url, name=name, severity=severity, automatic=automatic
            )
        )
    click.echo(
        f"List {made.id} is read by the server soon; then: weft domains shared preview {made.id}"
    )


@shared.command("list")
@data_options
def lists(**flags: Any) -> None:
    """List the lists that are followed, and what is wrong with them."""
    from weft.kernel.clock import iso
    from weft.moderation import domain_lists

    with database(**flags) as store:
        for one in store.read_now(domain_lists.every):
            state = "waits for you" if one.waiting is not None else "up to date"
            if one.held:
                state = "held: changes much at once"
            if one.fetched_at is None:
                state = "not read yet"
            click.echo(f"{one.id}\t{one.name}\t{one.url}")
            read = iso(one.fetched_at) if one.fetched_at is not None else "never"
            how = "automatic" if one.automatic else "by hand"
            click.echo(
                f"\t{len(one.entries)} domains, {one.severity} at most, {how}, read {read}: {state}"
            )
            if one.error:
                click.echo(f"\terror: {one.error}")


@shared.command("preview")
@_WHICH
@data_options
def look(which: int, **flags: Any) -> None:
    """Say what would change if what waits of a list counted."""
    from weft.moderation import domain_lists

    with database(**flags) as store:
        _show(store.read_now(lambda tx: domain_lists.look(tx, domain_lists.get(tx, which))))


@shared.command()
@_WHICH
@click.option("--yes", is_flag=True, help="Do not ask.")
@data_options
def approve(which: int, *, yes: bool, **flags: Any) -> None:
    """Show what would change, ask, and let it count."""
    from weft.moderation import domain_lists

    with database(**flags) as store:
        one = store.read_now(lambda tx: domain_lists.get(tx, which))
        _show(store.read_now(lambda tx: domain_lists.look(tx, one)))
        if not yes:
            click.confirm("Let this count?", abort=True)
        store.write_now(
            lambda tx: domain_lists.approve(tx, domain_lists.get(tx, which), one.version)
        )
    click.echo("It counts; the server brings everything into agreement.")


@shared.command()
@_WHICH
@click.option("--name")
@click.option("--severity", type=click.Choice(SEVERITIES), help="The hardest rule it may make.")
@click.option("--automatic/--asking", default=None, help="Whether small changes need a yes.")
@data_options
def change(
    which: int, *, name: str | None, severity: str | None, automatic: bool | None, **flags: Any
) -> None:
    """Change how a list is followed."""
    from weft.moderation import domain_lists

    with database(**flags) as store:
        store.write_now(
            lambda tx: domain_lists.change(
                tx,
                domain_lists.get(tx, which),
                name=name,
                severity=severity,
                automatic=automatic,
            )
        )
    click.echo("Changed.")


@shared.command()
@_WHICH
@data_options
def refresh(which: int, **flags: Any) -> None:
    """Have a list read again soon."""
    from weft.moderation import domain_lists

    with database(**flags) as store:
        store.write_now(lambda tx: domain_lists.refresh(tx, domain_lists.get(tx, which)))
    click.echo("The server reads it soon.")


@shared.command()
@_WHICH
@data_options
def unfollow(which: int, **flags: Any) -> None:
    """Follow a list no longer: what it alone brought goes."""
    from weft.moderation import domain_lists

    with database(**flags) as store:
        store.write_now(lambda tx: domain_lists.unsubscribe(tx, domain_lists.get(tx, which)))
    click.echo("What it alone brought is taken back by the server.")


def _entries(file: Path) -> list[Entry]:
    from weft.kernel.errors import Invalid
    from weft.moderation import domain_csv

    if str(file) == "-":
        return domain_csv.read(sys.stdin.buffer.read(domain_csv.FILE_BYTES + 1))
    if not file.is_file():
        raise Invalid(f"There is no file {file}")
    with file.open("rb") as opened:
        return domain_csv.read(opened.read(domain_csv.FILE_BYTES + 1))


def _show(found: Preview) -> None:
    for line in found.lines:
        before = line.before.severity if line.before is not None else "-"
        after = line.after.severity if line.after is not None else "-"
        lost = line.followers + line.following
        more = f"\tends {lost} follows" if lost else ""
        click.echo(f"{line.what}\t{line.domain}\t{before} → {after}{more}")
    whats = ("added", "hardened", "softened", "removed")
    click.echo(", ".join(f"{found.count(what)} {what}" for what in whats))
    if found.members:
        click.echo(
            f"{found.members} members lose {found.followers} followers, and"
            f" {found.following} whom they follow"
        )
