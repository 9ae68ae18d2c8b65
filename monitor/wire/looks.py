"""A look as it travels from an agent to the core.

Every field of an observation is told, but for those only the core can know: when it arrived, and
whether that was too late. What a probe may hold but the wire does not allow is made to fit on the
way out (`look_to_json`), so that no single look can hold up those behind it; on the way in
anything that does not fit refuses the batch.
"""

# No `from __future__ import annotations`: pydantic reads the annotations at runtime.

import re
from dataclasses import asdict
from typing import Annotated, Any, Self

from pydantic import FailFast, Field, model_validator

from monitor.model import (
    Certificate,
    Failure,
    Observation,
    Phase,
    SelfHealth,
    Sighting,
    Step,
    Timings,
    Void,
)
from monitor.wire.shapes import (
    CERTIFICATE_NAMES_MOST,
    CERTIFICATE_TEXT_MOST,
    DETAIL_MOST,
    LONGEST_S,
    STEPS_MOST,
    AddressText,
    CertificateText,
    Code,
    Count,
    Detail,
    HexId,
    Moment,
    Name,
    Seconds,
    Sha256,
    Share,
    SignedSeconds,
    Stamp,
    Wire,
    clean,
    clean_code,
)

LONGEST_LOOK_S = 3600.0  # of one that counts: figures add them up; a gap may be longer
_ADDRESS = re.compile(r"[A-Za-z0-9.:%_/\[\]-]{1,100}")


class TimingsWire(Wire):
    """`Timings`."""

    dns_s: Seconds | None = None
    connect_s: Seconds | None = None
    tls_s: Seconds | None = None
    wait_s: Seconds | None = None
    transfer_s: Seconds | None = None


class CertificateWire(Wire):
    """`Certificate`."""

    sha256: Sha256
    subject: CertificateText
    issuer: CertificateText
    names: Annotated[
        tuple[CertificateText, ...], FailFast(), Field(max_length=CERTIFICATE_NAMES_MOST)
    ]
    not_before: Moment
    not_after: Moment
    verified: bool


class SightingWire(Wire):
    """`Sighting`, without the steps: those are the look's."""

    phase: Phase
    failure: Failure | None = None
    detail: Detail = ""
    timings: TimingsWire = TimingsWire()
    address: AddressText | None = None
    http_status: Annotated[int, Field(ge=0, le=999)] | None = None
    code: Code | None = None
    body_bytes: Count | None = None
    certificate: CertificateWire | None = None


class StepWire(Wire):
    """`Step`."""

    name: Name
    sighting: SightingWire
    begun_s: Seconds
    duration_s: Seconds


class HealthWire(Wire):
    """`SelfHealth`."""

    lag_s: Seconds = 0.0
    clock_step_s: SignedSeconds = 0.0
    open_files: Count = 0
    open_files_limit: Count = 0
    paused_s: Seconds = 0.0
    starved: Share = 0.0
    memory: Share = 0.0
    clock_error_s: Seconds = 0.0


class LookWire(Wire):
    """`Observation`, by the agent's own clocks; `n` is its number in the agent's spool."""

    n: Count
    id: HexId
    check: Name
    vantage: Name
    target: Name
    at: Stamp
    duration_s: Seconds
    sighting: SightingWire
    slow: bool = False
    health: HealthWire = HealthWire()
    void: Void | None = None
    steps: Annotated[tuple[StepWire, ...], FailFast(), Field(max_length=STEPS_MOST)] = ()

    @model_validator(mode="after")
    def _has_an_end(self) -> Self:
        if self.void is None and self.duration_s > LONGEST_LOOK_S:
            raise ValueError("no look takes that long")
        return self


