"""Looks, signals and notices in; who is at fault out. Pure: memory is a value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from monitor.core.inference.evidence import Evidence
    from monitor.core.inference.finding import Finding

Memory = TypeVar("Memory")


class Reasoner(Protocol[Memory]):
    """The same memory, evidence and moment give the same finding to the letter."""

    def start(self, now_s: float) -> Memory:
        """The memory of somebody who has seen nothing yet."""
        ...

    def step(self, memory: Memory, evidence: Evidence, now_s: float) -> tuple[Memory, Finding]:
        """Judge what is known at `now_s`, every 5 s; `now_s` never goes back.

        Evidence of pairs, subjects or vantages that the layout does not know is set aside.
        """
        ...
