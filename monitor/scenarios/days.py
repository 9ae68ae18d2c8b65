"""Whole days on which nothing is wrong: small disturbances, thin nights, and a holiday."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from monitor.core.inference.evidence import Outcome, SignalKind
from monitor.core.replay.reel import Truth
from monitor.scenarios.blips import DAY_S, blips
from monitor.scenarios.breaks import Break, row_of, stands
from monitor.scenarios.episodes import HARSH, reel_of, wiring_of
from monitor.scenarios.film import SLOT_S, film
from monitor.scenarios.style import told
from monitor.scenarios.usual import usual_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

    from monitor.core.inference.layout import Layout
    from monitor.core.replay.reel import Reel

NIGHT_S = (1.0 * 3600, 6.0 * 3600)  # from the day's begin
HOLIDAYS = 0.15  # share of days with far fewer doctors
BUSY_S = (9.0 * 3600, 13.0 * 3600)


def healthy_day(
    world: str,
    chance: np.random.Generator,
    *,
    id: str,  # noqa: A002 - as a tape calls it
    duration_s: float = DAY_S,
) -> Reel:
    """Draw a day, or its first hours, from midnight on.

    Nothing may be named on it but what a small disturbance really was, while it was.

    Args:
        world: Where; a name of `WORLDS`.
        chance: Where chance comes from; the same state gives the same day.
        id: Of its tape.
        duration_s: How much of the day.
    """
    wiring = wiring_of(world)
    layout = wiring.layout
    small, small_told = blips(layout, duration_s, chance)
    usual = usual_rows(wiring, chance)
    thin = tuple(_thin(layout, chance))
    slots = int(duration_s // SLOT_S)
    shown = film(wiring, usual, (*thin, *small), told(HARSH, chance), slots, chance)
    truth = Truth(
        name="day", onset_s=None, end_s=None, never_name=layout.upstreams, blips=small_told
    )
    return replace(reel_of(wiring, shown, id, (), truth), start="2026-11-21T20:30:00Z")


def _thin(layout: Layout, chance: np.random.Generator) -> Iterator[Break]:
    """At night nobody calls; in the busy hours everything is a little slower; some days are off."""
    nobody = row_of({Outcome.NO_RESULT: 1.0})
    for subject, kind in layout.signals:
        if kind is SignalKind.TRAFFIC:
            yield Break(f"calls:{subject}", nobody, stands(*NIGHT_S), spared=0.0)
    late = row_of({Outcome.SLOW: 1.0})
    for party in (layout.platform, *layout.upstreams):
        share = float(chance.uniform(0.0, 0.03))
        yield Break(f"work:{party}", late, stands(*BUSY_S, share), together=0.05)
    if chance.random() < HOLIDAYS:
        fewer = row_of({Outcome.DROP: 1.0})
        for region in sorted({p.region for p in layout.places.values()}):
            yield Break(f"doctors:{region}", fewer, stands(0.0, DAY_S, 0.6), spared=0.0)
