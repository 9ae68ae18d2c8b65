"""What can be made to go wrong inside a process of the demo world, and for whom."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from monitor.demo.places import address

if TYPE_CHECKING:
    from collections.abc import Iterable


class What(StrEnum):
    """The ways to break something."""

    HANG = "hang"  # accept, read, never answer
    REFUSE = "refuse"  # the listener is closed: a real RST
    CERTIFICATE = "certificate"  # a certificate of an authority nobody trusts
    STATUS = "status"  # the HTTP status `code`, with a gateway's page
    SLOW = "slow"  # the right answer, after `delay_s`
    ERROR_IN_200 = "error_in_200"  # the party's own error inside HTTP 200
    EXPIRED = "expired"  # the party refuses our credentials
    LOCKED = "locked"  # the doctor's account is locked at the party
    FORGOTTEN = "forgotten"  # once, when it begins: the party forgets what it has given out
    NOT_COVERED = "not_covered"  # a right answer: the patient has no cover
    QUOTA = "quota"  # HTTP 429
    RELAY_BUG = "relay_bug"  # the platform fails by itself where it should ask the insurer
    DROP_DNS = "drop_dns"  # the question is read and never answered


WHOLE_HOST = frozenset({What.REFUSE, What.CERTIFICATE})  # cannot be told apart by path
AT_CONNECTION = frozenset({What.HANG, What.CERTIFICATE})  # happens before any request


class BreakError(ValueError):
    """A fault that makes no sense; one sentence."""


@dataclass(frozen=True, slots=True)
class Break:
    """One way one process misbehaves. `None` in a selection means all."""

    what: What
    hosts: tuple[str, ...] | None = None
    paths: tuple[str, ...] | None = None
    sources: tuple[str, ...] | None = None
    delay_s: float = 2.0  # SLOW: between the demo's `slow_after` and its `timeout`
    code: int = 503  # STATUS

    def hits(self, *, host: str | None, source: str, path: str | None = None) -> bool:
        """Whether it is meant for this host, source address and path."""
        return (
            (self.hosts is None or host in self.hosts)
            and (self.sources is None or source in self.sources)
            and (self.paths is None or path in self.paths)
        )

    def placed(self, neighbourhood: int) -> Break:
        """The same with `sources` as full addresses of `neighbourhood`."""
        if self.sources is None:
            return self
        return replace(self, sources=tuple(address(neighbourhood, s) for s in self.sources))

    def to_json(self) -> dict[str, Any]:
        """As the control API takes it."""
        return asdict(self)


def parse(items: Any) -> tuple[Break, ...]:
    """Read the body of `POST /faults`.

    Args:
        items: The decoded JSON: a list of objects with the fields of `Break`; `what` is needed.

    Raises:
        BreakError: something else; says which item and why.
    """
    if not isinstance(items, list):
        raise BreakError("expected a JSON list of faults")
    return tuple(_one(number, item) for number, item in enumerate(items))


def connection_break(breaks: Iterable[Break], *, host: str | None, source: str) -> Break | None:
    """The first break that happens before any request of this connection, if there is one."""
    for each in breaks:
        if (
            each.what in AT_CONNECTION
            and each.paths is None
            and each.hits(host=host, source=source)
        ):
            return each
    return None


def request_break(
    breaks: Iterable[Break], *, host: str | None, source: str, path: str
) -> Break | None:
    """The first break meant for this request, if there is one."""
    for each in breaks:
        if each.what not in WHOLE_HOST and each.hits(host=host, source=source, path=path):
            return each
    return None


def refused(breaks: Iterable[Break], host: str) -> bool:
    """Whether the listener of `host` must be closed."""
    return any(b.what is What.REFUSE and b.hits(host=host, source="") for b in breaks)


def _one(number: int, item: Any) -> Break:
    if not isinstance(item, dict):
        raise BreakError(f"[{number}]: expected an object")
    unknown = sorted(set(item) - {"what", "hosts", "paths", "sources", "delay_s", "code"})
    if unknown:
        raise BreakError(f"[{number}]: unknown field {unknown[0]!r}")
    try:
        what = What(str(item.get("what")))
    except ValueError:
        raise BreakError(f"[{number}].what: expected one of {', '.join(What)}") from None
    made = Break(
        what,
        hosts=_selection(number, item, "hosts"),
        paths=_selection(number, item, "paths"),
        sources=_selection(number, item, "sources"),
        delay_s=_figure(number, item, "delay_s", Break(what).delay_s),
        code=int(_figure(number, item, "code", Break(what).code)),
    )
    if what in WHOLE_HOST and made.paths is not None:
        raise BreakError(f"[{number}].paths: {what} is of the whole host")
    if what is What.REFUSE and made.sources is not None:
        raise BreakError(f"[{number}].sources: a closed listener refuses everybody")
    return made


def _selection(number: int, item: dict[str, Any], name: str) -> tuple[str, ...] | None:
    value = item.get(name)
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise BreakError(f"[{number}].{name}: expected a list of strings or null")
    return tuple(value)


def _figure(number: int, item: dict[str, Any], name: str, default: float) -> float:
    value = item.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise BreakError(f"[{number}].{name}: expected a number that is not negative")
    return float(value)
