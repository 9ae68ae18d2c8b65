"""What the system says of a process: processor time and memory."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

TICK_S = 1.0 / os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def cpu_s(pids: Iterable[int]) -> float:
    """Processor seconds that these processes have used, in user and system mode; proc(5)."""
    return sum(_ticks(pid) for pid in pids) * TICK_S


def resident_mib(pids: Iterable[int]) -> float:
    """Memory that these processes hold, in MiB; what they share is counted in each."""
    held = (int(_read(pid, "statm").split()[1]) for pid in pids)
    return sum(held) * PAGE_BYTES / 2**20


def _ticks(pid: int) -> int:
    fields = _read(pid, "stat").rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def _read(pid: int, name: str) -> str:
    return Path(f"/proc/{pid}/{name}").read_text(encoding="ascii")
