"""What the platform's own calls say of one operation at a moment, as far as they say anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.core.traffic.kinds import CALLS, FAILING, REFUSED, SLOW, code_of, state_of
from monitor.core.traffic.operation import in_window, share_of, standing
from monitor.core.traffic.season import begin_of
from monitor.core.traffic.volume import WINDOWS, expected
from monitor.model import TrafficReading, TrafficState

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.core.traffic.baseline import Usual
    from monitor.core.traffic.operation import Counts, Operation
    from monitor.core.traffic.season import Season

LEAST_CALLS = 5  # in the longest window; fewer say nothing
LONGEST = WINDOWS[-1]
_WEIGHT = {FAILING: 3, REFUSED: 2, SLOW: 0}  # what is told where several are raised
_WEIGHT_OF_ANSWERS = 1
_MINUTE_S = 60.0


def read(
    whose: tuple[str, str],
    operation: Operation,
    usual: Usual,
    season: Season,
    *,
    minute: int,
    at: datetime,
) -> TrafficReading:
    """The reading of an operation whose tests are weighed.

    Args:
        whose: Service and operation.
        operation: What is remembered of it.
        usual: What is, at this hour.
        season: Where minutes stand in the week.
        minute: The present one; it is still filling.
        at: The present.

    Returns:
        Of several series that are raised: failing before refused before answers before slow, and
        of answers the one with the most calls beyond the usual. A rise is told only while there
        are calls, a fall where nothing is raised; of a fall `bad` and `expected` are all calls.
    """
    counts = in_window(operation, begin=minute - LONGEST, end=minute)
    raised = _raised(operation, usual, counts, minute)
    if raised is not None:
        onset = standing(operation, minute)[raised].onset
        window = next((each for each in WINDOWS if minute - onset <= each), LONGEST)
        counts = in_window(operation, begin=minute - window, end=minute)
        bad, wanted = counts.get(raised, 0), _wanted(usual, raised, counts)
        state, since = state_of(raised), onset
    elif operation.fall is not None and usual.rates is not None:
        fall, window, since = operation.fall, LONGEST, operation.fall.since
        state, bad = TrafficState.DROP, counts[CALLS]
        wanted = expected(fall, usual.rates, season, begin=minute - LONGEST, end=minute - 1)
    else:
        state = TrafficState.THIN if counts[CALLS] < LEAST_CALLS else TrafficState.USUAL
        window, since = LONGEST, None
        bad, wanted = counts[FAILING], _wanted(usual, FAILING, counts)
    return TrafficReading(
        service=whose[0],
        operation=whose[1],
        at=at,
        state=state,
        calls=counts[CALLS],
        bad=bad,
        expected=wanted,
        window_s=window * _MINUTE_S,
        code=None if raised is None else code_of(raised),
        since_at=None if since is None else begin_of(since),
    )


def _raised(operation: Operation, usual: Usual, counts: Counts, minute: int) -> str | None:
    def rank(name: str) -> tuple[int, float]:
        beyond = counts.get(name, 0) - _wanted(usual, name, counts)
        return _WEIGHT.get(name, _WEIGHT_OF_ANSWERS), beyond

    if not counts[CALLS]:
        return None
    raised = [name for name, tally in standing(operation, minute).items() if tally.raised]
    return max(raised, key=rank, default=None)


def _wanted(usual: Usual, name: str, counts: Counts) -> float:
    share = share_of(usual, name)
    return 0.0 if share is None else share.usual * counts[CALLS]
