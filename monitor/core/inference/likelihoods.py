"""What is seen when something is wrong: the table, one reason per row. Data, and nothing else.

A row says how the looks at one part of the world go while a fault of one kind stands. Figures are
shares of the answers, rounded to what anybody can know; what a row leaves open is spread by the
filter over all outcomes. The rows of faults never learn; only what is healthy does (`filter`).

Sources: [T] mechanism as described in ATTRIBUTION §2 and §5 and measured on the public tapes;
[P] how the protocol behaves (RFC 9110, 8446, 1035; Linux TCP); [D] the declared arrangement of
things (who stands on what); [J] judgement, no better source found.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from monitor.core.inference.evidence import Outcome as O  # noqa: N817 - a table reads better so
from monitor.model import FaultDomain, Mode

if TYPE_CHECKING:
    from collections.abc import Mapping


class Scope(StrEnum):
    """What there is one fault of a kind for."""

    UPSTREAM = "upstream"
    OPERATION = "operation"  # one operation of an upstream that has several
    CREDENTIAL = "credential"  # ours, at an upstream
    PATH_VANTAGE = "path_vantage"  # one vantage to one upstream
    PATH_NETWORK = "path_network"  # one network with several vantages to one upstream
    EGRESS = "egress"  # the platform to one upstream
    PLATFORM = "platform"
    PLATFORM_OPERATION = "platform_operation"
    RELAY = "relay"  # the platform's own part in reaching one upstream
    SHARED = "shared"
    VANTAGE = "vantage"
    NETWORK = "network"  # one network with several vantages
    REGION = "region"
    COUNTRY = "country"
    REFERENCE = "reference"
    EVERYTHING = "everything"


class Part(StrEnum):
    """Where a fault shows, seen from the fault."""

    FRONT = "front"
    TRANSACTION = "transaction"
    RELAY = "relay"
    TRAFFIC = "traffic"  # outcomes of the platform's own calls
    SITED = "sited"  # looks of a vantage inside the platform's data centre
    SITED_SELF = "sited_self"
    LOOK = "look"  # every look concerned
    ABROAD = "abroad"  # looks into the country from outside it
    SELF = "self"
    MAINS = "mains"
    SESSIONS = "sessions"  # doctors' sessions of a region


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of fault."""

    name: str
    scope: Scope
    domain: FaultDomain | None  # None: nobody's fault that anybody must hear of
    mode: Mode
    rank: int  # of two faults in one look's way the lower hides the other
    per_year: float  # how often one such fault begins; order of magnitude [J]
    rows: Mapping[Part, Mapping[O, float]]
    reason: str
    partial: bool = True  # may also stand at a third of its strength
    own_way: bool = False  # every cell it shows in goes a way of its own, and keeps to it


U, P, C, V = (
    FaultDomain.UPSTREAM,
    FaultDomain.PLATFORM,
    FaultDomain.CREDENTIALS,
    FaultDomain.MONITOR,
)
DOWN, PARTIAL, SLOW = Mode.DOWN, Mode.PARTIAL, Mode.SLOW

_NO_WAY = {O.CONNECT_TIMEOUT: 0.80, O.READ_TIMEOUT: 0.10, O.CONNECTION_RESET: 0.06}
_BEHIND = {O.HTTP_5XX: 0.65, O.READ_TIMEOUT: 0.28}  # a relay whose upstream does not answer
_CALLS_FAIL = {O.HTTP_5XX: 0.85, O.SLOW: 0.05, O.DROP: 0.04}
_FEWER = {O.DROP: 0.70, O.OK: 0.27}
_SOME_FEWER = {O.DROP: 0.30, O.OK: 0.66}
_CUT_OFF = {O.CONNECT_TIMEOUT: 0.60, O.DNS_SERVFAIL: 0.26, O.READ_TIMEOUT: 0.07, O.OK: 0.03}
_SILENT = {O.NO_RESULT: 0.93, O.OK: 0.04}


# How a platform tells of a failure behind it is its own style: an error, a reset, a page. [D]
_STYLE = {O.HTTP_5XX: 0.45, O.CONTENT_MISMATCH: 0.20, O.HTTP_4XX: 0.12, O.CONNECTION_RESET: 0.10,
          O.REJECTED: 0.07, O.READ_TIMEOUT: 0.06}  # fmt: skip
