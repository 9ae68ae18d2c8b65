"""Whose a call's outcome is."""

from __future__ import annotations

import pytest

from monitor.core.traffic.kinds import FAILING, REFUSED, SLOW, code_of, codes_of, series_of
from monitor.model import CodeClass, Outcome, OutcomeClass
from monitor.settings import load
from tests.support.traffic import SATURDAY
from tests.unit.settings.examples import CONFIG, ENVIRON

CODES = {
    "ihio": {
        "theirs": CodeClass.UPSTREAM,
        "ours": CodeClass.OURS,
        "locked": CodeClass.DOCTOR,
        "covered": CodeClass.PATIENT,
        "expired": CodeClass.SESSION,
        "odd": CodeClass.UNKNOWN,
    }
}


@pytest.mark.parametrize(
    ("outcome", "code", "series"),
    [
        ("ok", None, None),
        ("ok", "theirs", None),  # the platform has what it asked for
        ("slow", "covered", SLOW),
        ("timeout", "covered", FAILING),  # who never answered gave no code
        ("unreachable", None, FAILING),
        ("server_error", None, FAILING),
        ("server_error", "never-seen", FAILING),
        ("server_error", "theirs", FAILING),
        ("server_error", "covered", "=covered"),  # some say no with a 500
        ("server_error", "expired", REFUSED),
        ("credentials", None, REFUSED),
        ("credentials", "expired", REFUSED),
        ("credentials", "locked", "=locked"),  # that doctor's account is not ours
        ("credentials", "theirs", FAILING),  # their login service fell
        ("business", "covered", "=covered"),
        ("business", "never-seen", "=never-seen"),
        ("business", None, "="),
        ("business", "theirs", FAILING),
        ("client_error", "ours", "=ours"),
        ("client_error", None, "="),
        ("unknown", None, None),
        ("unknown", "odd", None),
        ("unknown", "theirs", FAILING),
    ],
)
def test_an_outcome_speaks_for_one_thing_at_most(outcome, code, series):
    told = Outcome("ihio", "register", OutcomeClass(outcome), SATURDAY, 1, code=code)

    assert series_of(told, CODES) == series


def test_an_answers_series_tells_its_code():
    assert [code_of(s) for s in ("=-14507", "=", FAILING)] == ["-14507", None, None]


def test_the_demos_codes_are_those_of_its_providers():
    world = load(CONFIG / "demo.yaml", environ=ENVIRON, check_files=False).world

    codes = codes_of(world)

    assert codes["ihio"]["-14507"] is CodeClass.UPSTREAM
    assert codes["tamin"]["403"] is CodeClass.OURS
