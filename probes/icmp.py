"""Does the machine itself answer? A few ICMP echo requests."""

from __future__ import annotations

import asyncio
import errno
import socket
import statistics
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from icmplib import AsyncSocket, ICMPLibError, ICMPRequest, ICMPv4Socket, ICMPv6Socket
from icmplib.exceptions import SocketAddressError, SocketPermissionError

from monitor.model import Failure, Phase
from probes.attempt import Attempt, attempt
from probes.failures import LookFailedError
from probes.resolve import resolve
from probes.sockets import family_of
from probes.spec import IcmpSpec

if TYPE_CHECKING:
    from monitor.model import Check, Sighting, Vantage

_ECHO_REPLY = {socket.AF_INET: 0, socket.AF_INET6: 129}
# <linux/in.h>, <linux/in6.h>: tell this socket what routers say of its packets. Not in Python.
_RECEIVE_ERRORS = {
    socket.AF_INET: (socket.IPPROTO_IP, 11),
    socket.AF_INET6: (socket.IPPROTO_IPV6, 25),
}
# What a router's answer amounts to; any other number is about ourselves.
_TOLD_BY_ROUTERS = (
    errno.ENETUNREACH,
    errno.EHOSTUNREACH,
    errno.EHOSTDOWN,
    errno.ECONNREFUSED,
    errno.ENOPROTOOPT,
    errno.EACCES,  # "prohibited", in version 6
    errno.EPROTO,
    errno.EMSGSIZE,
)
# icmplib measures its patience by the wall clock, which may step; ours rules, so it gets plenty.
_PLENTY_S = 1e9
_LAST_WORD_S = 0.1  # we judge so long before the deadline of the look strikes


class IcmpProbe:
    """Sends a few echo requests; `wait_s` is the median time to a reply."""

    async def look(self, check: Check, vantage: Vantage, look_id: str) -> Sighting:
        """One attempt; see `monitor.ports.Probe`. The payload carries the look's id."""
        spec = check.spec
        if not isinstance(spec, IcmpSpec):
            raise TypeError(f"the ICMP probe was given a {spec.kind} check")
        round_trips_s: list[float] = []

        async def steps(this: Attempt) -> None:
            address = await resolve(
                spec.host, vantage, this.trail, left_s=this.left_s, family=spec.family
            )
            this.trail.enter(Phase.WAIT)
            this.trail.address = address
            with _open(address, vantage) as sock:
                echoes = _Echoes(spec, sock, address, f"look/{look_id}".encode())
                await echoes.gather(this.deadline - _LAST_WORD_S)
            round_trips_s.extend(echoes.round_trips_s)
            _judge(spec, echoes)

        seen = await attempt(
            check.timeout_s, vantage.source_address, steps, interface=vantage.interface
        )
        if not round_trips_s:
            return seen
        median_s = statistics.median(round_trips_s)
        return replace(seen, timings=replace(seen.timings, wait_s=median_s))


