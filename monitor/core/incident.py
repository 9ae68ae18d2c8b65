"""How an incident moves: one table, and nothing moves it but this file.

`docs/incidents.md` shows the table as a diagram, drawn from it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from monitor.model import (
    Effect,
    EffectKind,
    Entry,
    EntryKind,
    FaultDomain,
    Incident,
    IncidentState,
    Level,
)

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.model import Instant, Judgement, Rules, Verdict

S = IncidentState

FREE_REVISIONS = 4  # so often a claim may change before changes are slowed down
MOST_DAMPED_S = 1800.0  # a story that keeps changing is rewritten no more often than this
PROMISE_STEPS_S = 300.0  # promises fall on clock times in steps of this
REFRESH_S = 30.0  # while the claim stands, the figures in its grounds are renewed this often


class Signal(StrEnum):
    """What a tick tells an incident."""

    DOUBT = "doubt"  # something fails; not yet sure enough to be told
    FIRM = "firm"  # sure enough: a standing verdict, or a symptom that lasts
    CLEAR = "clear"  # we look, and see nothing wrong
    STEADY = "steady"  # CLEAR for as long as the state asks
    BLIND = "blind"  # we cannot see


@dataclass(frozen=True, slots=True)
class Move:
    """Where a signal leads, and what is written into the story."""

    to: IncidentState
    entry: EntryKind | None = None


TRANSITIONS: dict[tuple[IncidentState, Signal], Move] = {
    (S.SUSPECTED, Signal.DOUBT): Move(S.SUSPECTED),
    (S.SUSPECTED, Signal.FIRM): Move(S.CONFIRMED, EntryKind.CONFIRMED),
    (S.SUSPECTED, Signal.CLEAR): Move(S.DISMISSED, EntryKind.DISMISSED),
    (S.SUSPECTED, Signal.STEADY): Move(S.DISMISSED, EntryKind.DISMISSED),
    (S.SUSPECTED, Signal.BLIND): Move(S.SUSPECTED),
    (S.CONFIRMED, Signal.DOUBT): Move(S.CONFIRMED),
    (S.CONFIRMED, Signal.FIRM): Move(S.CONFIRMED),
    (S.CONFIRMED, Signal.CLEAR): Move(S.RECOVERING, EntryKind.RECOVERING),
    (S.CONFIRMED, Signal.STEADY): Move(S.RECOVERING, EntryKind.RECOVERING),
    (S.CONFIRMED, Signal.BLIND): Move(S.CONFIRMED),
    (S.RECOVERING, Signal.DOUBT): Move(S.CONFIRMED, EntryKind.RELAPSED),
    (S.RECOVERING, Signal.FIRM): Move(S.CONFIRMED, EntryKind.RELAPSED),
    (S.RECOVERING, Signal.CLEAR): Move(S.RECOVERING),
    (S.RECOVERING, Signal.STEADY): Move(S.RESOLVED, EntryKind.RESOLVED),
    (S.RECOVERING, Signal.BLIND): Move(S.RECOVERING),
    (S.UNSTABLE, Signal.DOUBT): Move(S.UNSTABLE),
    (S.UNSTABLE, Signal.FIRM): Move(S.UNSTABLE),
    (S.UNSTABLE, Signal.CLEAR): Move(S.UNSTABLE),
    (S.UNSTABLE, Signal.STEADY): Move(S.RESOLVED, EntryKind.RESOLVED),
    (S.UNSTABLE, Signal.BLIND): Move(S.UNSTABLE),
}

TOLD_TO_DOCTORS = frozenset(
    {
        FaultDomain.UPSTREAM,
        FaultDomain.PLATFORM,
        FaultDomain.SHARED,
        FaultDomain.CONTRACT,
        FaultDomain.UNDETERMINED,
    }
)
ON_THE_PAGE = TOLD_TO_DOCTORS | {
    FaultDomain.NETWORK_DOMESTIC,
    FaultDomain.NETWORK_INTERNATIONAL,
    FaultDomain.MAINTENANCE,
    FaultDomain.POWER,
}


def begin(verdict: Verdict, ref: int, *, now: Instant) -> Incident:
    """A new suspicion, dated back to the first failing look."""
    onset_at = min(verdict.onset_at, now.at)
    return Incident(
        ref=ref,
        subject=verdict.subject,
        state=S.SUSPECTED,
        verdict=verdict,
        onset_at=onset_at,
        since=now,
        public=False,
        story=(Entry(onset_at, EntryKind.ONSET, verdict),),
    )


def concerning(incident: Incident, verdict: Verdict | None) -> Verdict | None:
    """The verdict, unless it says that what `incident` is about is over.

    That one network does not reach a service says that it serves: it keeps nothing open that was
    found for more reasons than that.
    """
    if verdict is None or verdict.domain is not FaultDomain.PATH or incident.state is S.SUSPECTED:
        return verdict
    return verdict if incident.verdict.domain is FaultDomain.PATH else None


def signal_of(
    incident: Incident, verdict: Verdict | None, judgement: Judgement, rules: Rules
) -> Signal:
    """What this tick says about `incident`.

    Args:
        incident: Not closed.
        verdict: The one in `judgement` that concerns it, if there is one (see `concerning`).
        judgement: The whole picture of the tick.
        rules: For how long clear must last, and when a mere symptom is told.

    Returns:
        BLIND while we cannot see the subject: an incident is never resolved by blindness.
    """
    now = judgement.now
    if verdict is not None:
        is_symptom = (
            verdict.service is not None
            and verdict.domain in TOLD_TO_DOCTORS
            and verdict.level is Level.SYMPTOM
        )
        sure = _lasts(incident, verdict, now, rules) if is_symptom else verdict.firm
        return Signal.FIRM if sure or verdict.level is not Level.SYMPTOM else Signal.DOUBT
    if incident.subject != f"*{FaultDomain.MONITOR}" and _blind(incident, judgement):
        return Signal.BLIND
    if incident.clear_since is None:
        return Signal.CLEAR
    needed_s = rules.unstable_stable_s if incident.state is S.UNSTABLE else rules.stable_s
    steady = now.mono_s - incident.clear_since.mono_s >= needed_s
    return Signal.STEADY if steady else Signal.CLEAR


def _lasts(incident: Incident, verdict: Verdict, now: Instant, rules: Rules) -> bool:
    """Whether what fails has failed for long enough to be told as a mere symptom.

    Counted from the verdict's onset, which is labelled by the present clock, or from the suspicion
    on the monotonic one; the incident's own onset may be older than a step of the clock.
    """
    lasting_s = (now.at - verdict.onset_at).total_seconds()
    if incident.state is S.SUSPECTED:
        lasting_s = max(lasting_s, now.mono_s - incident.since.mono_s)
    return lasting_s >= rules.symptom_after_s


def _blind(incident: Incident, judgement: Judgement) -> bool:
    if not judgement.sighted:
        return True
    service = incident.verdict.service
    if service is None:
        return False
    affected = [
        health
        for (s, operation), health in judgement.operations.items()
        if s == service
        and (not incident.verdict.operations or operation in incident.verdict.operations)
    ]
    return bool(affected) and any(health == "blind" for health in affected)


def advance(
    incident: Incident,
    signal: Signal,
    verdict: Verdict | None,
    *,
    now: Instant,
    rules: Rules,
) -> tuple[Incident, tuple[Effect, ...]]:
    """Move an incident by one signal.

    Args:
        incident: Not closed.
        signal: From `signal_of`.
        verdict: The present verdict that concerns it; None if there is none.
        now: The tick.
        rules: Thresholds.

    Returns:
        The incident (the same object if nothing changed) and what must happen because of it.

    Raises:
        KeyError: `incident` is closed.
    """
    move = TRANSITIONS[incident.state, signal]
    moved = _with_clear(incident, signal, now)
    if verdict is not None:
        moved = _with_verdict(moved, verdict, now, rules)
    if move.to is not incident.state:
        moved = _enter(moved, move, now, rules)
    effects: list[Effect] = []
    moved = _publish(moved, verdict, now, rules, effects)
    if moved.state is S.RESOLVED and incident.told:
        effects += [
            Effect(EffectKind.CANCEL_OPEN, incident.ref),
            Effect(EffectKind.TELL_RESOLVED, incident.ref),
        ]
    moved = _keep_promise(moved, now, rules, effects, sees=signal is not Signal.BLIND)
    return (incident if moved == incident else moved), tuple(effects)


def _with_clear(incident: Incident, signal: Signal, now: Instant) -> Incident:
    if signal in (Signal.CLEAR, Signal.STEADY):
        return incident if incident.clear_since else replace(incident, clear_since=now)
    return replace(incident, clear_since=None) if incident.clear_since else incident


LOUDNESS = {Level.SYMPTOM: 0, Level.PROBABLY: 1, Level.NAMED: 2}


def _with_verdict(incident: Incident, verdict: Verdict, now: Instant, rules: Rules) -> Incident:
    """Take over what is claimed now; a changed claim is a revision, and stays readable for ever."""
    old = incident.verdict
    if incident.public:
        onset_at = min(incident.onset_at, verdict.onset_at)
    else:  # an operators' matter of long ago does not date back what doctors meet today
        onset_at = min(verdict.onset_at, now.at)
    if incident.state is S.SUSPECTED:
        onset_at = min(incident.onset_at, onset_at)
        return replace(incident, verdict=verdict, onset_at=onset_at)
    if verdict.claim == old.claim:
        fresh = verdict.grounds != old.grounds and now.mono_s % REFRESH_S < rules.tick_s
        return replace(incident, verdict=verdict) if fresh else incident
    louder = LOUDNESS[verdict.level] > LOUDNESS[old.level]
    quieter = LOUDNESS[verdict.level] < LOUDNESS[old.level]
    if not verdict.firm and not louder:
        return incident  # a passing doubt does not rewrite what was found
    same_party = (verdict.domain, verdict.party) == (old.domain, old.party)
    revised = [entry.at for entry in incident.story if entry.kind is EntryKind.REVISED]
    wait_s = 0.0
    if same_party and not louder:
        wait_s = rules.dwell_ticks * rules.tick_s  # which operations fail may still be settling
    slowed = not quieter and (incident.public or not louder)  # a name goes sooner than it comes
    if len(revised) > FREE_REVISIONS and slowed:
        doubled = min(len(revised) - FREE_REVISIONS, 10)
        wait_s = min(MOST_DAMPED_S, rules.dwell_ticks * rules.tick_s * 2**doubled)
    if 0 <= (now.at - incident.story[-1].at).total_seconds() < wait_s:
        return incident
    story = _told(incident, now, EntryKind.REVISED, verdict)
    return replace(incident, verdict=verdict, onset_at=onset_at, story=story)


def _told(incident: Incident, now: Instant, kind: EntryKind, verdict: Verdict) -> tuple[Entry, ...]:
    """The story with one more line, never dated before the line above it."""
    return (*incident.story, Entry(max(now.at, incident.story[-1].at), kind, verdict))


def _enter(incident: Incident, move: Move, now: Instant, rules: Rules) -> Incident:
    to, entry, flaps = move.to, move.entry, incident.flaps
    if entry is EntryKind.RELAPSED:
        flaps += 1
        if flaps >= rules.unstable_after_flaps:
            to, entry = S.UNSTABLE, EntryKind.UNSTABLE
    story = incident.story
    if entry is not None:
        story = _told(incident, now, entry, incident.verdict)
    now_at = max(now.at, story[-1].at)
    recovered_at = incident.recovered_at
    if to is S.RECOVERING:
        recovered_at = now_at
    elif to in (S.CONFIRMED, S.UNSTABLE):
        recovered_at = None
    resolved_at = None
    if to is S.RESOLVED:
        resolved_at = now_at
        clear = incident.clear_since
        recovered_at = recovered_at or (max(clear.at, incident.onset_at) if clear else now_at)
    return replace(
        incident,
        state=to,
        since=now,
        story=story,
        flaps=flaps,
        recovered_at=recovered_at,
        resolved_at=resolved_at,
    )


def _publish(
    incident: Incident,
    verdict: Verdict | None,
    now: Instant,
    rules: Rules,
    effects: list[Effect],
) -> Incident:
    """Show it and tell it, once it is more than a suspicion and concerns doctors."""
    if incident.state not in (S.CONFIRMED, S.UNSTABLE) or verdict is None:
        return incident
    if not incident.public and incident.verdict.domain in ON_THE_PAGE:
        due = promised(now.at, rules.promise_s)
        incident = replace(incident, public=True, next_update_at=due)
    tellable = incident.verdict.service is not None and incident.verdict.domain in TOLD_TO_DOCTORS
    named = incident.verdict.level is Level.NAMED
    sure = named or incident.state is S.UNSTABLE or _lasts(incident, verdict, now, rules)
    if tellable and sure and not incident.told:
        effects.append(Effect(EffectKind.TELL_OPEN, incident.ref))
        incident = replace(incident, told=True)
    return incident


def promised(at: datetime, promise_s: float) -> datetime:
    """The next update: `promise_s` from `at`, rounded up to a clock time in five-minute steps."""
    due = at + timedelta(seconds=promise_s)
    whole = due.replace(second=0, microsecond=0)
    late = due - whole + timedelta(minutes=whole.minute % 5)
    return due if not late else due - late + timedelta(minutes=5)


def _keep_promise(
    incident: Incident, now: Instant, rules: Rules, effects: list[Effect], *, sees: bool
) -> Incident:
    due = incident.next_update_at
    if due is None:
        return incident
    if now.at < due:
        left_s = (due - now.at).total_seconds()
        if left_s <= rules.promise_s + PROMISE_STEPS_S:
            return incident
        # No promise reaches so far: the clock stepped back, and nobody shall wait for the old one.
        return replace(incident, next_update_at=promised(now.at, rules.promise_s))
    in_time = (now.at - due).total_seconds() <= rules.promise_grace_s
    if incident.state.closed:
        return replace(
            incident,
            next_update_at=None,
            promises_kept=incident.promises_kept + in_time,
            promises_missed=incident.promises_missed + (not in_time),
        )
    if not sees and in_time:
        return incident  # there may be news within the grace
    kind = EntryKind.STILL if sees and in_time else EntryKind.PROMISE_MISSED
    if kind is EntryKind.PROMISE_MISSED:
        effects.append(Effect(EffectKind.WARN_OPERATORS, incident.ref, "promise_missed"))
    return replace(
        incident,
        story=_told(incident, now, kind, incident.verdict),
        next_update_at=promised(now.at, rules.promise_s),
        promises_kept=incident.promises_kept + (kind is EntryKind.STILL),
        promises_missed=incident.promises_missed + (kind is EntryKind.PROMISE_MISSED),
    )


def resume(incident: Incident, *, now: Instant) -> Incident:
    """An incident from the store, in this process: its timers begin again."""
    clear = now if incident.clear_since else None
    return replace(incident, since=replace(incident.since, mono_s=now.mono_s), clear_since=clear)


def diagram() -> str:
    """The table as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", "    [*] --> suspected: doubt or firm"]
    arrows: dict[tuple[str, str], list[str]] = {}
    for (state, signal), move in TRANSITIONS.items():
        if move.to is not state:
            arrows.setdefault((state.value, move.to.value), []).append(signal.value)
    arrows.setdefault(("recovering", "unstable"), []).append("doubt or firm, after too many flaps")
    lines += [f"    {a} --> {b}: {' or '.join(how)}" for (a, b), how in arrows.items()]
    lines += ["    resolved --> [*]", "    dismissed --> [*]"]
    return "\n".join(lines) + "\n"
