"""Our standing at an upstream: tokens, accounts, quotas; the looks' own and the platform's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.core.inference.evidence import Outcome as O  # noqa: N817 - a table reads better so
from monitor.scenarios import truths
from monitor.scenarios.breaks import comes_and_goes
from monitor.scenarios.registry import anywhere, has_relays, mechanism
from monitor.scenarios.scene import Plot

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from monitor.core.inference.layout import Layout
    from monitor.scenarios.scene import Scene

EXPIRED = {O.HTTP_401: 0.95, O.REJECTED: 0.05}
BLOCKED = {O.HTTP_401: 0.78, O.REJECTED: 0.22}  # 403, or 200 with a code that says so
LIMITED = {O.HTTP_429: 0.92, O.HTTP_5XX: 0.08}


def _refused(
    name: str,
    who: tuple[str, ...],
    shares: Mapping[O, float],
    why: str,
    fits: Callable[[Layout], bool] = anywhere,
    *,
    in_bursts: bool = False,
) -> None:
    def plot(scene: Scene) -> Plot:
        up = scene.upstream()
        course = None
        if in_bursts:  # the minute's quota is used up before the minute is over
            bad_s = scene.chance.uniform(35.0, 50.0)
            course = comes_and_goes(scene.onset_s, scene.end_s, bad_s, 60.0 - bad_s, 0.95)
        breaks = tuple(
            scene.fails(f"standing:{w}>{up}", shares, strength=course, together=0.4) for w in who
        )
        told = scene.shows(breaks[-1].row @ scene.style, O.HTTP_401, O.HTTP_429)
        conclusion = truths.credentials(
            scene.layout, up, direct="looks" in who, relayed=told if "platform" in who else 0.0
        )
        return Plot(breaks, (conclusion,))

    plot.__doc__ = why
    mechanism(name, fits)(plot)


BOTH, OURS, THEIRS = ("looks", "platform"), ("looks",), ("platform",)
_refused("credentials.expired", BOTH, EXPIRED, "One token for everybody ran out.")
_refused(
    "credentials.expired_looks",
    OURS,
    EXPIRED,
    "The looks' own token ran out; the relay has another and is fine.",
    has_relays,
)
_refused(
    "credentials.expired_platform",
    THEIRS,
    EXPIRED,
    "The platform's token ran out; direct looks are fine.",
    has_relays,
)
_refused("credentials.blocked", BOTH, BLOCKED, "Our account was blocked.")
_refused(
    "credentials.quota",
    BOTH,
    LIMITED,
    "Over 300 calls a minute: refused until the minute is over.",
    in_bursts=True,
)
_refused("credentials.quota_used_up", BOTH, LIMITED, "The day's quota is used up.")
_refused("credentials.quota_looks", OURS, LIMITED, "The looks' own quota is used up.", has_relays)
