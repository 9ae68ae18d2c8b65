"""A tail hands over each line of a log once: through rotations, crashes and a moody receiver."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from monitor.beside import tail as tailing
from monitor.beside.ledger import STATE, Ledger, TailError
from monitor.beside.tail import Tail
from monitor.ports import StoreError
from monitor.settings.tail import load_tail
from tests.integration.beside.reception import KEY, PATIENCE_S, reception
from tests.support.command import environment

CONFIG = """govah-tail: 1
send: {{url: "{url}", key: "${{env:KEY}}", every: 1s, timeout: 1s}}
log: panel.log
start: beginning
lines: json
time: {{field: at, form: unix}}
rules:
  - when: {{to: "^tamin$"}}
    service: tamin
    operation: register
    outcomes: [{{field: status, table: {{2xx: ok, 5xx: server_error}}}}]
    code: code
  - when: {{to: "^nobody$"}}
    service: nobody
    operation: register
    outcomes: [{{field: status, table: {{2xx: ok}}}}]
"""
MOODS = ["good", "good", "503", "drop", "taken but not told", "page"]


class Crash(BaseException):
    """The process dies here."""


class HastyClock:
    """Every reading of the monotonic clock is a second later: nothing is waited for."""

    def __init__(self):
        self.mono_s = 0.0

    def utc(self):
        return datetime.now(UTC)

    def monotonic(self):
        self.mono_s += 1.0
        return self.mono_s


@pytest.fixture
def desk():
    with reception() as it:
        yield it


@pytest.fixture
def config(desk, tmp_path):
    path = tmp_path / "tail.yaml"
    path.write_text(CONFIG.format(url=desk.url), encoding="utf-8")
    return path


@pytest.fixture
def log(tmp_path):
    return tmp_path / "panel.log"


def line(n, status=200, to="tamin"):
    at = datetime.now(UTC).timestamp()
    told = {"at": at, "to": to, "status": status, "code": f"c{n}", "patient": "0012345678"}
    return json.dumps(told).encode() + b"\n"


def begin(config):
    return Tail(load_tail(config, {"KEY": KEY}), HastyClock())


def finish(tail):
    for _ in range(3000):
        tail.step()
        if tail.idle:
            return tail.close()
    raise AssertionError(f"it never came to the end: {tail.told()}")


def codes(desk):
    """How often each line was counted, by its code."""
    counted = {}
    for (*_, code), count in desk.counts().items():
        counted[code] = counted.get(code, 0) + count
    return counted


def test_lines_are_counted_as_the_rules_say_and_the_rest_is_told(desk, config, log):
    log.write_bytes(
        line(1) + line(1) + line(2, 503) + line(3, to="elsewhere") + b"no json\n" + b"{" * 300_000
    )
    tail = begin(config)

    finish(tail)

    assert desk.counts() == {
        ("tamin", "register", "ok", "c1"): 2,
        ("tamin", "register", "server_error", "c2"): 1,
    }
    told = tail.told()
    assert (told["lines"], told["counted"], told["sent"]) == (5, 3, 3)
    assert (told["unmatched"], told["unreadable"], told["too_long"]) == (1, 1, 1)


def test_nothing_of_a_line_but_what_rules_name_is_sent_or_kept(desk, config, log, tmp_path):
    log.write_bytes(line(1))
    desk.moods.extend(["drop"])
    tail = begin(config)
    tail.step()

    kept = (tmp_path / "tail-data" / STATE).read_text(encoding="ascii")

    assert '"code":"c1"' in kept
    assert "0012345678" not in kept
    assert "patient" not in kept
    finish(tail)


def test_an_operation_that_is_not_declared_is_refused_and_the_rest_goes_on(desk, config, log):
    log.write_bytes(line(1) + line(2, to="nobody") + line(3, to="nobody"))
    tail = begin(config)

    finish(tail)

    assert codes(desk) == {"c1": 1}
    assert (tail.told()["sent"], tail.told()["refused"]) == (1, 2)


def dying(function, rng, when):
    """The function, but sometimes the process dies before or after it."""

    def risky(*args):
        if when["armed"] and rng.random() < 0.2:
            raise Crash
        answer = function(*args)
        if when["armed"] and rng.random() < 0.2:
            raise Crash
        return answer

    return risky


@pytest.mark.parametrize("seed", range(12))
def test_crashes_and_rotations_at_random_moments_lose_and_double_nothing(
    desk, config, log, seed, monkeypatch
):
    rng, when = random.Random(seed), {"armed": False}
    monkeypatch.setattr(tailing, "MOST_ITEMS", 40)
    monkeypatch.setattr(tailing.Poster, "post", dying(tailing.Poster.post, rng, when))
    monkeypatch.setattr(Ledger, "write", dying(Ledger.write, rng, when))
    log.touch()
    written, rotated, crashes = 0, 0, 0
    tail = begin(config)
    when["armed"] = True
    for _ in range(160):
        desk.moods.extend(rng.sample(MOODS, 1))
        match rng.randrange(5):
            case 0:
                rotated += 1
                log.rename(f"{log}-{rotated:08d}")
                log.touch()
            case 1 | 2:
                new = range(written, written + rng.randint(1, 60))
                written = new.stop
                with log.open("ab") as out:
                    out.write(b"".join(line(n) for n in new))
            case _:
                try:
                    tail.step()
                except Crash:
                    crashes += 1
                    tail._follower.close()
                    tail._lock.release()
                    tail = begin(config)
    when["armed"] = False
    desk.moods.clear()
    finish(tail)

    assert crashes > 0
    assert codes(desk) == {f"c{n}": 1 for n in range(written)}


def test_two_tails_never_share_a_place(config, log):
    log.touch()
    first = begin(config)

    with pytest.raises(StoreError, match="is in use by another govah"):
        begin(config)

    first.close()
    begin(config).close()


def test_a_damaged_place_stops_the_start_with_one_sentence(config, log, tmp_path):
    log.touch()
    begin(config).close()
    (tmp_path / "tail-data" / STATE).write_text("{", encoding="ascii")

    with pytest.raises(TailError, match=r"tail\.json cannot be read; remove it"):
        begin(config)


# --- the command ----------------------------------------------------------------------------


def govah_tail(config, *more, **environ):
    return subprocess.Popen(
        [sys.executable, "-m", "monitor", "tail", "-c", str(config), *more],
        env=environment(**environ),
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.process
def test_the_command_follows_a_log_is_killed_and_goes_on_where_it_was(desk, config, log):
    log.write_bytes(line(1))
    with govah_tail(config, KEY=KEY) as killed:
        desk.wait_for(lambda: desk.results["stored"] == 1)
        killed.kill()
    with log.open("ab") as out:
        out.write(line(2))
    with govah_tail(config, KEY=KEY) as stopped:
        desk.wait_for(lambda: len(desk.counts()) == 2)
        stopped.send_signal(signal.SIGTERM)
        said = stopped.stderr.read()

    assert stopped.returncode == 0
    assert said.startswith("lines 1, counted 1, ")
    assert codes(desk) == {"c1": 1, "c2": 1}


@pytest.mark.process
def test_once_ends_when_all_was_handed_over_and_wrong_input_is_one_line(desk, config, log):
    log.write_bytes(line(1))
    with govah_tail(config, "--once", KEY=KEY) as once:
        assert once.wait(PATIENCE_S) == 0
    with govah_tail(config, "--once") as refused:
        said = refused.stderr.read()

    assert codes(desk) == {"c1": 1}
    assert refused.returncode == 2
    assert said.count("\n") == 1
    assert "the environment variable KEY is not set" in said
