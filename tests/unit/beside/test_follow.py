"""A log is read once, whole, through its rotations and through our own restarts."""

from __future__ import annotations

import random
import shutil

import pytest

from monitor.beside.follow import LINE_CAP_BYTES, SETTLE_S, Follower
from tests.integration.web.face import HandClock
from tests.unit.beside.logs import Writer


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def log(tmp_path):
    return tmp_path / "access.log"


@pytest.fixture
def follow(log, clock):
    made = []

    def begin(place=None, **options):
        made.append(Follower(log, place, clock, **options))
        return made[-1]

    yield begin
    for each in made:
        each.close()


def drain(follower, clock):
    """Everything there is, with the patience that a rotated log wants."""
    lines = []
    for _ in range(1000):
        piece = follower.read()
        lines += piece.lines
        if not piece.more and follower.caught_up:
            return lines
        if not piece.more:
            clock.passed_s += SETTLE_S + 1
    raise AssertionError("it never came to the end")


@pytest.mark.parametrize("seed", range(60))
def test_rotations_and_restarts_at_random_moments_lose_and_double_nothing(log, clock, follow, seed):
    rng = random.Random(seed)
    writer = Writer(log, rng)
    follower = follow(from_start=True)
    read, kept = [], (follower.place, 0)

    def look():
        read.extend(follower.read().lines)
        clock.passed_s += rng.choice([0.1, 1.0, SETTLE_S + 1])

    for _ in range(120):
        match rng.randrange(10):
            case 0:
                writer.rename()
            case 1:
                writer.copy_truncate()
            case 2:
                kept = (follower.place, len(read))
            case 3:  # a crash: what was not kept is read again
                follower.close()
                del read[kept[1] :]
                follower = follow(kept[0])
            case 4:
                writer.half()
            case 5 | 6:
                writer.write()
            case _:
                look()
    writer._complete()
    writer.close()
    read += drain(follower, clock)

    assert sorted(read) == sorted(writer.written)
    assert follower.gaps == 0


def test_half_a_line_is_nothing_until_the_rest_is_there(log, follow):
    log.write_bytes(b"")
    follower = follow()

    with log.open("ab", buffering=0) as out:
        out.write(b"one\ntw")
        first = follower.read().lines
        between = follower.read().lines
        out.write(b"o\r\nthree")

    assert (first, between, follower.read().lines) == ((b"one",), (), (b"two",))


def test_the_first_start_begins_at_the_end_unless_told_otherwise(log, follow, clock):
    log.write_bytes(b"old\nhal")
    log.with_name("access.log.1").write_bytes(b"older\n")
    late, early = follow(), follow(from_start=True)

    with log.open("ab") as out:
        out.write(b"f\nnew\n")

    assert drain(late, clock) == [b"half", b"new"]
    assert drain(early, clock) == [b"old", b"half", b"new"]


def test_a_log_that_is_not_there_yet_is_waited_for(log, follow, clock):
    follower = follow()
    assert drain(follower, clock) == []

    log.write_bytes(b"first\n")

    assert drain(follower, clock) == [b"first"]


@pytest.mark.parametrize("ending", [b"\n", b""])
def test_a_line_of_ten_megabytes_is_passed_over_and_held_nowhere(log, follow, clock, ending):
    log.write_bytes(b"before\n" + b"x" * 10_000_000 + ending)
    follower = follow(from_start=True)
    lines, too_long = [], 0
    for _ in range(40):
        piece = follower.read()
        lines += piece.lines
        too_long += piece.too_long
    with log.open("ab") as out:
        out.write(b"\nafter\n")

    lines += drain(follow(follower.place), clock)

    assert [line for line in lines if line] == [b"before", b"after"]
    assert too_long == 1


def test_a_line_at_the_cap_is_read_and_one_above_it_is_not(log, follow):
    log.write_bytes(b"a" * LINE_CAP_BYTES + b"\n" + b"b" * (LINE_CAP_BYTES + 1) + b"\nc\n")
    follower = follow(from_start=True)
    pieces = [follower.read() for _ in range(4)]

    assert [line[:1] for piece in pieces for line in piece.lines] == [b"a", b"c"]
    assert sum(piece.too_long for piece in pieces) == 1


def test_a_truncated_log_that_grew_past_our_place_is_not_taken_for_the_old_one(log, follow, clock):
    log.write_bytes(b"old line\n" * 3)
    follower = follow(from_start=True)
    drain(follower, clock)
    shutil.copyfile(log, f"{log}.1")

    with log.open("r+b") as out:
        out.truncate()
        out.write(b"new line of another length\n" * 3)

    assert drain(follower, clock) == [b"new line of another length"] * 3
    assert follower.gaps == 0


def test_three_rotations_while_we_were_away_are_read_in_order(log, follow, clock):
    writer = Writer(log, random.Random(7))
    writer.write()
    first = follow(from_start=True)
    seen = drain(first, clock)
    first.close()
    for rotate in (writer.rename, writer.copy_truncate, writer.rename):
        writer.write()
        rotate()
    writer.write()
    writer.close()

    seen += drain(follow(first.place), clock)

    assert sorted(seen) == sorted(writer.written)
    assert seen[-1] == writer.written[-1]


def test_a_log_that_was_deleted_before_we_read_it_is_a_gap_and_told(log, follow, clock):
    log.write_bytes(b"one\n")
    follower = follow(from_start=True)
    drain(follower, clock)
    follower.close()
    log.unlink()
    log.write_bytes(b"of another log\n")

    again = follow(follower.place)

    assert drain(again, clock) == [b"of another log"]
    assert again.gaps == 1


def test_copies_and_packed_logs_beside_it_are_not_read(log, follow, clock):
    log.write_bytes(b"one\n")
    follower = follow(from_start=True)
    seen = drain(follower, clock)
    for name in ("access.log.bak", "access.log.1.gz", "access.log~", "other.log.1"):
        log.with_name(name).write_bytes(b"not a line of this log\n")
    log.rename(f"{log}-20261122")
    log.write_bytes(b"two\n")

    assert seen + drain(follower, clock) == [b"one", b"two"]


def test_what_was_copied_away_before_we_read_any_of_it_comes_first(log, follow, clock):
    log.write_bytes(b"")
    follower = follow(from_start=True)
    log.write_bytes(b"one\n")
    shutil.copyfile(log, f"{log}.1")
    log.write_bytes(b"two\n")

    assert drain(follower, clock) == [b"one", b"two"]
