"""Alembic's entry point. `core.migrations.migrate` hands it the connection; there is no ini file."""

from __future__ import annotations

from alembic import context

from core.database import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,  # its naming convention names what a revision leaves unnamed
    transactional_ddl=context.config.attributes["connection"].dialect.name != "mysql",
)
with context.begin_transaction():
    context.run_migrations()
