"""Enrols once; later starts need neither the invitation nor the core."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from monitor.agent.core import CoreError
from monitor.agent.identity import (
    AgentError,
    Enrolment,
    EnrolRefusedError,
    enrolment_in,
    keep_enrolment,
)
from monitor.wire.invitation import token_sha256

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from monitor.agent.core import Core
    from monitor.wire.invitation import Invitation

log = structlog.get_logger(__name__)


async def enrolled(
    directory: Path, invitation: Invitation | None, core_as: Callable[[str, str], Core]
) -> Enrolment:
    """What is agreed with the core; agreed now where an invitation is new.

    Args:
        directory: The agent's data directory.
        invitation: None: enrolled before. One that was used up by us before changes nothing.
        core_as: Speaks to the core as a vantage (first), which shows a fingerprint (second).

    Raises:
        AgentError: not enrolled and not invited, or the core cannot be asked.
        EnrolRefusedError: the core does not take the invitation.
    """
    before = enrolment_in(directory)
    if invitation is None:
        if before is None:
            why = f"{directory} belongs to no enrolled agent: start with --enrol-file INVITATION"
            raise AgentError(why)
        return before
    sha256 = token_sha256(invitation.token)
    if before is not None and before.token_sha256 == sha256:
        return before
    core = core_as(invitation.vantage, invitation.fingerprint)
    try:
        vantage = await _take_up(core, invitation)
    except CoreError as error:
        why = f"the core cannot be asked to enrol us ({error}): look at its address, then try again"
        raise AgentError(why) from error
    made = Enrolment(vantage=vantage, fingerprint=invitation.fingerprint, token_sha256=sha256)
    keep_enrolment(made, directory)
    log.info("enrolled", vantage=vantage)
    return made


async def _take_up(core: Core, invitation: Invitation) -> str:
    try:
        return (await core.enrol(invitation.token)).vantage
    except EnrolRefusedError:
        # The answer to our own enrolment may have been lost: then the core knows our key.
        try:
            await core.config(None)
        except CoreError:
            pass
        else:
            return invitation.vantage
        raise
