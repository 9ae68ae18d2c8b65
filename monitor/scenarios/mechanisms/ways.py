"""Ways between one place and one upstream."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.core.inference.evidence import Outcome as O  # noqa: N817 - a table reads better so
from monitor.scenarios import truths
from monitor.scenarios.mechanisms.upstreams import BAD_GATEWAY
from monitor.scenarios.registry import has_relays, mechanism
from monitor.scenarios.scene import Plot

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from monitor.core.inference.layout import Layout
    from monitor.scenarios.breaks import Break
    from monitor.scenarios.scene import Scene

DROPPED = {O.CONNECT_TIMEOUT: 0.84, O.READ_TIMEOUT: 0.11, O.CONNECTION_RESET: 0.05}
TOO_BIG = {O.READ_TIMEOUT: 0.62, O.TLS_OTHER: 0.38}
CAPTCHA = {O.HTTP_401: 0.45, O.CONTENT_MISMATCH: 0.45, O.HTTP_5XX: 0.10}


def _several(layout: Layout) -> bool:
    inside = [p for p in layout.places.values() if p.country == layout.country]
    return len(inside) > 1


def _network(scene: Scene) -> tuple[str, tuple[str, ...]]:
    """A network, and the vantages on it; the platform's own is left alone."""
    at = {p.network for p in scene.layout.places.values()
          if p.country == scene.layout.country and not p.at_platform}  # fmt: skip
    network = scene.fresh(sorted(at))
    return network, tuple(p.id for p in scene.layout.places.values() if p.network == network)


def _told(scene: Scene, up: str, struck: Iterable[str], breaks: tuple[Break, ...]) -> Plot:
    return Plot(breaks, (truths.path(scene.layout, up, struck),))


def _line(name: str, shares: Mapping[O, float], why: str) -> None:
    def plot(scene: Scene) -> Plot:
        up, place = scene.upstream(), scene.place(sited=False)
        broken = scene.fails(f"way:{place.id}>{up}", shares, spared=0.0)
        return _told(scene, up, (place.id,), (broken,))

    plot.__doc__ = why
    mechanism(name, _several)(plot)


_line("path.one_line", DROPPED, "A firewall drops one line's packets to one upstream.")
_line("path.too_big", TOO_BIG, "Small packets pass, big ones do not, and nobody is told so.")
_line("path.captcha", CAPTCHA, "Its firewall thinks that one vantage is a robot.")


@mechanism("path.network", _several)
def network_filtered(scene: Scene) -> Plot:
    """An operator's firewall drops everything to one upstream."""
    up, (network, struck) = scene.upstream(), _network(scene)
    return _told(scene, up, struck, (scene.fails(f"way:{network}>{up}", DROPPED, spared=0.0),))


@mechanism("path.route_lost", _several)
def route_lost(scene: Scene) -> Plot:
    """An operator lost its route: its packets die, everybody else's take the longer way."""
    up, (network, struck) = scene.upstream(), _network(scene)
    broken = scene.fails(f"way:{network}>{up}", DROPPED, spared=0.0)
    longer = scene.fails(f"site:{up}", {O.SLOW: 1.0}, share=0.08)
    return _told(scene, up, struck, (broken, longer))


@mechanism("path.network_captcha", _several)
def network_captcha(scene: Scene) -> Plot:
    """Its firewall distrusts a whole operator."""
    up, (network, struck) = scene.upstream(), _network(scene)
    return _told(scene, up, struck, (scene.fails(f"way:{network}>{up}", CAPTCHA, spared=0.0),))


@mechanism("path.bad_cache_node", _several)
def bad_node(scene: Scene) -> Plot:
    """The node of its delivery network that serves one region is broken."""
    up, place = scene.upstream(), scene.place(sited=False)
    struck = [p.id for p in scene.layout.places.values() if p.region == place.region]
    breaks = tuple(scene.fails(f"way:{v}>{up}", BAD_GATEWAY, spared=0.0) for v in struck)
    found = truths.path(scene.layout, up, struck)
    labels = (f"path:{up}", f"upstream:{up}")
    found = truths.due(labels, guilty=up) if found.group else truths.open_to(labels, guilty=up)
    return Plot(breaks, (found,))


def _has_egress(layout: Layout) -> bool:
    return has_relays(layout)


@mechanism("path.egress", _has_egress)
def egress(scene: Scene) -> Plot:
    """The platform's way to one upstream is filtered; a vantage beside it cannot get there."""
    up = scene.upstream()
    sited = [p.id for p in scene.layout.places.values() if p.at_platform]
    breaks = [scene.fails(f"egress:{up}", DROPPED, spared=0.0)]
    breaks += [scene.fails(f"way:{v}>{up}", DROPPED, spared=0.0) for v in sited]
    return Plot(tuple(breaks), (truths.egress(scene.layout, up),))


@mechanism("path.egress_refused", _has_egress)
def egress_refused(scene: Scene) -> Plot:
    """The upstream's firewall resets whoever comes from the platform's address."""
    up = scene.upstream()
    shares = {O.CONNECTION_RESET: 0.7, O.CONNECTION_REFUSED: 0.2, O.CONNECT_TIMEOUT: 0.1}
    sited = [p.id for p in scene.layout.places.values() if p.at_platform]
    breaks = [scene.fails(f"egress:{up}", shares, spared=0.0)]
    breaks += [scene.fails(f"way:{v}>{up}", shares, spared=0.0) for v in sited]
    return Plot(tuple(breaks), (truths.egress(scene.layout, up),))


@mechanism("path.one_line_loss30", _several, (600.0, 600.0))
def lossy_way(scene: Scene) -> Plot:
    """A third of one line's packets to one upstream die: too little to be called out."""
    up, place = scene.upstream(), scene.place(sited=False)
    broken = scene.fails(f"way:{place.id}>{up}", DROPPED, share=0.35)
    return Plot((broken,), (truths.open_to((f"path:{up}", "monitor")),))
