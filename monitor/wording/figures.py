"""Numbers, times and lists as a language writes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from persiantools.jdatetime import JalaliDate

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from monitor.wording.catalogue import Catalogue

_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86400
_LARGE = 10_000  # from here on thousands are marked; a year and a reference never are


@dataclass(frozen=True, slots=True)
class Figures:
    """How one language writes figures; times are told in `time_zone`."""

    words: Catalogue
    time_zone: str

    def number(self, value: float) -> str:
        """Write a number: whole ones with thousands marked from 10,000 on, others as they are."""
        text = f"{value:,}" if abs(value) >= _LARGE else str(value)
        marks = {
            ",": self.words.text("language.thousands"),
            ".": self.words.text("language.decimal"),
        }
        return self.digits("".join(marks.get(letter, letter) for letter in text))

    def digits(self, text: str) -> str:
        """Turn the digits of a text into the language's own; nothing else is touched."""
        return text.translate(str.maketrans("0123456789", self.words.text("language.digits")))

    def percent(self, share: float) -> str:
        """Write a share in [0, 1] as a percentage, cut (never rounded up) to one decimal."""
        tenths = int(share * 1000 + 1e-9)
        value = tenths // 10 if tenths % 10 == 0 else tenths / 10
        return self.words.text("language.percent", number=self.number(value))

    def clock(self, at: datetime, *, seconds: bool = False) -> str:
        """Write an aware time as hour and minute, such as `10:25`."""
        local = at.astimezone(ZoneInfo(self.time_zone))
        return self.digits(f"{local:%H:%M:%S}" if seconds else f"{local:%H:%M}")

    def date(self, at: datetime) -> str:
        """Write the day of an aware time in the language's calendar, with its weekday."""
        local = at.astimezone(ZoneInfo(self.time_zone)).date()
        if self.words.text("language.calendar") == "jalali":
            day = JalaliDate.to_jalali(local.year, local.month, local.day)
        else:
            day = local
        return self.words.text(
            "date",
            weekday=self.words.text(f"weekday.{local.weekday()}"),
            day=self.digits(str(day.day)),
            month=self.words.text(f"month.{day.month - 1}"),
            year=self.digits(str(day.year)),
        )

    def duration(self, seconds: float) -> str:
        """Write a length of time in its one or two largest units; cut, never rounded up."""
        whole = max(0, int(seconds))
        if whole < _MINUTE_S:
            return self._unit("second", whole)
        if whole < _HOUR_S:
            return self._unit("minute", whole // _MINUTE_S)
        if whole < _DAY_S:
            large, small = ("hour", whole // _HOUR_S), ("minute", whole % _HOUR_S // _MINUTE_S)
        else:
            large, small = ("day", whole // _DAY_S), ("hour", whole % _DAY_S // _HOUR_S)
        parts = [self._unit(*large)]
        if small[1]:
            parts.append(self._unit(*small))
        return self.join(parts)

    def age(self, seconds: float) -> str:
        """Write how long ago something was."""
        return self.words.text("ago", duration=self.duration(seconds))

    def ahead(self, seconds: float) -> str:
        """Write how far off something is."""
        return self.words.text("ahead", duration=self.duration(seconds))

    def join(self, parts: Sequence[str]) -> str:
        """Write a list as speech does: commas, and a last "and"."""
        if not parts:
            return ""
        *first, last = parts
        if not first:
            return last
        return self.words.text(
            "language.list",
            first=self.words.text("language.comma").join(first),
            last=last,
            **{"and": self.words.text("language.and")},
        )

    def _unit(self, unit: str, value: int) -> str:
        form = "one" if value == 1 else "other"
        return self.words.text(f"unit.{unit}.{form}", number=self.number(value))
