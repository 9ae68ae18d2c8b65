"""SMS by Twilio."""

from __future__ import annotations

import asyncio
import importlib
from contextlib import aclosing
from datetime import timedelta
from typing import TYPE_CHECKING

from yarl import URL

from monitor.model import SendOutcome, SendResult
from monitor.notify.exchange import (
    BusyError,
    ExchangeError,
    NotHeardError,
    RefusedError,
    check_session,
)

if TYPE_CHECKING:
    from datetime import datetime

    from aiohttp import ClientSession

    from monitor.model import Outgoing
    from monitor.notify.twilio_api import Messages

VALIDITY_LIMIT_S = 36_000  # what Twilio takes; also its own default, ten hours: far too late for us
ACCOUNT_RETRY_S = 60.0  # our account is refused: people must act, the message can wait for them
LOOK_BACK = timedelta(hours=1)  # how far the two clocks may disagree
PAGE_LIMIT = 10

# twilio.com/docs/api/errors. The recipient, or the text, is the reason: for good.
THEIRS = {
    21211: "bad_number",
    21217: "bad_number",
    21614: "bad_number",
    21635: "bad_number",
    21612: "unroutable",
    21610: "suppressed",
    21602: "bad_body",
    21617: "bad_body",
}
# Our account, our sender or its queue is the reason: nothing was sent, the message may yet be.
OURS = {
    20003: "auth",
    20005: "account",
    20006: "account",
    20008: "account",
    21408: "account",
    21212: "sender",
    21603: "sender",
    21606: "sender",
    21611: "queue_full",
}


class TwilioSender:
    """Hands messages to Twilio's Messages API, which has no idempotency key.

    So an attempt without an answer is never repeated before a look-up has proved it absent, and
    that only after `lookup_grace_s`: the list shows a message some time after it was taken.
    """

    channel = "sms"
    idempotent = False

    def __init__(
        self,
        *,
        base_url: str,
        account_sid: str,
        auth_token: str,
        sender: str,
        timeout_s: float,
        lookup_grace_s: float,
        session: ClientSession,
    ) -> None:
        """Prepare; nothing is imported from `twilio` and nothing connected before the first use.

        Args:
            base_url: `https://api.twilio.com`, or the origin of a region or a test.
            account_sid: The account.
            auth_token: Its secret.
            sender: The number or name messages come from.
            timeout_s: Seconds an attempt, or one page of a look-up, may take in all.
            lookup_grace_s: Seconds after an attempt before "absent" is believed.
            session: Stays the caller's: `close` leaves it open.

        Raises:
            ValueError: `base_url` is not an origin, or the session trusts the environment.
        """
        check_session(session)
        base = URL(base_url)
        if base.scheme not in ("http", "https") or not base.host or base != base.origin():
            raise ValueError("base_url: expected an origin such as https://api.twilio.com")
        self.lookup_grace_s = lookup_grace_s
        self._base_url = base_url
        self._account_sid = account_sid
        self._auth_token = auth_token
        self._sender = sender
        self._timeout_s = timeout_s
        self._session = session
        self._api: Messages | None = None

    async def send(self, message: Outgoing) -> SendResult:
        """One attempt, never repeated inside."""
        messages = await self._messages()
        try:
            sid = await messages.create(
                to=message.to,
                sender=self._sender,
                body=message.body,
                validity_s=min(max(message.valid_for_s, 1), VALIDITY_LIMIT_S),
            )
        except NotHeardError:
            return SendResult(SendOutcome.NOT_SENT, note="unreachable")
        except BusyError as busy:
            return SendResult(SendOutcome.NOT_SENT, note="busy", retry_after_s=busy.retry_after_s)
        except RefusedError as refused:
            return _judge(refused)
        except ExchangeError:
            return SendResult(SendOutcome.UNKNOWN, note="no_answer")
        return SendResult(SendOutcome.ACCEPTED, provider_id=sid)

    async def find(self, message: Outgoing, *, since: datetime) -> SendResult:
        """Look for this very body among the messages to this number; the oldest match is ours.

        The list is asked by recipient alone: its one date filter is by date *sent*, which a
        queued message does not have yet. Absent means: every page was read back to a time well
        before `since`.
        """
        messages = await self._messages()
        horizon = since - LOOK_BACK
        found: str | None = None
        pages = 0
        try:
            async with aclosing(messages.pages_to(message.to)) as listing:
                async for page in listing:
                    recent = [each for each in page if each.created_at >= horizon]
                    for each in recent:
                        found = each.sid if each.body == message.body else found
                    pages += 1
                    if not recent or pages == PAGE_LIMIT:
                        break
        except ExchangeError:
            pages = PAGE_LIMIT
        if found is not None:
            return SendResult(SendOutcome.ACCEPTED, provider_id=found)
        if pages < PAGE_LIMIT:
            return SendResult(SendOutcome.NOT_SENT, note="absent")
        return SendResult(SendOutcome.UNKNOWN, note="lookup_incomplete")

    async def close(self) -> None:
        """Nothing of ours is open: the session is the caller's."""

    async def _messages(self) -> Messages:
        if self._api is None:
            # In a thread: an import of a quarter of a second would make our own looks late.
            api = await asyncio.to_thread(importlib.import_module, "monitor.notify.twilio_api")
            self._api = api.Messages(
                self._session,
                base_url=self._base_url,
                account_sid=self._account_sid,
                auth_token=self._auth_token,
                timeout_s=self._timeout_s,
            )
        return self._api


def _judge(refused: RefusedError) -> SendResult:
    """Whose reason a refusal has; one not in Twilio's words proves nothing."""
    if refused.code in OURS or refused.status == 401:  # noqa: PLR2004 - unauthorised
        note = OURS.get(refused.code or 0, "auth")
        return SendResult(SendOutcome.NOT_SENT, note=note, retry_after_s=ACCOUNT_RETRY_S)
    if refused.code is None:
        return SendResult(SendOutcome.UNKNOWN, note="no_answer")
    return SendResult(SendOutcome.REJECTED, note=THEIRS.get(refused.code, "refused"))
