"""Looks from agents, steps of transactions, more of our own condition; outcomes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    for name in ("paused_s", "starved", "memory", "clock_error_s"):
        op.add_column("look", sa.Column(name, sa.REAL, nullable=False, server_default="0"))
    op.add_column("look", sa.Column("steps", sa.Text))
    op.add_column("look", sa.Column("received_at_us", sa.BigInteger))
    op.add_column("look", sa.Column("late", sa.Integer, nullable=False, server_default="0"))
    op.create_table(
        "outcome_batch",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("received_at_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outcome_batch"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_outcome_batch_received_at_us", "outcome_batch", ["received_at_us"])
    op.create_table(
        "outcome",
        sa.Column("pk", sa.Integer, nullable=False),
        sa.Column("minute_us", sa.BigInteger, nullable=False),
        sa.Column("service", sa.Text, nullable=False),
        sa.Column("operation", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("code", sa.Text),
        sa.Column("region", sa.Text),
        sa.Column("network", sa.Text),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.Column("received_at_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("pk", name="pk_outcome"),
    )
    op.create_index("ix_outcome_minute_us", "outcome", ["minute_us"])
