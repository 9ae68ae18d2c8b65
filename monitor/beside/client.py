"""Tells Govah what became of the platform's own calls. One file, no dependencies, Python 3.8.

Copy it into the platform, or import it from an installed Govah:

    outcomes = Outcomes("https://status.example", os.environ["GOVAH_OUTCOMES_KEY"])

    with outcomes.watching("tamin", "register", slow_after_s=3.0) as call:
        answer = register(prescription)
        if answer["error_Code"]:
            call.outcome, call.code = "business", answer["error_Code"]

Calls are counted by the minute and posted by a thread of our own every few seconds. Nothing here
waits for the network, and nothing raises, but for what the watched call raises itself. Who called,
and for whom, is never asked for.
"""

from __future__ import annotations

import atexit
import functools
import gzip
import hashlib
import hmac
import http.client
import inspect
import json
import os
import re
import socket
import ssl
import threading
import time
import weakref
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

OUTCOMES = frozenset(
    (
        "ok",
        "slow",
        "timeout",
        "unreachable",
        "server_error",
        "client_error",
        "credentials",
        "business",
        "unknown",
    )
)
MOST_COUNT = 1_000_000
MOST_ITEMS = 2000  # in one batch: well below the 1 MiB that are taken
LONGEST_WAIT_S = 60.0
TAKEN, MALFORMED, TOO_LARGE = 200, 400, 413

_ANSWER_CAP_BYTES = 16 * 1024
_WORTH_PACKING_BYTES = 1024
_FIELDS = ("minute", "service", "operation", "outcome", "code", "region", "network")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
_CODE = re.compile(r"[A-Za-z0-9_.:-]{1,32}")
_SOMEBODY = re.compile(r"[0-9]{8}")  # so many digits may be a person's number


