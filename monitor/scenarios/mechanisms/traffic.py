"""What only real traffic shows, and traffic that is thin for good reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.core.inference.evidence import Outcome as O  # noqa: N817 - a table reads better so
from monitor.core.inference.evidence import SignalKind
from monitor.scenarios import truths
from monitor.scenarios.registry import mechanism
from monitor.scenarios.scene import Plot

if TYPE_CHECKING:
    from monitor.core.inference.layout import Layout
    from monitor.scenarios.scene import Scene


def _counted(layout: Layout) -> bool:
    return any(kind is SignalKind.TRAFFIC for _, kind in layout.signals)


def _heard(layout: Layout) -> bool:
    return any(kind is SignalKind.REGIONAL_TRAFFIC for _, kind in layout.signals)


@mechanism("traffic.quiet_fault", _counted)
def quiet(scene: Scene) -> Plot:
    """Patients who are covered are told in right form that they are not; our own look is fine.

    Nobody may be named for it in public: there is no failing look. It may be said to the staff.
    """
    up = scene.upstream()
    target = scene.one(scene.works(up))
    broken = scene.fails(f"calls:{target}", {O.REJECTED: 1.0}, share=0.6)
    return Plot((broken,), (truths.open_to((f"upstream:{up}",), guilty=up),))


@mechanism("traffic.one_shard", _counted)
def one_shard(scene: Scene) -> Plot:
    """Some real calls fail where our own look succeeds: another shard."""
    up = scene.upstream()
    target = scene.one(scene.works(up))
    broken = scene.fails(f"calls:{target}", {O.HTTP_5XX: 0.7, O.READ_TIMEOUT: 0.3}, share=0.4)
    labels = (f"upstream:{up}", "platform", f"path:{up}")
    return Plot((broken,), (truths.open_to(labels, guilty=up),))


@mechanism("traffic.night", _counted)
def night(scene: Scene) -> Plot:
    """Nobody works, nobody calls: too thin to say anything, and nothing is wrong."""
    targets = [s for s, kind in scene.layout.signals if kind is SignalKind.TRAFFIC]
    return Plot(tuple(scene.exactly(f"calls:{target}", O.NO_RESULT) for target in targets))


@mechanism("traffic.holiday", _heard)
def holiday(scene: Scene) -> Plot:
    """A holiday that no calendar has: far fewer sessions everywhere, and nothing is wrong."""
    regions = sorted({p.region for p in scene.layout.places.values()
                      if p.country == scene.layout.country})  # fmt: skip
    return Plot(tuple(scene.exactly(f"doctors:{r}", O.DROP, 0.6) for r in regions))
