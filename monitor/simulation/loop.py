"""An asyncio event loop whose time jumps to the next timer instead of waiting for it.

Nothing real may be awaited on it: no sockets, no threads. `run_in_executor` runs inline, so that
code which keeps a blocking library in a thread (the store) is deterministic too.

Traps known before (and tested): with a clock resolution of 1e-9 the loop spins for ever after some
194 virtual days, when adding it no longer changes the time; and a task that only yields would
never let time pass, so a spin is an error here.
"""

from __future__ import annotations

import asyncio
import selectors
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

T = TypeVar("T")

RESOLUTION_S = 1e-6
SPIN_LIMIT = 1_000_000  # passes of the loop without time moving


class Stuck(RuntimeError):  # noqa: N818 - it reads "the world is stuck"
    """Virtual time cannot go on: everything waits for something that will never come."""


class _TimelessSelector(selectors.SelectSelector):
    """Never waits; tells the loop how long it would have waited."""

    def __init__(self) -> None:
        super().__init__()
        self.wanted: Callable[[float | None], None] = lambda _: None

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.wanted(timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """Virtual seconds, from 0."""

    def __init__(self) -> None:
        selector = _TimelessSelector()
        selector.wanted = self._skip
        self._virtual_s = 0.0
        self._spins = 0
        super().__init__(selector)
        self._clock_resolution = RESOLUTION_S

    def time(self) -> float:
        """Virtual seconds since the loop was made."""
        return self._virtual_s

    def _skip(self, timeout_s: float | None) -> None:
        if timeout_s is None:
            raise Stuck("nothing is scheduled and nothing is ready")
        if timeout_s > 0:
            self._virtual_s += timeout_s
            self._spins = 0
            return
        self._spins += 1
        if self._spins > SPIN_LIMIT:
            raise Stuck(f"time stands at {self._virtual_s} s: something only yields")

    def run_in_executor(  # type: ignore[override]  # the base is typed with a TypeVarTuple
        self, executor: Any, func: Callable[..., T], *args: Any
    ) -> asyncio.Future[T]:
        """Run `func` here and now; a future that is done comes back."""
        del executor
        future: asyncio.Future[T] = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - it belongs to whoever awaits the future
            future.set_exception(error)
        return future


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run `main` to its end in virtual time, as `asyncio.run` does in real time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)
