"""The shape of a tail's own file: which log, how to read its lines, and what they mean."""

# No `from __future__ import annotations`: pydantic reads the annotations at runtime.

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from monitor.model import OutcomeClass
from monitor.settings.kinds import BaseUrl, Duration, Id, Regex, trouble, written
from monitor.settings.strict import Strict

_REFERENCE = "a reference `${env:NAME}` or `${file:PATH}`"
_FIELD = "a field of a line: a group of the regex, or keys of the JSON joined by `.`"
_OUTCOMES = tuple(each.value for each in OutcomeClass)


def _outcome(text: str) -> str:
    if text not in _OUTCOMES:
        raise trouble("this is not an outcome", f"take one of {', '.join(_OUTCOMES)}")
    return text


FieldName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_.-]{0,99}$")]
Path = Annotated[str, Field(min_length=1)]
OutcomeName = Annotated[str, AfterValidator(_outcome)]


class SendModel(Strict):
    """Where outcomes go."""

    url: BaseUrl = Field(description="the address of Govah's page, such as https://status.example")
    key: Annotated[str, Field(min_length=1)] = Field(description=_REFERENCE)
    every: Duration = Field(
        default=written("5s"), ge=1, le=300, description="a duration from 1s to 5m, such as 5s"
    )
    timeout: Duration = Field(
        default=written("5s"), ge=1, le=60, description="a duration from 1s to 60s, such as 5s"
    )
    ca_file: Path | None = Field(
        default=None,
        description="a file of certificate authorities (PEM), relative to this file (default: the "
        "system's)",
    )
    region: Id | None = Field(default=None, description="the region all calls come from")
    network: Id | None = Field(default=None, description="the network all calls leave by")


class TimeModel(Strict):
    """When a call was."""

    field: FieldName = Field(description=_FIELD)
    form: Annotated[str, Field(min_length=1, max_length=60)] = Field(
        default="iso",
        description="iso, unix, unix_ms, or a form of strptime with %z: %d/%b/%Y:%H:%M:%S %z",
    )


class MeaningModel(Strict):
    """What the values of one field mean."""

    field: FieldName = Field(description=_FIELD)
    table: Annotated[dict[str, OutcomeName], Field(min_length=1)] = Field(
        description="values and their outcomes; an `x` in a value of three signs such as 5xx "
        "stands for any digit"
    )


class SlowModel(Strict):
    """When an `ok` was slow."""

    field: FieldName = Field(description=_FIELD)
    over: Duration = Field(gt=0, le=3600, description="a duration: longer than this is slow")
    unit: Literal["s", "ms"] = Field(default="s", description="s or ms: what the field counts in")


class RuleModel(Strict):
    """Lines that are calls of one operation."""

    when: Annotated[dict[FieldName, Regex], Field(min_length=1)] = Field(
        description="fields and regular expressions that must be found in them, all of them"
    )
    service: Id = Field(description="the id of a service")
    operation: Id = Field(description="the id of one of its operations")
    outcomes: Annotated[list[MeaningModel], Field(min_length=1)] = Field(
        description="tables of outcomes; the first that knows its field's value decides"
    )
    otherwise: OutcomeName = Field(
        default="unknown", description="the outcome where no table knows the value"
    )
    slow: SlowModel | None = Field(default=None, description="when an ok was slow")
    code: FieldName | None = Field(default=None, description="the field with the upstream's code")


class TailModel(Strict):
    """A tail's own file."""

    version: Literal[1] = Field(alias="govah-tail", description="1, the version of this format")
    send: SendModel = Field(description="where outcomes go")
    log: Path = Field(description="the log to follow, relative to this file")
    start: Literal["end", "beginning"] = Field(
        default="end", description="end or beginning: where to begin at the very first start"
    )
    data: Path = Field(
        default="tail-data", description="a directory for the place in the log, relative to this"
    )
    lines: Literal["json"] | None = Field(
        default=None, description="json: every line is a JSON object"
    )
    regex: Regex | None = Field(
        default=None, description="a regular expression with named groups that matches a line"
    )
    time: TimeModel = Field(description="when a call was")
    rules: Annotated[list[RuleModel], Field(min_length=1)] = Field(
        description="a list of rules; the first that fits a line speaks for it"
    )
