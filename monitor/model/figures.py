"""Looks counted by minute, hour and day."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class Grain(StrEnum):
    """How long a stretch one figure sums up; hours and days are those of the configured zone."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Figure:
    """What all looks of one target from one vantage amounted to in one stretch of time."""

    grain: Grain
    begin_at: datetime
    target: str
    vantage: str
    looks: int  # those that count: neither void nor missed
    failed: int  # of `looks`
    slow: int  # of `looks`, and not failed
    void: int  # taken, but say nothing: the reason was ours
    missed: int  # due, not taken
    duration_sum_s: float  # over `looks`
    duration_max_s: float  # over `looks`


@dataclass(frozen=True, slots=True)
class CredentialStanding:
    """How one of our credentials stands now; counted since the start of the process."""

    logins: int
    refusals: int
    token_age_s: float | None  # None: no token
    token_left_s: float | None
    withheld: bool  # no login may be tried now
