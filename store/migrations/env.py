"""Alembic's entry: :func:`store.migrate.migrate` hands over the connection."""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"])
with context.begin_transaction():
    context.run_migrations()
