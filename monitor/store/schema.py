"""The tables. A change here needs a migration beside it; a test compares the two."""

from __future__ import annotations

from sqlalchemy import (
    REAL,
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

HEAD = "0004"  # the newest revision in migrations/versions
APPLICATION_ID = 0x476F7661  # "Gova", in the file's header: this database is ours

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

certificate = Table(
    "certificate",
    metadata,
    Column("pk", Integer, primary_key=True),
    Column("sha256", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("issuer", Text, nullable=False),
    Column("names", Text, nullable=False),  # JSON
    Column("not_before_us", BigInteger, nullable=False),
    Column("not_after_us", BigInteger, nullable=False),
    UniqueConstraint("sha256"),
)

# Durations are the probe's own floats; only what is compared or added up is an integer.
look = Table(
    "look",
    metadata,
    Column("pk", Integer, primary_key=True),
    Column("id", Text, nullable=False),
    Column("check_id", Text, nullable=False),
    Column("vantage", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("started_at_us", BigInteger, nullable=False),
    Column("started_mono_s", REAL, nullable=False),
    Column("duration_s", REAL, nullable=False),
    Column("duration_us", BigInteger, nullable=False),
    Column("slow", Integer, nullable=False),
    Column("void", Text),
    Column("phase", Text, nullable=False),
    Column("failure", Text),
    Column("detail", Text, nullable=False),
    Column("dns_s", REAL),
    Column("connect_s", REAL),
    Column("tls_s", REAL),
    Column("wait_s", REAL),
    Column("transfer_s", REAL),
    Column("address", Text),
    Column("http_status", Integer),
    Column("code", Text),
    Column("body_bytes", BigInteger),
    Column("certificate", Integer, ForeignKey("certificate.pk")),
    Column("verified", Integer),  # whether that certificate verified at this look
    Column("lag_s", REAL, nullable=False),
    Column("clock_step_s", REAL, nullable=False),
    Column("open_files", Integer, nullable=False),
    Column("open_files_limit", Integer, nullable=False),
    Column("paused_s", REAL, nullable=False, server_default="0"),
    Column("starved", REAL, nullable=False, server_default="0"),
    Column("memory", REAL, nullable=False, server_default="0"),
    Column("clock_error_s", REAL, nullable=False, server_default="0"),
    Column("steps", Text),  # JSON, of a transaction
    Column("received_at_us", BigInteger),  # when an agent's look reached us
    Column("late", Integer, nullable=False, server_default="0"),
    UniqueConstraint("id"),
    Index(None, "target", "started_at_us"),
)

# Minutes whose figures must be computed again; written together with the looks.
dirty = Table(
    "dirty",
    metadata,
    Column("minute_us", BigInteger, nullable=False),
    Column("target", Text, nullable=False),
    PrimaryKeyConstraint("minute_us", "target"),
    sqlite_with_rowid=False,
)

rollup = Table(
    "rollup",
    metadata,
    Column("grain", Text, nullable=False),
    Column("bucket_start_us", BigInteger, nullable=False),
    Column("target", Text, nullable=False),
    Column("vantage", Text, nullable=False),
    Column("looks", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("slow", Integer, nullable=False),
    Column("void", Integer, nullable=False),
    Column("missed", Integer, nullable=False),
    Column("duration_sum_us", BigInteger, nullable=False),
    Column("duration_max_us", BigInteger, nullable=False),
    PrimaryKeyConstraint("grain", "bucket_start_us", "target", "vantage"),
    sqlite_with_rowid=False,
)

incident = Table(
    "incident",
    metadata,
    Column("ref", Integer, primary_key=True, autoincrement=False),
    Column("subject", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("verdict", Text, nullable=False),  # JSON
    Column("onset_at_us", BigInteger, nullable=False),
    Column("since_at_us", BigInteger, nullable=False),
    Column("public", Integer, nullable=False),
    Column("flaps", Integer, nullable=False),
    Column("advice", Text),
    Column("next_update_at_us", BigInteger),
    Column("promises_kept", Integer, nullable=False),
    Column("promises_missed", Integer, nullable=False),
    Column("clear_since_at_us", BigInteger),
    Column("recovered_at_us", BigInteger),
    Column("resolved_at_us", BigInteger),
    Column("told", Integer, nullable=False),
    Index(None, "onset_at_us"),
)

incident_entry = Table(
    "incident_entry",
    metadata,
    Column("ref", Integer, ForeignKey("incident.ref"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("verdict", Text, nullable=False),  # JSON
    PrimaryKeyConstraint("ref", "position"),
    sqlite_with_rowid=False,
)

delivery = Table(
    "delivery",
    metadata,
    Column("key", Text, nullable=False),
    Column("incident", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("segments", Integer, nullable=False),
    Column("not_after_us", BigInteger, nullable=False),
    Column("created_at_us", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("attempted_at_us", BigInteger),
    Column("retry_at_us", BigInteger),
    Column("provider_id", Text),
    Column("note", Text, nullable=False),
    Column("revoked", Integer, nullable=False),  # under way when it was cancelled: not again
    PrimaryKeyConstraint("key"),
    Index(None, "state", "created_at_us", "key"),
    Index(None, "state", "not_after_us"),
    Index(None, "incident", "recipient"),
)

# Whole numbers that must never go back: `ref` (last given out), `looks_from_us` (begin of the
# oldest day whose looks are complete).
mark = Table(
    "mark",
    metadata,
    Column("name", Text, nullable=False),
    Column("value", BigInteger, nullable=False),
    PrimaryKeyConstraint("name"),
)

# A batch of outcomes is stored once: its id stays at least as long as it could come again.
outcome_batch = Table(
    "outcome_batch",
    metadata,
    Column("id", Text, nullable=False),
    Column("received_at_us", BigInteger, nullable=False),
    PrimaryKeyConstraint("id"),
    Index(None, "received_at_us"),
    sqlite_with_rowid=False,
)

outcome = Table(
    "outcome",
    metadata,
    Column("pk", Integer, primary_key=True),
    Column("minute_us", BigInteger, nullable=False),
    Column("service", Text, nullable=False),
    Column("operation", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("code", Text),
    Column("region", Text),
    Column("network", Text),
    Column("count", BigInteger, nullable=False),
    Column("received_at_us", BigInteger, nullable=False),
    Index(None, "minute_us"),
)

# A notice told again stands in the place of its former self.
notice = Table(
    "notice",
    metadata,
    Column("id", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("from_at_us", BigInteger, nullable=False),
    Column("to_at_us", BigInteger, nullable=False),
    Column("seen_at_us", BigInteger, nullable=False),
    Column("party", Text),
    Column("services", Text, nullable=False),  # JSON
    Column("region", Text),
    Column("says", Text, nullable=False),
    PrimaryKeyConstraint("id"),
    Index(None, "from_at_us"),
    sqlite_with_rowid=False,
)

agent = Table(
    "agent",
    metadata,
    Column("vantage", Text, nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("enrolled_at_us", BigInteger, nullable=False),
    Column("program", Text, nullable=False),
    Column("last_sequence", BigInteger, nullable=False),
    Column("last_seen_us", BigInteger),
    Column("clock_offset_s", REAL),
    Column("quarantine", Text),
    Column("waiting", BigInteger, nullable=False),
    Column("oldest_age_s", REAL, nullable=False),
    Column("dropped", BigInteger, nullable=False),
    Column("revoked_at_us", BigInteger),
    PrimaryKeyConstraint("vantage"),
)

invitation = Table(
    "invitation",
    metadata,
    Column("token_sha256", Text, nullable=False),
    Column("vantage", Text, nullable=False),
    Column("expires_at_us", BigInteger, nullable=False),
    Column("used_at_us", BigInteger),
    PrimaryKeyConstraint("token_sha256"),
)