_STYLED = 0.2  # of what a relay shows


def _told(row: Mapping[O, float]) -> dict[O, float]:
    """What a relay shows, in the platform's style."""
    mixed = {outcome: (1.0 - _STYLED) * share for outcome, share in row.items()}
    for outcome, share in _STYLE.items():
        mixed[outcome] = mixed.get(outcome, 0.0) + _STYLED * share
    return mixed


def _both(row: Mapping[O, float], relay: Mapping[O, float]) -> dict[Part, Mapping[O, float]]:
    return {
        Part.FRONT: row,
        Part.TRANSACTION: row,
        Part.RELAY: _told(relay),
        Part.TRAFFIC: _CALLS_FAIL,
    }


def _work(
    row: Mapping[O, float], relay: Mapping[O, float], traffic: Mapping[O, float] = _CALLS_FAIL
) -> dict[Part, Mapping[O, float]]:
    return {Part.TRANSACTION: row, Part.RELAY: _told(relay), Part.TRAFFIC: traffic}


def _site(row: Mapping[O, float], sessions: Mapping[O, float]) -> dict[Part, Mapping[O, float]]:
    return {
        Part.FRONT: row, Part.TRANSACTION: row, Part.RELAY: row,
        Part.SESSIONS: sessions, Part.TRAFFIC: {O.DROP: 0.7, O.NO_RESULT: 0.2},
    }  # fmt: skip


_APP = {O.HTTP_5XX: 0.78, O.READ_TIMEOUT: 0.13, O.OK: 0.05}
_BACKEND = {O.HTTP_5XX: 0.58, O.READ_TIMEOUT: 0.34, O.OK: 0.04}
_HANGS = {O.READ_TIMEOUT: 0.82, O.SLOW: 0.08, O.OK: 0.04, O.HTTP_5XX: 0.03}
_LATE = {O.SLOW: 0.72, O.READ_TIMEOUT: 0.17, O.OK: 0.10}
_REJECTS = {O.REJECTED: 0.87, O.CONTENT_MISMATCH: 0.05, O.OK: 0.05}
_OTHER = {O.CONTENT_MISMATCH: 0.49, O.HTTP_4XX: 0.42, O.OK: 0.05}
_TRAFFIC_LATE = {O.SLOW: 0.75, O.HTTP_5XX: 0.12, O.OK: 0.10}
_TRAFFIC_REJECTS = {O.REJECTED: 0.80, O.HTTP_5XX: 0.10, O.OK: 0.06}