class Outcomes:
    """Counts outcomes and hands them over.

    Args:
        url: Where Govah's page is, such as https://status.example.
        key: What outcomes are signed with (`outcomes.key` of Govah's configuration).
        every_s: Seconds between two batches.
        timeout_s: Seconds a batch may take; after that it is sent again, and counted once.
        most_items: So many different items wait while Govah cannot be reached; then the oldest go.
        region: Where the calls come from, where that is the same for all.
        network: Whose line they leave by, likewise.
        ca_file: Certificate authorities (PEM) to trust instead of the system's.

    Raises:
        ValueError: the URL is none.
        OSError: `ca_file` cannot be used.
    """

    def __init__(
        self,
        url: str,
        key: str,
        *,
        every_s: float = 5.0,
        timeout_s: float = 5.0,
        most_items: int = 20_000,
        region: str | None = None,
        network: str | None = None,
        ca_file: str | None = None,
    ) -> None:
        self._poster = Poster(url, key, timeout_s=timeout_s, ca_file=ca_file)
        self._every_s = every_s
        self._most = most_items
        self._where = (region, network)
        self.begin_anew()
        _alive.add(self)
        atexit.register(self.close, 2.0)

    def begin_anew(self) -> None:
        """Forget everything, as a forked child must: what its parent counted its parent sends."""
        # A signal's handler may note something while we hold it.
        self._lock = threading.RLock()
        self._counts: dict[tuple[Any, ...], int] = {}
        self._batch: tuple[str, list[dict[str, Any]]] | None = None  # sent, not yet answered
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()
        self._until_s = 0.0
        self._figures = dict.fromkeys(("noted", "sent", "dropped", "refused", "failures"), 0)

    def note(
        self,
        service: str,
        operation: str,
        outcome: str,
        code: object = None,
        count: int = 1,
        region: str | None = None,
        network: str | None = None,
    ) -> None:
        """Count a call; returns at once and never raises.

        Args:
            service: As declared in Govah's configuration.
            operation: Likewise.
            outcome: One of `OUTCOMES`.
            code: The upstream's own. What is no plain code, or may be somebody's number (8 digits
                in a row), is left out.
            count: How many calls, 1 to 1,000,000.
            region: Where the call came from.
            network: Whose line it left by.
        """
        try:
            minute = time.strftime("%Y-%m-%dT%H:%MZ", time.gmtime())
            where = (region or self._where[0], network or self._where[1])
            names = (service, operation, *(place for place in where if place is not None))
            good = outcome in OUTCOMES and all(map(_is_id, names))
            counts = type(count) is int and 0 < count <= MOST_COUNT
            self._add(
                (minute, service, operation, outcome, plain_code(code), *where),
                count if counts else 1,
                good=good and counts,
            )
        except Exception:  # noqa: BLE001, S110 - a doctor's request must not fail because of us
            pass

    def watching(
        self,
        service: str,
        operation: str,
        *,
        slow_after_s: float | None = None,
        region: str | None = None,
        network: str | None = None,
    ) -> Watching:
        """Watch a block, or as a decorator every call of a function, plain or `async`.

        Notes `ok`, or `slow` after `slow_after_s`; of an exception what `outcome_of` makes of it,
        and lets it pass. What a block is given has `outcome` and `code`, to say it better.
        """
        return Watching(self, (service, operation), slow_after_s, (region, network))

    def figures(self) -> dict[str, int]:
        """Counts since the start; `noted` is the sum of sent, dropped, refused and waiting.

        `dropped` had no room, `refused` was not as agreed; `failures` are posts without effect.
        """
        with self._lock:
            return dict(self._figures, waiting=self._waiting())

    def close(self, timeout_s: float = 5.0) -> bool:
        """Send what waits, for at most `timeout_s`; True if nothing is left.

        Nothing can be noted afterwards. At the end of a process this is called by itself.
        """
        atexit.unregister(self.close)
        with self._lock:
            self._until_s = time.monotonic() + timeout_s
            self._closing.set()
            thread = self._thread
        if thread is not None:
            thread.join(timeout_s)
        with self._lock:
            return self._waiting() == 0

    def _add(self, key: tuple[Any, ...], count: int, *, good: bool) -> None:
        with self._lock:
            figures = self._figures
            figures["noted"] += count
            if not good:
                figures["refused"] += count
                return
            if self._closing.is_set():
                figures["dropped"] += count
                return
            if key not in self._counts and len(self._counts) >= self._most:
                figures["dropped"] += self._counts.pop(next(iter(self._counts)))
            self._counts[key] = self._counts.get(key, 0) + count
            if self._thread is None:
                thread = threading.Thread(target=self._run, name="govah-outcomes", daemon=True)
                thread.start()
                self._thread = thread

    def _waiting(self) -> int:
        in_hand = self._batch[1] if self._batch is not None else []
        return sum(self._counts.values()) + _total(in_hand)

    def _run(self) -> None:
        wait_s = self._every_s
        while not self._closing.wait(wait_s * _uneven()):
            good, asked_s = self._send()
            while good and len(self._counts) >= MOST_ITEMS and not self._closing.is_set():
                good, asked_s = self._send()
            wait_s = self._every_s if good else min(LONGEST_WAIT_S, max(2 * wait_s, asked_s))
        while time.monotonic() < self._until_s and (self._counts or self._batch is not None):
            if not self._send()[0]:
                time.sleep(min(0.2, self._every_s))

    def _send(self) -> tuple[bool, float]:
        """Send one batch, the last one again if it was not answered; whether it is settled."""
        with self._lock:
            if self._batch is None and self._counts:
                self._batch = (os.urandom(8).hex(), self._cut())
            batch = self._batch
        if batch is None:
            return True, 0.0
        answer = self._poster.post(*batch)
        left = answer.left(batch[1])
        with self._lock:
            figures = self._figures
            if len(left) == len(batch[1]):
                figures["failures"] += 1
            took = "sent" if answer.status == TAKEN else "refused"
            figures[took] += _total(batch[1]) - _total(left)
            self._batch = (batch[0], left) if left else None
        return len(left) < len(batch[1]), answer.retry_s

    def _cut(self) -> list[dict[str, Any]]:
        """Take the oldest items out of the counts."""
        items: list[dict[str, Any]] = []
        while self._counts and len(items) < MOST_ITEMS:
            key = next(iter(self._counts))
            count = min(MOST_COUNT, self._counts[key])
            items.append(item_of(key, count))
            self._counts[key] -= count
            if not self._counts[key]:
                del self._counts[key]
        return items


