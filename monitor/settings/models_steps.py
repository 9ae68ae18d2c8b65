"""The shape of a transaction: several requests, values carried from one to the next."""

# No `from __future__ import annotations`: pydantic reads the annotations at runtime.

from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from monitor.settings.kinds import Duration, HeaderName, Id, JmesPath, Regex
from monitor.settings.kinds_net import StepUrl, ValueName
from monitor.settings.models_http import WRITES, RequestModel, checked_xpath
from monitor.settings.strict import Strict


class TakeModel(Strict):
    """A value to carry from an answer to later steps."""

    namespaces: dict[str, str] = Field(
        default={}, description="prefixes of `xml`, each with the namespace it stands for"
    )
    json_: JmesPath | None = Field(
        default=None, alias="json", description="a JMESPath into the answer"
    )
    xml: str | None = Field(default=None, description="an XPath 1.0 into the answer")
    header: HeaderName | None = Field(default=None, description="the name of a header")
    text: Regex | None = Field(
        default=None, description="a regular expression found in the answer (its first group)"
    )

    @field_validator("xml")
    @classmethod
    def _is_xpath(cls, path: str | None, info: ValidationInfo) -> str | None:
        return None if path is None else checked_xpath(path, info.data.get("namespaces", {}))


class StepRequestModel(RequestModel):
    """One request of a transaction; `{{ name }}` stands for a value."""

    url: StepUrl = Field(description="an http or https URL, `{{ name }}` allowed after the host")


class StepModel(Strict):
    """One step of a transaction."""

    name: Id = Field(description="a name of letters, digits, `.`, `_` and `-`")
    target: Id | None = Field(default=None, description="the id of a target (default: the check's)")
    timeout: Annotated[Duration, Field(ge=0.1, le=60)] | None = Field(
        default=None,
        description="a duration from 100ms to 60s: patience for this step (default: what is left)",
    )
    slow_after: Annotated[Duration, Field(ge=0.001, le=60)] | None = Field(
        default=None, description="a duration up to 60s: slower than this is slow"
    )
    writes: bool | None = Field(default=None, description=WRITES)
    http: StepRequestModel = Field(description="an HTTP(S) request")
    take: dict[ValueName, TakeModel] = Field(
        default={}, description="values for later steps, each with json, xml, header or text"
    )


class TransactionModel(Strict):
    """Several requests, one after the other; the first failure ends it."""

    provider: Id | None = Field(
        default=None, description="the id of a provider: gives codes, reads and writes"
    )
    credential: Id | None = Field(
        default=None, description="the id of a credential: gives `{{ token }}`"
    )
    values: dict[ValueName, str] = Field(
        default={}, description="texts that `{{ name }}` stands for in the steps"
    )
    steps: list[StepModel] = Field(min_length=1, max_length=20, description="a list of steps")