KINDS: tuple[Kind, ...] = (
    # an upstream as a whole
    Kind("upstream.unreachable", Scope.UPSTREAM, U, DOWN, 4, 12, _both(_NO_WAY, _BEHIND),
         "[T][P] packets to it are dropped: connecting times out; a few get through and hang"),
    Kind("upstream.refused", Scope.UPSTREAM, U, DOWN, 4, 8,
         _both({O.CONNECTION_REFUSED: 0.70, O.CONNECTION_RESET: 0.18, O.OK: 0.06},
               {O.HTTP_5XX: 0.82, O.CONNECTION_RESET: 0.09, O.OK: 0.05}),
         "[T][P] nothing listens: the kernel answers RST; the platform tells it as its own 502"),
    Kind("upstream.errors", Scope.UPSTREAM, U, DOWN, 6, 12,
         _both({O.HTTP_5XX: 0.86, O.READ_TIMEOUT: 0.09, O.OK: 0.03},
               {O.HTTP_5XX: 0.83, O.READ_TIMEOUT: 0.11, O.OK: 0.03}),
         "[T][P] it answers that it is broken (5xx), some requests hang behind it"),
    Kind("upstream.hangs", Scope.UPSTREAM, U, DOWN, 6, 6,
         _both(_HANGS, {O.READ_TIMEOUT: 0.55, O.HTTP_5XX: 0.38}),
         "[P] connects, never answers; the platform waits, or gives up with 504"),
    Kind("upstream.names", Scope.UPSTREAM, U, DOWN, 3, 6,
         _both({O.DNS_SERVFAIL: 0.69, O.DNS_NXDOMAIN: 0.23, O.OK: 0.05},
               {O.HTTP_5XX: 0.90, O.READ_TIMEOUT: 0.03, O.OK: 0.05}),
         "[T][P] the zone's servers are dead or the zone is gone, for every resolver"),
    Kind("upstream.certificate", Scope.UPSTREAM, U, DOWN, 5, 6,
         _both({O.TLS_CERTIFICATE: 0.87, O.TLS_OTHER: 0.06, O.OK: 0.04},
               {O.HTTP_5XX: 0.90, O.TLS_CERTIFICATE: 0.04, O.OK: 0.04}),
         "[T][P] its certificate ran out or is for another name: everybody who verifies refuses"),
    Kind("upstream.handshake", Scope.UPSTREAM, U, DOWN, 5, 3,
         _both({O.TLS_OTHER: 0.80, O.CONNECTION_RESET: 0.12, O.OK: 0.04},
               {O.HTTP_5XX: 0.90, O.TLS_OTHER: 0.04, O.OK: 0.04}),
         "[P] no common protocol or cipher any more, or the terminator drops the handshake"),
    Kind("upstream.backend", Scope.UPSTREAM, U, DOWN, 7, 12, _work(_BACKEND, _BACKEND),
         "[T] the door opens, the work behind it fails: part answers 5xx, part hangs"),
    Kind("upstream.backend_hangs", Scope.UPSTREAM, U, DOWN, 7, 6,
         _work(_HANGS, {O.READ_TIMEOUT: 0.60, O.HTTP_5XX: 0.32}),
         "[P] the door opens, the work behind it never ends"),
    Kind("upstream.rejects", Scope.UPSTREAM, U, DOWN, 7, 8,
         _work(_REJECTS, {O.REJECTED: 0.77, O.HTTP_5XX: 0.13, O.OK: 0.04}, _TRAFFIC_REJECTS),
         "[T] a transaction that was always right is refused in a well-formed answer"),
    Kind("upstream.slow", Scope.UPSTREAM, U, SLOW, 7, 12,
         {Part.FRONT: {O.SLOW: 0.52, O.OK: 0.45}, Part.TRANSACTION: _LATE,
          Part.RELAY: {O.SLOW: 0.68, O.READ_TIMEOUT: 0.22, O.OK: 0.08},
          Part.TRAFFIC: _TRAFFIC_LATE},
         "[T] right answers, late; the door less than the work; the longest become time-outs"),
    Kind("upstream.quiet", Scope.UPSTREAM, U, PARTIAL, 9, 1,
         {Part.TRAFFIC: {O.REJECTED: 0.92, O.OK: 0.05}},
         "[J] patients are refused in right form far more than usual; our own looks see nothing",
         partial=False),
    Kind("upstream.unseen", Scope.UPSTREAM, U, PARTIAL, 9, 1,
         {Part.TRAFFIC: {O.HTTP_5XX: 0.90, O.SLOW: 0.04, O.OK: 0.04}},
         "[J] real calls fail where our looks succeed: another shard, another kind of patient",
         partial=False),
    Kind("contract.changed", Scope.UPSTREAM, FaultDomain.CONTRACT, DOWN, 7, 3,
         _work(_OTHER, {O.CONTENT_MISMATCH: 0.35, O.HTTP_5XX: 0.30, O.HTTP_4XX: 0.28, O.OK: 0.03}),
         "[T] another shape of answer, or a path that is gone; the platform stumbles over it"),
    Kind("maintenance.page", Scope.UPSTREAM, FaultDomain.MAINTENANCE, DOWN, 6, 0.5,
         _both({O.HTTP_5XX: 0.64, O.CONTENT_MISMATCH: 0.31, O.OK: 0.03},
               {O.HTTP_5XX: 0.80, O.CONTENT_MISMATCH: 0.18}),
         "[T][P] 503 with a page, or the page with 200; likely only while it is announced"),
    Kind("maintenance.everywhere", Scope.UPSTREAM, FaultDomain.MAINTENANCE, DOWN, 6, 0.5,
         _both({O.CONTENT_MISMATCH: 0.82, O.HTTP_5XX: 0.13},
               {O.HTTP_5XX: 0.55, O.CONTENT_MISMATCH: 0.40}),
         "[P] its page with 200 for whatever is asked, the door too"),
    # one operation of an upstream
    Kind("operation.errors", Scope.OPERATION, U, PARTIAL, 7, 6, _work(_BACKEND, _BACKEND),
         "[J] one function of theirs fails, the others work"),
    Kind("operation.hangs", Scope.OPERATION, U, PARTIAL, 7, 3,
         _work(_HANGS, {O.READ_TIMEOUT: 0.60, O.HTTP_5XX: 0.32}),
         "[J] one function of theirs never ends"),
    Kind("operation.rejects", Scope.OPERATION, U, PARTIAL, 7, 3,
         _work(_REJECTS, {O.REJECTED: 0.77, O.HTTP_5XX: 0.13, O.OK: 0.04}, _TRAFFIC_REJECTS),
         "[J] one function of theirs refuses what it always took"),
    Kind("operation.slow", Scope.OPERATION, U, SLOW, 7, 6,
         _work(_LATE, {O.SLOW: 0.68, O.READ_TIMEOUT: 0.22, O.OK: 0.08}, _TRAFFIC_LATE),
         "[J] one function of theirs is late"),
    Kind("operation.unreachable", Scope.OPERATION, U, PARTIAL, 4, 2, _work(_NO_WAY, _BEHIND),
         "[J] one function has a host of its own, and that does not answer"),
    Kind("operation.contract", Scope.OPERATION, FaultDomain.CONTRACT, PARTIAL, 7, 1,
         _work(_OTHER, {O.CONTENT_MISMATCH: 0.35, O.HTTP_5XX: 0.30, O.HTTP_4XX: 0.28, O.OK: 0.03}),
         "[J] one function answers in another shape"),
    Kind("operation.quiet", Scope.OPERATION, U, PARTIAL, 9, 1,
         {Part.TRAFFIC: {O.REJECTED: 0.92, O.OK: 0.05}},
         "[J] as upstream.quiet, in one function", partial=False),
    Kind("operation.unseen", Scope.OPERATION, U, PARTIAL, 9, 1,
         {Part.TRAFFIC: {O.HTTP_5XX: 0.90, O.SLOW: 0.04, O.OK: 0.04}},
         "[J] as upstream.unseen, in one function", partial=False),
    # our standing with an upstream
    Kind("credentials.refused", Scope.CREDENTIAL, C, DOWN, 7, 6,
         _work({O.HTTP_401: 0.90, O.REJECTED: 0.05, O.OK: 0.03},
               {O.HTTP_401: 0.47, O.HTTP_5XX: 0.28, O.REJECTED: 0.18, O.OK: 0.04},
               {O.HTTP_401: 0.85, O.HTTP_5XX: 0.06}),
         "[T][P] 401 or 403 to all who come with our credential, the platform among them"),
    Kind("credentials.looks", Scope.CREDENTIAL, C, DOWN, 7, 4,
         {Part.TRANSACTION: {O.HTTP_401: 0.90, O.REJECTED: 0.05, O.OK: 0.03}},
         "[D] the looks have a credential of their own, and that is refused"),
    Kind("credentials.relay", Scope.CREDENTIAL, C, DOWN, 7, 4,
         {Part.RELAY: {O.HTTP_401: 0.62, O.HTTP_5XX: 0.20, O.REJECTED: 0.12, O.OK: 0.04},
          Part.TRAFFIC: {O.HTTP_401: 0.85, O.HTTP_5XX: 0.06}},
         "[D] the platform's own credential is refused, ours is not"),
    Kind("credentials.quota", Scope.CREDENTIAL, C, DOWN, 7, 6,
         _work({O.HTTP_429: 0.84, O.HTTP_5XX: 0.07, O.OK: 0.06},
               {O.HTTP_5XX: 0.50, O.HTTP_429: 0.45, O.OK: 0.03},
               {O.HTTP_401: 0.60, O.HTTP_5XX: 0.30}),
         "[T][P] 429 to us; the platform tells it on, or as its own error"),
    Kind("credentials.quota_looks", Scope.CREDENTIAL, C, DOWN, 7, 3,
         {Part.TRANSACTION: {O.HTTP_429: 0.84, O.HTTP_5XX: 0.07, O.OK: 0.06}},
         "[D] the looks have a quota of their own"),
    # ways
    Kind("path.vantage", Scope.PATH_VANTAGE, FaultDomain.PATH, PARTIAL, 4, 3,
         {Part.LOOK: {O.CONNECT_TIMEOUT: 0.76, O.READ_TIMEOUT: 0.12, O.CONNECTION_RESET: 0.06}},
         "[T] one line's packets to one upstream die; all else works from there"),
    Kind("path.filtered", Scope.PATH_VANTAGE, FaultDomain.PATH, PARTIAL, 4, 1,
         {Part.LOOK: {O.CONNECTION_RESET: 0.30, O.TLS_OTHER: 0.20, O.TLS_CERTIFICATE: 0.20,
                      O.CONTENT_MISMATCH: 0.15, O.HTTP_4XX: 0.05, O.HTTP_401: 0.05}},
         "[P] a box on one line's way answers instead, or resets"),
    Kind("path.network", Scope.PATH_NETWORK, FaultDomain.PATH, PARTIAL, 4, 3,
         {Part.LOOK: {O.CONNECT_TIMEOUT: 0.76, O.READ_TIMEOUT: 0.12, O.CONNECTION_RESET: 0.06}},
         "[T] one operator's packets to one upstream die"),
    Kind("path.network_filtered", Scope.PATH_NETWORK, FaultDomain.PATH, PARTIAL, 4, 1,
         {Part.LOOK: {O.CONNECTION_RESET: 0.30, O.TLS_OTHER: 0.20, O.TLS_CERTIFICATE: 0.20,
                      O.CONTENT_MISMATCH: 0.15, O.HTTP_4XX: 0.05, O.HTTP_401: 0.05}},
         "[P] a box on one operator's way answers instead, or resets"),
    Kind("path.egress", Scope.EGRESS, FaultDomain.PATH, PARTIAL, 4, 3,
         {Part.RELAY: _BEHIND, Part.SITED: _NO_WAY, Part.TRAFFIC: _CALLS_FAIL},
         "[T][D] the platform's way to one upstream is dead; everybody else gets there"),
    # the platform
    Kind("platform.unreachable", Scope.PLATFORM, P, DOWN, 4, 8, _site(_NO_WAY, _FEWER),
         "[T][P] packets to it are dropped"),
    Kind("platform.refused", Scope.PLATFORM, P, DOWN, 4, 4,
         _site({O.CONNECTION_REFUSED: 0.70, O.CONNECTION_RESET: 0.18, O.OK: 0.06}, _FEWER),
         "[P] nothing listens"),
    Kind("platform.errors", Scope.PLATFORM, P, DOWN, 6, 8,
         _site({O.HTTP_5XX: 0.83, O.READ_TIMEOUT: 0.08, O.OK: 0.06}, _FEWER),
         "[T][P] it answers that it is broken"),
    Kind("platform.hangs", Scope.PLATFORM, P, DOWN, 6, 4, _site(_HANGS, _FEWER),
         "[P] connects, never answers"),
    Kind("platform.app", Scope.PLATFORM, P, DOWN, 6, 8,
         {Part.TRANSACTION: _APP, Part.RELAY: _APP, Part.SESSIONS: _SOME_FEWER,
          Part.TRAFFIC: {O.DROP: 0.6, O.HTTP_5XX: 0.2}},
         "[T] the door opens, the application behind it fails, relays with it"),
    Kind("platform.slow", Scope.PLATFORM, P, SLOW, 6, 8, _site(_LATE, {O.OK: 0.85, O.DROP: 0.12}),
         "[T] right answers, late, also through its relays"),
    Kind("platform.certificate", Scope.PLATFORM, P, DOWN, 5, 3,
         _site({O.TLS_CERTIFICATE: 0.93, O.TLS_OTHER: 0.02, O.OK: 0.04}, _FEWER),
         "[T][P] its certificate ran out"),
    Kind("platform.names", Scope.PLATFORM, P, DOWN, 3, 3,
         _site({O.DNS_SERVFAIL: 0.69, O.DNS_NXDOMAIN: 0.23, O.OK: 0.05}, _FEWER),
         "[P] its zone is dead"),
    Kind("platform.door", Scope.PLATFORM, P, PARTIAL, 6, 2,
         {Part.FRONT: {O.HTTP_5XX: 0.55, O.CONNECT_TIMEOUT: 0.20, O.READ_TIMEOUT: 0.15}},
         "[J] only its front door fails"),
    Kind("platform.operation", Scope.PLATFORM_OPERATION, P, PARTIAL, 6, 4, {Part.TRANSACTION: _APP},
         "[J] one function of the platform fails"),
    Kind("platform.operation_hangs", Scope.PLATFORM_OPERATION, P, PARTIAL, 6, 2,
         {Part.TRANSACTION: _HANGS}, "[J] one function of the platform never ends"),
    Kind("platform.operation_slow", Scope.PLATFORM_OPERATION, P, SLOW, 6, 4,
         {Part.TRANSACTION: _LATE}, "[J] one function of the platform is late"),
    Kind("platform.relay", Scope.RELAY, P, PARTIAL, 7, 8,
         {Part.RELAY: {O.HTTP_5XX: 0.58, O.CONTENT_MISMATCH: 0.20, O.HTTP_4XX: 0.16, O.OK: 0.03},
          Part.TRAFFIC: _CALLS_FAIL},
         "[T][D] the platform's own part in reaching one upstream is broken; direct looks work"),
    Kind("platform.relay_slow", Scope.RELAY, P, SLOW, 7, 3,
         {Part.RELAY: {O.SLOW: 0.62, O.READ_TIMEOUT: 0.28, O.OK: 0.08},
          Part.TRAFFIC: _TRAFFIC_LATE},
         "[J] the platform's own part in reaching one upstream is late"),
    Kind("platform.relay_hangs", Scope.RELAY, P, PARTIAL, 7, 3,
         {Part.RELAY: {O.READ_TIMEOUT: 0.66, O.HTTP_5XX: 0.28, O.OK: 0.03},
          Part.TRAFFIC: _CALLS_FAIL},
         "[J] the platform's own part in reaching one upstream never ends"),
    Kind("platform.relays", Scope.PLATFORM, P, PARTIAL, 7, 3,
         {Part.RELAY: {O.HTTP_5XX: 0.68, O.READ_TIMEOUT: 0.20, O.OK: 0.04},
          Part.TRAFFIC: _CALLS_FAIL},
         "[J] what all its relays stand on is broken"),
    Kind("platform.site", Scope.PLATFORM, P, DOWN, 2, 3,
         {Part.FRONT: _NO_WAY, Part.TRANSACTION: _NO_WAY, Part.RELAY: _NO_WAY,
          Part.SITED: {O.NO_RESULT: 0.47, O.CONNECT_TIMEOUT: 0.45, O.OK: 0.05},
          Part.SITED_SELF: {O.NO_RESULT: 0.47, O.OK: 0.50},
          Part.SESSIONS: {O.DROP: 0.82, O.OK: 0.15}, Part.TRAFFIC: {O.DROP: 0.5, O.NO_RESULT: 0.4}},
         "[T][D] its data centre is gone, and whoever looks from inside it"),
    # what several stand on
    Kind("shared.unreachable", Scope.SHARED, FaultDomain.SHARED, DOWN, 4, 0.045,
         _both(_NO_WAY, _BEHIND), "[T][D] what several stand on does not answer"),
    Kind("shared.errors", Scope.SHARED, FaultDomain.SHARED, DOWN, 6, 0.045,
         _both(_BACKEND, {O.HTTP_5XX: 0.58, O.READ_TIMEOUT: 0.35}),
         "[T][D] what several stand on fails: part answers 5xx, part hangs"),
    Kind("shared.slow", Scope.SHARED, FaultDomain.SHARED, SLOW, 7, 0.03,
         {Part.FRONT: {O.SLOW: 0.52, O.OK: 0.45}, Part.TRANSACTION: _LATE,
          Part.RELAY: {O.SLOW: 0.68, O.READ_TIMEOUT: 0.22, O.OK: 0.08},
          Part.TRAFFIC: _TRAFFIC_LATE},
         "[J] what several stand on is late"),
    # ourselves
    Kind("vantage.offline", Scope.VANTAGE, V, DOWN, 2, 12, {Part.LOOK: _CUT_OFF},
         "[T][P] its line is dead: nothing connects, names do not resolve; it lives and says so"),
    Kind("vantage.loss", Scope.VANTAGE, V, PARTIAL, 2, 8,
         {Part.LOOK: {O.OK: 0.66, O.CONNECT_TIMEOUT: 0.19, O.DNS_SERVFAIL: 0.09,
                      O.READ_TIMEOUT: 0.05}},
         "[T] a third of its packets die", partial=False),
    Kind("vantage.resolver", Scope.VANTAGE, V, DOWN, 3, 8,
         {Part.LOOK: {O.DNS_SERVFAIL: 0.89, O.DNS_NXDOMAIN: 0.05, O.OK: 0.04}},
         "[T] its resolver is dead: no name at all"),
    Kind("vantage.crash", Scope.VANTAGE, V, DOWN, 0, 8,
         {Part.LOOK: _SILENT, Part.SELF: _SILENT, Part.MAINS: {O.NO_RESULT: 0.50, O.OK: 0.48}},
         "[T] the agent reports nothing; sessions of its region go on"),
    Kind("vantage.overload", Scope.VANTAGE, V, SLOW, 1, 8,
         {Part.LOOK: {O.SLOW: 0.38, O.OK: 0.33, O.READ_TIMEOUT: 0.14, O.CONNECT_TIMEOUT: 0.09,
                      O.NO_RESULT: 0.05},
          Part.SELF: {O.SLOW: 0.90, O.OK: 0.08}},
         "[T] its loop lags, whatever it looks at seems slow", partial=False),
    Kind("vantage.clock", Scope.VANTAGE, V, DOWN, 1, 3,
         {Part.LOOK: {O.TLS_CERTIFICATE: 0.83, O.OK: 0.14},
          Part.SELF: {O.CONTENT_MISMATCH: 0.92, O.OK: 0.06}},
         "[T] its clock is off: no certificate is valid", partial=False),
    Kind("vantage.odd", Scope.VANTAGE, V, DOWN, 2, 1,
         {Part.LOOK: {O.CONTENT_MISMATCH: 0.30, O.TLS_CERTIFICATE: 0.15, O.CONNECTION_RESET: 0.12,
                      O.HTTP_4XX: 0.10, O.HTTP_5XX: 0.10, O.TLS_OTHER: 0.08, O.HTTP_401: 0.05,
                      O.OK: 0.05}},
         "[J] a box between it and everything answers instead, or it lies", own_way=True),
    Kind("monitor.everything", Scope.EVERYTHING, V, DOWN, 0, 2,
         {Part.LOOK: _SILENT, Part.SELF: _SILENT, Part.SESSIONS: {O.NO_RESULT: 0.92, O.OK: 0.05},
          Part.MAINS: {O.NO_RESULT: 0.9, O.OK: 0.08}, Part.TRAFFIC: {O.NO_RESULT: 0.9, O.OK: 0.06}},
         "[T] nothing reports any more, nowhere"),
    # networks and power
    Kind("network.down", Scope.NETWORK, FaultDomain.NETWORK_DOMESTIC, PARTIAL, 2, 3,
         {Part.LOOK: _CUT_OFF, Part.SESSIONS: {O.DROP: 0.4, O.OK: 0.55}},
         "[D] all vantages on one operator's network lose everything, others see"),
    Kind("network.domestic", Scope.COUNTRY, FaultDomain.NETWORK_DOMESTIC, DOWN, 2, 0.5,
         {Part.LOOK: {O.CONNECT_TIMEOUT: 0.56, O.DNS_SERVFAIL: 0.18, O.READ_TIMEOUT: 0.13,
                      O.OK: 0.10},
          Part.ABROAD: {O.CONNECT_TIMEOUT: 0.77, O.READ_TIMEOUT: 0.11, O.CONNECTION_RESET: 0.05,
                        O.OK: 0.05},
          Part.SESSIONS: {O.DROP: 0.85, O.OK: 0.13}, Part.TRAFFIC: {O.DROP: 0.8, O.OK: 0.1}},
         "[T] the country's core is cut: nothing from anywhere inside"),
    Kind("network.names", Scope.COUNTRY, FaultDomain.NETWORK_DOMESTIC, DOWN, 3, 0.2,
         {Part.ABROAD: {O.DNS_SERVFAIL: 0.80, O.DNS_NXDOMAIN: 0.10, O.OK: 0.08}},
         "[T] the country's zone is dead: no domestic name, from anywhere"),
    Kind("network.international", Scope.COUNTRY, FaultDomain.NETWORK_INTERNATIONAL, DOWN, 2, 2,
         {Part.ABROAD: {O.CONNECT_TIMEOUT: 0.77, O.READ_TIMEOUT: 0.10, O.CONNECTION_RESET: 0.05,
                        O.OK: 0.06}},
         "[T][D] the country is cut off: nothing foreign from inside, nothing inside from abroad"),
    Kind("power.region", Scope.REGION, FaultDomain.POWER, DOWN, 0, 6,
         {Part.LOOK: _SILENT, Part.SELF: _SILENT, Part.SESSIONS: {O.DROP: 0.78, O.OK: 0.19},
          Part.MAINS: {O.DROP: 0.45, O.NO_RESULT: 0.50}},
         "[T][D] a region without power: its agents silent, its doctors gone"),
    Kind("power.battery", Scope.REGION, FaultDomain.POWER, PARTIAL, 8, 6,
         {Part.SESSIONS: {O.DROP: 0.78, O.OK: 0.19}, Part.MAINS: {O.DROP: 0.95, O.OK: 0.03}},
         "[D] a region without power whose agents run on batteries", partial=False),
    # things that must not be mistaken for the rest
    Kind("reference.down", Scope.REFERENCE, None, DOWN, 4, 6,
         {Part.LOOK: {O.CONNECT_TIMEOUT: 0.40, O.HTTP_5XX: 0.30, O.READ_TIMEOUT: 0.18,
                      O.SLOW: 0.04, O.CONNECTION_REFUSED: 0.03}},
         "[T] one reference is down: it says nothing about anybody else"),
    Kind("sessions.noise", Scope.REGION, None, PARTIAL, 9, 20,
         {Part.SESSIONS: {O.DROP: 0.80, O.OK: 0.18}},
         "[J] a holiday, a match on television: fewer doctors, nothing wrong", partial=False),
)  # fmt: skip

