"""Has somebody who promised to tell us that he is alive done so?"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from monitor.model import Failure, Phase, Sighting
from probes.spec import HeartbeatSpec

if TYPE_CHECKING:
    from monitor.model import Check, Vantage
    from monitor.ports import Pulse


class HeartbeatProbe:
    """Asks the pulse; nothing goes over the network."""

    def __init__(self, pulse: Pulse | None) -> None:
        """Take what hears the beats; None hears nobody."""
        self._pulse = pulse

    async def look(self, check: Check, vantage: Vantage, look_id: str) -> Sighting:  # noqa: ARG002 - nothing is sent, from nowhere
        """One attempt; see `monitor.ports.Probe`.

        Only time in which we were listening counts as silence; before there was enough of it, the
        answer is that we cannot say.
        """
        spec = check.spec
        if not isinstance(spec, HeartbeatSpec):
            raise TypeError(f"the heartbeat probe was given a {spec.kind} check")
        if self._pulse is None:
            return Sighting(Phase.START, Failure.NOTHING_YET, "nobody listens here")
        # The port's stamps are of the monotonic clock, which is the loop's own.
        now_mono_s = asyncio.get_running_loop().time()
        since_mono_s = self._pulse.listening_since_mono_s
        beat = self._pulse.last(spec.source)
        if beat is not None and now_mono_s - beat.instant.mono_s <= spec.within_s:
            if beat.ok:
                return Sighting(Phase.DONE)
            return Sighting(Phase.EXPECT, Failure.HEARTBEAT_FAILED)
        if now_mono_s - since_mono_s < spec.within_s:
            return Sighting(Phase.START, Failure.NOTHING_YET)
        return Sighting(Phase.WAIT, Failure.HEARTBEAT_MISSING)
