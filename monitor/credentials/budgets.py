"""How often we may look, per target and per credential: we never cause the 429 we report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.credentials.bucket import Bucket
from probes.spec import TransactionSpec

if TYPE_CHECKING:
    from monitor.model import Check, World
    from monitor.ports import Clock


class Budgets:
    """The buckets of a world; a look takes from all that concern it, or from none."""

    def __init__(self, world: World, clock: Clock) -> None:
        now_mono_s = clock.monotonic()
        self._clock = clock
        self._checks = world.checks
        self._targets = {
            target.id: Bucket(target.budget, now_mono_s)
            for target in world.targets.values()
            if target.budget is not None
        }
        self._credentials = {
            credential.id: Bucket(credential.looks, now_mono_s)
            for credential in world.credentials.values()
            if credential.looks is not None
        }

    def admit(self, check: Check, *, extra: bool = False) -> bool:
        """Whether one look more stays within the budgets; if so it is counted.

        Args:
            check: What would be looked at.
            extra: The timetable does not ask for it: it may only take from the fuller half of a
                bucket. A timetable that stays within the budgets refills no slower than it takes,
                so the other half is there whenever its looks come close together.
        """
        now_mono_s = self._clock.monotonic()
        buckets = self._of(check)
        may = Bucket.spares if extra else Bucket.has
        if not all(may(bucket, now_mono_s) for bucket in buckets):
            return False
        for bucket in buckets:
            bucket.take(now_mono_s)
        return True

    def _of(self, check: Check) -> tuple[Bucket, ...]:
        targets, credential = [check.target], None
        if isinstance(check.spec, TransactionSpec):
            credential = check.spec.credential
            told = (self._checks[step.check].target for step in check.spec.steps)
            targets = list(dict.fromkeys((check.target, *told)))
        found = [self._targets[target] for target in targets if target in self._targets]
        if credential in self._credentials:
            found.append(self._credentials[credential])
        return tuple(found)
