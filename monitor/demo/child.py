"""Becomes another program that dies with its parent: `child.py PARENT_PID PROGRAM [ARGUMENT ...]`.

Run by path, isolated and without `site`: it costs some 15 ms. The death signal survives `exec`.
SIGKILL, because a stopped process would not notice anything gentler.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def become(parent: int, command: list[str]) -> None:
    """Ask the kernel for the death signal, then turn into `command`; does not return."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
        sys.exit(f"prctl: {os.strerror(ctypes.get_errno())}")
    if os.getppid() != parent:  # it died before we asked
        sys.exit(1)
    os.execv(command[0], command)  # noqa: S606 - no shell is what we want


if __name__ == "__main__":
    become(int(sys.argv[1]), sys.argv[2:])
