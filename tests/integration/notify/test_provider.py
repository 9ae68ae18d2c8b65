"""The fake provider itself: a process with a memory, and a phone to look at."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys

import aiohttp
import pytest

from monitor.demo.provider import listen, phone_app
from monitor.demo.provider_faults import Dice, Faults, Mode
from monitor.demo.provider_ledger import Ledger
from tests.integration.notify.rig import ACCOUNT, NUMBER, TOKEN, message, provider, twilio

LISTS = f"/2010-04-01/Accounts/{ACCOUNT}/Messages"
AUTH = {"Authorization": aiohttp.encode_basic_auth(ACCOUNT, TOKEN)}


async def test_a_ledger_on_disk_outlives_its_process_even_cut_within_a_line(tmp_path):
    file = tmp_path / "ledger"
    first = Ledger(file)
    taken = [first.take(sender="s", to=NUMBER, body=f"متن {n}", key=f"k{n}") for n in range(3)]
    first.close()
    file.write_bytes(file.read_bytes() + b'{"sid": "SM1", "to": "+98')
    again = Ledger(file)
    assert again.all() == tuple(taken)
    assert again.take(sender="s", to=NUMBER, body="x", key="k1") == taken[1]
    later = again.take(sender="s", to=NUMBER, body="y")
    again.close()
    third = Ledger(file)
    assert third.all() == (*taken, later)
    third.close()


def test_the_same_seed_strikes_the_same_messages():
    dice = [Dice(Faults(Mode.BUSY, share=0.3, seed=7)) for _ in range(2)]
    first, second = ([each.mode() for _ in range(200)] for each in dice)
    assert first == second
    assert 30 < first.count(Mode.BUSY) < 90


async def test_a_message_is_shown_as_twilio_shows_it():
    async with provider() as far, twilio(far.url) as sender, aiohttp.ClientSession() as session:
        sid = (await sender.send(message())).provider_id
        async with session.get(f"{far.url}{LISTS}/{sid}.json", headers=AUTH) as response:
            shown = await response.json()
    assert (shown["sid"], shown["to"], shown["status"]) == (sid, NUMBER, "queued")
    assert shown["num_segments"] == "1"
    assert sid.startswith("SM")
    assert len(sid) == 34


@pytest.mark.parametrize("faults", [{"mode": "explode"}, {"share": "much"}, {"unheard": 1}, [1]])
async def test_an_unknown_fault_is_refused(faults):
    async with (
        provider() as far,
        aiohttp.ClientSession() as session,
        session.post(f"{far.url}/_faults", json=faults) as response,
    ):
        assert response.status == 400


async def test_the_phone_shows_each_number_its_own_messages_and_loads_nothing_foreign():
    ledger = Ledger()
    ledger.take(sender="s", to=NUMBER, body="سلام <b>دکتر</b>")
    ledger.take(sender="s", to="+989120000002", body="x" * 161)
    runner, url = await listen(phone_app(ledger), "127.0.0.1", 0)
    try:
        async with aiohttp.ClientSession() as session:
            async with session.get(url, params={"number": NUMBER}) as response:
                page, policy = await response.text(), response.headers["Content-Security-Policy"]
            async with session.get(url) as response:
                newest = await response.text()
            async with session.get(f"{url}/phone.css") as response:
                assert response.content_type == "text/css"
    finally:
        await runner.cleanup()
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert 'dir="rtl"' in page
    assert "سلام &lt;b&gt;دکتر&lt;/b&gt;" in page
    assert "x" * 161 not in page
    assert "x" * 161 in newest
    assert "۲ بخش" in newest


@pytest.mark.process
async def test_the_process_says_where_it_listens_and_keeps_its_ledger_through_a_kill(tmp_path):
    ledger = tmp_path / "ledger"
    for expected in (1, 2):
        process, url = await _start(ledger)
        try:
            async with twilio(url) as sender:
                result = await sender.send(message(f"k{expected}", body=f"text {expected}"))
            async with aiohttp.ClientSession() as session, session.get(f"{url}/_ledger") as answer:
                lines = await answer.json()
            assert len(lines) == expected
            assert lines[-1]["sid"] == result.provider_id
        finally:
            process.send_signal(signal.SIGKILL if expected == 1 else signal.SIGTERM)
            code = await process.wait()
    assert code == 0


async def _start(ledger):
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "monitor.demo.provider", "--listen", "127.0.0.1:0",
        "--phone-listen", "127.0.0.1:0", "--token-env", "SMS_TOKEN", "--ledger", str(ledger),
        stdout=subprocess.PIPE, env={**os.environ, "SMS_TOKEN": TOKEN},
    )  # fmt: skip
    line = (await process.stdout.readline()).decode().split()
    assert (line[0], line[2]) == ("provider", "phone")
    return process, line[1]


@pytest.mark.process
def test_a_missing_token_is_said_in_one_sentence():
    done = subprocess.run(
        [
            *(sys.executable, "-m", "monitor.demo.provider"),
            *("--listen", "127.0.0.1:0", "--token-env", "NO_SUCH_VARIABLE"),
        ],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 2
    assert "NO_SUCH_VARIABLE is not set" in done.stderr
    assert "Traceback" not in done.stderr
