"""When the pairs of a tape are looked at: once per interval, evenly spread."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.core.inference.evidence import SignalKind
    from monitor.core.inference.layout import Layout

_GOLDEN = 0.6180339887498949  # (sqrt(5) - 1) / 2: multiples of it spread evenly over the unit


def look_phases_s(layout: Layout) -> Mapping[tuple[str, str], float]:
    """When each pair's first look begins.

    The vantages of one target follow each other evenly within the interval, so that a fault of the
    target is met soon; the targets are set apart by the golden ratio (additive recurrence, the
    most even of all one-dimensional sequences without a known length).

    Args:
        layout: The declared world.

    Returns:
        Seconds from the begin, in [0, every_s), for every pair that exists.
    """
    place = {name: index / len(layout.places) for index, name in enumerate(layout.places)}
    thing = {name: index * _GOLDEN for index, name in enumerate(layout.things, 1)}
    return {
        (vantage, target): (place[vantage] + thing[target]) % 1.0 * layout.every_s[vantage, target]
        for vantage, target in layout.looks
    }


def signal_phases_s(layout: Layout) -> Mapping[tuple[str, SignalKind], float]:
    """When each signal is first read: seconds from the begin, in [0, signal_every_s)."""
    return {
        signal: index * _GOLDEN % 1.0 * layout.signal_every_s
        for index, signal in enumerate(layout.signals, 1)
    }
