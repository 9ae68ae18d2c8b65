"""Reads a batch of outcomes: all of it is right, or the first thing that is not is named.

What is refused is described by its place, never quoted: it may be what must not come in.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from monitor.model import Batch, Outcome, OutcomeClass

if TYPE_CHECKING:
    from collections.abc import Callable

    from monitor.model import World

T = TypeVar("T")

VERSION = 1
MOST_OUTCOMES = 5000
MOST_COUNT = 1_000_000
FUTURE_MOST = timedelta(minutes=2)
OLDEST = timedelta(days=7)

_BATCH = re.compile(r"[0-9a-f]{16}")
_CODE = re.compile(r"[A-Za-z0-9_.:-]{1,32}")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
_MINUTE = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}Z", re.ASCII)
_NUMBER_OF_SOMEBODY = re.compile(r"\d{8}", re.ASCII)  # national numbers have 10 digits, phones 11
_OWED = frozenset({"service", "operation", "outcome", "count", "minute"})
_KNOWN = _OWED | {"code", "region", "network"}


class OutcomesError(ValueError):
    """A batch that is not taken: nothing of it is kept.

    Attributes:
        index: Which outcome, from 0; None: the batch itself.
        field: Which of its fields; None: the whole.
    """

    def __init__(self, what: str, *, index: int | None = None, field: str | None = None) -> None:
        place = "batch" if index is None else f"outcomes[{index}]"
        super().__init__(f"{place}.{field}: {what}" if field else f"{place}: {what}")
        self.index = index
        self.field = field


def parse(body: bytes, world: World, *, now: datetime) -> Batch:
    """Read a batch.

    Args:
        body: JSON in UTF-8, as docs/platform.md has it.
        world: Whose services and operations are declared.
        now: Aware, UTC; what a minute may not be long before or after.

    Returns:
        The batch; `received_at` of its outcomes is not set.

    Raises:
        OutcomesError: something in it is not as agreed.
    """
    told = _plain(body)
    if not isinstance(told, dict) or told.keys() != {"version", "batch", "outcomes"}:
        raise OutcomesError("must hold version, batch and outcomes, and nothing else")
    if told["version"] != VERSION or isinstance(told["version"], bool):
        raise OutcomesError("must be 1", field="version")
    if not isinstance(told["batch"], str) or not _BATCH.fullmatch(told["batch"]):
        raise OutcomesError("must be 16 lower-case hex digits", field="batch")
    items = told["outcomes"]
    if not isinstance(items, list) or not 0 < len(items) <= MOST_OUTCOMES:
        raise OutcomesError(f"must be a list of 1 to {MOST_OUTCOMES}", field="outcomes")
    minutes = _Minutes(now)
    outcomes = tuple(_Item(index, item).read(world, minutes) for index, item in enumerate(items))
    return Batch(told["batch"], outcomes)


def told_code(text: str) -> str | None:
    """An upstream's code as it may be kept; None where it is none, or may be somebody's number."""
    plain = _CODE.fullmatch(text) and not _NUMBER_OF_SOMEBODY.search(text)
    return text if plain else None


def _plain(body: bytes) -> Any:
    try:
        return json.loads(body.decode(), object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise OutcomesError("this is not JSON in UTF-8 with each key once") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise ValueError("a key stands here twice")
    return values


class _Minutes:
    """Reads minutes; the few that a batch has are read once each."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._read: dict[str, datetime] = {}

    def read(self, text: str) -> datetime:
        """The minute's begin; ValueError says what is wrong with it."""
        found = self._read.get(text)
        if found is None:
            found = self._read[text] = self._of(text)
        return found

    def _of(self, text: str) -> datetime:
        what = "must be a minute in UTC such as 2026-11-22T06:31Z"
        if not _MINUTE.fullmatch(text):
            raise ValueError(what)
        try:
            at = datetime(
                int(text[:4]),
                int(text[5:7]),
                int(text[8:10]),
                int(text[11:13]),
                int(text[14:16]),
                tzinfo=UTC,
            )
        except ValueError:
            raise ValueError(what) from None
        if at - self._now > FUTURE_MOST:
            raise ValueError("must not lie in the future")
        if self._now - at > OLDEST:
            raise ValueError("must not be older than 7 days")
        return at


class _Item:
    def __init__(self, index: int, item: Any) -> None:
        self._index = index
        if not isinstance(item, dict):
            raise OutcomesError("must be an object", index=index)
        self._item: dict[str, Any] = item

    def read(self, world: World, minutes: _Minutes) -> Outcome:
        item = self._item
        if not item.keys() <= _KNOWN:
            raise OutcomesError("holds a key that is not known", index=self._index)
        missing = sorted(_OWED - item.keys())
        if missing:
            self._refuse(missing[0], "is missing")
        service = world.services.get(self._text("service"))
        if service is None:
            self._refuse("service", "must be a declared service")
        operation = self._text("operation")
        if all(operation != known.id for known in service.operations):
            self._refuse("operation", "must be a declared operation of that service")
        count = item["count"]
        if type(count) is not int or not 1 <= count <= MOST_COUNT:
            self._refuse("count", f"must be a whole number from 1 to {MOST_COUNT}")
        return Outcome(
            service=service.id,
            operation=operation,
            outcome=self._as("outcome", OutcomeClass, "must be one of the outcomes"),
            minute_at=self._as("minute", minutes.read, ""),
            count=count,
            code=self._word("code", _CODE),
            region=self._word("region", _ID),
            network=self._word("network", _ID),
        )

    def _as(self, field: str, read: Callable[[str], T], what: str) -> T:
        text = self._text(field)
        try:
            return read(text)
        except ValueError as error:
            self._refuse(field, what or str(error))

    def _word(self, field: str, form: re.Pattern[str]) -> str | None:
        if field not in self._item:
            return None
        text = self._text(field)
        if not form.fullmatch(text):
            self._refuse(field, f"must be of the form {form.pattern}")
        if _NUMBER_OF_SOMEBODY.search(text):
            self._refuse(field, "must not hold 8 digits in a row: it may be somebody's number")
        return text

    def _text(self, field: str) -> str:
        value = self._item[field]
        if not isinstance(value, str):
            self._refuse(field, "must be text")
        return value

    def _refuse(self, field: str, what: str) -> NoReturn:
        raise OutcomesError(what, index=self._index, field=field)
