"""Messages handed to a provider per second, intents on disk before and outcomes after."""

from __future__ import annotations

import asyncio
import itertools
import subprocess
import sys
import time
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import aiohttp

from monitor.clock import SystemClock
from monitor.model import DeliveryState, MessageKind, Recipient
from monitor.notify.outbox import Outbox
from monitor.notify.twilio import TwilioSender
from monitor.store.sqlite import SqliteStore
from tests.benching.measure import Figure, compare
from tests.contract.store_values import incident
from tests.support.command import ROOT, environment
from tests.support.metrics import a_delivery

if TYPE_CHECKING:
    from pathlib import Path

MESSAGES = 300
AT_ONCE = 10  # as the outbox
LIMIT_S = 60.0
ACCOUNT, TOKEN, SENDER = "AC" + "0" * 32, "a-token-of-the-bench", "+15005550006"
PEOPLE = tuple(
    Recipient(f"dr-{n}", f"+98912{n:07}", ("tamin",), "fa") for n in range(1, MESSAGES + 1)
)


def measure(directory: Path) -> list[Figure]:
    """The outbox over the real sender, beside bare POSTs of the same forms."""
    provider = subprocess.Popen(
        [
            *(sys.executable, "-m", "monitor.demo.provider"),
            *("--listen", "127.0.0.1:0", "--token-env", "BENCH_TOKEN"),
        ],
        cwd=ROOT,
        env=environment(BENCH_TOKEN=TOKEN),
        stdout=subprocess.PIPE,
        text=True,
    )
    refs = itertools.count(1001)
    with provider, asyncio.Runner() as runner:
        try:
            assert provider.stdout is not None
            url = provider.stdout.readline().split()[1]
            return [
                compare(
                    f"messages handed over, {MESSAGES} at once",
                    "1/s",
                    lambda: runner.run(_handed_over(url, directory / "outbox", next(refs))),
                    f"aiohttp POSTs of the same forms, {AT_ONCE} at once, no store",
                    lambda: runner.run(_posted(url)),
                )
            ]
        finally:
            provider.terminate()


async def _handed_over(url: str, directory: Path, ref: int) -> float:
    clock = SystemClock()
    store = SqliteStore(directory, clock=clock)
    await store.open()
    states: list[DeliveryState] = []
    try:
        async with aiohttp.ClientSession() as session:
            sender = TwilioSender(
                base_url=url,
                account_sid=ACCOUNT,
                auth_token=TOKEN,
                sender=SENDER,
                timeout_s=5.0,
                lookup_grace_s=60.0,
                session=session,
            )
            people = {each.id: each for each in PEOPLE}
            outbox = Outbox(
                store, sender, people, clock, on_change=lambda told: states.append(told.state)
            )
            now = clock.utc()
            message = a_delivery(DeliveryState.READY, MessageKind.OPEN)
            message = replace(
                message, created_at=now, not_after=now + timedelta(hours=1), channel=sender.channel
            )
            messages = [
                replace(message, incident=ref, key=f"{ref}-{each.id}", recipient=each.id)
                for each in PEOPLE
            ]
            await store.commit([incident(ref)], messages)
            async with asyncio.timeout(LIMIT_S):
                begin_s = time.perf_counter()
                while await outbox.turn():
                    pass
                spent_s = time.perf_counter() - begin_s
    finally:
        await store.close()
    assert states == [DeliveryState.ACCEPTED] * MESSAGES
    return MESSAGES / spent_s


async def _posted(url: str) -> float:
    address = f"{url}/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    body = a_delivery(DeliveryState.READY, MessageKind.OPEN).body
    waiting = iter(PEOPLE)
    headers = {"Authorization": aiohttp.encode_basic_auth(ACCOUNT, TOKEN)}

    async def post(session: aiohttp.ClientSession) -> None:
        for each in waiting:
            form = {"To": each.phone, "From": SENDER, "Body": body, "ValidityPeriod": "3600"}
            async with session.post(address, data=form) as answer:
                assert answer.status == 201
                await answer.json()

    async with aiohttp.ClientSession(headers=headers) as session, asyncio.timeout(LIMIT_S):
        begin_s = time.perf_counter()
        await asyncio.gather(*(post(session) for _ in range(AT_ONCE)))
        return MESSAGES / (time.perf_counter() - begin_s)
