"""The shape of what concerns ourselves: the page, what is stored, the figures that decide."""

# No `from __future__ import annotations`: pydantic reads the annotations at runtime.

from pydantic import Field

from monitor.settings.kinds import BaseUrl, Duration, HostPort, written
from monitor.settings.strict import Strict

_DAY_S = 86_400


class PageModel(Strict):
    """The status page."""

    listen: HostPort = Field(description="host:port to listen on, such as 127.0.0.1:8080")
    public_url: BaseUrl = Field(
        description="the http or https address people know, such as https://status.clinic.example"
    )


class RetentionModel(Strict):
    """How long what was seen is kept."""

    looks: Duration = Field(
        default=written("400d"),
        ge=_DAY_S,
        multiple_of=_DAY_S,
        description="whole days single looks are kept, such as 400d",
    )
    minutes: Duration = Field(
        default=written("400d"),
        ge=_DAY_S,
        multiple_of=_DAY_S,
        description="whole days figures per minute are kept, such as 400d",
    )
    hours: Duration = Field(
        default=written("1830d"),
        ge=_DAY_S,
        multiple_of=_DAY_S,
        description="whole days figures per hour are kept, such as 1830d",
    )
    days: Duration = Field(
        default=written("3660d"),
        ge=_DAY_S,
        multiple_of=_DAY_S,
        description="whole days figures per day are kept, such as 3660d",
    )


class DataModel(Strict):
    """What is stored, and how long."""

    directory: str = Field(
        default="data", min_length=1, description="a directory, relative to this file"
    )
    retention: RetentionModel = Field(
        default_factory=RetentionModel, description="how long what was seen is kept"
    )


class RulesModel(Strict):
    """Figures that decide; the defaults are those of `monitor.model.Rules`."""

    tick: Duration = Field(
        default=written("5s"),
        ge=1,
        le=60,
        description="a duration from 1s to 60s: the step of judgement",
    )
    named_bar: float = Field(
        default=0.995, ge=0, le=1, description="a number from 0 to 1: confidence to name a party"
    )
    probable_bar: float = Field(
        default=0.9, ge=0, le=1, description="a number from 0 to 1: confidence to say `probably`"
    )
    dwell_ticks: int = Field(
        default=3, ge=1, le=1000, description="a whole number from 1: ticks a verdict must hold"
    )
    symptom_after: Duration = Field(
        default=written("2m"),
        ge=1,
        le=_DAY_S,
        description="a duration from 1s to 1d: how long a failure nobody explains stays untold",
    )
    reference_fresh: Duration = Field(
        default=written("50s"),
        ge=1,
        le=3600,
        description="a duration from 1s to 1h: how long an answer of a reference vouches for us",
    )
    ill_for: Duration = Field(
        default=written("15s"),
        ge=0,
        le=3600,
        description="a duration up to 1h: how long after our own stall we judge nobody",
    )
    lag_limit: Duration = Field(
        default=written("750ms"),
        ge=0.01,
        le=60,
        description="a duration from 10ms to 60s: how late our own loop may be and count as well",
    )
    step_limit: Duration = Field(
        default=written("1s"),
        ge=0.5,
        le=3600,
        description="a duration from 500ms to 1h: how far the clock may jump before we are ill",
    )
    starved_limit: float = Field(
        default=0.5,
        gt=0,
        le=1,
        description="a number up to 1: share of the time without a processor that makes us ill",
    )
    memory_limit: float = Field(
        default=0.95,
        gt=0,
        le=1,
        description="a number up to 1: share of the memory in use that makes us ill",
    )
    clock_error_limit: Duration = Field(
        default=written("5s"),
        ge=0.1,
        le=3600,
        description="a duration from 100ms to 1h: how wrong our clock may be before we are ill",
    )
    agent_clock_limit: Duration = Field(
        default=written("30s"),
        ge=1,
        le=3600,
        description="a duration from 1s to 1h: how wrong an agent's clock may be and be believed",
    )
    liar_after: Duration = Field(
        default=written("2m"),
        ge=1,
        le=_DAY_S,
        description="a duration from 1s to 1d: who contradicts all others so long is not believed",
    )
    extra_per_tick: int = Field(
        default=10,
        ge=0,
        le=100,
        description="a whole number from 0 to 100: looks a doubt may ask for at each step",
    )
    extra_pair: Duration = Field(
        default=written("8s"),
        ge=1,
        le=3600,
        description="a duration from 1s to 1h: between two of them of one check from one vantage",
    )
    extra_timeout: Duration = Field(
        default=written("3s"),
        ge=0.5,
        le=60,
        description="a duration from 500ms to 60s: their patience, if the check's is not shorter",
    )
    stable: Duration = Field(
        default=written("5m"),
        ge=1,
        le=_DAY_S,
        description="a duration from 1s to 1d: good before `resolved`",
    )
    unstable_after_flaps: int = Field(
        default=3, ge=1, le=1000, description="a whole number from 1: relapses that make `unstable`"
    )
    unstable_stable: Duration = Field(
        default=written("30m"),
        ge=1,
        le=_DAY_S,
        description="a duration from 1s to 1d: good before `resolved` once unstable",
    )
    promise: Duration = Field(
        default=written("30m"),
        ge=60,
        le=_DAY_S,
        description="a duration from 1m to 1d: until the promised next update",
    )
    promise_grace: Duration = Field(
        default=written("60s"),
        ge=0,
        le=3600,
        description="a duration up to 1h: how late an update may be",
    )
    stale_intervals: float = Field(
        default=3.0,
        ge=1,
        le=1000,
        description="a number from 1: intervals after which a look is old",
    )
    open_message_valid: Duration = Field(
        default=written("30m"),
        ge=60,
        le=_DAY_S,
        description="a duration from 1m to 1d: how long an outage's message may still leave",
    )
    resolved_message_valid: Duration = Field(
        default=written("2h"),
        ge=60,
        le=_DAY_S,
        description="a duration from 1m to 1d: how long a recovery's message may still leave",
    )
