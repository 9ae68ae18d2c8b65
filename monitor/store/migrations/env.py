"""Alembic's entry: it works inside the transaction that `monitor.store.migrate` hands over."""

from __future__ import annotations

from alembic import context

from monitor.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
