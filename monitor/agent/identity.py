"""Who this agent is: its key, and what enrolling agreed upon. Both stay in the data directory."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

from pydantic_core import from_json, to_json

from monitor.agent.files import write_private
from monitor.wire.keys import KeyFileError, load_key, new_key, save_key

if TYPE_CHECKING:
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEY = "agent.key"
ENROLMENT = "enrolment.json"


class AgentError(Exception):
    """The agent cannot start: one sentence, what and what to do."""


class EnrolRefusedError(AgentError):
    """The core does not take this invitation."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What was agreed with the core."""

    vantage: str
    fingerprint: str  # SHA-256 of the core's certificate, hex
    token_sha256: str  # of the invitation that was used


def own_key(directory: Path) -> Ed25519PrivateKey:
    """The agent's key; made at the first start.

    Raises:
        AgentError: it cannot be read or written.
    """
    path = directory / KEY
    try:
        if not path.exists():
            save_key(new_key(), path)
        return load_key(path)
    except KeyFileError as error:
        raise AgentError(str(error)) from error
    except OSError as error:
        why = f"{path} cannot be used ({error.strerror}): make it readable for us alone"
        raise AgentError(why) from error


def enrolment_in(directory: Path) -> Enrolment | None:
    """What was agreed, or None before enrolment.

    Raises:
        AgentError: it cannot be read.
    """
    path = directory / ENROLMENT
    try:
        document = from_json(path.read_bytes())
        return Enrolment(**{part.name: str(document[part.name]) for part in fields(Enrolment)})
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        why = f"{path} cannot be read: move it away and enrol again with a new invitation"
        raise AgentError(why) from error


def keep_enrolment(enrolment: Enrolment, directory: Path) -> None:
    """Remember what was agreed.

    Raises:
        AgentError: the disk would not.
    """
    try:
        write_private(directory / ENROLMENT, to_json(asdict(enrolment), indent=2))
    except OSError as error:
        why = f"{directory} cannot be written ({error.strerror}): make room, then enrol again"
        raise AgentError(why) from error