# While everything is well, by role: what is left open is spread over all failures.
HEALTHY: Mapping[str, tuple[Mapping[O, float], str]] = {
    "front": (
        {O.OK: 0.966, O.SLOW: 0.020, O.CONNECT_TIMEOUT: 0.004, O.READ_TIMEOUT: 0.003,
         O.HTTP_5XX: 0.003, O.DNS_SERVFAIL: 0.0012, O.CONNECTION_RESET: 0.0009},
        "[T] single failed looks of a healthy door",
    ),
    "transaction": (
        {O.OK: 0.925, O.SLOW: 0.045, O.CONNECT_TIMEOUT: 0.009, O.READ_TIMEOUT: 0.008,
         O.HTTP_5XX: 0.008, O.DNS_SERVFAIL: 0.0025, O.CONNECTION_RESET: 0.0024},
        "[T] real work fails and lags more often than a door",
    ),
    "relay": (
        {O.OK: 0.920, O.SLOW: 0.050, O.CONNECT_TIMEOUT: 0.009, O.READ_TIMEOUT: 0.008,
         O.HTTP_5XX: 0.008, O.DNS_SERVFAIL: 0.0025, O.CONNECTION_RESET: 0.0025},
        "[T] as a transaction, with one hop more",
    ),
    "reference": (
        {O.OK: 0.968, O.SLOW: 0.020, O.CONNECT_TIMEOUT: 0.0035, O.READ_TIMEOUT: 0.0025,
         O.HTTP_5XX: 0.0024, O.DNS_SERVFAIL: 0.001, O.CONNECTION_RESET: 0.0008},
        "[T] as a front",
    ),
    "self": ({O.OK: 0.984, O.SLOW: 0.010, O.NO_RESULT: 0.004, O.CONTENT_MISMATCH: 0.001},
             "[T] a busy second now and then"),
    "regional_traffic": ({O.OK: 0.969, O.DROP: 0.030}, "[T] sessions come and go"),
    "mains": ({O.OK: 0.990, O.DROP: 0.002, O.NO_RESULT: 0.006}, "[J] a meter is seldom wrong"),
    "traffic": ({O.OK: 0.90, O.NO_RESULT: 0.08, O.SLOW: 0.005, O.DROP: 0.005, O.HTTP_5XX: 0.004,
                 O.REJECTED: 0.002},
                "[J] judged against its own season before it comes here: seldom wrong, often thin"),
}  # fmt: skip

# A notice makes some beginnings likelier while it stands, and never certain.
DEPLOY_FACTOR = 50.0  # [T] ATTRIBUTION §8.12: at most ~10^3, else the calendar overrides the looks
MAINTENANCE_FACTOR = 3000.0
POWER_FACTOR = 100.0
STATUS_FACTOR = 10.0
ALERT_FACTOR = 5.0
REPORTS_FACTOR = 3.0
