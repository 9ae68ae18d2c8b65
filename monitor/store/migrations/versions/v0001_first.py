"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "certificate",
        sa.Column("pk", sa.Integer, primary_key=True),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("issuer", sa.Text, nullable=False),
        sa.Column("names", sa.Text, nullable=False),
        sa.Column("not_before_us", sa.BigInteger, nullable=False),
        sa.Column("not_after_us", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("sha256"),
    )
    op.create_table(
        "look",
        sa.Column("pk", sa.Integer, primary_key=True),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("check_id", sa.Text, nullable=False),
        sa.Column("vantage", sa.Text, nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("started_at_us", sa.BigInteger, nullable=False),
        sa.Column("started_mono_s", sa.REAL, nullable=False),
        sa.Column("duration_s", sa.REAL, nullable=False),
        sa.Column("duration_us", sa.BigInteger, nullable=False),
        sa.Column("slow", sa.Integer, nullable=False),
        sa.Column("void", sa.Text),
        sa.Column("phase", sa.Text, nullable=False),
        sa.Column("failure", sa.Text),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("dns_s", sa.REAL),
        sa.Column("connect_s", sa.REAL),
        sa.Column("tls_s", sa.REAL),
        sa.Column("wait_s", sa.REAL),
        sa.Column("transfer_s", sa.REAL),
        sa.Column("address", sa.Text),
        sa.Column("http_status", sa.Integer),
        sa.Column("code", sa.Text),
        sa.Column("body_bytes", sa.BigInteger),
        sa.Column("certificate", sa.Integer, sa.ForeignKey("certificate.pk")),
        sa.Column("verified", sa.Integer),
        sa.Column("lag_s", sa.REAL, nullable=False),
        sa.Column("clock_step_s", sa.REAL, nullable=False),
        sa.Column("open_files", sa.Integer, nullable=False),
        sa.Column("open_files_limit", sa.Integer, nullable=False),
        sa.UniqueConstraint("id"),
    )
    op.create_table(
        "dirty",
        sa.Column("minute_us", sa.BigInteger, nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("minute_us", "target"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rollup",
        sa.Column("grain", sa.Text, nullable=False),
        sa.Column("bucket_start_us", sa.BigInteger, nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("vantage", sa.Text, nullable=False),
        sa.Column("looks", sa.Integer, nullable=False),
        sa.Column("failed", sa.Integer, nullable=False),
        sa.Column("slow", sa.Integer, nullable=False),
        sa.Column("void", sa.Integer, nullable=False),
        sa.Column("missed", sa.Integer, nullable=False),
        sa.Column("duration_sum_us", sa.BigInteger, nullable=False),
        sa.Column("duration_max_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("grain", "bucket_start_us", "target", "vantage"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "incident",
        sa.Column("ref", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("onset_at_us", sa.BigInteger, nullable=False),
        sa.Column("since_at_us", sa.BigInteger, nullable=False),
        sa.Column("public", sa.Integer, nullable=False),
        sa.Column("flaps", sa.Integer, nullable=False),
        sa.Column("advice", sa.Text),
        sa.Column("next_update_at_us", sa.BigInteger),
        sa.Column("promises_kept", sa.Integer, nullable=False),
        sa.Column("promises_missed", sa.Integer, nullable=False),
        sa.Column("clear_since_at_us", sa.BigInteger),
        sa.Column("recovered_at_us", sa.BigInteger),
        sa.Column("resolved_at_us", sa.BigInteger),
        sa.Column("told", sa.Integer, nullable=False),
    )
    op.create_table(
        "incident_entry",
        sa.Column("ref", sa.Integer, sa.ForeignKey("incident.ref"), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("ref", "position"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "delivery",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("incident", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("segments", sa.Integer, nullable=False),
        sa.Column("not_after_us", sa.BigInteger, nullable=False),
        sa.Column("created_at_us", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("attempted_at_us", sa.BigInteger),
        sa.Column("retry_at_us", sa.BigInteger),
        sa.Column("provider_id", sa.Text),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("revoked", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "mark",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("value", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_index("ix_look_target_started_at_us", "look", ["target", "started_at_us"])
    op.create_index("ix_incident_onset_at_us", "incident", ["onset_at_us"])
    op.create_index(
        "ix_delivery_state_created_at_us_key", "delivery", ["state", "created_at_us", "key"]
    )
    op.create_index("ix_delivery_state_not_after_us", "delivery", ["state", "not_after_us"])
    op.create_index("ix_delivery_incident_recipient", "delivery", ["incident", "recipient"])
