"""What the looks of an incident carry besides failing: codes, steps, lateness, our own reasons."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, fields
from statistics import median
from typing import TYPE_CHECKING, Any

from monitor.model import CodeClass, Failure, Timings, Void

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from monitor.model import Observation, Provider, Step, World

MOST_ROWS = 12  # an upstream, or an agent, may invent as many codes and names as it likes
_LOGIN = "login"  # the detail of a step that was not taken because its login failed
_STRETCHES = (Void.MISSED, Void.SPOOL_FULL)  # one record stands for several looks
_LONGEST_COUNT = 6  # digits
_BY_FAILURE = {
    Failure.APPLICATION_ERROR: CodeClass.UPSTREAM,
    Failure.CREDENTIALS_REFUSED: CodeClass.OURS,
    Failure.ACCOUNT_REFUSED: CodeClass.DOCTOR,
    Failure.BUSINESS_REFUSAL: CodeClass.PATIENT,
    Failure.SESSION_EXPIRED: CodeClass.SESSION,
}


@dataclass(frozen=True, slots=True)
class CodeRow:
    """How often a provider answered failing looks with one code, and what that means."""

    provider: str
    code: str
    meaning: CodeClass
    says: Mapping[str, str]  # language -> our sentence; empty: we have none for this one
    count: int
    vantages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StepRow:
    """How often a transaction failed at one step, and how long that step's phases took."""

    target: str
    step: str
    at_login: bool  # the login that the step needs failed, not the step itself
    count: int
    medians: Timings  # over those failed looks that reached the phase


@dataclass(frozen=True, slots=True)
class LateRow:
    """How many looks of one vantage came too late to be judged in time, and when the last came."""

    vantage: str
    count: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class VoidRow:
    """How many looks do not count for one reason, and where."""

    void: Void
    count: int
    vantages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LookFacts:
    """All of it; `*_left` are failed looks for which there was no row any more."""

    codes: tuple[CodeRow, ...]
    codes_left: int
    steps: tuple[StepRow, ...]
    steps_left: int
    late: tuple[LateRow, ...]
    voids: tuple[VoidRow, ...]


def look_facts(
    world: World, observations: Sequence[Observation], *, since: datetime, until: datetime
) -> LookFacts:
    """Count what looks carry.

    Args:
        world: What is declared, the providers' codes among it.
        observations: Looks of the report's whole span; late and void ones are counted in all of it.
        since: Where failed looks begin to count: the onset.
        until: Where they end, itself included.

    Returns:
        Rows, the most frequent first; failed looks beyond `MOST_ROWS` rows are only counted.
    """
    failed = [look for look in observations if look.failed and since <= look.started_at <= until]
    codes, codes_left = _first(_codes(world, failed))
    steps, steps_left = _first(_steps(failed))
    return LookFacts(
        codes, codes_left, steps, steps_left, _late(observations), _voids(observations)
    )


def _first(rows: list[Any]) -> tuple[tuple[Any, ...], int]:
    return tuple(rows[:MOST_ROWS]), sum(row.count for row in rows[MOST_ROWS:])


def _codes(world: World, failed: Iterable[Observation]) -> list[CodeRow]:
    found: dict[tuple[str, str, CodeClass], list[Observation]] = {}
    for look in failed:
        check, code = world.checks.get(look.check), look.sighting.code
        provider = world.providers.get(check.provider or "") if check is not None else None
        if provider is not None and code is not None:
            key = (provider.id, code, _meaning(provider, code, look.sighting.failure))
            found.setdefault(key, []).append(look)
    rows = (
        CodeRow(
            provider,
            code,
            meaning,
            _says(world.providers[provider], code, meaning),
            len(looks),
            _places(looks),
        )
        for (provider, code, meaning), looks in found.items()
    )
    return sorted(rows, key=lambda row: (-row.count, row.provider, row.code, row.meaning))


def _meaning(provider: Provider, code: str, failure: Failure | None) -> CodeClass:
    """A code on no list may have come with words that are: then the failure tells the class."""
    for one in provider.meanings:
        if one.code == code:
            return one.meaning
    return CodeClass.UNKNOWN if failure is None else _BY_FAILURE.get(failure, CodeClass.UNKNOWN)


def _says(provider: Provider, code: str, meaning: CodeClass) -> Mapping[str, str]:
    for one in provider.meanings:
        if one.code == code:
            return one.says
    if meaning is CodeClass.UNKNOWN:
        return provider.unknown
    by_words = [m.says for m in provider.meanings if m.code is None and m.meaning is meaning]
    return by_words[0] if len(by_words) == 1 else {}  # which of several it was is not kept


def _steps(failed: Iterable[Observation]) -> list[StepRow]:
    found: dict[tuple[str, str, bool], list[Step]] = {}
    for look in failed:
        step = next((s for s in look.steps if s.sighting.failure is not None), None)
        if step is not None:
            at_login = step.sighting.detail == _LOGIN
            found.setdefault((look.target, step.name, at_login), []).append(step)
    rows = (
        StepRow(target, step, at_login, len(steps), _medians([s.sighting.timings for s in steps]))
        for (target, step, at_login), steps in found.items()
    )
    return sorted(rows, key=lambda row: (-row.count, row.target, row.step, row.at_login))


def _medians(timings: Sequence[Timings]) -> Timings:
    known = {
        phase.name: [t for each in timings if (t := getattr(each, phase.name)) is not None]
        for phase in fields(Timings)
    }
    return Timings(**{name: median(times) for name, times in known.items() if times})


def _late(observations: Iterable[Observation]) -> tuple[LateRow, ...]:
    came: dict[str, list[datetime]] = {}
    for look in observations:
        if look.late and look.void is None and look.received_at is not None:
            came.setdefault(look.vantage, []).append(look.received_at)
    rows = (LateRow(vantage, len(at), max(at)) for vantage, at in came.items())
    return tuple(sorted(rows, key=lambda row: (-row.count, row.vantage)))


def _voids(observations: Iterable[Observation]) -> tuple[VoidRow, ...]:
    counts: Counter[Void] = Counter()
    found: dict[Void, list[Observation]] = {}
    for look in observations:
        if look.void is not None:
            counts[look.void] += _looks_in(look)
            found.setdefault(look.void, []).append(look)
    rows = (VoidRow(void, counts[void], _places(looks)) for void, looks in found.items())
    return tuple(sorted(rows, key=lambda row: (-row.count, row.void)))


def _looks_in(look: Observation) -> int:
    """A record of a stretch says in its detail how many looks it stands for: `12 turns`."""
    number = look.sighting.detail.partition(" ")[0]
    if look.void in _STRETCHES and number.isdecimal() and len(number) <= _LONGEST_COUNT:
        return max(1, int(number))
    return 1


def _places(looks: Iterable[Observation]) -> tuple[str, ...]:
    return tuple(sorted({look.vantage for look in looks}))
