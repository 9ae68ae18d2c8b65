"""How everything goes while nothing is wrong: each cell with a rate of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from monitor.core.inference.evidence import OUTCOMES, Outcome, SignalKind
from monitor.scenarios.breaks import INDEX, row_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from monitor.scenarios.wiring import Wiring

FAILS, SLOW = 0.01, 0.015  # of healthy looks, in the middle
SPREAD = 0.6  # sigma of the lognormal that sets cells apart
_STRAY = row_of({
    Outcome.CONNECT_TIMEOUT: 0.28, Outcome.READ_TIMEOUT: 0.26, Outcome.HTTP_5XX: 0.22,
    Outcome.DNS_SERVFAIL: 0.10, Outcome.CONNECTION_RESET: 0.12, Outcome.TLS_OTHER: 0.02,
})  # fmt: skip
_SIGNALS: Mapping[SignalKind, Mapping[Outcome, float]] = {
    SignalKind.SELF: {Outcome.SLOW: 0.008, Outcome.NO_RESULT: 0.003},
    SignalKind.REGIONAL_TRAFFIC: {Outcome.DROP: 0.02, Outcome.NO_RESULT: 0.005},
    SignalKind.MAINS: {Outcome.DROP: 0.0005, Outcome.NO_RESULT: 0.004},
    SignalKind.TRAFFIC: {Outcome.NO_RESULT: 0.05, Outcome.SLOW: 0.003, Outcome.HTTP_5XX: 0.002,
                         Outcome.REJECTED: 0.001},
}  # fmt: skip


def usual_rows(wiring: Wiring, chance: np.random.Generator) -> NDArray[np.float64]:
    """Draw the shares of outcomes of every healthy cell.

    Returns:
        One row per cell.
    """
    rows = np.zeros((wiring.cells, len(OUTCOMES)))
    scale = np.exp(chance.normal(0.0, SPREAD, size=(wiring.cells, 2)))
    looks = len(wiring.layout.looks)
    rows[:looks] = FAILS * scale[:looks, :1] * _STRAY
    rows[:looks, INDEX[Outcome.SLOW]] = SLOW * scale[:looks, 1]
    for i, (_, kind) in enumerate(wiring.layout.signals, start=looks):
        for outcome, share in _SIGNALS[kind].items():
            rows[i, INDEX[outcome]] = share * scale[i, 0]
    rows[:, INDEX[Outcome.OK]] = 1.0 - np.minimum(rows.sum(axis=1), 0.5)
    return rows