def look_to_json(observation: Observation, boot_id: str, n: int) -> dict[str, Any]:
    """A look as plain values for JSON; what is at its default is left out.

    Args:
        observation: By this machine's clocks.
        boot_id: The boot during which `started_mono_s` was read (/proc/sys/kernel/random/boot_id).
        n: Its number in the spool.
    """
    look = LookWire(
        n=n,
        id=observation.id,
        check=observation.check,
        vantage=observation.vantage,
        target=observation.target,
        at=Stamp(wall=observation.started_at, mono=observation.started_mono_s, boot=boot_id),
        duration_s=observation.duration_s,
        sighting=_sighting_wire(observation.sighting),
        slow=observation.slow,
        health=health_wire(observation.health),
        void=observation.void,
        steps=tuple(_step_wire(step) for step in observation.steps[:STEPS_MOST]),
    )
    return look.model_dump(mode="json", exclude_defaults=True)


def health_wire(health: SelfHealth) -> HealthWire:
    """Our own condition as it travels; what is beyond measure is told as the most there is."""
    return HealthWire(
        lag_s=_within(health.lag_s, 0.0, LONGEST_S),
        clock_step_s=_within(health.clock_step_s, -LONGEST_S, LONGEST_S),
        open_files=health.open_files,
        open_files_limit=health.open_files_limit,
        paused_s=_within(health.paused_s, 0.0, LONGEST_S),
        starved=_within(health.starved, 0.0, 1.0),
        memory=_within(health.memory, 0.0, 1.0),
        clock_error_s=_within(health.clock_error_s, 0.0, LONGEST_S),
    )


def look_from_json(document: str | bytes) -> LookWire:
    """Read one look as JSON text (a batch is read as a whole by `messages.Batch`).

    Raises:
        pydantic.ValidationError: something does not fit; nothing of the input is in its text.
    """
    return LookWire.model_validate_json(document)


def observation_of(look: LookWire) -> Observation:
    """The observation, still by the agent's clocks: who received it says what time it was."""
    return Observation(
        id=look.id,
        check=look.check,
        vantage=look.vantage,
        target=look.target,
        started_at=look.at.wall,
        started_mono_s=look.at.mono,
        duration_s=look.duration_s,
        sighting=_sighting_of(look.sighting),
        slow=look.slow,
        health=health_of(look.health),
        void=look.void,
        steps=tuple(
            Step(step.name, _sighting_of(step.sighting), step.begun_s, step.duration_s)
            for step in look.steps
        ),
    )


def health_of(health: HealthWire) -> SelfHealth:
    """The agent's own condition."""
    return SelfHealth(**dict(health))


def _within(value: float, least: float, most: float) -> float:
    return min(max(value, least), most)


def _sighting_of(seen: SightingWire) -> Sighting:
    shown = seen.certificate
    return Sighting(
        phase=seen.phase,
        failure=seen.failure,
        detail=seen.detail,
        timings=Timings(**dict(seen.timings)),
        address=seen.address,
        http_status=seen.http_status,
        code=seen.code,
        body_bytes=seen.body_bytes,
        certificate=None if shown is None else Certificate(**dict(shown)),
    )


def _step_wire(step: Step) -> StepWire:
    return StepWire(
        name=step.name,
        sighting=_sighting_wire(step.sighting),
        begun_s=step.begun_s,
        duration_s=step.duration_s,
    )


def _sighting_wire(seen: Sighting) -> SightingWire:
    address, shown = seen.address, seen.certificate
    return SightingWire(
        phase=seen.phase,
        failure=seen.failure,
        detail=clean(seen.detail, DETAIL_MOST),
        timings=TimingsWire(**asdict(seen.timings)),
        address=address if address is not None and _ADDRESS.fullmatch(address) else None,
        http_status=seen.http_status,
        code=None if seen.code is None else clean_code(seen.code),
        body_bytes=seen.body_bytes,
        certificate=None if shown is None else _certificate_wire(shown),
    )


def _certificate_wire(shown: Certificate) -> CertificateWire:
    return CertificateWire(
        sha256=shown.sha256,
        subject=clean(shown.subject, CERTIFICATE_TEXT_MOST),
        issuer=clean(shown.issuer, CERTIFICATE_TEXT_MOST),
        names=tuple(
            clean(name, CERTIFICATE_TEXT_MOST) for name in shown.names[:CERTIFICATE_NAMES_MOST]
        ),
        not_before=shown.not_before,
        not_after=shown.not_after,
        verified=shown.verified,
    )
