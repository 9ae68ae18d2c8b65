"""Under a loop that runs executor work inline, the store is ordinary sequential code."""

from __future__ import annotations

import asyncio
import threading

from monitor.store.sqlite import SqliteStore
from tests.contract.store_values import NOW, StillClock, delivery, incident, look


class InlineLoop(asyncio.SelectorEventLoop):
    def run_in_executor(self, _executor, func, *args):
        done = self.create_future()
        done.set_result(func(*args))
        return done


def test_no_thread_is_started_where_the_loop_runs_work_inline(tmp_path):
    async def main():
        store = SqliteStore(tmp_path, clock=StillClock())
        await store.open()
        await store.record([look("00" * 8)])
        await store.commit([incident()], [delivery("a")])
        claimed = await store.claim(1, now=NOW)
        names = {thread.name for thread in threading.enumerate()}
        await store.close()
        return len(claimed), names

    with asyncio.Runner(loop_factory=InlineLoop) as runner:
        claimed, names = runner.run(main())

    assert claimed == 1
    assert not any(name.startswith("store-") for name in names)
