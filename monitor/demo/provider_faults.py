"""What may go wrong at the fake SMS provider, by share and by seed."""

from __future__ import annotations

import random
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Mode(StrEnum):
    """What becomes of a message being handed over."""

    NONE = "none"
    HANG = "hang"  # not taken, never answered
    SLOW = "slow"  # taken at once, answered late
    ERROR_BEFORE = "500_before"  # not taken
    ERROR_AFTER = "500_after"  # taken all the same
    DROP_AFTER = "drop_after"  # taken, and the connection cut
    BUSY = "429"  # not taken, and said so
    GARBLED = "garbled"  # taken, answered 201 with something that is no message


@dataclass(frozen=True, slots=True)
class Faults:
    """A fault and how often it strikes."""

    mode: Mode = Mode.NONE
    share: float = 1.0  # of messages, in [0, 1]
    seed: int = 0
    list_lag_s: float = 0.0  # a taken message shows in lists this late
    slow_s: float = 5.0
    list_fails: bool = False  # look-ups are answered 503

    @classmethod
    def read(cls, wanted: Mapping[str, object]) -> Faults:
        """Make one of a JSON object.

        Raises:
            ValueError: a name or value it does not know.
        """
        known = {each.name for each in fields(cls)}
        if unknown := sorted(set(wanted) - known):
            raise ValueError(f"unknown: {', '.join(unknown)}; known: {', '.join(sorted(known))}")
        try:
            return cls(
                mode=Mode(str(wanted.get("mode", "none"))),
                share=float(str(wanted.get("share", 1.0))),
                seed=int(str(wanted.get("seed", 0))),
                list_lag_s=float(str(wanted.get("list_lag_s", 0.0))),
                slow_s=float(str(wanted.get("slow_s", 5.0))),
                list_fails=wanted.get("list_fails", False) is True,
            )
        except ValueError as error:
            raise ValueError(f"expected another value: {error}") from None


class Dice:
    """Draws, per message, whether the fault strikes; the same seed draws the same."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self._chance = random.Random(faults.seed)  # noqa: S311 - nobody's secret

    def mode(self) -> Mode:
        """The fate of the next message."""
        struck = self._chance.random() < self.faults.share
        return self.faults.mode if struck else Mode.NONE
