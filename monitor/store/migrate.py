"""Bring the tables to the newest shape."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from monitor.store.schema import APPLICATION_ID

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection

_SCRIPTS = Path(__file__).with_name("migrations")


def alembic_config() -> Config:
    """Alembic's configuration, without a file."""
    from alembic.config import Config  # noqa: PLC0415 - a start at head must not pay for Alembic

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    return config


def migrate(connection: Connection) -> None:
    """Run all steps that are missing, in the caller's transaction: all or none."""
    from alembic import command  # noqa: PLC0415 - as above

    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
