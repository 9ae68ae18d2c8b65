"""Recorded looks as a tape: dense, in slots of five seconds, for replay and scoring.

Source: the format `govah-tape/1`, described in docs/tapes.md.
"""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from monitor.core.attribution.cells import ILL
from monitor.core.attribution.witness import TRUST
from monitor.model import Failure, NoticeKind, PartyKind, Role, Void

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from monitor.model import Check, Notice, Observation, Target, World

FORMAT = "govah-tape/1"
SLOT_S = 5
OUTCOMES = (
    "ok", "slow", "dns_servfail", "dns_nxdomain", "connection_refused", "connect_timeout",
    "connection_reset", "tls_certificate", "tls_other", "http_5xx", "http_401", "http_429",
    "http_4xx", "content_mismatch", "rejected", "read_timeout", "no_result", "drop",
)  # fmt: skip
NO_RESULT = OUTCOMES.index("no_result")
ANNOUNCED = (NoticeKind.MAINTENANCE, NoticeKind.POWER_CUT, NoticeKind.DEPLOY)

_BY_FAILURE = {
    **dict.fromkeys(
        (Failure.DNS_TIMEOUT, Failure.DNS_SERVFAIL, Failure.DNS_REFUSED, Failure.DNS_MALFORMED,
         Failure.DNS_LOOP),
        "dns_servfail",
    ),
    **dict.fromkeys(
        (Failure.DNS_NXDOMAIN, Failure.DNS_NO_ANSWER, Failure.DNS_BOGON, Failure.DNS_PRIVATE,
         Failure.DNS_MISMATCH),
        "dns_nxdomain",
    ),
    Failure.CONNECTION_REFUSED: "connection_refused",
    **dict.fromkeys(
        (Failure.CONNECT_TIMEOUT, Failure.HOST_UNREACHABLE, Failure.NETWORK_UNREACHABLE,
         Failure.ECHO_TIMEOUT, Failure.ECHO_LOSS),
        "connect_timeout",
    ),
    **dict.fromkeys((Failure.CONNECTION_RESET, Failure.EOF), "connection_reset"),
    **dict.fromkeys(TRUST, "tls_certificate"),
    **dict.fromkeys(
        (Failure.TLS_TIMEOUT, Failure.TLS_HANDSHAKE, Failure.TLS_OLD_PROTOCOL), "tls_other"
    ),
    **dict.fromkeys((Failure.HTTP_5XX, Failure.APPLICATION_ERROR), "http_5xx"),
    **dict.fromkeys(
        (Failure.HTTP_401, Failure.HTTP_403, Failure.CREDENTIALS_REFUSED, Failure.ACCOUNT_REFUSED,
         Failure.SESSION_EXPIRED, Failure.TOKEN_WITHHELD, Failure.LOGIN_PAGE, Failure.CAPTCHA_PAGE,
         Failure.BLOCK_PAGE),
        "http_401",
    ),
    Failure.HTTP_429: "http_429",
    Failure.HTTP_4XX: "http_4xx",
    **dict.fromkeys((Failure.APPLICATION_REJECTED, Failure.BUSINESS_REFUSAL), "rejected"),
    **dict.fromkeys(
        (Failure.WAIT_TIMEOUT, Failure.TRANSFER_TIMEOUT, Failure.HEARTBEAT_MISSING), "read_timeout"
    ),
}  # fmt: skip
_OWN = {
    **dict.fromkeys(ILL, "slow"),
    Void.CLOCK_STEP: "content_mismatch",
    Void.CLOCK_UNSURE: "content_mismatch",
    Void.QUARANTINED: "content_mismatch",
}
# Of several checks of one target in one slot the one that says most is told.
_SAYS_LITTLE = {OUTCOMES.index("ok"): 2, OUTCOMES.index("slow"): 1, NO_RESULT: 3}


def outcome(look: Observation) -> str:
    """The tape's name for what a look saw; anything wrong without a name of its own is content."""
    if look.void is not None:
        return "no_result"
    failure = look.sighting.failure
    if failure is None:
        return "slow" if look.slow else "ok"
    return _BY_FAILURE.get(failure, "content_mismatch")


