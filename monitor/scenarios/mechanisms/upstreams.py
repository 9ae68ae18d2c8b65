"""An upstream's own faults, as they come about at its site."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.core.inference.evidence import Notice
from monitor.core.inference.evidence import Outcome as O  # noqa: N817 - a table reads better so
from monitor.model import NoticeKind
from monitor.scenarios import truths
from monitor.scenarios.breaks import comes_and_goes, grows
from monitor.scenarios.registry import mechanism
from monitor.scenarios.scene import Plot

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from monitor.scenarios.scene import Scene

SITE_LOST = {O.CONNECT_TIMEOUT: 0.86, O.READ_TIMEOUT: 0.09, O.CONNECTION_RESET: 0.05}
BAD_GATEWAY = {O.HTTP_5XX: 0.84, O.READ_TIMEOUT: 0.16}
NO_WORKERS = {O.READ_TIMEOUT: 0.88, O.HTTP_5XX: 0.09, O.SLOW: 0.03}
NO_DATABASE = {O.HTTP_5XX: 0.66, O.READ_TIMEOUT: 0.34}
LATE = {O.SLOW: 0.82, O.READ_TIMEOUT: 0.18}
PAGE = {O.HTTP_5XX: 0.65, O.CONTENT_MISMATCH: 0.35}  # "we are at work": 503, or 200


def _simple(name: str, part: str, shares: Mapping[O, float], why: str,
            lasts_s: tuple[float, float] = (300.0, 600.0), share: float = 1.0,
            together: float = 0.25) -> Callable[[Scene], Plot]:  # fmt: skip
    """Enter a mechanism of one broken part of an upstream."""

    def plot(scene: Scene) -> Plot:
        up = scene.upstream()
        broken = scene.fails(part.format(up), shares, share=share, together=together)
        return Plot((broken,), (truths.upstream(scene.layout, up),))

    plot.__doc__ = why
    return mechanism(name, lasts_s=lasts_s)(plot)


_simple(
    "upstream.backends_dead",
    "web:{}",
    BAD_GATEWAY,
    "A balancer lives, what stands behind it is dead: 502 at once, 504 after its patience.",
)
_simple("upstream.site_lost", "site:{}", SITE_LOST, "Its uplink is dead: packets are dropped.")
_simple(
    "upstream.nothing_listens",
    "door:{}",
    {O.CONNECTION_REFUSED: 0.82, O.CONNECTION_RESET: 0.18},
    "The process is gone, the kernel answers RST.",
)
_simple(
    "upstream.certificate_expired",
    "door:{}",
    {O.TLS_CERTIFICATE: 0.96, O.TLS_OTHER: 0.04},
    "Its certificate ran out: every client that verifies refuses.",
)
_simple(
    "upstream.handshake_broken",
    "door:{}",
    {O.TLS_OTHER: 0.82, O.CONNECTION_RESET: 0.18},
    "A new TLS configuration that nobody can agree with.",
)
_simple(
    "upstream.own_firewall",
    "door:{}",
    {O.CONNECTION_RESET: 0.9, O.CONNECT_TIMEOUT: 0.1},
    "Its own firewall cuts every connection after the first bytes.",
)
_simple("upstream.hangs", "web:{}", NO_WORKERS, "All workers wait: connects, never answers.")
_simple(
    "upstream.overloaded",
    "door:{}",
    {
        O.CONNECT_TIMEOUT: 0.34,
        O.READ_TIMEOUT: 0.28,
        O.HTTP_5XX: 0.2,
        O.SLOW: 0.12,
        O.CONNECTION_RESET: 0.06,
    },
    "The backlog overflows: some get in and wait, some do not.",
    share=0.85,
)
_simple(
    "upstream.database_down",
    "work:{}",
    NO_DATABASE,
    "The door opens; the work behind it fails, part at once, part after a wait.",
)
_simple("upstream.work_hangs", "work:{}", NO_WORKERS, "A lock in its database: work never ends.")
_simple(
    "upstream.rejects",
    "work:{}",
    {O.REJECTED: 0.93, O.CONTENT_MISMATCH: 0.07},
    "A golden transaction that was always right is refused in a well-formed answer.",
)
_simple(
    "brownout30.upstream",
    "web:{}",
    BAD_GATEWAY,
    "Three of ten requests fail.",
    (700.0, 700.0),
    0.30,
)
_simple(
    "brownout50.upstream", "web:{}", BAD_GATEWAY, "Every other request fails.", (600.0, 600.0), 0.50
)
_simple(
    "txn_brownout20.upstream",
    "work:{}",
    NO_DATABASE,
    "Two of ten pieces of work fail.",
    (900.0, 900.0),
    0.20,
)
_simple(
    "brownout50.one_of_two_backends",
    "work:{}",
    NO_DATABASE,
    "One of two backends is dead, and the balancer has not noticed: bursts of failures.",
    (600.0, 600.0),
    0.5,
    0.6,
)
_simple("selffix20s", "web:{}", BAD_GATEWAY, "Restarted by its own watchdog.", (20.0, 20.0))


def _first_to_forget(up: str) -> tuple[str, ...]:
    """While one resolver alone has forgotten a name, whoever asks it has lost his way, it seems."""
    return ("platform", f"path:{up}")


@mechanism("upstream.zone_dead")
def zone_dead(scene: Scene) -> Plot:
    """Its name servers are dead: the name ages out of each resolver's cache on its own."""
    up = scene.upstream()
    longest_s = scene.chance.uniform(60.0, 300.0)
    scene.end_s += longest_s
    shares = {O.DNS_SERVFAIL: 0.88, O.DNS_NXDOMAIN: 0.12}
    broken = scene.fails(f"zone:{up}", shares, ages_s=(0.0, longest_s))
    return Plot((broken,), (truths.upstream(scene.layout, up, also=_first_to_forget(up)),))


