"""What every model of the configuration has in common."""

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """Nothing unknown, nothing converted, nothing of the input in an error."""

    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, hide_input_in_errors=True, validate_default=True
    )
