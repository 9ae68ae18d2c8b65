"""Finds a neighbourhood 127.N.0.0/16 where nobody lives, and holds it."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from monitor.demo.errors import DemoError
from monitor.demo.places import (
    CONTROL_PORT,
    HOSTS,
    NAMES,
    NAMES_HOST,
    NEIGHBOURHOODS,
    PROVIDER_PLACE,
    RESERVATION,
    address,
    all_hosts,
    control_address,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


def claim(first: int) -> tuple[int, socket.socket]:
    """Take the first free neighbourhood from `first` on, round the whole range.

    Returns:
        Its number and a bound socket: while that is open, no other world takes the neighbourhood.

    Raises:
        DemoError: `first` is out of range, or all are taken.
    """
    if first not in NEIGHBOURHOODS:
        raise DemoError(
            f"neighbourhood {first}: expected {NEIGHBOURHOODS.start} to {NEIGHBOURHOODS.stop - 1}"
        )
    taken = ""
    for number in (*range(first, NEIGHBOURHOODS.stop), *range(NEIGHBOURHOODS.start, first)):
        reservation = _bound(address(number, RESERVATION[0]), RESERVATION[1], exclusive=True)
        if reservation is None:
            continue
        in_use = next((f"{a}:{p}" for a, p in _addresses(number) if not is_free(a, p)), None)
        if in_use is None:
            return number, reservation
        taken = taken or in_use
        reservation.close()
    raise DemoError(
        f"every loopback neighbourhood is taken ({taken or 'other demo worlds'}): "
        "stop the program that listens there"
    )


def is_free(host: str, port: int) -> bool:
    """Whether a TCP listener could have this address now."""
    trial = _bound(host, port, exclusive=False)
    if trial is None:
        return False
    trial.close()
    return True


def _bound(host: str, port: int, *, exclusive: bool) -> socket.socket | None:
    trial = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if not exclusive:  # a listener of ours may take over from connections that linger
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        trial.bind((host, port))
    except OSError:
        trial.close()
        return None
    return trial


def _addresses(number: int) -> Iterator[tuple[str, int]]:
    for host in (*all_hosts(), NAMES_HOST):
        yield address(number, host.place), host.port
    for process in (*HOSTS, NAMES):
        yield control_address(process, number), CONTROL_PORT
    yield address(number, PROVIDER_PLACE[0]), PROVIDER_PLACE[1]
