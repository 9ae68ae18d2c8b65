"""Who may speak: which vantages see, and what each of them says about an operation."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from monitor.model import Failure, Role, Scope, Sight

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from monitor.core.attribution.cells import Cell, Seen
    from monitor.model import Check, Instant, Service, Target, World

TIMEOUT_SLACK_S = 1.0
TOGETHER_S = 45.0  # onsets this close, or within one interval of the looks, count as one event

OUR_ACCESS = frozenset(
    {
        Failure.HTTP_401,
        Failure.HTTP_403,
        Failure.HTTP_429,
        Failure.CREDENTIALS_REFUSED,
        Failure.ACCOUNT_REFUSED,
        Failure.SESSION_EXPIRED,
        Failure.TOKEN_WITHHELD,
        Failure.LOGIN_PAGE,
        Failure.CAPTCHA_PAGE,
        Failure.BLOCK_PAGE,
    }
)
# A right answer in the wrong mood, or one that nobody has classed: nobody is accused by it.
NOBODYS = frozenset({Failure.APPLICATION_REJECTED, Failure.BUSINESS_REFUSAL})
NAMES = frozenset(
    {
        Failure.DNS_TIMEOUT,
        Failure.DNS_SERVFAIL,
        Failure.DNS_REFUSED,
        Failure.DNS_NO_ANSWER,
        Failure.DNS_NXDOMAIN,
        Failure.DNS_BOGON,
        Failure.DNS_PRIVATE,
        Failure.DNS_LOOP,
        Failure.DNS_MALFORMED,
    }
)
TRUST = frozenset(
    {
        Failure.TLS_EXPIRED,
        Failure.TLS_NOT_YET_VALID,
        Failure.TLS_UNKNOWN_AUTHORITY,
        Failure.TLS_SELF_SIGNED,
        Failure.TLS_MISSING_LINK,
        Failure.TLS_OLD_PROTOCOL,
        Failure.TLS_INVALID,
        Failure.TLS_WRONG_HOST,
    }
)


class Plan:
    """The declared world, arranged for judging; built once."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.rules = world.rules
        self.target_of: dict[str, Target] = {
            check.id: world.targets[check.target] for check in world.checks.values()
        }
        self.checks_of: dict[str, tuple[Check, ...]] = {
            vantage: tuple(c for c in world.checks.values() if vantage in c.vantages)
            for vantage in world.vantages
        }
        self.fresh_for_s: dict[str, float] = {
            check.id: world.rules.stale_intervals * check.every_s
            + check.timeout_s
            + TIMEOUT_SLACK_S
            for check in world.checks.values()
        }
        self.at_home = tuple(v for v, at in world.vantages.items() if at.country == world.country)
        self.abroad = tuple(v for v, at in world.vantages.items() if at.country != world.country)
        self.platform_services = tuple(
            s for s in world.services.values() if s.party == world.platform
        )
        self.upstream_services = tuple(
            s for s in world.services.values() if s.party != world.platform
        )
        self.references_of: dict[tuple[str, Scope], tuple[Check, ...]] = {
            (vantage, scope): tuple(
                check
                for check in checks
                if self.target_of[check.id].role is Role.REFERENCE
                and self.target_of[check.id].scope is scope
            )
            for vantage, checks in self.checks_of.items()
            for scope in Scope
        }
        each = [(s, o.id) for s in world.services.values() for o in s.operations]
        self.relays = {(s.id, o): self._checks(s, o, Role.RELAY) for s, o in each}
        self.fronts = {(s.id, o): self._checks(s, o, Role.FRONT) for s, o in each}
        self.direct = {
            (s.id, o): self._checks(s, o, Role.TRANSACTION) or self.fronts[s.id, o] for s, o in each
        }
        self.front_only = {key for key, checks in self.direct.items() if checks == self.fronts[key]}
        paces_s = (
            c.every_s + c.timeout_s
            for s in self.upstream_services
            for o in s.operations
            for c in self.direct[s.id, o.id]
        )
        self.together_s = max(TOGETHER_S, max(paces_s, default=0.0))

    def _checks(self, service: Service, operation: str, role: Role) -> tuple[Check, ...]:
        return tuple(
            check
            for check in self.world.checks.values()
            if (target := self.target_of[check.id]).service == service.id
            and target.role is role
            and (not target.operations or operation in target.operations)
        )


@dataclass(frozen=True, slots=True)
class Fresh:
    """The cells young enough to speak, at one moment."""

    cells: Mapping[tuple[str, str], Cell]
    sight: Mapping[str, Sight]

    def without(self, doubted: Iterable[str]) -> Fresh:
        """The same, with vantages that are no witnesses though they say they see."""
        sight = {v: Sight.DOUBTED for v in doubted if self.sight[v] is Sight.SEES}
        return Fresh(self.cells, {**self.sight, **sight}) if sight else self

    def of(self, vantages: Iterable[str], checks: Iterable[Check]) -> tuple[Cell, ...]:
        """Cells of these checks from these vantages, in that order."""
        keys = ((v, c.id) for c in checks for v in vantages)
        return tuple(self.cells[key] for key in keys if key in self.cells)


