"""What inference weighed, as grounds: alike reasons together, strongest first, for and against.

A ground's key and facts are all that words are made from (`templates/words/`, `ground.*`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from monitor.core.attribution.caveats import caveats
from monitor.core.attribution.strength import odds_of, weight_of
from monitor.core.attribution.told import told
from monitor.core.inference.evidence import Outcome, SignalKind
from monitor.model import EvidenceClass, Ground, Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from monitor.core.inference.evidence import Notice
    from monitor.core.inference.finding import Claim, Reason
    from monitor.core.inference.layout import Layout, Thing
    from monitor.model import Fact

LOOKS_CITED = 24
TELLS_APART = 0.5  # nats against the rival from which on a good answer says so

_LOOKED: Mapping[Role, str] = {
    Role.FRONT: "front",
    Role.TRANSACTION: "direct",
    Role.RELAY: "through",
    Role.REFERENCE: "references",
}
_LOOK_ENDS: Mapping[Outcome | None, str] = {Outcome.OK: "ok", Outcome.SLOW: "slow"}
_SIGNALS: Mapping[SignalKind, Mapping[Outcome | None, str]] = {
    SignalKind.SELF: {
        Outcome.OK: "seen.self_ok",
        Outcome.SLOW: "seen.self_lagging",
        Outcome.CONTENT_MISMATCH: "seen.self_clock",
        Outcome.NO_RESULT: "seen.self_silent",
    },
    SignalKind.REGIONAL_TRAFFIC: {
        Outcome.OK: "seen.sessions_usual",
        Outcome.DROP: "seen.sessions_fewer",
        Outcome.NO_RESULT: "seen.sessions_untold",
    },
    SignalKind.MAINS: {
        Outcome.OK: "seen.mains_on",
        Outcome.DROP: "seen.mains_off",
        Outcome.NO_RESULT: "seen.mains_untold",
    },
}
_CALLS: Mapping[Outcome | None, str] = {
    Outcome.OK: "seen.calls_usual",
    Outcome.SLOW: "seen.calls_slow",
    Outcome.DROP: "seen.calls_fewer",
    Outcome.NO_RESULT: "seen.calls_few",
    Outcome.REJECTED: "seen.calls_refused",
}
_FAILED = frozenset(
    {"front_failed", "direct_failed", "through_failed", "references_failed", "calls_failed"}
)


def grounds_of(claim: Claim, layout: Layout, notices: Iterable[Notice] = ()) -> tuple[Ground, ...]:
    """Everything that speaks for and against a claim, and what it leaves open.

    Reasons of one kind (looks at one party in one role that went alike) become one ground.

    Args:
        claim: With its reasons.
        layout: What is declared.
        notices: What was announced or told; those that stood at the onset count.

    Returns:
        Grounds, strongest first; then the strongest rival, and what we cannot see. The facts
        `nats` (tempered log-likelihood ratio) and `odds` (the same as odds, capped) tell how
        strong a ground is; `fits` names the rival that a good answer speaks for, `unfit` (of the
        strongest one only) the rival that it speaks against.
    """
    groups: dict[tuple[str, str, bool], list[Reason]] = {}
    for reason in claim.reasons:
        key, about = _key(reason, layout)
        groups.setdefault((key, about, reason.weight > 0.0), []).append(reason)
    weighed = [
        _weighed(key, about, alike, claim, layout) for (key, about, _), alike in groups.items()
    ]
    weighed.extend(
        _Weighed(_with_strength(ground, nats), nats, 0.0)
        for nats, ground in told(claim, layout, notices)
    )
    weighed.sort(key=lambda w: (-abs(w.nats), w.ground.key))
    weighed = _said_once(weighed)
    first = max(weighed, key=lambda w: w.over_rival, default=None)
    above_all = first.ground if first is not None and first.over_rival >= TELLS_APART else None
    return (*(w.ground for w in weighed), *caveats(claim, layout, above_all))


@dataclass(frozen=True, slots=True)
class _Weighed:
    ground: Ground
    nats: float
    over_rival: float


def _key(reason: Reason, layout: Layout) -> tuple[str, str]:
    """The words' key, and what is concerned: a party, a scope, or nothing."""
    outcome = _outcome(reason)
    thing = layout.things.get(reason.target)
    if thing is None:
        told_by = _SIGNALS[SignalKind(reason.target)] if reason.target in _SIGNALS else {}
        return told_by.get(outcome, "unknown"), ""
    if reason.evidence is EvidenceClass.REAL_TRAFFIC:
        return _CALLS.get(outcome, "seen.calls_failed"), _about(thing)
    if outcome is Outcome.NO_RESULT:
        return "seen.nothing", ""
    return f"seen.{_LOOKED[thing.role]}_{_LOOK_ENDS.get(outcome, 'failed')}", _about(thing)


def _about(thing: Thing) -> str:
    if thing.role is Role.REFERENCE:
        return thing.scope.value if thing.scope is not None else ""
    return (thing.upstream if thing.role is Role.RELAY else thing.party) or ""


def _outcome(reason: Reason) -> Outcome | None:
    try:
        return Outcome(reason.outcome)
    except ValueError:
        return None


def _weighed(
    key: str, about: str, alike: Sequence[Reason], claim: Claim, layout: Layout
) -> _Weighed:
    facts: dict[str, Fact] = {
        "count": sum(r.count for r in alike),
        "vantages": tuple(sorted({v for r in alike for v in r.vantages})),
    }
    if key.startswith("seen.references"):
        facts["scope"] = about
    elif about:
        facts |= {"party": about, "operations": _operations(alike, layout)}
    if key.removeprefix("seen.") in _FAILED:
        counted: Counter[str] = Counter()
        for reason in alike:
            counted[reason.outcome] += reason.count
        facts["outcomes"] = tuple(sorted(counted, key=lambda name: (-counted[name], name)))
    nats, apart = (sum(r.weight for r in alike), sum(r.over_rival for r in alike))
    good = all(_outcome(r) is Outcome.OK for r in alike)
    if good and claim.rival is not None and abs(apart) >= TELLS_APART:
        facts["unfit" if apart > 0.0 else "fits"] = claim.rival
    looks = tuple(sorted({look for r in alike for look in r.looks}))[:LOOKS_CITED]
    ground = Ground(key, nats > 0.0, alike[0].evidence, 0.0, facts, looks)
    return _Weighed(_with_strength(ground, nats), nats, apart)


def _operations(alike: Sequence[Reason], layout: Layout) -> tuple[str, ...]:
    """Which were asked for; empty where any look was at the whole."""
    each = [layout.things[r.target].operations for r in alike]
    return tuple(dict.fromkeys(o for some in each for o in some)) if all(each) else ()


def _said_once(weighed: Sequence[_Weighed]) -> list[_Weighed]:
    """Leave what a good answer speaks against to the strongest of them."""
    said, found = False, []
    for each in weighed:
        facts = dict(each.ground.facts)
        if said:
            facts.pop("unfit", None)
        said = said or "unfit" in facts
        found.append(replace(each, ground=replace(each.ground, facts=facts)))
    return found


def _with_strength(ground: Ground, nats: float) -> Ground:
    facts = {**ground.facts, "nats": round(nats, 2), "odds": odds_of(nats)}
    return replace(ground, weight=weight_of(nats), facts=facts)
