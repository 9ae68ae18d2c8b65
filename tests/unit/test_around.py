"""What happens around us reaches the tick; who fails to tell it holds up nothing."""

from __future__ import annotations

import pytest

from monitor.around import Around
from monitor.model import (
    MainsReading,
    Notice,
    NoticeKind,
    Surroundings,
    TrafficReading,
    TrafficState,
)
from tests.support.incidents import instant

NOW = instant(100.0)
NOTICE = Notice("a:1", "a", NoticeKind.MAINTENANCE, NOW.at, instant(700.0).at, NOW.at, "tamin")
READING = TrafficReading("tamin", "fetch", NOW.at, TrafficState.FAILING, 40, 30, 1.0, 60.0)
MAINS = MainsReading("mashhad", NOW.at, on_battery=True)
ALL = Surroundings((NOTICE,), (READING,), (MAINS,))


class Tellers:
    """Three who know something, any of whom may fail."""

    def __init__(self):
        self.failing = set()
        self.asked = []

    def _tell(self, what, when, known):
        self.asked.append((what, when))
        if what in self.failing:
            raise ValueError("a bug")
        return [known]

    def notices(self, at):
        return self._tell("notices", at, NOTICE)

    def traffic(self, now):
        return self._tell("traffic", now, READING)

    def mains(self, at):
        return self._tell("mains", at, MAINS)


@pytest.fixture
def warnings():
    return []


@pytest.fixture
def tellers():
    return Tellers()


@pytest.fixture
def around(tellers, warnings):
    around = Around(warned=warnings.append)
    around.follow_notices(tellers.notices)
    around.follow_traffic(tellers.traffic)
    around.follow_mains(tellers.mains)
    return around


def test_everything_that_is_known_is_told_for_the_moment(around, tellers, warnings):
    assert around.at(NOW) == ALL
    assert tellers.asked == [("notices", NOW.at), ("traffic", NOW), ("mains", NOW.at)]
    assert warnings == []


def test_nothing_is_known_where_nobody_is_asked(warnings):
    assert Around(warned=warnings.append).at(NOW) == Surroundings()
    assert warnings == []


@pytest.mark.parametrize("what", ["notices", "traffic", "mains"])
def test_who_fails_knows_nothing_and_the_others_are_heard(around, tellers, warnings, what, capsys):
    tellers.failing = {what}
    found = [around.at(NOW) for _ in range(3)]
    tellers.failing = set()

    expected = Surroundings(
        *[() if name == what else getattr(ALL, name) for name in ("notices", "traffic", "mains")]
    )
    assert found == [expected] * 3
    assert around.at(NOW) == ALL
    assert warnings == [f"{what}_failed"] * 3
    assert "".join(capsys.readouterr()).count("around_failed") == 1
