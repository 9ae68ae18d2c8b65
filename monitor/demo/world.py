"""The demo world as one object: starts it, breaks it, heals it, asks it, ends it."""

from __future__ import annotations

import asyncio
import secrets
import sys
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any, Self

import aiohttp

from monitor.demo import files, ihio, neighbourhood, processes, tamin
from monitor.demo.errors import DemoError
from monitor.demo.places import (
    CONTROL_PORT,
    DEFAULT_NEIGHBOURHOOD,
    HOSTS,
    NAMES,
    PROVIDER,
    PROVIDER_PLACE,
    address,
    control_address,
)
from monitor.demo.stall import Stall

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import TracebackType

    from monitor.demo.breaks import Break
    from monitor.demo.faults import Fault

SMS_TOKEN = "GOVAH_DEMO_SMS_TOKEN"  # noqa: S105 - the name of the variable, not its value
KNOWN_SECRETS: Mapping[str, tuple[str, ...]] = {
    "tamin": (tamin.TOKEN,),
    "ihio": (ihio.PASSWORD,),
    "boghrat": (tamin.TOKEN, ihio.PASSWORD),
}
START_S = 30.0
STATE_TIMEOUT_S = 6.0  # longer than one stop of a stalled monitor
OWN_PLACE = "5.1"  # of the page and the phone, where no address is wished