def references(plan: Plan, fresh: Fresh, vantage: str, scope: Scope) -> tuple[Cell, ...]:
    """What `vantage` last saw of the references of `scope`."""
    return fresh.of((vantage,), plan.references_of[vantage, scope])


def fresh_view(plan: Plan, seen: Seen, now: Instant) -> Fresh:
    """Leave out what is too old, and say of every vantage whether it is a witness."""
    cells = {
        key: cell
        for key, cell in seen.cells.items()
        if now.mono_s - cell.look.started_mono_s <= plan.fresh_for_s[key[1]]
    }
    young = Fresh(cells, {})
    ill = seen.ill is not None and now.mono_s - seen.ill.mono_s < plan.rules.ill_for_s
    speaking = {vantage for vantage, _ in cells}
    return Fresh(
        cells, {v: _sight(plan, young, v, now, v in speaking, ill) for v in plan.checks_of}
    )


def _sight(plan: Plan, fresh: Fresh, vantage: str, now: Instant, speaks: bool, ill: bool) -> Sight:
    if ill:
        return Sight.ILL
    if not speaks:
        return Sight.SILENT
    scope = Scope.DOMESTIC if vantage in plan.at_home else Scope.INTERNATIONAL
    answered = any(
        cell.look.ok and now.mono_s - cell.look.started_mono_s <= plan.rules.reference_fresh_s
        for cell in references(plan, fresh, vantage, scope)
    )
    return Sight.SEES if answered else Sight.ISOLATED


@dataclass(frozen=True, slots=True)
class Testimony:
    """What the witnesses say of one operation, asked directly (or through the platform)."""

    failing: Mapping[str, tuple[Cell, ...]]  # vantage -> its failing cells, vouched for
    slow: Mapping[str, tuple[Cell, ...]]
    fine: Mapping[str, tuple[Cell, ...]]
    near_s: float  # failures that began this close together, seen from two places, are one event

    @property
    def witnesses(self) -> int:
        """How many vantages say anything."""
        return len(self.failing) + len(self.slow) + len(self.fine)

    @property
    def failed_looks(self) -> tuple[Cell, ...]:
        """All failing cells."""
        return tuple(cell for cells in self.failing.values() for cell in cells)

    @property
    def most_fail(self) -> bool:
        """Two witnesses or more, and more than those who disagree."""
        return len(self.failing) >= 2 and len(self.failing) > len(self.slow) + len(self.fine)

    @property
    def event_mono_s(self) -> float:
        """When what fails now began: the first begin that a second witness confirms.

        A place that has been failing alone for long says nothing about when the others began.
        """
        begins = sorted(min(c.since_mono_s for c in cells) for cells in self.failing.values())
        agreed = (a for a, b in pairwise(begins) if b - a <= self.near_s)
        return next(agreed, max(begins, default=float("inf")))

    @property
    def lasting(self) -> bool:
        """Three failed looks of one event, two in a row from one place: not one bad second."""
        event_s = self.event_mono_s
        runs = [
            max(cell.run if cell.since_mono_s >= event_s else 0 for cell in cells)
            for cells in self.failing.values()
        ]
        return sum(runs) >= 3 and max(runs, default=0) >= 2

    @property
    def most_slow(self) -> bool:
        """As `most_fail`, for answers that are right and late, twice in a row."""
        late = [v for v, cells in self.slow.items() if any(cell.run >= 2 for cell in cells)]
        return len(late) >= 2 and len(late) > len(self.fine) + len(self.failing)


def hear(plan: Plan, fresh: Fresh, checks: Sequence[Check]) -> Testimony:
    """Ask every in-country vantage that sees about these checks.

    A failing cell counts only if one of the vantage's own domestic references answered after the
    failing began, and had been answering without a break when the latest failing look began; else
    the vantage may have lost its own line, or only just got it back. A vantage calls an operation
    fine only when it has seen every check of it: a good answer comes sooner than a time-out.
    """
    failing: dict[str, tuple[Cell, ...]] = {}
    slow: dict[str, tuple[Cell, ...]] = {}
    fine: dict[str, tuple[Cell, ...]] = {}
    for vantage in plan.at_home:
        if fresh.sight[vantage] is not Sight.SEES:
            continue
        cells = fresh.of((vantage,), checks)
        if not cells:
            continue
        bad = tuple(cell for cell in cells if cell.look.failed)
        late = tuple(cell for cell in cells if cell.look.slow)
        if bad:
            vouched = tuple(cell for cell in bad if _vouched(plan, fresh, vantage, cell))
            if vouched:
                failing[vantage] = vouched
        elif len(cells) < sum(vantage in check.vantages for check in checks):
            continue
        elif late:
            slow[vantage] = late
        else:
            fine[vantage] = cells
    near_s = max((plan.fresh_for_s[check.id] for check in checks), default=0.0)
    return Testimony(failing, slow, fine, near_s)


def _vouched(plan: Plan, fresh: Fresh, vantage: str, cell: Cell) -> bool:
    return any(
        ref.look.ok
        and ref.look.started_mono_s >= cell.since_mono_s
        and ref.since_mono_s <= cell.look.started_mono_s
        for ref in references(plan, fresh, vantage, Scope.DOMESTIC)
    )
