"""The platform's own faults, and those of what several upstreams stand on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.core.inference.evidence import Notice
from monitor.core.inference.evidence import Outcome as O  # noqa: N817 - a table reads better so
from monitor.model import NoticeKind
from monitor.scenarios import truths
from monitor.scenarios.breaks import grows
from monitor.scenarios.mechanisms.upstreams import (
    BAD_GATEWAY,
    LATE,
    NO_DATABASE,
    NO_WORKERS,
    SITE_LOST,
)
from monitor.scenarios.registry import (
    anywhere,
    has_operations,
    has_relays,
    has_shared,
    mechanism,
)
from monitor.scenarios.scene import Plot

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from monitor.core.inference.layout import Layout
    from monitor.scenarios.scene import Scene

RELAY_BUG = {O.HTTP_5XX: 0.62, O.CONTENT_MISMATCH: 0.22, O.HTTP_4XX: 0.16}


def _has_work(layout: Layout) -> bool:
    return f"{layout.platform}.work" in layout.things or has_operations(layout)


def _own(name: str, part: str, shares: Mapping[O, float], why: str,
         fits: Callable[[Layout], bool] = anywhere, lasts_s: tuple[float, float] = (300.0, 600.0),
         *, share: float = 1.0, answers: bool = True) -> None:  # fmt: skip
    def plot(scene: Scene) -> Plot:
        broken = scene.fails(part.format(scene.layout.platform), shares, share=share)
        return Plot((broken,), (truths.platform(scene.layout, answers=answers),))

    plot.__doc__ = why
    mechanism(name, fits, lasts_s)(plot)


_own("platform.site_lost", "site:{}", SITE_LOST, "Packets to it are dropped.", answers=False)
_own(
    "platform.nothing_listens",
    "door:{}",
    {O.CONNECTION_REFUSED: 0.85, O.CONNECTION_RESET: 0.15},
    "Its web server is gone.",
)
_own("platform.backends_dead", "web:{}", BAD_GATEWAY, "A balancer with nothing behind it.")
_own("platform.hangs", "web:{}", NO_WORKERS, "All its workers wait.")
_own(
    "platform.application",
    "work:{}",
    NO_DATABASE,
    "The door opens, the application fails.",
    _has_work,
)
_own(
    "platform.certificate_expired",
    "door:{}",
    {O.TLS_CERTIFICATE: 0.96, O.TLS_OTHER: 0.04},
    "Its certificate ran out.",
)
_own(
    "brownout30.platform",
    "web:{}",
    BAD_GATEWAY,
    "Three of ten requests fail.",
    lasts_s=(700.0, 700.0),
    share=0.3,
)
_own(
    "platform.all_relays",
    "relays",
    {O.HTTP_5XX: 0.72, O.READ_TIMEOUT: 0.28},
    "The queue that all relays stand on is full.",
    has_relays,
)


@mechanism("platform.zone_dead")
def zone_dead(scene: Scene) -> Plot:
    """Its name servers are dead."""
    shares = {O.DNS_SERVFAIL: 0.88, O.DNS_NXDOMAIN: 0.12}
    broken = scene.fails(f"zone:{scene.layout.platform}", shares, ages_s=(0.0, 120.0))
    return Plot((broken,), (truths.platform(scene.layout, answers=False),))


@mechanism("platform.database_slow")
def database_slow(scene: Scene) -> Plot:
    """Its database is slow: the door a little, the work and all relays much."""
    name = scene.layout.platform
    door = scene.fails(f"web:{name}", {O.SLOW: 1.0}, share=0.55)
    return Plot((scene.fails(f"work:{name}", LATE), door),
                (truths.platform(scene.layout, answers=True),))  # fmt: skip


@mechanism("slow_degrade.platform", _has_work, (900.0, 900.0))
def leaks(scene: Scene) -> Plot:
    """A leak in the application, over ten minutes."""
    rise = grows(scene.onset_s, scene.end_s, 600.0, 0.95)
    late = {O.SLOW: 0.6, O.READ_TIMEOUT: 0.25, O.HTTP_5XX: 0.15}
    broken = scene.fails(f"work:{scene.layout.platform}", late, strength=rise)
    return Plot((broken,), (truths.platform(scene.layout, answers=True),))


@mechanism("platform.hall_lost", lambda layout: any(p.at_platform for p in layout.places.values()))
def hall_lost(scene: Scene) -> Plot:
    """Its data centre lost its uplink; the vantage inside sees nothing, or nobody hears it."""
    part, shares = f"site:{scene.layout.platform}", {O.CONNECT_TIMEOUT: 0.9, O.READ_TIMEOUT: 0.1}
    inside = [p.id for p in scene.layout.places.values() if p.at_platform]
    if scene.chance.random() < 0.5:  # noqa: PLR2004 - either
        sited = [scene.exactly(f"agent:{v}", O.NO_RESULT) for v in inside]
    else:
        sited = [scene.fails("hall", {O.CONNECT_TIMEOUT: 0.75, O.DNS_SERVFAIL: 0.25})]
    conclusion = truths.due(("platform",), tolerate=("monitor",))
    return Plot((scene.fails(part, shares, spared=0.0), *sited), (conclusion,))


@mechanism("platform.deploy_broke_it")
def deploy_broke_it(scene: Scene) -> Plot:
    """A deploy, and from then on errors."""
    name = scene.layout.platform
    deploy = Notice(NoticeKind.DEPLOY, scene.onset_s - 20.0, scene.onset_s + 600.0, name)
    broken = scene.fails(f"web:{name}", BAD_GATEWAY, share=0.9)
    return Plot((broken,), (truths.platform(scene.layout, answers=True),), (deploy,))


def _relay(name: str, shares: Mapping[O, float], why: str, share: float = 1.0) -> None:
    def plot(scene: Scene) -> Plot:
        up = scene.upstream()
        broken = scene.fails(f"relay:{up}", shares, share=share, spared=0.0)
        return Plot((broken,), (truths.relay(scene.layout, up),))

    plot.__doc__ = why
    mechanism(name, has_relays)(plot)


_relay("platform.relay_broken", RELAY_BUG, "A deploy broke the way it asks one upstream.")
_relay(
    "platform.relay_slow",
    {O.SLOW: 0.75, O.READ_TIMEOUT: 0.25},
    "Its calls to one upstream wait for each other.",
)
_relay(
    "brownout50.relay_pool",
    {O.HTTP_5XX: 0.6, O.CONNECTION_RESET: 0.1, O.READ_TIMEOUT: 0.3},
    "Half the connections it keeps open to one upstream are dead.",
    0.5,
)


@mechanism("platform.one_operation", has_operations)
def one_operation(scene: Scene) -> Plot:
    """One function of the platform fails."""
    target = scene.one(scene.works(scene.layout.platform))
    broken = scene.fails(f"operation:{target}", NO_DATABASE)
    return Plot((broken,), (truths.platform(scene.layout, answers=True),))


def _shared(name: str, shares: Mapping[O, float], why: str) -> None:
    def plot(scene: Scene) -> Plot:
        thing = scene.fresh(sorted(scene.layout.shared))
        served = {scene.layout.things[t].party or "" for t in scene.layout.shared[thing]}
        scene.taken |= served
        broken = scene.fails(f"shared:{thing}", shares, spared=0.0)
        return Plot((broken,), (truths.shared(scene.layout, thing),))

    plot.__doc__ = why
    mechanism(name, has_shared)(plot)


_shared(
    "shared.fails",
    {O.HTTP_5XX: 0.64, O.READ_TIMEOUT: 0.36},
    "What several upstreams stand on answers errors, or nothing.",
)
_shared("shared.lost", SITE_LOST, "What several upstreams stand on is not reachable.")
_shared("shared.slow", LATE, "What several upstreams stand on is late.")