class _Echoes:
    """Echo requests under way on one socket, and what came back."""

    def __init__(self, spec: IcmpSpec, sock: Any, address: str, payload: bytes) -> None:
        self.round_trips_s: list[float] = []
        self.unreachable: int | None = None  # the last errno a router's answer amounted to
        self._spec = spec
        self._sock = sock
        self._address = address
        self._payload = payload
        self._reply_type = _ECHO_REPLY[sock.sock.family]
        self._now = asyncio.get_running_loop().time
        self._waiting: dict[int, float] = {}  # sequence number -> when it was sent
        self._sent = 0
        self._id = id(self) >> 4 & 0xFFFF  # a datagram socket gets another from the kernel

    async def gather(self, end_s: float) -> None:
        """Send at the interval and take what comes, until all is known or `end_s` (loop time).

        Raises:
            OSError: We could not send, and the reason is ours.
        """
        next_s = self._now()
        while True:
            if self._sent < self._spec.count and self._now() >= next_s:
                next_s += self._spec.interval_s
                self._send()
            all_sent = self._sent == self._spec.count
            if all_sent and not self._waiting:
                return
            until_s = min(end_s, self._patience_end_s() if all_sent else next_s)
            try:
                async with asyncio.timeout_at(until_s):
                    await self._receive()
            except TimeoutError:
                if all_sent or self._now() >= end_s:
                    return

    def _send(self) -> None:
        request = ICMPRequest(self._address, self._id, self._sent, self._payload)
        self._sent += 1
        sent_s = self._now()
        try:
            self._sock.send(request)
        except ICMPLibError as error:
            self._note(error)
        else:
            self._id = request.id
            self._waiting[request.sequence] = sent_s

    async def _receive(self) -> None:
        try:
            reply = await self._sock.receive(None, _PLENTY_S)
        except ICMPLibError as error:
            self._note(error)
            self._drain()
            return
        mine = reply.type == self._reply_type and reply.id == self._id
        sent_s = self._waiting.pop(reply.sequence, None) if mine else None
        if sent_s is not None:
            self.round_trips_s.append(self._now() - sent_s)

    def _note(self, error: ICMPLibError) -> None:
        cause = error.__context__  # icmplib keeps the number only there
        number = cause.errno if isinstance(cause, OSError) else None
        if number not in _TOLD_BY_ROUTERS:
            raise OSError(number or errno.EIO, "echo request") from error
        self.unreachable = number

    def _drain(self) -> None:
        """Take routers' answers from the socket's queue: each is one request less to await."""
        while True:
            try:
                self._sock.sock.recvmsg(64, 0, socket.MSG_ERRQUEUE)
            except OSError:  # the queue is empty
                return
            if self._waiting:
                del self._waiting[min(self._waiting)]

    def _patience_end_s(self) -> float:
        """How long a missing reply is waited for once there are enough: as iputils' ping does."""
        if len(self.round_trips_s) < max(1, self._spec.count - self._spec.most_lost):
            return float("inf")
        patience_s = max(2 * max(self.round_trips_s), self._spec.interval_s)
        return max(self._waiting.values()) + patience_s


def _judge(spec: IcmpSpec, echoes: _Echoes) -> None:
    received = len(echoes.round_trips_s)
    lost = spec.count - received
    if received and lost <= spec.most_lost:
        return
    if not received and echoes.unreachable is not None:
        network = echoes.unreachable in (errno.ENETUNREACH, errno.ENETDOWN)
        raise LookFailedError(Failure.NETWORK_UNREACHABLE if network else Failure.HOST_UNREACHABLE)
    name = Failure.ECHO_LOSS if received else Failure.ECHO_TIMEOUT
    raise LookFailedError(name, f"{lost} of {spec.count} lost")


def _open(address: str, vantage: Vantage) -> Any:
    """A socket that hears nobody but `address`, and what routers say of it.

    Without privileges where the system allows it (`net.ipv4.ping_group_range`), else a raw one.

    Raises:
        LookFailedError: `not_permitted`: the system allows neither.
        OSError: There is no such source address, or no way to there.
    """
    family = family_of(address)
    make = ICMPv4Socket if family == socket.AF_INET else ICMPv6Socket
    for privileged in (False, True):
        try:
            wrapped = AsyncSocket(make(vantage.source_address, privileged))
        except SocketPermissionError:
            continue
        except SocketAddressError as error:
            raise OSError(errno.EADDRNOTAVAIL, "source address") from error
        except ICMPLibError as error:
            raise error.__context__ or error from None
        try:
            if vantage.interface is not None:
                device = vantage.interface.encode() + b"\0"
                wrapped.sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device)
            level, option = _RECEIVE_ERRORS[family]
            wrapped.sock.setsockopt(level, option, 1)
            wrapped.sock.connect((address, 0))
        except BaseException:
            wrapped.close()
            raise
        return wrapped
    raise LookFailedError(Failure.NOT_PERMITTED, "neither ping_group_range nor CAP_NET_RAW")
