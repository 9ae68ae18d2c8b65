"""The documents that travel, version 1; `docs/agents.md` shows each."""

# No `from __future__ import annotations`: pydantic reads the annotations at runtime.

import base64
import binascii
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, FailFast, Field, ValidationError

from monitor.wire.keys import PUBLIC_BYTES
from monitor.wire.looks import HealthWire, LookWire
from monitor.wire.shapes import Count, HexId, Moment, Name, Seconds, Sha256, Stamp, Wire

BASE = "/agents/v1"
VERSIONS = (1,)
EXCHANGE_S = 30.0  # an agent says something at least this often: looks, or asks for its part
MOST_LOOKS = 2000  # in one batch
MOST_WIRE_BYTES = 1024 * 1024  # of a request's body as sent
MOST_DECODED_BYTES = 4 * 1024 * 1024  # of the same, decoded


def _public_key(text: str) -> str:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("not base64") from error
    if len(raw) != PUBLIC_BYTES:
        raise ValueError("not 32 bytes")
    return text


class EnrolAsk(Wire):
    """POST /enrol: an invitation is taken up."""

    token: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{20,100}$", repr=False)]
    public_key: Annotated[str, AfterValidator(_public_key)]  # base64 of the 32 bytes
    versions: Annotated[list[Count], Field(min_length=1, max_length=20)]
    program: Annotated[str, Field(pattern=r"^[A-Za-z0-9./+_-]{1,64}$")]

    @property
    def public(self) -> bytes:
        """The key's 32 bytes."""
        return base64.b64decode(self.public_key)


class SpoolWire(Wire):
    """What waits at the agent."""

    waiting: Count
    oldest_age_s: Seconds
    dropped: Count  # looks that never came, since the agent's spool was made


class Batch(Wire):
    """POST /looks."""

    version: Literal[1]
    batch: HexId
    sent: Stamp
    looks: Annotated[list[LookWire], FailFast(), Field(max_length=MOST_LOOKS)]
    health: HealthWire
    spool: SpoolWire


class TokenAsk(Wire):
    """POST /token."""

    credential: Name


class RefusedTold(Wire):
    """POST /refused: the upstream did not take this token although its time was not over."""

    credential: Name
    token_sha256: Sha256


class Answer(BaseModel):
    """What the core says; a later version may say more."""

    model_config = ConfigDict(strict=True, frozen=True, hide_input_in_errors=True)


class Enrolled(Answer):
    """200 to /enrol."""

    vantage: Name
    version: int
    core_wall: Moment


class Stored(Answer):
    """200 to /looks: all of the batch may be forgotten."""

    stored: int
    known: int
    refused: int = 0  # not ours to keep: another vantage's, an unknown check's, from the future
    core_wall: Moment
    quarantine: Literal["clock", "contradicts"] | None = None


class TokenGiven(Answer):
    """200 to /token."""

    token: Annotated[str, Field(repr=False)]
    expires_in_s: float


class TokenWithheld(Answer):
    """409 to /token: as the core's own login saw it."""

    failure: str
    detail: str
    http_status: int | None = None


class Refusal(Answer):
    """Any other answer: one sentence, and what may help."""

    error: str
    last: int | None = None  # 409: the highest sequence seen
    speaks: tuple[int, ...] | None = None  # 426


class _Versioned(BaseModel):
    version: int


def speaks_otherwise(body: bytes | bytearray) -> bool:
    """Whether a document that does not fit is of a version we do not speak."""
    try:
        return _Versioned.model_validate_json(body).version not in VERSIONS
    except ValidationError:
        return False


def place_of(error: ValidationError) -> str:
    """Where a document does not fit, and how: index and field, nothing of its content."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])[:100] or "the document"
    return f"{place}: {first['type']}"


def too_many_looks(error: ValidationError) -> bool:
    """Whether a batch was refused for the number of its looks."""
    return any(
        each["type"] == "too_long" and each["loc"] == ("looks",)
        for each in error.errors(include_url=False, include_input=False)
    )
