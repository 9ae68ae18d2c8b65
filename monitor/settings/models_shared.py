"""The shape of what several parties stand on."""

# No `from __future__ import annotations`: pydantic reads the annotations at runtime.

from typing import Annotated

from pydantic import Field

from monitor.settings.kinds import Id, Language, Line
from monitor.settings.strict import Strict


class SharedModel(Strict):
    """Something that targets of several parties stand on."""

    id: Id = Field(description="an id of letters, digits, `.`, `_` and `-`")
    name: Annotated[dict[Language, Line], Field(min_length=1)] | None = Field(
        default=None, description="a name in every language, as people say it (default: none)"
    )
    serves: list[Id] = Field(
        min_length=2, description="a list of ids of targets, of two parties or more"
    )
