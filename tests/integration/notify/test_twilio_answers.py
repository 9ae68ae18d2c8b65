"""What Twilio's refusals and lists mean to us."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from monitor.demo.provider import listen
from monitor.model import SendOutcome
from monitor.notify.twilio import PAGE_LIMIT, TwilioSender
from monitor.notify.twilio_api import PAGE_SIZE
from tests.integration.notify.rig import BODY, NUMBER, message, provider, twilio


def long_ago() -> datetime:
    return datetime.now(UTC) - timedelta(hours=1)


@pytest.mark.parametrize(
    ("to", "note"),
    [
        ("+15005550001", "bad_number"),
        ("+15005550009", "bad_number"),
        ("+15005550002", "unroutable"),
        ("+15005550004", "suppressed"),
        ("0912", "bad_number"),
    ],
)
async def test_a_fault_of_the_recipient_is_final_and_named_in_our_word(to, note):
    async with provider() as far, twilio(far.url) as sender:
        result = await sender.send(message(to=to))
        assert (result.outcome, result.note) == (SendOutcome.REJECTED, note)
        assert far.taken == []


async def test_a_wrong_password_does_not_burn_the_message():
    async with provider() as far, twilio(far.url, token="wrong") as sender:
        result = await sender.send(message())
        assert (result.outcome, result.note) == (SendOutcome.NOT_SENT, "auth")
        assert result.retry_after_s >= 30
        assert (await sender.find(message(), since=long_ago())).outcome is SendOutcome.UNKNOWN


async def test_a_country_our_account_may_not_reach_does_not_burn_the_message():
    async with provider() as far, twilio(far.url) as sender:
        result = await sender.send(message(to="+15005550003"))
        assert (result.outcome, result.note) == (SendOutcome.NOT_SENT, "account")


async def test_a_refusal_not_in_twilios_words_proves_nothing():
    async def stranger(_):
        return aiohttp.web.Response(status=403, text="<h1>blocked</h1>")

    app = aiohttp.web.Application()
    app.router.add_route("*", "/{any:.*}", stranger)
    runner, url = await listen(app, "127.0.0.1", 0)
    try:
        async with twilio(url) as sender:
            assert (await sender.send(message())).outcome is SendOutcome.UNKNOWN
            found = await sender.find(message(), since=long_ago())
            assert found.outcome is SendOutcome.UNKNOWN
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("asked_s", [0, 36_001, 10**9])
async def test_validity_is_kept_within_what_twilio_takes(asked_s):
    async with provider() as far, twilio(far.url) as sender:
        result = await sender.send(message(valid_for_s=asked_s))
        assert result.outcome is SendOutcome.ACCEPTED


async def test_a_message_beyond_the_first_page_is_found():
    async with provider() as far, twilio(far.url) as sender:
        sid = far.ledger.take(sender="s", to=NUMBER, body=BODY).sid
        for number in range(PAGE_SIZE * 2):
            far.ledger.take(sender="s", to=NUMBER, body=f"other {number}")
        result = await sender.find(message(), since=long_ago())
        assert (result.outcome, result.provider_id) == (SendOutcome.ACCEPTED, sid)


async def test_a_list_too_long_to_read_to_its_end_proves_nothing():
    async with provider() as far, twilio(far.url) as sender:
        far.ledger.take(sender="s", to=NUMBER, body=BODY)
        for number in range(PAGE_SIZE * PAGE_LIMIT):
            far.ledger.take(sender="s", to=NUMBER, body=f"other {number}")
        assert (await sender.find(message(), since=long_ago())).outcome is SendOutcome.UNKNOWN


async def test_a_list_that_lags_says_absent_which_is_why_there_is_a_grace():
    async with provider() as far, twilio(far.url) as sender:
        far.go_wrong(list_lag_s=60)
        await sender.send(message())
        assert (await sender.find(message(), since=long_ago())).outcome is SendOutcome.NOT_SENT
        assert sender.lookup_grace_s > 0


async def test_an_equal_text_from_an_earlier_installation_is_not_ours():
    async with provider() as far, twilio(far.url) as sender:
        await sender.send(message())
        tomorrow = datetime.now(UTC) + timedelta(days=1)
        assert (await sender.find(message(), since=tomorrow)).outcome is SendOutcome.NOT_SENT


@pytest.mark.parametrize("base_url", ["api.twilio.com", "ftp://x", "https://x/path", ""])
async def test_a_base_url_that_is_no_origin_is_refused(base_url):
    async with aiohttp.ClientSession() as session:
        with pytest.raises(ValueError, match="base_url"):
            TwilioSender(
                base_url=base_url,
                account_sid="AC",
                auth_token="t",
                sender="s",
                timeout_s=1,
                lookup_grace_s=1,
                session=session,
            )


def test_the_library_is_not_imported_before_the_first_message():
    code = "import sys, monitor.notify.twilio; sys.exit('twilio' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=False, env=dict(os.environ))
    assert done.returncode == 0
