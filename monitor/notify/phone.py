"""The demo's phone: an inbox that knows our keys, so that sending again is harmless."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import quote

from yarl import URL

from monitor.model import SendOutcome, SendResult
from monitor.notify.exchange import (
    BusyError,
    ExchangeError,
    NotHeardError,
    check_session,
    exchange,
)

if TYPE_CHECKING:
    from datetime import datetime

    from aiohttp import ClientSession

    from monitor.model import Outgoing


class PhoneSender:
    """Puts messages into an HTTP inbox.

    `POST url` with `{"key", "to", "body"}` answers `{"id"}`, the same id for the same key.
    `GET url/key` answers `{"id"}`, or 404 with `{"absent": key}`.
    """

    channel = "phone"
    idempotent = True

    def __init__(
        self, url: str, timeout_s: float, session: ClientSession, *, lookup_grace_s: float = 1.0
    ) -> None:
        """Prepare; nothing is connected before the first use.

        Args:
            url: The inbox.
            timeout_s: Seconds an attempt or a look-up may take in all.
            session: Stays the caller's: `close` leaves it open.
            lookup_grace_s: Seconds after an attempt before "absent" is believed.

        Raises:
            ValueError: the session trusts the environment.
        """
        check_session(session)
        self.lookup_grace_s = lookup_grace_s
        self._url = url.rstrip("/")
        self._timeout_s = timeout_s
        self._session = session

    async def send(self, message: Outgoing) -> SendResult:
        """One attempt, never repeated inside."""
        wanted = {"key": message.key, "to": message.to, "body": message.body}
        try:
            status, answer = await self._ask("POST", self._url, json.dumps(wanted).encode())
        except NotHeardError:
            return SendResult(SendOutcome.NOT_SENT, note="unreachable")
        except BusyError as busy:
            return SendResult(SendOutcome.NOT_SENT, note="busy", retry_after_s=busy.retry_after_s)
        except ExchangeError:
            return SendResult(SendOutcome.UNKNOWN, note="no_answer")
        if isinstance(answer.get("id"), str):
            return SendResult(SendOutcome.ACCEPTED, provider_id=str(answer["id"]))
        if status == 400 and "error" in answer:  # noqa: PLR2004 - refused in the inbox's words
            return SendResult(SendOutcome.REJECTED, note="refused")
        return SendResult(SendOutcome.UNKNOWN, note="no_answer")

    async def find(self, message: Outgoing, *, since: datetime) -> SendResult:  # noqa: ARG002 - the key says all
        """Ask for the key."""
        try:
            _, answer = await self._ask("GET", f"{self._url}/{quote(message.key, safe='')}", None)
        except ExchangeError:
            return SendResult(SendOutcome.UNKNOWN, note="lookup_incomplete")
        if isinstance(answer.get("id"), str):
            return SendResult(SendOutcome.ACCEPTED, provider_id=str(answer["id"]))
        if answer.get("absent") == message.key:
            return SendResult(SendOutcome.NOT_SENT, note="absent")
        return SendResult(SendOutcome.UNKNOWN, note="lookup_incomplete")

    async def close(self) -> None:
        """Nothing of ours is open: the session is the caller's."""

    async def _ask(
        self, method: str, url: str, data: bytes | None
    ) -> tuple[int, dict[str, object]]:
        """Status and JSON object of the answer; an empty one where it is something else."""
        answer = await exchange(
            self._session,
            method,
            URL(url, encoded=True),
            timeout_s=self._timeout_s,
            headers={"Content-Type": "application/json"},
            data=data,
        )
        try:
            parsed = json.loads(answer.text)
        except ValueError:
            return answer.status, {}
        return answer.status, parsed if isinstance(parsed, dict) else {}