class World:
    """A small world of separate processes on loopback; an async context manager."""

    def __init__(
        self,
        data: Path,
        *,
        first_neighbourhood: int = DEFAULT_NEIGHBOURHOOD,
        page: str | None = None,
        phone: str | None = None,
        with_monitor: bool = True,
        with_provider: bool = True,
    ) -> None:
        """Say where; nothing happens before `async with`.

        Args:
            data: The directory of certificates, configuration and store.
            first_neighbourhood: N of 127.N.0.0/16; the next free one is taken.
            page: "host:port" of the monitor's page; None: in the neighbourhood.
            phone: "host:port" of the phone; None: in the neighbourhood.
            with_monitor: False leaves the monitor out: the world alone.
            with_provider: False leaves the SMS provider and its phone out.
        """
        self.data = data.absolute()
        self.neighbourhood = first_neighbourhood
        self.secrets = {
            name: secrets.token_urlsafe(18) for name in (tamin.TOKEN, ihio.PASSWORD, SMS_TOKEN)
        }
        self._page, self._phone = page, phone
        self._with_monitor, self._with_provider = with_monitor, with_provider
        self._running: dict[str, processes.Running] = {}
        self._applied: dict[str, Fault] = {}
        self._stall = Stall()
        self._enforcing = asyncio.Lock()
        self._stack = AsyncExitStack()
        self._http: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        """Start everything at once and wait until each process answers.

        Raises:
            DemoError: not Linux, addresses taken, or a process did not come up.
        """
        if sys.platform != "linux":
            raise DemoError("the demo world needs Linux: only there is all of 127/8 one's own")
        try:
            await self._start()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """End every process."""
        await self._stack.aclose()

    @property
    def page(self) -> str:
        """The "host:port" of the monitor's page."""
        return self._page or f"{address(self.neighbourhood, OWN_PLACE)}:8080"

    @property
    def phone(self) -> str:
        """The "host:port" of the phone."""
        return self._phone or f"{address(self.neighbourhood, OWN_PLACE)}:8082"

    @property
    def applied(self) -> tuple[Fault, ...]:
        """The faults that hold now, oldest first."""
        return tuple(self._applied.values())

    @property
    def monitor_pid(self) -> int:
        """The monitor's process id.

        Raises:
            DemoError: this world has no monitor.
        """
        return self._monitor().pid

    @property
    def pids(self) -> Mapping[str, int]:
        """Process ids by name."""
        return {name: running.pid for name, running in self._running.items()}

    async def apply(self, fault: Fault) -> None:
        """Let `fault` hold, besides those that do; returns when it does."""
        if fault.stalls_monitor:
            self._monitor()
        self._applied[fault.name] = fault
        await self._enforce()

    async def heal(self) -> None:
        """Take all faults back; returns when none holds."""
        self._applied.clear()
        await self._enforce()

    async def counts(self, process: str) -> dict[str, int]:
        """How often each path (each name, at the DNS server) was asked for."""
        counts: dict[str, int] = await self._get(
            f"http://{control_address(process, self.neighbourhood)}:{CONTROL_PORT}/counts"
        )
        return counts

    async def state(self, *, timeout_s: float = STATE_TIMEOUT_S) -> dict[str, Any] | None:
        """The monitor's `/api/v1/state`; None if it does not answer within `timeout_s`.

        Raises:
            DemoError: the monitor's process ended by itself.
        """
        monitor = self._running.get("monitor")
        if monitor is not None and monitor.process.returncode is not None:
            raise DemoError(f"the monitor ended: see {monitor.log}")
        try:
            async with asyncio.timeout(timeout_s):
                state: dict[str, Any] = await self._get(f"http://{self.page}/api/v1/state")
        except (DemoError, TimeoutError):
            return None
        return state

    async def ledger(self) -> list[dict[str, Any]]:
        """What the SMS provider accepted, oldest first: sid, to, body, at."""
        ledger: list[dict[str, Any]] = await self._get(f"http://{self._provider()}/_ledger")
        return ledger

    async def until_one_ends(self) -> str:
        """Wait until a process ends by itself; its name and where its log is."""
        waiting = {
            asyncio.create_task(running.process.wait()): running
            for running in self._running.values()
        }
        try:
            done, _pending = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()
        ended = waiting[done.pop()]
        return f"{ended.name} ended: see {ended.log}"

    async def _start(self) -> None:
        self.neighbourhood, reservation = neighbourhood.claim(self.neighbourhood)
        self._stack.callback(reservation.close)
        for wished in (self.page, self.phone):
            host, port = wished.rsplit(":", 1)
            if not neighbourhood.is_free(host, int(port)):
                raise DemoError(f"{wished} is taken: stop the program there or name another port")
        files.prepare(self.data, neighbourhood=self.neighbourhood, page=self.page)
        timeout = aiohttp.ClientTimeout(total=STATE_TIMEOUT_S)
        connector = aiohttp.TCPConnector(force_close=True)
        self._http = await self._stack.enter_async_context(
            aiohttp.ClientSession(timeout=timeout, connector=connector)
        )
        self._stack.push_async_callback(self._stop)
        for name in (*HOSTS, NAMES):
            await self._start_party(name)
        if self._with_provider:
            await self._start_provider()
        for running in self._running.values():
            await self._answering(running)
        if self._with_monitor:
            await self._start_monitor()

    async def _start_party(self, name: str) -> None:
        arguments = ["-m", f"monitor.demo.{name}", "--neighbourhood", str(self.neighbourhood)]
        if name != NAMES:
            arguments += ["--certificates", str(files.certificates_dir(self.data))]
        await self._spawn(name, arguments, KNOWN_SECRETS.get(name, ()))

    async def _start_provider(self) -> None:
        arguments = ["-m", "monitor.demo.provider", "--listen", self._provider()]
        arguments += ["--phone-listen", self.phone, "--token-env", SMS_TOKEN]
        await self._spawn(PROVIDER, arguments, (SMS_TOKEN,))

    async def _start_monitor(self) -> None:
        arguments = ["-m", "monitor", "run", "-c", str(self.data / files.CONFIGURATION)]
        running = await self._spawn("monitor", arguments, tuple(self.secrets))
        # Not /healthz: an address is worth telling once there is a first picture behind it.
        await processes.until_answering(
            running, f"http://{self.page}/api/v1/state", self._session(), patience_s=START_S
        )

    async def _spawn(
        self, name: str, arguments: list[str], secret_names: tuple[str, ...]
    ) -> processes.Running:
        self._running[name] = await processes.start(
            name,
            arguments,
            log=self.data / "logs" / f"{name}.log",
            secrets={each: self.secrets[each] for each in secret_names},
        )
        return self._running[name]

    async def _answering(self, running: processes.Running) -> None:
        if running.name == PROVIDER:
            url = f"http://{self._provider()}/_ledger"
        else:
            own = control_address(running.name, self.neighbourhood)
            url = f"http://{own}:{CONTROL_PORT}/faults"
        await processes.until_answering(running, url, self._session(), patience_s=START_S)

    async def _enforce(self) -> None:
        async with self._enforcing:
            for process in (*HOSTS, NAMES):
                breaks = [b for f in self._applied.values() for b in f.apply.get(process, ())]
                await self._post(process, breaks)
            if any(fault.stalls_monitor for fault in self._applied.values()):
                self._stall.begin(self._monitor())
            else:
                await self._stall.end()

    async def _post(self, process: str, breaks: list[Break]) -> None:
        own = control_address(process, self.neighbourhood)
        items = [each.placed(self.neighbourhood).to_json() for each in breaks]
        url = f"http://{own}:{CONTROL_PORT}/faults"
        try:
            async with self._session().post(url, json=items) as done:
                done.raise_for_status()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise DemoError(f"{process} takes no faults: see {self.data}/logs") from error

    async def _get(self, url: str) -> Any:
        try:
            async with self._session().get(url) as answer:
                answer.raise_for_status()
                return await answer.json()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise DemoError(f"{url} does not answer: see {self.data}/logs") from error

    async def _stop(self) -> None:
        await self._stall.end()
        await processes.stop(self._running.values())

    def _provider(self) -> str:
        return f"{address(self.neighbourhood, PROVIDER_PLACE[0])}:{PROVIDER_PLACE[1]}"

    def _session(self) -> aiohttp.ClientSession:
        if self._http is None:
            raise DemoError("the world has not started: use `async with`")
        return self._http

    def _monitor(self) -> processes.Running:
        if "monitor" not in self._running:
            raise DemoError("this world has no monitor")
        return self._running["monitor"]
