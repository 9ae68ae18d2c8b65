"""Has the share of some outcome risen? A sequential test that may be asked at every call.

Page's CUSUM of log likelihood ratios, against four alternatives at once. The unit is a minute's
calls, beta-binomial: calls of one minute share their luck. Under the null the product of the
ratios since any minute is a martingale (also within a minute: the urn of Pólya), so the sum over
all beginnings, the Shiryaev-Roberts statistic R, has R_t - t as one; CUSUM is never above it, and
by Doob's inequality

    P(a false alarm of one series within T minutes) <= T / BOUND

whatever the volume does, as long as the true share is at most `Share.most`. Sources: Page 1954,
Biometrika 41; Pollak 1985, Ann. Statist. 13; Shin, Ramdas, Rinaldo 2022 (e-detectors), for the
mean of several statistics being one again.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import lgamma, log

BOUND = 1e9  # minutes per false alarm, of one series
ALTERNATIVES = 4
_ALARM = log(ALTERNATIVES * BOUND)
_OVER = log(1e4)  # as sure as this that it is over
TOGETHER = 150.0  # calls of a minute hang together as by 1 / (TOGETHER + 1)
_HIGHEST = 0.97


@dataclass(frozen=True, slots=True)
class Share:
    """What is usual of a series, and the terms of the test against more than that."""

    usual: float
    most: float  # the null's: usual, and as much above as hours differ
    zero: tuple[float, float]  # the null's two parameters
    more: tuple[tuple[float, float, float], ...]  # each alternative's, and its constant


@dataclass(frozen=True, slots=True)
class Tally:
    """Where the test of one series stands."""

    sums: tuple[float, ...]  # log likelihood ratios, one for each alternative
    since: tuple[int, ...]  # the minute that each sum begins in
    raised: bool = False
    back: float = 0.0  # evidence that it is over

    @property
    def onset(self) -> int:
        """The minute in which it most likely began."""
        return self.since[self.sums.index(max(self.sums))]


def share(usual: float, most: float, gap: float) -> Share:
    """The terms of a test.

    Args:
        usual: The share of calls, in [0, 1].
        most: The highest share that is still nothing, in (0, 1).
        gap: The smallest rise above `most` worth telling.
    """
    most = min(most, _HIGHEST - 0.02)
    a, b = TOGETHER * most, TOGETHER * (1 - most)
    more = []
    least = max(gap, most)
    for rise in (least, 2.2 * least, 0.5 * (1 - most), 0.95 * (1 - most)):
        raised = min(most + rise, (1 + _HIGHEST) / 2)
        x, y = TOGETHER * raised, TOGETHER * (1 - raised)
        more.append((x, y, lgamma(a) + lgamma(b) - lgamma(x) - lgamma(y)))
    return Share(usual, most, (a, b), tuple(more))


def after(tally: Tally | None, against: Share, minute: int, calls: int, bad: int) -> Tally | None:
    """The test after a minute's calls, all of them or those that came so far.

    Args:
        tally: Before the minute; None: nothing speaks for a rise.
        against: What is usual.
        minute: Which.
        calls: In it.
        bad: Of them, those of the series.

    Returns:
        None where nothing speaks for a rise any more.
    """
    if tally is None:
        if not bad:
            return None
        tally = Tally((0.0,) * ALTERNATIVES, (minute,) * ALTERNATIVES)
    a, b = against.zero
    zero = lgamma(a + bad) + lgamma(b + calls - bad)
    ratios = [
        lgamma(x + bad) + lgamma(y + calls - bad) - zero + constant
        for x, y, constant in against.more
    ]
    if tally.raised:
        return _while_raised(tally, ratios)
    sums = tuple(max(0.0, s) + r for s, r in zip(tally.sums, ratios, strict=True))
    highest = max(sums)
    if highest <= 0:
        return None
    since = tuple(
        begun if s > 0 else minute for s, begun in zip(tally.sums, tally.since, strict=True)
    )
    return Tally(sums, since, raised=highest >= _ALARM)


def _while_raised(tally: Tally, ratios: list[float]) -> Tally | None:
    sums = tuple(s + r for s, r in zip(tally.sums, ratios, strict=True))
    back = max(0.0, tally.back - ratios[sums.index(max(sums))])
    return None if back >= _OVER else Tally(sums, tally.since, raised=True, back=back)
