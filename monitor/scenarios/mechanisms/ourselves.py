"""Faults at our own vantages, and at the centre."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.core.inference.evidence import Outcome as O  # noqa: N817 - a table reads better so
from monitor.scenarios import truths
from monitor.scenarios.breaks import comes_and_goes, stands
from monitor.scenarios.registry import has_two, is_wide, mechanism
from monitor.scenarios.scene import Plot

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.core.inference.layout import Layout
    from monitor.scenarios.scene import Scene

LINE_DEAD = {O.CONNECT_TIMEOUT: 0.64, O.DNS_SERVFAIL: 0.30, O.READ_TIMEOUT: 0.06}
NO_NAMES = {O.DNS_SERVFAIL: 0.93, O.DNS_NXDOMAIN: 0.07}
STARVED = {O.SLOW: 0.56, O.READ_TIMEOUT: 0.22, O.CONNECT_TIMEOUT: 0.14, O.NO_RESULT: 0.08}
LOST_PACKETS = {O.CONNECT_TIMEOUT: 0.56, O.DNS_SERVFAIL: 0.24, O.READ_TIMEOUT: 0.20}
CAPTIVE = {O.CONTENT_MISMATCH: 0.45, O.TLS_CERTIFICATE: 0.35, O.CONNECTION_RESET: 0.20}


def _vantage(name: str, part: str, shares: Mapping[O, float], why: str,
             lasts_s: tuple[float, float] = (300.0, 600.0), share: float = 1.0,
             together: float = 0.4) -> None:  # fmt: skip
    def plot(scene: Scene) -> Plot:
        place = scene.place()
        broken = scene.fails(part.format(place.id), shares, share=share, together=together)
        return Plot((broken,), (truths.vantage(scene.layout, (place.id,)),))

    plot.__doc__ = why
    mechanism(name, lasts_s=lasts_s)(plot)


_vantage(
    "monitor.line_dead",
    "line:{}",
    LINE_DEAD,
    "A vantage's line is dead; its agent lives, and tells so over a reserve.",
)
_vantage(
    "monitor.resolver_dead",
    "resolver:{}",
    NO_NAMES,
    "Its resolver is dead: all of its looks fail in the same moments.",
)
_vantage(
    "monitor.line_loss30",
    "line:{}",
    LOST_PACKETS,
    "Its operator's gateway is overloaded at night: a third of the packets die.",
    (600.0, 600.0),
    0.33,
)
_vantage("monitor.captive", "line:{}", CAPTIVE, "A box before it answers everything itself.")


@mechanism("monitor.agent_crashed")
def crashed(scene: Scene) -> Plot:
    """An agent is dead; doctors around it go on."""
    place = scene.place()
    conclusion = truths.vantage(scene.layout, (place.id,), silent=True)
    return Plot((scene.exactly(f"agent:{place.id}", O.NO_RESULT),), (conclusion,))


@mechanism("monitor.agent_flaps", lasts_s=(600.0, 600.0))
def agent_flaps(scene: Scene) -> Plot:
    """An agent crashes at every start, and is started again and again."""
    place = scene.place()
    course = comes_and_goes(scene.onset_s, scene.end_s, 50.0, 30.0)
    broken = scene.fails(f"agent:{place.id}", {O.NO_RESULT: 1.0}, strength=course, together=1.0)
    labels = truths.vantage(scene.layout, (place.id,), silent=True).coarse
    return Plot((broken,), (truths.open_to(labels),))


@mechanism("monitor.host_overloaded")
def overloaded(scene: Scene) -> Plot:
    """Its host has no processor left: its loop lags, everything seems slow."""
    place = scene.place()
    host = scene.fails(f"host:{place.id}", STARVED, share=0.7)
    told = scene.fails(f"self:{place.id}", {O.SLOW: 1.0})
    return Plot((host, told), (truths.vantage(scene.layout, (place.id,)),))


@mechanism("monitor.clock_jumped")
def clock_jumped(scene: Scene) -> Plot:
    """Its clock is years off: no certificate is valid, wherever it looks."""
    place = scene.place()
    host = scene.fails(f"host:{place.id}", {O.TLS_CERTIFICATE: 1.0}, share=0.92)
    told = scene.fails(f"self:{place.id}", {O.CONTENT_MISMATCH: 1.0})
    return Plot((host, told), (truths.vantage(scene.layout, (place.id,)),))


@mechanism("monitor.liar", is_wide)
def liar(scene: Scene) -> Plot:
    """An agent tells of every look the same wrong thing."""
    place = scene.place()
    says = scene.one((O.HTTP_5XX, O.CONNECTION_REFUSED, O.CONTENT_MISMATCH, O.HTTP_4XX))
    broken = scene.exactly(f"host:{place.id}", says)
    return Plot((broken,), (truths.vantage(scene.layout, (place.id,)),))


@mechanism("monitor.centre_dead")
def centre_dead(scene: Scene) -> Plot:
    """The centre is dead: nothing reports any more."""
    broken = scene.exactly("centre", O.NO_RESULT)
    everybody = tuple(scene.layout.places)
    return Plot((broken,), (truths.vantage(scene.layout, everybody, silent=True),))


def _many(layout: Layout) -> bool:
    return is_wide(layout) and has_two(layout)


@mechanism("monitor.rolling_restart", _many, (360.0, 420.0))
def rolling_restart(scene: Scene) -> Plot:
    """Half the agents are restarted, one after the other, each silent for a minute."""
    half = max(2, len(scene.layout.places) // 2)
    names = [scene.fresh(scene.layout.places) for _ in range(half)]
    step_s = (scene.end_s - scene.onset_s) / half
    breaks = []
    for number, name in enumerate(names):
        from_s = scene.onset_s + number * step_s
        course = stands(from_s, from_s + min(60.0, step_s))
        breaks.append(scene.fails(f"agent:{name}", {O.NO_RESULT: 1.0}, strength=course, spared=0.0))
    return Plot(tuple(breaks), (truths.open_to(("monitor", "power", "network.domestic")),))
