"""The platform's client: each call is counted once, and no doctor ever waits for it."""

from __future__ import annotations

import ast
import asyncio
import os
import subprocess
import sys
import threading
import time
import urllib.error
from http.client import RemoteDisconnected
from pathlib import Path

import pytest

from monitor.beside import client
from monitor.beside.client import OUTCOMES, Outcomes, outcome_of, outcome_of_status, plain_code
from monitor.model import OutcomeClass
from tests.integration.beside.reception import KEY, PATIENCE_S, reception

SOURCE = Path(client.__file__)
TAMIN = ("tamin", "register")
UNHAPPY = ["drop", "taken but not told", "hang", "taken but late", "503", "page", "rubbish"]


@pytest.fixture
def desk():
    with reception() as it:
        yield it


@pytest.fixture
def outcomes_at(desk):
    made = []

    def make(url=None, **options):
        options = {"every_s": 0.05, "timeout_s": 0.5} | options
        made.append(Outcomes(url or desk.url, options.pop("key", KEY), **options))
        return made[-1]

    yield make
    for each in made:
        each.close(0.0)


def test_it_can_be_copied_into_an_older_python_as_it_is():
    tree = ast.parse(SOURCE.read_text(encoding="utf-8"), feature_version=(3, 8))

    imported = {
        name.partition(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported <= sys.stdlib_module_names


def test_it_knows_the_same_outcomes_as_govah():
    assert set(OUTCOMES) == set(OutcomeClass)


def test_what_was_noted_arrives_with_code_region_and_network(desk, outcomes_at):
    outcomes = outcomes_at(region="tehran")
    outcomes.note(*TAMIN, "ok", count=3)
    outcomes.note(*TAMIN, "business", code=-14221, network="mci")
    outcomes.note(*TAMIN, "ok", region="fars")

    assert outcomes.close(PATIENCE_S)
    assert desk.counts() == {(*TAMIN, "ok", ""): 4, (*TAMIN, "business", "-14221"): 1}
    places = {(each.region, each.network) for each in desk.store._outcomes}
    assert places == {("tehran", None), ("tehran", "mci"), ("fars", None)}


@pytest.mark.parametrize("mood", UNHAPPY)
def test_each_call_counts_once_whatever_the_receiver_does(desk, outcomes_at, mood):
    desk.moods.extend([mood, mood])
    outcomes = outcomes_at()
    outcomes.note(*TAMIN, "timeout", count=5)
    desk.wait_for(lambda: desk.requests >= 2)
    outcomes.note(*TAMIN, "timeout", count=2)

    assert outcomes.close(PATIENCE_S)
    assert desk.counts() == {(*TAMIN, "timeout", ""): 7}
    figures = outcomes.figures()
    assert (figures["sent"], figures["waiting"], figures["dropped"]) == (7, 0, 0)
    assert figures["failures"] >= 2


def test_many_threads_lose_and_double_nothing(desk, outcomes_at):
    desk.moods.extend(UNHAPPY)
    outcomes = outcomes_at()

    def work(n):
        for each in range(500):
            outcomes.note(*TAMIN, "ok" if each % 5 else "server_error", code=f"c{n}")

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert outcomes.close(PATIENCE_S)
    assert sum(desk.counts().values()) == 4000
    assert desk.counts()[*TAMIN, "server_error", "c3"] == 100


def test_noting_takes_microseconds_while_nobody_answers(desk, outcomes_at):
    desk.moods.extend(["hang"] * 5)
    outcomes = outcomes_at(timeout_s=30.0)
    outcomes.note(*TAMIN, "ok")
    desk.wait_for(lambda: desk.requests == 1)

    took_s = []
    for _ in range(2000):
        began_s = time.perf_counter()
        outcomes.note(*TAMIN, "ok")
        took_s.append(time.perf_counter() - began_s)

    assert sorted(took_s)[1000] < 0.001
    assert outcomes.close(0.0) is False


def test_while_cut_off_the_oldest_go_and_are_counted(outcomes_at):
    outcomes = outcomes_at("http://127.0.0.1:9", most_items=10, every_s=60.0)

    for n in range(25):
        outcomes.note(*TAMIN, "ok", code=f"c{n}", count=2)

    figures = outcomes.figures()
    assert (figures["noted"], figures["dropped"], figures["waiting"]) == (50, 30, 20)


def test_one_misspelt_operation_does_not_silence_the_rest(desk, outcomes_at):
    outcomes = outcomes_at(every_s=60.0)
    outcomes.note("tamin", "regster", "ok", count=4)
    outcomes.note("tamin", "regster", "timeout", count=2)
    outcomes.note(*TAMIN, "ok")
    outcomes.note("nobody", "fetch", "ok")

    assert outcomes.close(PATIENCE_S)
    assert desk.counts() == {(*TAMIN, "ok", ""): 1}
    assert outcomes.figures()["refused"] == 7
    assert desk.requests == 3


@pytest.mark.parametrize(
    "wrong",
    [
        ("tamin", "register", "fine"),
        ("tamin", "register", "ok", None, 0),
        ("tamin", "register", "ok", None, True),
        ("tamin", "register", "ok", None, "3"),
        ("tamin", None, "ok"),
        ({}, [], object()),
        ("09121234567", "register", "ok"),
    ],
)
def test_wrong_use_never_raises_and_never_leaves(desk, outcomes_at, wrong):
    outcomes = outcomes_at()

    outcomes.note(*wrong)

    outcomes.close(PATIENCE_S)
    assert desk.requests == 0


def test_a_wrong_key_keeps_everything_waiting(desk, outcomes_at):
    outcomes = outcomes_at(key="another")
    outcomes.note(*TAMIN, "ok")

    desk.wait_for(lambda: desk.results["unsigned"] >= 2)

    assert outcomes.close(0.0) is False
    assert outcomes.figures()["waiting"] == 1
    assert desk.counts() == {}


def test_a_forked_worker_sends_its_own_and_not_what_its_parent_counted(desk, tmp_path):
    script = tmp_path / "prefork.py"
    script.write_text(
        f"""
import os, sys
sys.path.insert(0, {str(SOURCE.parents[2])!r})
from monitor.beside.client import Outcomes
outcomes = Outcomes({desk.url!r}, {KEY!r}, every_s=60.0)
outcomes.note("tamin", "register", "ok")
pid = os.fork()
outcomes.note("tamin", "fetch", "ok", code=str(bool(pid)))
if pid == 0:
    sys.exit(0 if outcomes.close(20.0) else 1)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
""",
        encoding="utf-8",
    )

    ended = subprocess.run([sys.executable, script], check=False, timeout=PATIENCE_S)

    assert ended.returncode == 0
    assert desk.counts() == {  # the parent's own leave at its exit, by themselves
        (*TAMIN, "ok", ""): 1,
        ("tamin", "fetch", "ok", "True"): 1,
        ("tamin", "fetch", "ok", "False"): 1,
    }


# --- watching -------------------------------------------------------------------------------


class StatusError(Exception):
    def __init__(self, status):
        self.response = type("Response", (), {"status_code": status})()


class ReadTimeout(Exception):  # noqa: N818 - as requests and httpx call theirs
    pass


def test_a_watched_block_notes_how_it_ends_and_lets_errors_pass(desk, outcomes_at):
    outcomes = outcomes_at()
    with outcomes.watching(*TAMIN, slow_after_s=60.0):
        pass
    with outcomes.watching(*TAMIN, slow_after_s=0.0):
        pass
    with outcomes.watching(*TAMIN) as call:
        call.outcome, call.code = "business", "-5415"
    with pytest.raises(StatusError), outcomes.watching(*TAMIN):
        raise StatusError(503)
    with pytest.raises(KeyboardInterrupt), outcomes.watching(*TAMIN):
        raise KeyboardInterrupt

    outcomes.close(PATIENCE_S)
    assert desk.counts() == {
        (*TAMIN, "ok", ""): 1,
        (*TAMIN, "slow", ""): 1,
        (*TAMIN, "business", "-5415"): 1,
        (*TAMIN, "server_error", "503"): 1,
    }


async def test_a_watched_function_is_watched_at_every_call_plain_or_async(desk, outcomes_at):
    outcomes = outcomes_at()

    @outcomes.watching("ihio", "fetch")
    def plain(answer):
        return answer

    @outcomes.watching("ihio", "fetch", slow_after_s=0.0)
    async def awaited(answer):
        await asyncio.sleep(0)
        return answer

    assert [plain(1), plain(2), await awaited(3)] == [1, 2, 3]
    await asyncio.to_thread(outcomes.close, PATIENCE_S)
    assert desk.counts() == {("ihio", "fetch", "ok", ""): 2, ("ihio", "fetch", "slow", ""): 1}


def caused(outer, cause):
    outer.__cause__ = cause
    return outer


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (TimeoutError(), ("timeout", None)),
        (ReadTimeout(), ("timeout", None)),
        (ConnectionRefusedError(), ("unreachable", None)),
        (RemoteDisconnected(), ("unreachable", None)),
        (urllib.error.URLError(TimeoutError()), ("timeout", None)),
        (urllib.error.URLError(ConnectionRefusedError()), ("unreachable", None)),
        (urllib.error.HTTPError("http://x", 401, "", {}, None), ("credentials", "401")),
        (StatusError(429), ("credentials", "429")),
        (StatusError(504), ("timeout", "504")),
        (StatusError(404), ("client_error", "404")),
        (caused(ValueError(), ConnectionResetError()), ("unreachable", None)),
        (ValueError("not json"), ("unknown", None)),
        (KeyError("trackingCode"), ("unknown", None)),
    ],
    ids=range(13),
)
def test_an_exception_means_an_outcome(error, outcome):
    assert outcome_of(error) == outcome


def test_a_status_means_an_outcome():
    told = [outcome_of_status(status) for status in (200, 302, 400, 403, 408, 500, 503)]

    assert told == ["ok", "ok", "client_error", "credentials", "timeout", *["server_error"] * 2]


@pytest.mark.parametrize("code", ["0012345678", 9121234567, "نام", "a b", "", True, None, 1.5])
def test_what_may_be_somebodys_number_is_no_code(code):
    assert plain_code(code) is None


def test_the_environment_of_a_proxy_changes_nothing(outcomes_at, monkeypatch):
    monkeypatch.setitem(os.environ, "http_proxy", "http://127.0.0.1:9")
    outcomes = outcomes_at()
    outcomes.note(*TAMIN, "ok")

    assert outcomes.close(PATIENCE_S)
