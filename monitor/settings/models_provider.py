"""The shape of a provider's file: its codes, and which of its paths only read."""

# No `from __future__ import annotations`: pydantic reads the annotations at runtime.

from typing import Annotated, Literal

from pydantic import Field

from monitor.model import CodeClass
from monitor.settings.kinds import Id, JmesPath, Language, Line, Regex
from monitor.settings.kinds_net import Code
from monitor.settings.strict import Strict

_CLASSES = ", ".join(CodeClass)
_PATHS = "a list of regular expressions found in the path of a request"


class MeaningModel(Strict):
    """Codes, or a phrase, and what they mean."""

    codes: Annotated[list[Code], Field(min_length=1)] | None = Field(
        default=None, description="a list of codes, each as text in quotes"
    )
    phrase: Line | None = Field(
        default=None, description="a part of the provider's message, for what has no code"
    )
    class_: CodeClass = Field(alias="class", strict=False, description=f"one of {_CLASSES}")
    fa: Line | None = Field(default=None, description="a sentence of our own in Persian")
    en: Line | None = Field(default=None, description="a sentence of our own in English")


class ProviderModel(Strict):
    """A provider's interface as far as we know it."""

    version: Literal[1] = Field(alias="govah-provider", description="1, the version of this format")
    id: Id = Field(description="an id of letters, digits, `.`, `_` and `-`")
    name: dict[Language, Line] = Field(description="a name in every language, as people say it")
    code_path: JmesPath = Field(
        description="a JMESPath to the code as text, such as to_string(status)"
    )
    message_path: JmesPath | None = Field(
        default=None, description="a JMESPath to the provider's own words"
    )
    unknown: dict[Language, Line] = Field(
        description="a sentence of our own in every language, for any other code"
    )
    reads: list[Regex] = Field(default=[], description=f"{_PATHS} that only reads")
    writes: list[Regex] = Field(default=[], description=f"{_PATHS} that could register something")
    codes: list[MeaningModel] = Field(
        min_length=1, description="a list of codes with their class and sentences"
    )
