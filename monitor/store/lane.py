"""One thread, one connection, one piece of work after the other.

Plain `run_in_executor` instead of SQLAlchemy's asyncio layer: cheaper, and a loop in virtual time
may run the work inline, which makes a simulated week with the real store repeatable.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import URL, create_engine, event

from monitor.store.errors import in_words

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy import Connection

T = TypeVar("T")


class Lane:
    """Runs transactions on the database at `path`, in the order they were asked for."""

    def __init__(
        self, path: Path, *, name: str, begin: str, pragmas: tuple[str, ...], busy_timeout_s: float
    ) -> None:
        self._path = path
        self._executor = ThreadPoolExecutor(1, thread_name_prefix=f"store-{name}")
        self._engine = create_engine(
            URL.create("sqlite", database=str(path)),
            connect_args={"timeout": busy_timeout_s},
            pool_size=1,
            max_overflow=0,
            hide_parameters=True,  # a message's body belongs into no exception
        )

        # pysqlite begins transactions late and by itself; we say when and how.
        @event.listens_for(self._engine, "connect")
        def connected(connection: Any, _record: Any) -> None:
            connection.isolation_level = None
            for pragma in pragmas:
                connection.execute(f"PRAGMA {pragma}")

        @event.listens_for(self._engine, "begin")
        def begun(connection: Connection) -> None:
            connection.exec_driver_sql(begin)

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Carry out `work` in one transaction: all of it, or an exception and nothing.

        Raises:
            StoreError: the file or the disk would not.
        """
        return await self.apart(lambda: self._transact(work))

    async def apart(self, work: Callable[[], T]) -> T:
        """Carry out `work` in this lane's thread, without a transaction."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, work)

    async def close(self) -> None:
        """Let connection and thread go."""
        await self.apart(self._engine.dispose)
        self._executor.shutdown()

    def _transact(self, work: Callable[[Connection], T]) -> T:
        with in_words(self._path), self._engine.begin() as connection:
            return work(connection)
