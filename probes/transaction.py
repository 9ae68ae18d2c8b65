"""Does the whole way work? Several requests, one after the other, each on a fresh connection."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from monitor.model import Failure, Phase, Sighting, Step
from monitor.ports import TokenError
from probes.attempt import Attempt, attempt
from probes.exchange import exchange
from probes.fill import fill_request, names_asked
from probes.guard import ReadOnly
from probes.handshake import context_for
from probes.spec import TransactionSpec
from probes.take import take_all

if TYPE_CHECKING:
    from collections.abc import Sequence
    from ssl import SSLContext

    from monitor.model import Check, Vantage
    from monitor.ports import Tokens
    from probes.spec import StepSpec

TOKEN = "token"  # noqa: S105 - the name it has in a template
LOOK = "look"
# A step that leaves the next one less than this share of the look's time has taken it all: the
# next one would be told as failing for a slowness that is not its own.
_LEAST_AFTER_LOGIN = 0.4  # share of a look's time that a fresh login must leave to its step
_LEAST_SHARE = 0.05
_NOT_BELIEVED = (Failure.SESSION_EXPIRED, Failure.HTTP_401)


class TransactionProbe:
    """Takes the steps of a transaction until one fails; it may only read."""

    def __init__(self, tokens: Tokens | None) -> None:
        """Join the holder of our credentials; without one, whatever needs a token is `no_token`."""
        self._tokens = tokens

    async def look(self, check: Check, vantage: Vantage, look_id: str) -> Sighting:
        """One attempt; see `monitor.ports.Probe`.

        Returns:
            What the last step taken saw, with every step taken in `steps`, in order.

        Raises:
            OSError: A `ca_file` cannot be read.
        """
        spec = check.spec
        if not isinstance(spec, TransactionSpec):
            raise TypeError(f"the transaction probe was given a {spec.kind} check")
        contexts = [context_for(step.request.ca_file) for step in spec.steps]
        run = _Run(spec, check.timeout_s, vantage, look_id, self._tokens)
        return await run.all(contexts)


class _Run:
    """One look: the values gathered so far, and the token if a step has needed it."""

    def __init__(
        self,
        spec: TransactionSpec,
        timeout_s: float,
        vantage: Vantage,
        look_id: str,
        tokens: Tokens | None,
    ) -> None:
        self._spec = spec
        self._vantage = vantage
        self._look_id = look_id
        self._tokens = tokens
        self._guard = ReadOnly(spec.reads, spec.writes)
        self._values = {**spec.values, LOOK: look_id}
        self._token: str | None = None
        self._now = asyncio.get_running_loop().time
        self._begun = self._now()
        self._deadline = self._begun + timeout_s
        self._least_s = timeout_s * _LEAST_SHARE

    async def all(self, contexts: Sequence[SSLContext]) -> Sighting:
        """Take the steps until one fails."""
        taken: list[Step] = []
        for spec, context in zip(self._spec.steps, contexts, strict=True):
            if taken and self._deadline - self._now() < self._least_s:
                taken[-1] = replace(taken[-1], sighting=_too_late(taken[-1].sighting))
                break
            taken.append(await self._step(spec, context))
            if taken[-1].sighting.failure is not None:
                break
        return replace(taken[-1].sighting, steps=tuple(taken))

    async def _step(self, spec: StepSpec, context: SSLContext) -> Step:
        begun = self._now()
        with_token = TOKEN in names_asked(spec.request, spec.body_kind)
        if with_token and self._token is None:
            try:
                self._values[TOKEN] = self._token = await self._log_in()
            except TokenError as error:
                return self._told(spec, replace(error.sighting, detail="login", steps=()), begun)
            begun = self._now()  # the login is not this step's slowness
        left_s = self._deadline - begun
        timeout_s = left_s if spec.timeout_s is None else min(spec.timeout_s, left_s)

        async def steps(this: Attempt) -> None:
            request = fill_request(spec.request, spec.body_kind, self._values)
            answer = await exchange(
                this, request, context, self._vantage, self._look_id, guard=self._guard
            )
            self._values |= take_all(spec.take, answer)

        vantage = self._vantage
        sighting = await attempt(
            timeout_s, vantage.source_address, steps, interface=vantage.interface
        )
        if with_token and sighting.failure in _NOT_BELIEVED:
            self._disown()
        return self._told(spec, sighting, begun)

    async def _log_in(self) -> str:
        credential = self._spec.credential
        if self._tokens is None or credential is None:
            raise TokenError(Sighting(Phase.START, Failure.NO_TOKEN))
        try:
            async with asyncio.timeout_at(self._deadline):
                token = await self._tokens.token(credential, self._vantage, self._look_id)
        except TimeoutError as error:
            # It may have been another vantage's login that took so long: no word against anybody.
            # A login of our own that hangs is told by its own, shorter, deadline.
            raise TokenError(Sighting(Phase.START, Failure.NO_TOKEN)) from error
        if self._deadline - self._now() < _LEAST_AFTER_LOGIN * (self._deadline - self._begun):
            # The step's own host would be blamed for the time that is left; the next look has it.
            raise TokenError(Sighting(Phase.START, Failure.NO_TOKEN))
        return token

    def _disown(self) -> None:
        credential = self._spec.credential
        if self._tokens is not None and credential is not None and self._token is not None:
            self._tokens.refused(credential, self._token)

    def _told(self, spec: StepSpec, sighting: Sighting, begun: float) -> Step:
        return Step(spec.name, sighting, begun - self._begun, self._now() - begun)


def _too_late(sighting: Sighting) -> Sighting:
    failure = Failure.WAIT_TIMEOUT
    return replace(sighting, phase=Phase.WAIT, failure=failure, detail="no time for the next step")
