"""Reads what an Alertmanager sends: its webhook of version 4 (`webhook_config` in its manual).

Labels only choose what an alert is about; neither they nor annotations are kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from monitor.core.notices.pushed import PushedError, digest, moment, plain
from monitor.model import Notice, NoticeKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

VERSION = "4"
MOST_ALERTS = 1000
FUTURE_MOST = timedelta(minutes=5)  # a clock may be off
_NEVER_YEAR = 1  # Go writes "no time" as the first year
_FINGERPRINT = re.compile(r"[0-9a-f]{1,64}")


@dataclass(frozen=True, slots=True)
class AlertRule:
    """Alerts that carry these labels are about this party."""

    labels: Mapping[str, str]
    party: str
    services: tuple[str, ...] = ()  # empty: all of the party's
    says: str = "unknown"  # what such an alert says of them while it fires


@dataclass(frozen=True, slots=True)
class Alerts:
    """What became of the alerts of one request."""

    notices: tuple[Notice, ...]
    ignored: int  # no rule is about them
    odd: int  # they are not as agreed


def parse(
    body: bytes, *, source: str, rules: Iterable[AlertRule], now: datetime, lasts: timedelta
) -> Alerts:
    """Read one request.

    Args:
        body: JSON in UTF-8.
        source: The hook it came to.
        rules: The first whose labels an alert carries says what it is about.
        now: Aware, UTC.
        lasts: How long a firing alert holds without being told again.

    Returns:
        One notice for each alert that a rule is about. A resolved one ends when it ended there.

    Raises:
        PushedError: it is no webhook of version 4.
    """
    told = plain(body)
    if told.get("version") != VERSION:
        raise PushedError('version: must be "4"')
    alerts = told.get("alerts")
    if not isinstance(alerts, list) or len(alerts) > MOST_ALERTS:
        raise PushedError(f"alerts: must be a list of at most {MOST_ALERTS}")
    known = tuple(rules)
    notices: list[Notice] = []
    ignored = odd = 0
    for alert in alerts:
        try:
            notice = _read(alert, source, known, now, lasts)
        except PushedError:
            odd += 1
            continue
        if notice is None:
            ignored += 1
        else:
            notices.append(notice)
    return Alerts(tuple(notices), ignored, odd)


def _read(
    alert: Any, source: str, rules: tuple[AlertRule, ...], now: datetime, lasts: timedelta
) -> Notice | None:
    """One alert; None: no rule is about it."""
    labels = alert.get("labels") if isinstance(alert, dict) else None
    if not isinstance(labels, dict) or not all(isinstance(v, str) for v in labels.values()):
        raise PushedError("labels: must be texts by name")
    rule = next((r for r in rules if r.labels.items() <= labels.items()), None)
    if rule is None:
        return None
    status = alert.get("status")
    if status not in ("firing", "resolved"):
        raise PushedError("status: must be firing or resolved")
    began_at = moment(alert.get("startsAt"), "startsAt")
    if began_at > now + FUTURE_MOST:
        raise PushedError("startsAt: lies in the future")
    from_at = min(began_at, now)
    to_at = now + lasts
    if status == "resolved":
        ended_at = moment(alert.get("endsAt"), "endsAt")
        to_at = now if ended_at.year == _NEVER_YEAR else min(ended_at, now)
    return Notice(
        id=f"{source}:{_name(alert, labels)}:{int(began_at.timestamp())}",
        source=source,
        kind=NoticeKind.ALERT,
        from_at=from_at,
        to_at=max(from_at, to_at),
        seen_at=now,
        party=rule.party,
        services=rule.services,
        says="resolved" if status == "resolved" else rule.says,
    )


def _name(alert: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    """What is the same whenever this alert is told."""
    fingerprint = alert.get("fingerprint")
    if isinstance(fingerprint, str) and _FINGERPRINT.fullmatch(fingerprint):
        return fingerprint
    return digest(*(part for pair in sorted(labels.items()) for part in pair))
