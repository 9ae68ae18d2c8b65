"""The core's side of agents: who may speak for a vantage, and what becomes of what he says."""

from monitor.console.console import Console, Keeper
from monitor.console.door import listen

__all__ = ["Console", "Keeper", "listen"]