class Watching:
    """Notes how one block ends; see `Outcomes.watching`."""

    def __init__(
        self,
        outcomes: Outcomes,
        what: tuple[str, str],
        slow_after_s: float | None,
        where: tuple[str | None, str | None],
    ) -> None:
        self.outcome: str | None = None
        self.code: object = None
        self._again = (outcomes, what, slow_after_s, where)
        self._began_s = 0.0

    def __enter__(self) -> Watching:  # noqa: PYI034 - typing.Self is younger than Python 3.8
        self._began_s = time.perf_counter()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        outcomes, what, slow_after_s, (region, network) = self._again
        if error is not None and not isinstance(error, Exception):
            return  # cancelled, or the process ends: nothing is known of the call
        outcome, code = ("ok", None) if error is None else outcome_of(error)
        if outcome == "ok" and slow_after_s is not None:
            outcome = "slow" if time.perf_counter() - self._began_s > slow_after_s else "ok"
        said = code if self.code is None else self.code
        outcomes.note(*what, self.outcome or outcome, said, region=region, network=network)

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Watch every call of `function`."""
        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def awaited(*args: Any, **more: Any) -> Any:
                with Watching(*self._again):
                    return await function(*args, **more)

            return awaited

        @functools.wraps(function)
        def called(*args: Any, **more: Any) -> Any:
            with Watching(*self._again):
                return function(*args, **more)

        return called


class Answer(NamedTuple):
    """What Govah said to a batch; a status of 0: nothing."""

    status: int
    retry_s: float = 0.0
    place: int | None = None  # of the item that was refused
    field: str | None = None

    def left(self, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """What of a batch must be sent again under the same id.

        All of it where nothing is known. Of a refused one (nothing of it was kept) what does not
        have the fault that was named, so that one misspelt operation does not silence the rest.
        """
        if self.status in (TAKEN, TOO_LARGE):
            return []
        if self.status != MALFORMED:
            return items
        if self.place is None or not 0 <= self.place < len(items):
            return []
        bad = items[self.place]
        names = ("service", self.field) if self.field in bad else tuple(bad)
        return [item for item in items if any(item.get(n) != bad.get(n) for n in names)]


class Poster:
    """Posts signed batches, each on a connection of its own, within a deadline.

    Args:
        url: Where Govah's page is.
        key: What batches are signed with.
        timeout_s: Seconds until the answer must be there.
        ca_file: Certificate authorities (PEM) to trust instead of the system's.

    Raises:
        ValueError: the URL is none.
        OSError: `ca_file` cannot be used.
    """

    def __init__(self, url: str, key: str, *, timeout_s: float, ca_file: str | None) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("the address of Govah must be http(s)://host")
        self._host, self._port = parts.hostname, parts.port
        self._path = parts.path.rstrip("/") + "/api/v1/outcomes"
        self._key = key.encode()
        self._timeout_s = timeout_s
        secure = parts.scheme == "https"
        self._tls = ssl.create_default_context(cafile=ca_file) if secure else None

    def post(self, batch: str, items: list[dict[str, Any]]) -> Answer:
        """Send a batch once; whatever goes wrong is an answer with status 0."""
        try:
            return self._post(batch, items)
        except Exception:  # noqa: BLE001 - http.client raises what sockets, TLS and bad answers make it raise
            return Answer(0)

    def _post(self, batch: str, items: list[dict[str, Any]]) -> Answer:
        told = {"version": 1, "batch": batch, "outcomes": items}
        body = json.dumps(told, separators=(",", ":")).encode()
        now = str(int(time.time()))
        signature = hmac.new(self._key, now.encode() + b"." + body, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/json",
            "Govah-Timestamp": now,
            "Govah-Signature": "sha256=" + signature,
            "Connection": "close",
        }
        if len(body) > _WORTH_PACKING_BYTES:
            body, headers["Content-Encoding"] = gzip.compress(body, 5), "gzip"
        connection = self._connection()
        over = threading.Timer(self._timeout_s, _cut_off, (connection,))
        over.daemon = True
        over.start()  # a timeout of a socket begins again with every byte
        try:
            connection.request("POST", self._path, body, headers)
            response = connection.getresponse()
            return _answer(response, response.read(_ANSWER_CAP_BYTES))
        finally:
            over.cancel()
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        if self._tls is None:
            return http.client.HTTPConnection(self._host, self._port, timeout=self._timeout_s)
        return http.client.HTTPSConnection(
            self._host, self._port, timeout=self._timeout_s, context=self._tls
        )


def outcome_of(error: BaseException) -> tuple[str, str | None]:
    """What an exception of a call means: an outcome, and the HTTP status as code if it has one.

    Knows the exceptions of sockets, urllib, requests, httpx and aiohttp by what they have in
    common: a status, a cause, and a name. What it does not know is `unknown`, and no fault of
    anybody's.
    """
    seen: BaseException | None = error
    for _ in range(8):
        if seen is None:
            break
        status = _status_of(seen)
        if status is not None:
            return outcome_of_status(status), str(status)
        name = type(seen).__name__
        # Before Python 3.10 socket.timeout is no TimeoutError.
        if isinstance(seen, (TimeoutError, socket.timeout)) or "Timeout" in name:
            return "timeout", None
        if isinstance(seen, (ConnectionError, socket.gaierror)) or "Connect" in name:
            return "unreachable", None
        reason = getattr(seen, "reason", None)
        inner = reason if isinstance(reason, BaseException) else None
        seen = inner or seen.__cause__ or seen.__context__
    return "unknown", None


def outcome_of_status(status: int) -> str:
    """What an HTTP status means, where nothing better is known."""
    if status in (401, 403, 407, 429):
        return "credentials"
    if status in (408, 504):
        return "timeout"
    if status >= 500:  # noqa: PLR2004 - as RFC 9110 has it
        return "server_error"
    return "client_error" if status >= 400 else "ok"  # noqa: PLR2004 - likewise


def plain_code(code: object) -> str | None:
    """An upstream's code as it may be told; None where it is none, or may be somebody's number."""
    if not isinstance(code, (str, int)) or isinstance(code, bool):
        return None
    text = str(code)
    return text if _CODE.fullmatch(text) and not _SOMEBODY.search(text) else None


def item_of(key: tuple[Any, ...], count: int) -> dict[str, Any]:
    """An item of a batch: minute, service, operation, outcome, code, region, network, and count."""
    item = {name: value for name, value in zip(_FIELDS, key) if value is not None}  # noqa: B905 - `strict` is younger than Python 3.8
    item["count"] = count
    return item


def _total(items: list[dict[str, Any]]) -> int:
    return sum(int(item["count"]) for item in items)


def _status_of(error: BaseException) -> int | None:
    response = getattr(error, "response", None)
    for holder, name in ((response, "status_code"), (error, "status"), (error, "code")):
        value = getattr(holder, name, None)
        if type(value) is int and 300 <= value <= 599:  # noqa: PLR2004 - where a status is news
            return value
    return None


def _answer(response: http.client.HTTPResponse, body: bytes) -> Answer:
    try:
        told = json.loads(body.decode())
    except ValueError:
        told = {}
    asked = response.getheader("Retry-After", "")
    retry_s = float(asked) if re.fullmatch(r"[0-9]{1,4}", asked) else 0.0
    if not isinstance(told, dict):
        told = {}
    status = response.status
    if status == TAKEN and "stored" not in told:
        status = 0  # somebody else answered, such as a login page
    index, field = told.get("index"), told.get("field")
    return Answer(
        status,
        retry_s,
        index if type(index) is int else None,
        field if isinstance(field, str) else None,
    )


def _cut_off(connection: http.client.HTTPConnection) -> None:
    try:
        if connection.sock is not None:
            connection.sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # it ended by itself in this very moment


def _is_id(name: object) -> bool:
    return isinstance(name, str) and bool(_ID.fullmatch(name)) and not _SOMEBODY.search(name)


def _uneven() -> float:
    """Between 0.75 and 1.25, so that many processes do not come at once."""
    return 0.75 + os.urandom(1)[0] / 510


def _begin_in_child() -> None:
    for outcomes in list(_alive):
        outcomes.begin_anew()


_alive: weakref.WeakSet[Outcomes] = weakref.WeakSet()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_in_child)
