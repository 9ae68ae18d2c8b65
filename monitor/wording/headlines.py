"""What is wrong, and as much of whose fault it is as the verdict's level allows.

`NAMED` says who, `PROBABLY` says "probably", `SYMPTOM` says only what is seen of the service
(EXPERIENCE §4 and §5; the levels are DESIGN §3).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from monitor.model import FaultDomain, IncidentState, Level, Mode

if TYPE_CHECKING:
    from monitor.model import Incident, Verdict
    from monitor.wording.voice import Voice

NETWORKS = frozenset(
    {
        FaultDomain.PATH,
        FaultDomain.NETWORK_DOMESTIC,
        FaultDomain.NETWORK_INTERNATIONAL,
        FaultDomain.POWER,
    }
)
OTHERS_FAULT = frozenset({FaultDomain.UPSTREAM, FaultDomain.SHARED, FaultDomain.CONTRACT})


def platform_was_fine(verdict: Verdict) -> bool:
    """Tell whether the grounds say that the platform itself was fine."""
    return any(g.key == "platform_fine" and g.supports for g in verdict.grounds)


def headline(
    voice: Voice,
    verdict: Verdict,
    *,
    platform_fine: bool | None = None,
    brief: bool = False,
    over: bool = False,
) -> str:
    """Say a verdict in one sentence.

    Args:
        voice: The language.
        verdict: What to say.
        platform_fine: Whether every operation of the platform is fine; None: as the grounds say.
        brief: Leave out which operations.
        over: Speak of it in the past.
    """
    tense = "past." if over else ""
    if verdict.domain is FaultDomain.NONE:
        return voice.words.text("none")
    if verdict.domain is FaultDomain.MONITOR:
        if verdict.service is None:
            return voice.words.text(f"{tense}blind")
        return voice.words.text(f"{tense}blind_one", name=voice.service(verdict.service))
    what = _said(voice, verdict, tense, brief=brief)
    fine = platform_was_fine(verdict) if platform_fine is None else platform_fine
    if fine and verdict.level is Level.NAMED and verdict.domain in OTHERS_FAULT:
        return voice.words.text(f"{tense}platform_fine", what=what, panel=voice.panel)
    return what


def shortest(voice: Voice, verdict: Verdict) -> str:
    """Say what is wrong in the fewest words: our own fault as such, else the symptom."""
    places = _places(voice, verdict)
    key = f"brief.{_topic(voice, verdict)}"
    if verdict.level is Level.NAMED and key in voice.words:
        return voice.words.text(key, **places)
    return voice.words.text(f"bare.{_scope(verdict)}.{_mode(verdict, brief=True)}", **places)


def standing(voice: Voice, incident: Incident, *, platform_fine: bool | None = None) -> str:
    """Say where an incident stands in one sentence."""
    match incident.state:
        case IncidentState.RECOVERING:
            return recovering(voice, incident.verdict)
        case IncidentState.RESOLVED:
            return back(voice, incident.verdict)
        case IncidentState.DISMISSED:
            return voice.words.text("entry.dismissed")
        case IncidentState.UNSTABLE:
            verdict = replace(incident.verdict, mode=Mode.UNSTABLE)
            return headline(voice, verdict, platform_fine=platform_fine)
        case IncidentState.SUSPECTED | IncidentState.CONFIRMED:
            return headline(voice, incident.verdict, platform_fine=platform_fine)


def recovering(voice: Voice, verdict: Verdict) -> str:
    """Say that what the verdict was about answers again and is being watched."""
    return _of_subject(voice, "recovering", verdict)


def back(voice: Voice, verdict: Verdict) -> str:
    """Say that what the verdict was about is back."""
    return _of_subject(voice, "resolved", verdict)


def subject(voice: Voice, verdict: Verdict) -> str:
    """Name what a verdict is about: the service, else the network or several services."""
    if verdict.service is not None:
        return voice.service(verdict.service)
    return voice.words.text(f"subject.{_scope(verdict)}")


def _of_subject(voice: Voice, key: str, verdict: Verdict) -> str:
    name = voice.service(verdict.service) if verdict.service is not None else ""
    return voice.words.text(f"{key}.{_scope(verdict)}", name=name)


def _said(voice: Voice, verdict: Verdict, tense: str, *, brief: bool) -> str:
    places = _places(voice, verdict)
    mode = _mode(verdict, brief=brief)
    if verdict.level is Level.NAMED:
        topic = f"{tense}named.{_topic(voice, verdict)}"
        key = topic if topic in voice.words else f"{topic}.{mode}"
        if key in voice.words and voice.words.places(key) <= places.keys():
            return voice.words.text(key, **places)
    what = voice.words.text(f"{tense}bare.{_scope(verdict)}.{mode}", **places)
    if verdict.level is Level.PROBABLY:
        key = f"{tense}probably.{_topic(voice, verdict)}"
        if key in voice.words and voice.words.places(key) <= {"what", *places}:
            return voice.words.text(key, what=what, **places)
    return voice.words.text(f"{tense}symptom", what=what)


def _places(voice: Voice, verdict: Verdict) -> dict[str, str]:
    shared = next((g for g in verdict.grounds if g.key == "both_upstreams"), None)
    together = shared.facts.get("services") if shared is not None else None
    services = together if isinstance(together, tuple) else voice.upstream_services
    places = {"services": voice.services(services)}
    if verdict.party is not None:
        places["party"] = voice.party(verdict.party, verdict.service)
    if verdict.service is not None:
        places["name"] = voice.service(verdict.service)
        places["operations"] = voice.operations(verdict.service, verdict.operations)
    elif verdict.domain is FaultDomain.PLATFORM:
        places["name"] = voice.panel
    else:
        places["name"] = voice.words.text("several")
    return places


def _topic(voice: Voice, verdict: Verdict) -> str:
    if verdict.domain is FaultDomain.PLATFORM and verdict.service in voice.upstream_services:
        return "relay"
    return verdict.domain.value.replace(".", "_")


def _scope(verdict: Verdict) -> str:
    if verdict.service is not None:
        return "one"
    return "network" if verdict.domain in NETWORKS else "all"


def _mode(verdict: Verdict, *, brief: bool) -> str:
    if verdict.mode is Mode.PARTIAL and (brief or not verdict.operations):
        return "partly"
    return verdict.mode.value
