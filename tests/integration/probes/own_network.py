"""A network of one's own: loopback and a packet filter, in a thread that left the machine's."""

from __future__ import annotations

import asyncio
import ctypes
import os
import struct
import subprocess
import threading

import pytest

_CLONE_NEWNET = 0x40000000
_CAPABILITY_VERSION_3 = 0x20080522
_libc = ctypes.CDLL(None, use_errno=True)

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="a network of one's own needs root")


def alone_in_a_network(
    make_awaitable, *, rules: str = "", hook: str = "input", ping_group: str = "1 0", caps=True
):
    """Run a coroutine where only loopback exists; what it returns.

    `rules` are nft's, for the `hook`, `ping_group` is net.ipv4.ping_group_range, and without
    `caps` the coroutine has no capabilities.
    """
    outcome = []

    def body():
        if _libc.unshare(_CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "unshare")
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        subprocess.run(
            ["sh", "-c", f'echo "{ping_group}" > /proc/sys/net/ipv4/ping_group_range'], check=True
        )
        chain = f"type filter hook {hook} priority 0;"
        table = f"table inet t {{\nchain c {{\n{chain}\n{rules}\n}}\n}}\n"
        subprocess.run(["nft", "-f", "-"], input=table, text=True, check=True)
        if not caps:
            header = struct.pack("Ii", _CAPABILITY_VERSION_3, 0)
            if _libc.capset(header, bytes(24)) != 0:
                raise OSError(ctypes.get_errno(), "capset")
        outcome.append(asyncio.run(make_awaitable()))

    thread = threading.Thread(target=body)
    thread.start()
    thread.join()
    return outcome[0]
