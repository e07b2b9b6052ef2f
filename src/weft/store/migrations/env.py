"""Alembic's entry: runs the chain on the connection that ``weft.store.migrate`` hands over."""

from alembic import context

from weft.store.schema import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=True,
    # Text-search tables are made by hand: they differ between the engines.
    include_object=lambda _o, name, kind, _r, _c: (
        not (kind == "table" and (name or "").startswith("post_search"))
    ),
)
with context.begin_transaction():
    context.run_migrations()
