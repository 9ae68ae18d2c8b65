"""How strong a ground is, as people say it: nats as odds and as a share of certainty."""

from __future__ import annotations

from math import exp

HALF_NATS = 5.0  # a ground of so many nats weighs one half
MOST_ODDS = 10_000  # nothing is told as surer than this
EXACT_UP_TO = 10  # odds above this are told with one figure
_MOST_NATS = 10.0


def odds_of(nats: float) -> int:
    """Tell a log-likelihood ratio of either sign as odds to one: cut, at most `MOST_ODDS`."""
    odds = exp(min(abs(nats), _MOST_NATS))
    if odds < EXACT_UP_TO:
        return round(odds)
    step: int = 10 ** (len(str(int(odds))) - 1)
    return min(MOST_ODDS, int(odds) // step * step)


def weight_of(nats: float) -> float:
    """Tell a log-likelihood ratio of either sign as a share in [0, 1)."""
    return round(abs(nats) / (abs(nats) + HALF_NATS), 3)
