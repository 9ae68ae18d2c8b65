"""What others say and announce."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "notice",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("from_at_us", sa.BigInteger, nullable=False),
        sa.Column("to_at_us", sa.BigInteger, nullable=False),
        sa.Column("seen_at_us", sa.BigInteger, nullable=False),
        sa.Column("party", sa.Text),
        sa.Column("services", sa.Text, nullable=False),
        sa.Column("region", sa.Text),
        sa.Column("says", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_notice_from_at_us", "notice", ["from_at_us"])
