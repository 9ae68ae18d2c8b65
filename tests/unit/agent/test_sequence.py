"""A number is never used twice, whatever happens to process and disk."""

from __future__ import annotations

from pathlib import Path

from monitor.agent.sequence import BLOCK, Sequence


def test_numbers_grow_over_restarts_and_the_disk_is_seldom_asked(tmp_path, monkeypatch):
    replaced = []
    replace = Path.replace
    monkeypatch.setattr(Path, "replace", lambda *a: replaced.append(a) or replace(*a))
    seen = []
    for _ in range(3):
        numbers = Sequence(tmp_path / "sequence")
        seen += [numbers.next() for _ in range(BLOCK + 5)]

    assert seen == sorted(set(seen))
    assert len(replaced) == 6


def test_it_goes_on_above_what_the_core_has_seen(tmp_path):
    numbers = Sequence(tmp_path / "sequence")
    numbers.jump(7_000)
    assert numbers.next() == 7_001
    numbers.jump(12)
    assert numbers.next() == 7_002
    assert Sequence(tmp_path / "sequence").next() > 7_002


def test_a_disk_that_refuses_stops_nothing(tmp_path):
    numbers = Sequence(tmp_path / "not there" / "sequence")

    assert [numbers.next() for _ in range(3)] == [1, 2, 3]


def test_a_file_that_holds_no_number_is_begun_anew(tmp_path):
    (tmp_path / "sequence").write_bytes(b"\x00garbage")

    assert Sequence(tmp_path / "sequence").next() == 1
