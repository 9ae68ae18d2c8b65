"""All mechanisms; importing this enters them into the registry."""

from monitor.scenarios.mechanisms import (
    contracts,
    novel,
    ourselves,
    platforms,
    standing,
    surroundings,
    traffic,
    upstreams,
    ways,
)
from monitor.scenarios.mechanisms import doubles as doubles  # of those above: after them
from monitor.scenarios.registry import MECHANISMS

__all__ = [
    "MECHANISMS",
    "contracts",
    "doubles",
    "novel",
    "ourselves",
    "platforms",
    "standing",
    "surroundings",
    "traffic",
    "upstreams",
    "ways",
]
