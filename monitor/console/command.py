"""What `govah agents` does; it works beside a running core, through its data directory."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from monitor.console.certificate import fingerprint, own_certificate
from monitor.console.letters import Letters
from monitor.model import Invited
from monitor.wire.invitation import Invitation, token_sha256

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from monitor.model import Agent
    from monitor.ports import Clock
    from monitor.settings import Settings
    from monitor.settings.values import AgentsSettings

TOKEN_BYTES = 32


class CommandError(Exception):
    """It cannot be done: one sentence, what and what to do."""


def invite(settings: Settings, vantage: str, *, lives_s: float, clock: Clock) -> str:
    """Invite an agent: the line that its operator needs, once.

    Args:
        settings: The core's configuration.
        vantage: Declared with `agent: true`.
        lives_s: How long the invitation holds, in seconds.
        clock: The time.

    Raises:
        CommandError: the vantage is no agent's, or the data directory cannot be written.
        CertificateError: the console's certificate cannot be used.
    """
    agents = _agents(settings)
    _refuse_others(settings, vantage)
    now = clock.utc()
    certificate, _ = certificate_of(settings, agents, clock)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    invited = Invited(token_sha256(token), vantage, now + timedelta(seconds=lives_s))
    try:
        Letters(settings.data_directory).invite(invited)
    except OSError as error:
        raise CommandError(_cannot_write(settings, error)) from error
    return Invitation(agents.public_url, vantage, token, fingerprint(certificate)).line()


def revoke(settings: Settings, vantage: str) -> None:
    """Never believe the vantage's agent again, from its next request on.

    Raises:
        CommandError: there is no such vantage, or the data directory cannot be written.
    """
    if vantage not in settings.world.vantages:
        raise CommandError(
            f"there is no vantage {vantage!r}: see the vantages in the configuration"
        )
    try:
        Letters(settings.data_directory).revoke(vantage)
    except OSError as error:
        raise CommandError(_cannot_write(settings, error)) from error


def listing(settings: Settings, enrolled: Sequence[Agent]) -> Iterator[str]:
    """One line for each vantage that is an agent's, or ever was.

    Args:
        settings: The core's configuration.
        enrolled: What the store knows.
    """
    letters = Letters(settings.data_directory)
    known = {agent.vantage: agent for agent in enrolled}
    declared = {v.id for v in settings.world.vantages.values() if v.agent}
    for vantage in sorted(declared | known.keys()):
        agent = known.get(vantage)
        if agent is None:
            yield f"{vantage}  not enrolled"
        elif agent.revoked_at is not None or letters.revoked(vantage):
            yield f"{vantage}  revoked  key {agent.key_id}"
        else:
            yield _line(agent)


def certificate_of(settings: Settings, agents: AgentsSettings, clock: Clock) -> tuple[Path, Path]:
    """The console's certificate and key: the operator's, or our own, made if there is none yet.

    Raises:
        CertificateError: our own cannot be made.
    """
    if agents.certificate is not None and agents.key is not None:
        return agents.certificate, agents.key
    host = urlsplit(agents.public_url).hostname or agents.listen.host
    return own_certificate(settings.data_directory, host, now=clock.utc())


def _line(agent: Agent) -> str:
    seen = "never" if agent.last_seen_at is None else f"{agent.last_seen_at:%Y-%m-%d %H:%M:%S} UTC"
    parts = [
        agent.vantage,
        "enrolled" if agent.quarantine is None else f"quarantined ({agent.quarantine})",
        f"key {agent.key_id}",
        f"since {agent.enrolled_at:%Y-%m-%d %H:%M:%S} UTC",
        f"last batch {seen}",
        f"waiting {agent.waiting}",
        f"dropped {agent.dropped}",
        agent.program,
    ]
    return "  ".join(parts)


def _agents(settings: Settings) -> AgentsSettings:
    if settings.agents is None:
        raise CommandError(f"{settings.source} has no agents section: add it, with its listen")
    return settings.agents


def _refuse_others(settings: Settings, vantage: str) -> None:
    declared = settings.world.vantages.get(vantage)
    if declared is None:
        raise CommandError(
            f"there is no vantage {vantage!r}: see the vantages in the configuration"
        )
    if not declared.agent:
        raise CommandError(
            f"vantage {vantage} is the core's own: write agent: true to give it away"
        )


def _cannot_write(settings: Settings, error: OSError) -> str:
    where = settings.data_directory
    return f"{where} cannot be written ({error.strerror}): run this as the core's user"
