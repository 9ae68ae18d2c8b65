"""Tokens and sessions of the demo's parties: given out, running out, forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.demo import issued as module
from monitor.demo.issued import Issued

if TYPE_CHECKING:
    import pytest


def test_a_value_runs_out(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now_s[0])
    issued = Issued(5.0)
    token = issued.issue()
    held = [issued.holds(token)]
    now_s[0] = 105.1

    assert [*held, issued.holds(token)] == [True, False]


def test_what_is_forgotten_is_not_known_and_what_was_never_issued_neither() -> None:
    issued = Issued(60.0)
    token = issued.issue()
    strangers = [issued.holds(each) for each in ("", None, 7, "x" * 32)]
    issued.forget()

    assert strangers == [False] * 4
    assert not issued.holds(token)


def test_only_so_many_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 3)
    issued = Issued(60.0)
    given = [issued.issue() for _ in range(5)]

    assert [issued.holds(each) for each in given] == [False, False, True, True, True]
