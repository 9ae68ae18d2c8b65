"""What the system says about us: processor time, waiting for a processor, memory, files, clock.

Every reading is of `/proc`, of cgroups, or of one system call; what a system does not say is zero.
"""

from __future__ import annotations

import ctypes
import os
import resource
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_SCHEDSTAT = Path("/proc/self/schedstat")  # of the main thread, which runs the event loop
_MEMINFO = Path("/proc/meminfo")
_CGROUPS = Path("/sys/fs/cgroup")
_STA_UNSYNC = 0x0040  # <linux/timex.h>: nobody disciplines this clock
_UNLIMITED = 1 << 60


@dataclass(frozen=True, slots=True)
class Effort:
    """Seconds, counted since some beginning."""

    ran_s: float  # on a processor
    waited_s: float  # ready, and no processor was free
    slept_s: float  # the machine was suspended


def effort() -> Effort:
    """How much this thread ran and waited, and how long the machine was asleep."""
    ran_s = waited_s = 0.0
    with suppress(OSError, ValueError, IndexError):
        fields = _SCHEDSTAT.read_text(encoding="ascii").split()
        ran_s, waited_s = int(fields[0]) / 1e9, int(fields[1]) / 1e9
    boot_s = time.clock_gettime(time.CLOCK_BOOTTIME)
    return Effort(ran_s, waited_s, boot_s - time.clock_gettime(time.CLOCK_MONOTONIC))


def open_files() -> tuple[int, int]:
    """Descriptors open and allowed; the limit for both where not even counting was possible."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    try:
        return len(os.listdir("/proc/self/fd")), limit  # noqa: PTH208 - a count; nothing is opened
    except OSError:
        return limit, limit


def memory_share() -> float:
    """How much of the memory we may use is used by what cannot be given back, 0 to 1.

    The tightest of the machine and our cgroup (v1 or v2).
    """
    return max(_machine_share(), _cgroup_share())


def clock_error_s() -> float:
    """How wrong the wall clock may be, by the account of who keeps it right; 0 where nobody does.

    Source: adjtimex(2), `esterror`. Its `maxerror` grows by 1.8 s an hour while no time server is
    reached, whatever the clock does: it would make us ill in each cut of a few hours.
    """
    timex = _Timex()
    try:
        state = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(timex))
    except (OSError, AttributeError):
        return 0.0
    if state < 0 or timex.status & _STA_UNSYNC:
        return 0.0
    return float(timex.esterror) / 1e6


def _machine_share() -> float:
    figures: dict[str, int] = {}
    with suppress(OSError, ValueError):
        for line in _MEMINFO.read_text(encoding="ascii").splitlines()[:8]:
            name, _, rest = line.partition(":")
            figures[name] = int(rest.split()[0])
    total, available = figures.get("MemTotal", 0), figures.get("MemAvailable", 0)
    return 1.0 - available / total if total else 0.0


def _cgroup_share() -> float:
    for usage, limit, reclaimable in (
        ("memory.current", "memory.max", "inactive_file"),
        ("memory/memory.usage_in_bytes", "memory/memory.limit_in_bytes", "total_inactive_file"),
    ):
        with suppress(OSError, ValueError):
            most = int((_CGROUPS / limit).read_text(encoding="ascii"))
            if not 0 < most < _UNLIMITED:
                continue
            used = int((_CGROUPS / usage).read_text(encoding="ascii"))
            stat = (_CGROUPS / usage).with_name("memory.stat").read_text(encoding="ascii")
            given_back = dict(line.split() for line in stat.splitlines()).get(reclaimable, "0")
            return max(0.0, (used - int(given_back)) / most)
    return 0.0


class _Timex(ctypes.Structure):
    """`struct timex` of <sys/timex.h>, on systems where `long` is 64 bits wide."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 256),  # not read here; longer than what the kernel writes
    )
