"""Rules 1 to 4: are we fit to judge anybody?"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from monitor.core.attribution.grounds import cite, own, reference_ground, vantages_of
from monitor.core.attribution.networks import seen_from_abroad
from monitor.core.attribution.scene import Draft
from monitor.core.attribution.witness import NAMES, TRUST
from monitor.model import FaultDomain, Sight, Void

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from monitor.core.attribution.cells import Cell, Illness
    from monitor.core.attribution.scene import Scene
    from monitor.model import Ground


def not_fit_to_judge(scene: Scene) -> Draft | None:
    """Rules 1 to 4."""
    fresh, seen, now = scene.fresh, scene.seen, scene.now
    if Sight.ILL in fresh.sight.values() and seen.ill is not None:
        return _ours(scene.label(seen.ill.at, seen.ill.mono_s), _illness(seen.ill), "own_health")
    bad = [cell for cell in fresh.cells.values() if cell.look.failed]
    fine = [cell for cell in fresh.cells.values() if cell.look.ok]
    if scene.watching:
        return _no_trust(scene, bad)
    if _warming_up(scene):
        return Draft(None, FaultDomain.NONE, now.at)
    if not fresh.cells:
        ground = own("no_fresh_looks", vantages=tuple(scene.plan.checks_of))
        return _ours(now.at, ground, "own_health")
    onset_at = scene.onset(bad)
    at = vantages_of(bad)
    if bad and all(cell.look.sighting.failure in NAMES for cell in bad):
        ground = cite("own_names_failed", 0.9, bad, vantages=at)
        return _ours(onset_at, ground, "references_back")
    lost = reference_ground(scene, failed=True)
    lost_at = {cell.look.vantage for cell in bad if cell.look.vantage in scene.plan.at_home}
    networks = {scene.plan.world.vantages[v].network for v in lost_at}  # silence is no evidence
    fine_at_home = any(cell.look.vantage in scene.plan.at_home for cell in fine)
    if not fine_at_home and len(networks) >= 2:
        grounds = (lost, *seen_from_abroad(scene))
        return Draft(
            None,
            FaultDomain.NETWORK_DOMESTIC,
            onset_at,
            grounds=grounds,
            would_change=("references_back",),
        )
    return _ours(onset_at, lost, "references_back")


def _ours(onset_at: datetime, ground: Ground, would_change: str) -> Draft:
    return Draft(
        None,
        FaultDomain.MONITOR,
        onset_at,
        confidence=0.97,
        grounds=(ground,),
        would_change=(would_change,),
    )


def _illness(ill: Illness) -> Ground:
    looks = (ill.look,) if ill.look else ()
    health = ill.health
    match ill.why:
        case Void.CLOCK_STEP:
            return own("own_clock_step", looks, step_s=round(health.clock_step_s, 1))
        case Void.CLOCK_UNSURE:
            return own("own_clock_unsure", looks, error_s=round(health.clock_error_s, 1))
        case Void.LOOP_LAG:
            return own("own_loop_lag", looks, lag_s=round(health.lag_s, 2))
        case Void.PAUSED:
            return own("own_pause", looks, paused_s=round(health.paused_s, 1))
        case Void.CPU_STARVED:
            return own("own_processor_short", looks, percent=round(100 * health.starved))
        case Void.MEMORY_PRESSURE:
            return own("own_memory_short", looks, percent=round(100 * health.memory))
        case _:
            return own("own_resources_spent", looks, open_files=health.open_files)


def _warming_up(scene: Scene) -> bool:
    """Just started: not every reference has been looked at once, and there was no time to."""
    plan = scene.plan
    asked = {(v, check.id) for (v, _), checks in plan.references_of.items() for check in checks}
    patience_s = max((plan.fresh_for_s[check] for _, check in asked), default=0.0)
    young = scene.now.mono_s - scene.seen.started_mono_s < patience_s
    return young and not asked <= scene.seen.cells.keys()


def _no_trust(scene: Scene, bad: Sequence[Cell]) -> Draft | None:
    """Rule 3: certificates of several parties that go bad at once are our clock or trust store.

    A certificate that another vantage verifies is not refused by us, and one that went bad at
    another time has its own reason.
    """
    refused = [
        cell
        for cell in bad
        if cell.look.sighting.failure in TRUST and not _verified(scene, cell.look.check)
    ]
    begins: dict[str | None, float] = {}
    for cell in refused:
        party = scene.plan.target_of[cell.look.check].party
        begins[party] = min(cell.since_mono_s, begins.get(party, cell.since_mono_s))
    parties = begins.keys()
    if not any(b - a <= scene.plan.together_s for a, b in pairwise(sorted(begins.values()))):
        return None
    at = vantages_of(refused)
    ground = cite("own_trust_failed", 0.9, refused, vantages=at, parties=len(parties))
    return _ours(scene.onset(refused), ground, "own_health")


def _verified(scene: Scene, check: str) -> bool:
    seen = (scene.fresh.cells.get((v, check)) for v in scene.watching)
    return any(cell is not None and cell.look.ok for cell in seen)