@mechanism("upstream.zone_deleted")
def zone_deleted(scene: Scene) -> Plot:
    """The registrar dropped its name: no such name, as soon as caches forget it."""
    up = scene.upstream()
    shares = {O.DNS_NXDOMAIN: 0.94, O.DNS_SERVFAIL: 0.06}
    broken = scene.fails(f"zone:{up}", shares, ages_s=(0.0, 60.0))
    return Plot((broken,), (truths.upstream(scene.layout, up, also=_first_to_forget(up)),))


@mechanism("upstream.slow")
def slow(scene: Scene) -> Plot:
    """Everything of it is late, the work more than the door."""
    up = scene.upstream()
    door = scene.fails(f"web:{up}", {O.SLOW: 1.0}, share=0.5)
    return Plot((scene.fails(f"work:{up}", LATE), door), (truths.upstream(scene.layout, up),))


@mechanism("slow_degrade.upstream", lasts_s=(900.0, 900.0))
def leaks(scene: Scene) -> Plot:
    """A leak: later and later over ten minutes, until requests time out."""
    up = scene.upstream()
    rise = grows(scene.onset_s, scene.end_s, 600.0, 0.95)
    late = scene.fails(f"work:{up}", {O.SLOW: 0.7, O.READ_TIMEOUT: 0.3}, strength=rise)
    return Plot((late,), (truths.upstream(scene.layout, up),))


@mechanism("upstream.flapping", lasts_s=(640.0, 640.0))
def flapping(scene: Scene) -> Plot:
    """Crashes, is restarted, crashes: forty seconds bad, forty good."""
    up = scene.upstream()
    course = comes_and_goes(scene.onset_s, scene.end_s, 40.0, 40.0, 0.97)
    broken = scene.fails(f"web:{up}", BAD_GATEWAY, strength=course)
    return Plot((broken,), (truths.upstream(scene.layout, up),))


@mechanism("upstream.flapping_slowly", lasts_s=(720.0, 720.0))
def flapping_slowly(scene: Scene) -> Plot:
    """Two sites, and a switch between them that cannot make up its mind."""
    up = scene.upstream()
    course = comes_and_goes(scene.onset_s, scene.end_s, 100.0, 80.0, 0.97)
    broken = scene.fails(f"site:{up}", SITE_LOST, strength=course)
    return Plot((broken,), (truths.upstream(scene.layout, up),))


@mechanism("upstream.wrong_page")
def wrong_page(scene: Scene) -> Plot:
    """A deploy of theirs left the web server's own first page where the service was."""
    up = scene.upstream()
    row = scene.fails(f"web:{up}", {O.CONTENT_MISMATCH: 0.7, O.HTTP_4XX: 0.3})
    also = (f"contract:{up}", f"maintenance:{up}")
    found = truths.upstream(scene.layout, up, also=also)
    group = (*found.group, *also) if found.group else ()
    told = truths.Conclusion(group, found.tolerate, found.coarse, found.guilty)
    return Plot((row,), (told,))


@mechanism("upstream.on_our_deploy")
def on_our_deploy(scene: Scene) -> Plot:
    """It fails by chance within minutes of a deploy of our own."""
    up = scene.upstream()
    deploy = Notice(NoticeKind.DEPLOY, scene.onset_s - 60.0, scene.onset_s + 600.0,
                    scene.layout.platform)  # fmt: skip
    broken = scene.fails(f"work:{up}", NO_DATABASE)
    return Plot((broken,), (truths.upstream(scene.layout, up),), (deploy,))


def _work_page(scene: Scene, before_s: float, after_s: float) -> tuple[str, Plot]:
    up = scene.upstream()
    notice = Notice(NoticeKind.MAINTENANCE, scene.onset_s - before_s, scene.end_s + after_s, up)
    conclusion = truths.maintenance(scene.layout, up, told=True)
    return up, Plot((scene.fails(f"web:{up}", PAGE),), (conclusion,), (notice,))


@mechanism("maintenance.announced")
def announced(scene: Scene) -> Plot:
    """Work that was announced, with a page that says so."""
    return _work_page(scene, 30.0, 300.0)[1]


@mechanism("maintenance.over_run", lasts_s=(600.0, 700.0))
def over_run(scene: Scene) -> Plot:
    """Announced work that does not end when it was to: from then on it is an outage."""
    lasts_s = scene.end_s - scene.onset_s
    up, plot = _work_page(scene, 30.0, -lasts_s / 2)
    conclusion = plot.conclusions[0]
    if conclusion.group:
        group = (f"maintenance:{up}", f"upstream:{up}")
        conclusion = truths.due(group, guilty=up, coarse=conclusion.coarse)
    return Plot(plot.breaks, (conclusion,), plot.notices)


@mechanism("maintenance.unannounced")
def unannounced(scene: Scene) -> Plot:
    """Work that nobody was told of, with its page."""
    up = scene.upstream()
    conclusion = truths.maintenance(scene.layout, up, told=False)
    return Plot((scene.fails(f"web:{up}", PAGE),), (conclusion,))


@mechanism("maintenance.nothing_fails", lasts_s=(300.0, 400.0))
def nothing_fails(scene: Scene) -> Plot:
    """Announced work that nobody notices: an announcement is no outage."""
    up = scene.upstream()
    notice = Notice(NoticeKind.MAINTENANCE, scene.onset_s, scene.end_s, up)
    return Plot((), (), (notice,))
