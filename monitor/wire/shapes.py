"""What a single value on the wire may be; used for the way out and checked on the way in."""

# No `from __future__ import annotations`: pydantic reads the annotations at runtime.

import re
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

DETAIL_MOST = 200
CODE_MOST = 32
CERTIFICATE_TEXT_MOST = 500
CERTIFICATE_NAMES_MOST = 200
STEPS_MOST = 64
_JOINERS = "\u200c\u200d"  # not printable to Python, and part of Persian spelling
_NOT_CODE = re.compile(r"[^A-Za-z0-9_.:-]")
LONGEST_S = 1e10  # three hundred years: no real duration, and no overflow


class Wire(BaseModel):
    """Nothing unknown, nothing converted, nothing of the input in an error."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        allow_inf_nan=False,
    )


def clean(text: str, most: int) -> str:
    """The text as it may travel: printable, without half characters, at most `most` long."""
    return "".join(c if c.isprintable() or c in _JOINERS else "?" for c in text[:most])


def clean_code(code: str) -> str | None:
    """A provider's code as it may travel; None where nothing of it is left."""
    return _NOT_CODE.sub("_", code[:CODE_MOST]) or None


def _printable(text: str) -> str:
    if text != clean(text, len(text)):
        raise ValueError("not printable")
    return text


def _in_utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("beyond the calendar") from error


Seconds = Annotated[float, Field(ge=0, le=LONGEST_S)]
SignedSeconds = Annotated[float, Field(ge=-LONGEST_S, le=LONGEST_S)]
Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0, le=2**53)]
Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
HexId = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,200}$")]
Boot = Annotated[str, Field(pattern=r"^[0-9a-f-]{8,64}$")]
AddressText = Annotated[str, Field(pattern=r"^[A-Za-z0-9.:%_/\[\]-]{1,100}$")]
Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{1,32}$")]
Detail = Annotated[str, Field(max_length=DETAIL_MOST), AfterValidator(_printable)]
CertificateText = Annotated[
    str, Field(max_length=CERTIFICATE_TEXT_MOST), AfterValidator(_printable)
]


class Stamp(Wire):
    """One moment by an agent's clocks; `mono` goes on for as long as `boot` is the same."""

    wall: Moment
    mono: SignedSeconds  # seconds
    boot: Boot
