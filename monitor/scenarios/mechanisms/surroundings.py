"""The country's network, power, references; and what looks wrong and is not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from monitor.core.inference.evidence import Notice, SignalKind
from monitor.core.inference.evidence import Outcome as O  # noqa: N817 - a table reads better so
from monitor.model import NoticeKind, Scope
from monitor.scenarios import truths
from monitor.scenarios.breaks import stands
from monitor.scenarios.registry import is_wide, mechanism
from monitor.scenarios.scene import Plot

if TYPE_CHECKING:
    from monitor.core.inference.layout import Layout
    from monitor.scenarios.breaks import Break
    from monitor.scenarios.scene import Scene

CUT = {O.CONNECT_TIMEOUT: 0.72, O.DNS_SERVFAIL: 0.16, O.READ_TIMEOUT: 0.12}
BORDER_CUT = {O.CONNECT_TIMEOUT: 0.84, O.READ_TIMEOUT: 0.10, O.CONNECTION_RESET: 0.06}
REFERENCE_DEAD = {O.CONNECT_TIMEOUT: 0.5, O.HTTP_5XX: 0.35, O.READ_TIMEOUT: 0.15}


@mechanism("network.core_cut")
def core_cut(scene: Scene) -> Plot:
    """A core router is gone: nothing inside reaches anything."""
    return Plot((scene.fails("core", CUT, together=0.1),), (truths.domestic(scene.layout),))


def _sees_abroad(layout: Layout) -> bool:
    return bool(truths.references(layout, Scope.INTERNATIONAL))


@mechanism("network.border_cut", _sees_abroad)
def border_cut(scene: Scene) -> Plot:
    """The country is cut off: nothing abroad from inside, nothing inside from abroad."""
    return Plot((scene.fails("border", BORDER_CUT),), (truths.international(scene.layout),))


@mechanism("network.border_loss30", _sees_abroad, (600.0, 600.0))
def border_crowded(scene: Scene) -> Plot:
    """The lines abroad are overfull: four of ten packets die."""
    broken = scene.fails("border", BORDER_CUT, share=0.4)
    return Plot((broken,), (truths.open_to(("network.international",)),))


@mechanism("network.country_zone_dead", is_wide)
def country_zone(scene: Scene) -> Plot:
    """The country's own zone is dead: no domestic name, from anywhere."""
    shares = {O.DNS_SERVFAIL: 0.9, O.DNS_NXDOMAIN: 0.1}
    broken = scene.fails("zones", shares, ages_s=(0.0, 60.0))
    told = truths.domestic(scene.layout)  # whose resolver forgets first seems to be alone with it
    return Plot((broken,), (replace(told, tolerate=("monitor",)),))


def _has_pair(layout: Layout) -> bool:
    return bool(_crowded(layout)) and len({p.network for p in layout.places.values()}) > 1


def _crowded(layout: Layout) -> tuple[str, ...]:
    networks = [p.network for p in layout.places.values() if not p.at_platform]
    return tuple(sorted({n for n in networks if networks.count(n) > 1}))


@mechanism("network.operator_down", _has_pair)
def operator_down(scene: Scene) -> Plot:
    """One operator's network is down; whoever is elsewhere sees everything."""
    network = scene.fresh(_crowded(scene.layout))
    labels = ("network.domestic", "monitor")
    return Plot((scene.fails(f"network:{network}", CUT, together=0.4),), (truths.due(labels),))


def _dark(scene: Scene, region: str, silent_from_s: float) -> list[Break]:
    """A region without mains: its doctors are gone, its agents silent from some moment on."""
    struck = [p.id for p in scene.layout.places.values() if p.region == region]
    silent = stands(silent_from_s, scene.end_s)
    breaks = [scene.exactly(f"doctors:{region}", O.DROP, scene.chance.uniform(0.75, 1.0))]
    breaks += [scene.exactly(f"mains:{v}", O.DROP) for v in struck]
    breaks += [
        scene.fails(f"agent:{v}", {O.NO_RESULT: 1.0}, strength=silent, spared=0.0) for v in struck
    ]
    return breaks


def _region(scene: Scene) -> tuple[str, tuple[str, ...]]:
    place = scene.place(sited=len(scene.layout.places) == 1)
    region = place.region
    return region, tuple(p.id for p in scene.layout.places.values() if p.region == region)


@mechanism("power.cut")
def power_cut(scene: Scene) -> Plot:
    """A region's mains fail."""
    region, struck = _region(scene)
    return Plot(tuple(_dark(scene, region, scene.onset_s)), (truths.power(scene.layout, struck),))


@mechanism("power.planned")
def power_planned(scene: Scene) -> Plot:
    """A cut that stood in the plan."""
    region, struck = _region(scene)
    notice = Notice(NoticeKind.POWER_CUT, scene.onset_s - 30.0, scene.end_s + 60.0, region=region)
    breaks = tuple(_dark(scene, region, scene.onset_s))
    return Plot(breaks, (truths.power(scene.layout, struck),), (notice,))


def _metered(layout: Layout) -> bool:
    return any(kind is SignalKind.MAINS for _, kind in layout.signals)


@mechanism("power.on_batteries", _metered)
def on_batteries(scene: Scene) -> Plot:
    """The mains fail, the agents run on batteries, then these are empty too."""
    region, struck = _region(scene)
    empty_s = scene.onset_s + scene.chance.uniform(120.0, 240.0)
    return Plot(tuple(_dark(scene, region, empty_s)), (truths.power(scene.layout, struck),))


def _dead(scene: Scene, names: tuple[str, ...]) -> tuple[Break, ...]:
    return tuple(scene.fails(f"site:{name}", REFERENCE_DEAD) for name in names)


@mechanism("reference.one_dead")
def one_reference(scene: Scene) -> Plot:
    """A reference is down: that says nothing about anybody else."""
    scopes = [s for s in Scope if truths.references(scene.layout, s)]
    name = scene.one(truths.references(scene.layout, scene.one(scopes)))
    return Plot(_dead(scene, (name,)))


@mechanism("reference.all_domestic_dead")
def all_domestic(scene: Scene) -> Plot:
    """All domestic references are down at once, and all parties are well."""
    return Plot(_dead(scene, truths.references(scene.layout, Scope.DOMESTIC)))


@mechanism("reference.all_abroad_dead", _sees_abroad)
def all_abroad(scene: Scene) -> Plot:
    """All references abroad are down at once: without a vantage there, as good as cut off."""
    names = truths.references(scene.layout, Scope.INTERNATIONAL)
    outside = any(p.country != scene.layout.country for p in scene.layout.places.values())
    told = () if outside else (truths.open_to(("network.international",)),)
    return Plot(_dead(scene, names), told)


@mechanism("healthy", lasts_s=(600.0, 900.0))
def healthy(_: Scene) -> Plot:
    """Nothing but the small disturbances of every day."""
    return Plot(())
