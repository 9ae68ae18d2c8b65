"""What a line of a log says of a call. Only the fields that rules name are ever taken from it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from monitor.beside.client import plain_code
from monitor.core.outcomes import FUTURE_MOST, OLDEST
from monitor.model import OutcomeClass

if TYPE_CHECKING:
    from collections.abc import Callable

    from monitor.settings.tail import Rule, TailFile

MARGIN = timedelta(hours=1)  # a batch must still be young enough when it arrives
Key = tuple[str, str, str, str, str | None, str | None, str | None]


class Aside(StrEnum):
    """Why a line says nothing of a call."""

    UNREADABLE = "unreadable"  # neither JSON nor of the regex's form
    UNMATCHED = "unmatched"  # no rule fits
    NO_TIME = "no_time"
    TOO_OLD = "too_old"
    FROM_THE_FUTURE = "from_the_future"


class Sorter:
    """Puts lines into counts, as a tail's file says."""

    def __init__(self, file: TailFile) -> None:
        self._file = file
        self._time = lru_cache(maxsize=256)(_time_reader(file.time_form))

    def sort(self, line: bytes, now: datetime) -> Key | Aside:
        """Return where a line counts, or why it does not.

        Args:
            line: Without its end; bytes that are no UTF-8 are tolerated.
            now: Aware, UTC.

        Returns:
            Minute, service, operation, outcome, code, region and network; or the reason.
        """
        field = self._fields(line.decode(errors="replace"))
        if field is None:
            return Aside.UNREADABLE
        rule = next((rule for rule in self._file.rules if _fits(rule, field)), None)
        if rule is None:
            return Aside.UNMATCHED
        try:
            at = self._time(field(self._file.time_field) or "")
        except (ValueError, OverflowError, OSError):
            return Aside.NO_TIME
        if at - now > FUTURE_MOST:
            return Aside.FROM_THE_FUTURE
        if now - at > OLDEST - MARGIN:
            return Aside.TOO_OLD
        code = plain_code(field(rule.code_field)) if rule.code_field is not None else None
        return (
            f"{at:%Y-%m-%dT%H:%MZ}",
            rule.service,
            rule.operation,
            _outcome(rule, field).value,
            code,
            self._file.region,
            self._file.network,
        )

    def _fields(self, text: str) -> Callable[[str], str | None] | None:
        """A way to ask a line for a field; None where it cannot be read."""
        regex = self._file.regex
        if regex is not None:
            found = regex.search(text)
            return None if found is None else found.group
        try:
            told = json.loads(text)
        except (ValueError, RecursionError):
            return None
        return (lambda name: _in_json(told, name)) if isinstance(told, dict) else None


def _fits(rule: Rule, field: Callable[[str], str | None]) -> bool:
    values = ((field(name), pattern) for name, pattern in rule.when)
    return all(value is not None and pattern.search(value) for value, pattern in values)


def _outcome(rule: Rule, field: Callable[[str], str | None]) -> OutcomeClass:
    outcome = rule.otherwise
    for name, table in rule.meanings:
        value = field(name)
        if value is None:
            continue
        known = table.get(value) or table.get(_hundreds(value))
        if known is not None:
            outcome = known
            break
    if outcome is OutcomeClass.OK and rule.slow_field is not None:
        return OutcomeClass.SLOW if _number(field(rule.slow_field)) > rule.slow_over else outcome
    return outcome


def _hundreds(value: str) -> str:
    """`503` as `5xx`."""
    three_digits = len(value) == 3 and value.isascii() and value.isdigit()  # noqa: PLR2004 - three digits
    return f"{value[0]}xx" if three_digits else value


def _number(value: str | None) -> float:
    try:
        return float(value or "")
    except ValueError:
        return 0.0


def _in_json(told: Any, name: str) -> str | None:
    """The scalar at a key, or at keys joined by dots, as text."""
    if name in told:
        value = told[name]
    else:
        value = told
        for part in name.split("."):
            value = value.get(part) if isinstance(value, dict) else None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else None


def _time_reader(form: str) -> Callable[[str], datetime]:
    """How to read times of a form; each raises ValueError for what is none."""
    match form:
        case "unix":
            return lambda text: datetime.fromtimestamp(float(text), UTC)
        case "unix_ms":
            return lambda text: datetime.fromtimestamp(float(text) / 1000, UTC)
        case "iso":
            return _zoned
        case _:
            return lambda text: datetime.strptime(text, form).astimezone(UTC)


def _zoned(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a time without a zone")
    return at.astimezone(UTC)
