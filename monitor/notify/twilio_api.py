"""The official Twilio client over our own session; what it raises is put into our words here.

Imported when the first message is sent: `twilio` takes a quarter of a second or more.
The library's own asynchronous transport ignores its timeout (twilio-python issue 925) and, asked
to retry, posts a message again after a 500; `tests/integration/notify` keeps an eye on both.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from aiohttp import encode_basic_auth
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from yarl import URL

from monitor.notify.exchange import ExchangeError, NoAnswerError, RefusedError, exchange

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator, Mapping

    from aiohttp import ClientSession

PAGE_SIZE = 50

_silent = logging.getLogger("govah.twilio")  # the library would log numbers and bodies
_silent.disabled = True


class SessionTransport(AsyncHttpClient):  # type: ignore[misc] # twilio ships no types
    """Carries the client's requests to `base_url`, whatever host the client had in mind."""

    def __init__(self, session: ClientSession, base_url: str, timeout_s: float) -> None:
        super().__init__(_silent, is_async=True, timeout=timeout_s)
        self._session = session
        self._base = URL(base_url)
        self._timeout_s = timeout_s

    async def request(
        self,
        method: str,
        url: str,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        **_: object,  # its own timeout and redirects: never asked for, never obeyed
    ) -> Response:
        """One exchange; raises what `exchange` raises."""
        aim = URL(url, encoded=True)
        signed = dict(headers or {})
        if auth is not None:
            signed["Authorization"] = encode_basic_auth(*auth)
        answer = await exchange(
            self._session,
            method,
            URL.build(
                scheme=self._base.scheme,
                host=self._base.host or "",
                port=self._base.port,
                path=aim.raw_path,
                query_string=urlencode(params) if params else aim.raw_query_string,
                encoded=True,
            ),
            timeout_s=self._timeout_s,
            headers=signed,
            data=urlencode(data, doseq=True).encode() if data else None,
        )
        return Response(answer.status, answer.text)


@dataclass(frozen=True, slots=True)
class Listed:
    """A message as the provider's list shows it."""

    created_at: datetime
    sid: str
    body: str = field(repr=False)


class Messages:
    """Twilio's Messages resource: create one, list those to a number."""

    def __init__(
        self,
        session: ClientSession,
        *,
        base_url: str,
        account_sid: str,
        auth_token: str,
        timeout_s: float,
    ) -> None:
        """Connect nothing yet. The environment is not asked: a region is part of `base_url`."""
        self._messages = Client(
            account_sid,
            auth_token,
            http_client=SessionTransport(session, base_url, timeout_s),
            environment={"TWILIO_EDGE": ""},  # an empty mapping would mean os.environ
        ).messages

    async def create(self, *, to: str, sender: str, body: str, validity_s: int) -> str:
        """Hand one message over.

        Returns:
            The provider's id of it.

        Raises:
            ExchangeError: one of its kinds.
        """
        with _our_words():
            made = await self._messages.create_async(
                to=to, from_=sender, body=body, validity_period=validity_s
            )
            return _text(made.sid)

    async def pages_to(self, to: str) -> AsyncGenerator[list[Listed]]:
        """Messages to a number, newest first, a page at a time.

        Raises:
            ExchangeError: a page could not be had, or not be read.
        """
        with _our_words():
            page = await self._messages.page_async(to=to, page_size=PAGE_SIZE)
        while page is not None:
            with _our_words():
                listed = [
                    Listed(_moment(each.date_created), _text(each.sid), _text(each.body))
                    for each in page
                ]
            yield listed
            with _our_words():
                page = await page.next_page_async()


@contextmanager
def _our_words() -> Iterator[None]:
    """Turn whatever the library raises into ours, without its text and without its cause."""
    try:
        yield
    except ExchangeError:
        raise
    except (TwilioRestException, TwilioServiceException) as error:
        own_code = isinstance(error.code, int) and error.code != error.status
        raise RefusedError(error.status, error.code if own_code else None) from None
    except (TwilioException, ValueError, TypeError, AttributeError, LookupError):
        raise NoAnswerError("an answer we can't read") from None


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError("expected text")
    return value


def _moment(value: object) -> datetime:
    if not isinstance(value, datetime):
        raise TypeError("expected a time")
    return value
