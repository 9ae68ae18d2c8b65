"""Two faults at once, of kinds that have nothing to do with each other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from monitor.scenarios.registry import (
    MECHANISMS,
    has_relays,
    has_shared,
    has_two,
    is_wide,
    mechanism,
)
from monitor.scenarios.scene import Plot

if TYPE_CHECKING:
    from collections.abc import Callable

    from monitor.core.inference.layout import Layout
    from monitor.scenarios.scene import Scene


def _both(scene: Scene, one: str, two: str) -> Plot:
    first = MECHANISMS[one].plot(scene)
    second = MECHANISMS[two].plot(scene)
    return Plot(
        (*first.breaks, *second.breaks),
        (*first.conclusions, *second.conclusions),
        (*first.notices, *second.notices),
    )


def _pair(
    name: str, one: str, two: str, fits: Callable[[Layout], bool] = is_wide
) -> Callable[[Scene], Plot]:
    def both_fit(layout: Layout) -> bool:
        return fits(layout) and MECHANISMS[one].fits(layout) and MECHANISMS[two].fits(layout)

    def plot(scene: Scene) -> Plot:
        return _both(scene, one, two)

    plot.__doc__ = f"`{one}` and `{two}` at once."
    return mechanism(f"double.{name}", both_fit, (400.0, 600.0))(plot)


def _two_and_wide(layout: Layout) -> bool:
    return has_two(layout) and is_wide(layout)


_pair("upstream_platform", "upstream.database_down", "platform.backends_dead")
_pair("upstream_vantage", "upstream.backends_dead", "monitor.line_dead")
_pair("upstream_credentials", "upstream.site_lost", "credentials.expired", _two_and_wide)
_pair("upstream_contract", "upstream.hangs", "contract.new_field", _two_and_wide)
_pair("upstream_path", "upstream.certificate_expired", "path.one_line", _two_and_wide)
_pair("upstream_reference", "upstream.backends_dead", "reference.one_dead")
_pair("border_slow", "network.border_cut", "upstream.slow")
_pair("power_credentials", "power.cut", "credentials.expired")
_pair("power_upstream", "power.cut", "upstream.site_lost")
_pair("crash_upstream", "monitor.agent_crashed", "upstream.database_down")
_pair(
    "quota_relay",
    "credentials.quota_used_up",
    "platform.relay_broken",
    lambda layout: _two_and_wide(layout) and has_relays(layout),
)
_pair("border_platform", "network.border_cut", "platform.application")
_pair("vantages", "monitor.resolver_dead", "monitor.host_overloaded")
_pair("two_upstreams", "upstream.site_lost", "upstream.certificate_expired", _two_and_wide)


def _shared_and_wide(layout: Layout) -> bool:
    return _two_and_wide(layout) and has_shared(layout)


@mechanism("double.two_upstreams_alike", _shared_and_wide, (400.0, 600.0))
def two_alike(scene: Scene) -> Plot:
    """Two upstreams fail at once in the same way: what they share would look the same."""
    plot = _both(scene, "upstream.database_down", "upstream.work_hangs")
    told = tuple(replace(c, tolerate=(*c.tolerate, "shared")) for c in plot.conclusions)
    return Plot(plot.breaks, told)


@mechanism("double.crash_platform", is_wide, (400.0, 600.0))
def crash_and_platform(scene: Scene) -> Plot:
    """An agent crashes while nobody gets through the platform: its region looks dark, and is not.

    The sessions that would tell a dead agent from a power cut are gone for another reason.
    """
    plot = _both(scene, "monitor.agent_crashed", "platform.application")
    crash, other = plot.conclusions
    return Plot(plot.breaks, (replace(crash, tolerate=(*crash.tolerate, "power")), other))
