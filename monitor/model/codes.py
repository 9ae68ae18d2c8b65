"""A provider's own answer codes: what each means, and whose business it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class CodeClass(StrEnum):
    """Whose business a code is. What nobody classed is UNKNOWN, never the upstream's fault."""

    OK = "ok"
    UPSTREAM = "upstream"  # a fault of theirs
    OURS = "ours"  # our terminal, configuration, input or quota
    DOCTOR = "doctor"  # the doctor's account: locked, not activated
    PATIENT = "patient"  # a right answer about the patient's case
    SESSION = "session"  # a token or session ran out
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class CodeMeaning:
    """One code of one provider, or one sentence it says."""

    meaning: CodeClass
    says: Mapping[str, str]  # language -> our own sentence, fit for a report
    code: str | None = None  # None: told by `phrase` alone
    phrase: str | None = None  # part of the provider's message; searched as it stands


@dataclass(frozen=True, slots=True)
class Provider:
    """An upstream's interface as far as we know it: shipped as data in `config/providers/`."""

    id: str
    name: Mapping[str, str]
    code_path: str  # JMESPath to the code as text
    message_path: str | None = None  # JMESPath to the provider's own words
    meanings: tuple[CodeMeaning, ...] = ()
    unknown: Mapping[str, str] = field(default_factory=dict)  # the sentence for any other code
    reads: tuple[str, ...] = ()  # regular expressions of paths that only read
    writes: tuple[str, ...] = ()  # regular expressions of paths that could register something
