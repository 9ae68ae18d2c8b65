"""One libcurl transfer, driven by the event loop: nothing here ever blocks."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pycurl

if TYPE_CHECKING:
    from collections.abc import Callable


class Drive:
    """Lets one easy handle go its way; `done` holds libcurl's error number, 0 when all went well.

    Source: libcurl's multi interface with `curl_multi_socket_action`.
    """

    def __init__(self, easy: pycurl.Curl, moved: Callable[[], None]) -> None:
        """Take the handle and start.

        Args:
            easy: Ready to go; still the caller's to close, after `close` of this.
            moved: Told after every step libcurl took, outside of libcurl's callbacks.
        """
        self._loop = asyncio.get_running_loop()
        self.done: asyncio.Future[int] = self._loop.create_future()
        self._easy = easy
        self._moved = moved
        self._watched: set[int] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._watch)
        self._multi.setopt(pycurl.M_TIMERFUNCTION, self._wake_in)
        self._multi.add_handle(easy)

    def close(self) -> None:
        """Stop wherever it is and let everything go."""
        self._multi.remove_handle(self._easy)
        for descriptor in list(self._watched):
            self._unwatch(descriptor)
        self._wake_in(-1)
        self._multi.close()
        self.done.cancel()

    def give_up(self) -> None:
        """End it here; what libcurl would have said of it no longer counts."""
        if not self.done.done():
            self.done.set_result(0)

    def _watch(self, what: int, descriptor: int, _multi: object, _data: object) -> None:
        self._unwatch(descriptor)
        if what == pycurl.POLL_REMOVE:
            return
        self._watched.add(descriptor)
        if what in (pycurl.POLL_IN, pycurl.POLL_INOUT):
            self._loop.add_reader(descriptor, self._step, descriptor, pycurl.CSELECT_IN)
        if what in (pycurl.POLL_OUT, pycurl.POLL_INOUT):
            self._loop.add_writer(descriptor, self._step, descriptor, pycurl.CSELECT_OUT)

    def _unwatch(self, descriptor: int) -> None:
        if descriptor in self._watched:
            self._watched.discard(descriptor)
            self._loop.remove_reader(descriptor)
            self._loop.remove_writer(descriptor)

    def _wake_in(self, timeout_ms: int) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
        if timeout_ms >= 0:
            self._timer = self._loop.call_later(
                timeout_ms / 1000, self._step, pycurl.SOCKET_TIMEOUT, 0
            )

    def _step(self, descriptor: int, events: int) -> None:
        if self.done.done():
            return
        self._multi.socket_action(descriptor, events)
        _, succeeded, failed = self._multi.info_read()
        for _easy, number, _words in failed:  # the words may quote the other side
            self.done.set_result(number)
        if succeeded:
            self.done.set_result(0)
        self._moved()
