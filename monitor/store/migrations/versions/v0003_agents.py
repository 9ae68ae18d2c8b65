"""Agents and the tokens they enrol with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "agent",
        sa.Column("vantage", sa.Text, nullable=False),
        sa.Column("public_key", sa.LargeBinary, nullable=False),
        sa.Column("key_id", sa.Text, nullable=False),
        sa.Column("enrolled_at_us", sa.BigInteger, nullable=False),
        sa.Column("program", sa.Text, nullable=False),
        sa.Column("last_sequence", sa.BigInteger, nullable=False),
        sa.Column("last_seen_us", sa.BigInteger),
        sa.Column("clock_offset_s", sa.REAL),
        sa.Column("quarantine", sa.Text),
        sa.Column("waiting", sa.BigInteger, nullable=False),
        sa.Column("oldest_age_s", sa.REAL, nullable=False),
        sa.Column("dropped", sa.BigInteger, nullable=False),
        sa.Column("revoked_at_us", sa.BigInteger),
        sa.PrimaryKeyConstraint("vantage"),
    )
    op.create_table(
        "invitation",
        sa.Column("token_sha256", sa.Text, nullable=False),
        sa.Column("vantage", sa.Text, nullable=False),
        sa.Column("expires_at_us", sa.BigInteger, nullable=False),
        sa.Column("used_at_us", sa.BigInteger),
        sa.PrimaryKeyConstraint("token_sha256"),
    )
