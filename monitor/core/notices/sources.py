"""What is declared of a source of notices, and what reading it can give."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from monitor.model import NoticeKind

STANDING = frozenset({"degraded", "partial_outage", "major_outage", "maintenance", "planned",
                      "unknown"})  # fmt: skip
OVER = frozenset({"operational", "resolved", "cancelled"})
SAYS = STANDING | OVER  # every word a notice's `says` can be

_NOTHING: Mapping[str, str] = MappingProxyType({})
_ARABIC = str.maketrans({"ي": "ی", "ى": "ی", "ك": "ک", "\u0640": None, "\u200c": " "})


class Format(StrEnum):
    """How a source is written."""

    ICS = "ics"
    CSV = "csv"
    JSON = "json"
    STATUSPAGE = "statuspage"
    RSS = "rss"
    ATOM = "atom"
    GEMATIK = "gematik"


class Aside(StrEnum):
    """Why one entry of a source was set aside while the others counted."""

    SHAPE = "shape"  # a part is missing or of the wrong kind
    TIME = "time"  # a time cannot be read
    ZONE = "zone"  # nobody knows its time zone
    RULE = "rule"  # its recurrence is of a kind we do not take
    BACKWARDS = "backwards"  # it ends before it begins
    FAR = "far"  # it begins more than 400 days ahead
    TOO_LONG = "too_long"  # an announced stretch of more than 31 days
    NOT_OURS = "not_ours"  # no component or region of ours is in it
    WORD = "word"  # its state is a word nobody gave a meaning
    TWICE = "twice"  # another entry has its id
    TOO_MANY = "too_many"  # beyond what is read of one source


class Unreadable(StrEnum):
    """Why nothing of a source could be read."""

    ENCODING = "encoding"
    SYNTAX = "syntax"
    SHAPE = "shape"


class Trouble(StrEnum):
    """Why there is no copy of a source."""

    MISSING = "missing"  # there is no such file, or it cannot be read
    NO_FILE = "no_file"  # a directory, a pipe or a device
    STALE = "stale"  # a state that nobody wrote again
    UNREACHABLE = "unreachable"
    ADDRESS = "address"  # its name leads to an address that is not public, nor declared
    DEADLINE = "deadline"
    REDIRECT = "redirect"  # to another host, from https to http, or in circles
    STATUS = "status"  # an answer that is no 200
    CODING = "coding"  # compressed, though nobody asked for that
    TOO_LARGE = "too_large"


class NoticeError(Exception):
    """A source cannot be read; `why` is ours and holds nothing of it."""

    def __init__(self, why: Unreadable) -> None:
        super().__init__(why.value)
        self.why = why


class AsideError(Exception):
    """One entry cannot be taken."""

    def __init__(self, why: Aside) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True, slots=True)
class Fields:
    """Where the parts of a row stand: columns' names of a CSV, JMESPaths of JSON."""

    begin: str | None = None
    end: str | None = None
    day: str | None = None  # then `begin`, `end` or `hours` are times of that day
    hours: str | None = None  # both times in one text, as `از ساعت ۱۰ تا ۱۲`
    id: str | None = None
    component: str | None = None
    region: str | None = None
    state: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A source of notices, but for where it is."""

    id: str
    kind: NoticeKind
    format: Format
    life_s: float  # how long a state holds without being told again
    lasts_s: float  # how long something holds of which nobody told the end
    time_zone: str = "UTC"  # of times that name none
    party: str | None = None
    services: tuple[str, ...] = ()
    region: str | None = None
    components: Mapping[str, str] = field(default_factory=lambda: _NOTHING)  # theirs: our service
    regions: Mapping[str, str] = field(default_factory=lambda: _NOTHING)  # their text: our region
    states: Mapping[str, str] = field(default_factory=lambda: _NOTHING)  # their word: one of SAYS
    fields: Fields = Fields()
    entries: str | None = None  # JMESPath to the list of entries of a JSON

    def services_in(self, texts: Iterable[str], *, whole: bool = False) -> tuple[str, ...]:
        """Which of our services some texts of theirs are about.

        Args:
            texts: Names or ids of components; titles, places.
            whole: Whether a text must be a component's name, not only hold it.

        Returns:
            The source's own services where no components are declared.

        Raises:
            AsideError: components are declared, and none of them is in the texts.
        """
        if not self.components:
            return self.services
        found = self._found(self.components, texts, whole=whole)
        if not found:
            raise AsideError(Aside.NOT_OURS)
        return tuple(sorted(found))

    def region_in(self, texts: Iterable[str]) -> str | None:
        """Our region that some texts of theirs name; the source's own where none is declared.

        Raises:
            AsideError: regions are declared, and none of them is in the texts.
        """
        if not self.regions:
            return self.region
        found = self._found(self.regions, texts, whole=False)
        if not found:
            raise AsideError(Aside.NOT_OURS)
        return min(found)

    @staticmethod
    def _found(names: Mapping[str, str], texts: Iterable[str], *, whole: bool) -> set[str]:
        plain = [folded(text) for text in texts]
        return {
            ours
            for name, ours in names.items()
            if any(folded(name) == text or (not whole and folded(name) in text) for text in plain)
        }


@dataclass(frozen=True, slots=True)
class Told:
    """What one entry says, in our words. Nothing of theirs is in it but `key`."""

    key: str  # what makes the entry itself; only a digest of it is kept
    kind: NoticeKind
    says: str
    from_at: datetime | None  # None: since we first saw it
    to_at: datetime | None  # None: nobody announced an end
    services: tuple[str, ...] = ()
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """What one reading of a source gave."""

    told: tuple[Told, ...]
    aside: tuple[Aside, ...] = ()  # one for each entry that was set aside
    whole: bool = True  # False: what it no longer names may still stand (feeds drop the old)


def folded(text: str) -> str:
    """A text as it is compared: letters of one form, Persian and Arabic ones alike, no case."""
    return " ".join(unicodedata.normalize("NFKC", text).translate(_ARABIC).casefold().split())
