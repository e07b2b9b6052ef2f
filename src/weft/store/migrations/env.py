"""Alembic's entry: runs the chain on the connection that ``weft.store.migrate`` hands over."""

from alembic import context

from weft.store.schema import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
