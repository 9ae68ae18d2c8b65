"""An echo request that could not even leave is our own trouble, unless a router said no."""

from __future__ import annotations

import asyncio
import errno
import socket
from types import SimpleNamespace

import pytest
from icmplib import ICMPLibError

from monitor.model import Failure, Phase
from probes.failures import classify
from probes.icmp import _Echoes
from probes.spec import IcmpSpec


class Refusing:
    """A socket that refuses to send, as icmplib tells it."""

    sock = SimpleNamespace(family=socket.AF_INET, recvmsg=None)

    def __init__(self, number):
        self.number = number

    def send(self, _request):
        error = ICMPLibError("x")
        error.__context__ = OSError(self.number, "x")  # icmplib keeps the number only there
        raise error

    async def receive(self, _request, _timeout_s):
        await asyncio.get_running_loop().create_future()


async def tried(number):
    echoes = _Echoes(IcmpSpec("h", count=1), Refusing(number), "127.0.0.9", b"x")
    await echoes.gather(asyncio.get_running_loop().time() + 0.05)
    return echoes


@pytest.mark.parametrize(
    ("number", "failure"),
    [
        (errno.EPERM, Failure.NOT_PERMITTED),
        (errno.ENOBUFS, Failure.OUT_OF_RESOURCES),
        (errno.ENODEV, Failure.NO_SOURCE_ADDRESS),
        (errno.EADDRNOTAVAIL, Failure.NO_SOURCE_ADDRESS),
        (errno.EMFILE, Failure.OUT_OF_FILES),
    ],
)
async def test_what_is_about_us_is_told_as_ours(number, failure):
    with pytest.raises(OSError, match="echo request") as caught:
        await tried(number)

    assert classify(caught.value, Phase.WAIT)[0] is failure


@pytest.mark.parametrize("number", [errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EACCES])
async def test_what_a_router_said_is_kept_for_the_end(number):
    assert (await tried(number)).unreachable == number