def tape(
    world: World,
    looks: Sequence[Observation],
    *,
    name: str,
    since: datetime,
    until: datetime,
    notices: Iterable[Notice] = (),
) -> Iterator[dict[str, Any]]:
    """The lines of a tape.

    Args:
        world: What was declared when the looks were taken.
        looks: Looks that began in [since, until), in any order; of what is not declared: left out.
        name: The tape's id.
        since: Its begin; the times in it are seconds from here.
        until: Its end.
        notices: What was announced for that time; of other kinds: left out.

    Yields:
        The header, the world, the notices, every pair's looks, and each vantage's own health; no
        truth, for nobody knows it.
    """
    duration_s = (until - since).total_seconds()
    slots = max(1, math.ceil(duration_s / SLOT_S))
    known = [o for o in looks if o.check in world.checks and o.vantage in world.vantages]
    yield {
        "type": "tape",
        "format": FORMAT,
        "id": name,
        "start": since.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "duration_s": duration_s,
        "slot_s": SLOT_S,
        "outcomes": list(OUTCOMES),
        "takes_s": _takes_s(known),
    }
    pairs: dict[tuple[str, str], list[Check]] = defaultdict(list)
    for check in world.checks.values():
        for vantage in check.vantages:
            pairs[vantage, check.target].append(check)
    yield _declared(world, pairs)
    for notice in notices:
        yield from _announced(world, notice, since)
    by_check: dict[tuple[str, str], list[Observation]] = defaultdict(list)
    for look in known:
        by_check[look.vantage, look.check].append(look)
    for (vantage, target), checks in pairs.items():
        lanes = [_held(world, check, by_check[vantage, check.id], since, slots) for check in checks]
        told = [
            min(codes, key=lambda code: _SAYS_LITTLE.get(code, 0))
            for codes in zip(*lanes, strict=True)
        ]
        yield {"type": "looks", "vantage": vantage, "target": target, "rle": _runs(told)}
    for vantage in world.vantages:
        mine = [look for look in known if look.vantage == vantage]
        yield {
            "type": "signal",
            "vantage": vantage,
            "signal": "self",
            "rle": _runs(_own(world, mine, since, slots)),
        }


def _declared(world: World, pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    every = [check.every_s for check in world.checks.values()]
    return {
        "type": "world",
        "parties": [
            {"id": p.id, "kind": "platform" if p.kind is PartyKind.PLATFORM else "upstream"}
            for p in world.parties.values()
        ],
        "vantages": [
            {"id": v.id, "country": v.country, "region": v.region, "network": v.network, "at": None}
            for v in world.vantages.values()
        ],
        "targets": [_target(world, target) for target in world.targets.values()],
        "shared": [],
        "looks": [[vantage, target] for vantage, target in pairs],
        "every_s": statistics.multimode(every)[0],
    }


def _target(world: World, target: Target) -> dict[str, Any]:
    told: dict[str, Any] = {"id": target.id, "role": target.role.value}
    if target.operations:
        told["operations"] = list(target.operations)
    if target.scope is not None:
        told["scope"] = target.scope.value
    if target.role is Role.RELAY and target.service is not None:
        told |= {"party": world.platform, "upstream": world.services[target.service].party}
    elif target.party is not None:
        told["party"] = target.party
    return told


def _announced(world: World, notice: Notice, since: datetime) -> Iterator[dict[str, Any]]:
    """What a replay may know of a notice from its begin: it holds from when we learnt of it."""
    from_at = max(notice.from_at, notice.seen_at)
    known = notice.party is None or notice.party in world.parties
    if notice.kind not in ANNOUNCED or not known or notice.to_at <= from_at:
        return
    told: dict[str, Any] = {"type": "notice", "kind": notice.kind.value}
    told |= {
        key: value
        for key, value in (("party", notice.party), ("region", notice.region))
        if value is not None
    }
    told["from_s"] = (from_at - since).total_seconds()
    told["to_s"] = (notice.to_at - since).total_seconds()
    yield told


def _takes_s(looks: Iterable[Observation]) -> dict[str, float]:
    took: dict[str, list[float]] = defaultdict(list)
    for look in looks:
        if look.void is None:
            took[outcome(look)].append(look.duration_s)
    return {name: round(statistics.median(took.get(name, [1.0])), 3) for name in OUTCOMES}


def _held(
    world: World, check: Check, looks: list[Observation], since: datetime, slots: int
) -> list[int]:
    """The outcome a look would have had in each slot: that of the last one, while it is fresh."""
    fresh = math.ceil((world.rules.stale_intervals * check.every_s + check.timeout_s) / SLOT_S)
    codes = [NO_RESULT] * slots
    for look in sorted(looks, key=lambda o: (o.started_at, o.id)):
        first = int((look.started_at - since).total_seconds() // SLOT_S)
        if look.void is Void.MISSED and look.received_at is None:  # ours is labelled by its end
            first -= math.ceil(look.duration_s / SLOT_S)
        code = OUTCOMES.index(outcome(look))
        for slot in range(max(0, first), min(slots, first + fresh)):
            codes[slot] = code
    return codes


def _own(world: World, looks: list[Observation], since: datetime, slots: int) -> list[int]:
    """How the vantage was: one ill look in a slot makes the slot ill."""
    codes = [NO_RESULT] * slots
    hold = math.ceil(min((c.every_s for c in world.checks.values()), default=SLOT_S) / SLOT_S)
    well = OUTCOMES.index("ok")
    for look in looks:
        if look.void is Void.MISSED:
            continue
        name = "ok" if look.void is None else _OWN.get(look.void, "ok")
        first = int((look.started_at - since).total_seconds() // SLOT_S)
        for slot in range(max(0, first), min(slots, first + hold)):
            if codes[slot] in (NO_RESULT, well):
                codes[slot] = OUTCOMES.index(name)
    return codes


def _runs(codes: Sequence[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    for code in codes:
        if runs and runs[-1][0] == code:
            runs[-1][1] += 1
        else:
            runs.append([code, 1])
    return runs
