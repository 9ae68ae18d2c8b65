"""The tables of docs/attribution.md, made from what the reasoner really uses.

`python -m tests.support.attribution_tables` renews them after a change of the figures.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.core.inference import deciding, fit, likelihoods, table, wishes
from monitor.core.inference import filter as filtering
from monitor.core.inference.likelihoods import HEALTHY, KINDS
from monitor.model import FaultDomain, NoticeKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from monitor.core.inference.evidence import Outcome
    from monitor.core.inference.likelihoods import Kind

DOCUMENT = Path(__file__).parents[2] / "docs" / "attribution.md"
_PART = re.compile(r"(<!-- table: (\w+) -->\n).*?(\n<!-- end -->)", re.DOTALL)
_FACTORS = {
    NoticeKind.DEPLOY: ("the platform changed something", likelihoods.DEPLOY_FACTOR),
    NoticeKind.MAINTENANCE: ("a party announced work", likelihoods.MAINTENANCE_FACTOR),
    NoticeKind.POWER_CUT: ("a power cut is planned in a region", likelihoods.POWER_FACTOR),
    NoticeKind.STATUS: ("a party itself reports trouble", likelihoods.STATUS_FACTOR),
    NoticeKind.ALERT: ("somebody's alert about a party", likelihoods.ALERT_FACTOR),
    NoticeKind.REPORTS: ("doctors report trouble with a party", likelihoods.REPORTS_FACTOR),
}
_FIGURES = (
    ("one tick, and one slot of the filter", f"{filtering.SLOT_S:g} s"),
    ("slots kept open for answers that take long", f"{filtering.OPEN_SLOTS}"),
    ("mean time until a fault ends, as the filter expects it", f"{1 / filtering.ENDS_PER_S:g} s"),
    (
        "what was seen is kept for onsets and reasons",
        f"{filtering.KEEP_SLOTS * filtering.SLOT_S:g} s",
    ),
    ("floor spread evenly over all outcomes", f"{table.FLOOR:g}"),
    ("tempering of a look", f"{table.TEMPER:g}"),
    ("tempering of a look through the platform", f"{table.RELAY_TEMPER:g}"),
    ("strengths of a fault", f"{table.WHOLE:g} and {table.THIRD:g}"),
    ("failures in a row of one cell that count in full", f"{filtering.SAME_AGAIN}"),
    ("least worth of a repeated failure", f"{filtering.LEAST_SAID:g}"),
    ("*probably*, on the page only, from", f"{deciding.Bars().probable:g}"),
    ("a claim is withdrawn below", f"{deciding.FALLS:g} for {deciding.FALLS_TICKS} ticks"),
    ("misfit that blocks naming", f"{fit.BLOCKS:g} nats"),
    ("misfit that withdraws a claim", f"{fit.WITHDRAWS:g} nats"),
    ("stretch that the fit looks at", f"{deciding.FIT_WINDOW_SLOTS * filtering.SLOT_S:g} s"),
    ("misfit of one cell counts at most", f"{fit.MOST_PER_CELL:g} nats"),
    ("a cell that fits makes up for at most", f"{-fit.WELL_SAID:g} nats"),
    ("a simpler word about a cell costs", f"{fit.OTHER_WORDS:g} nats"),
    ("chance allowed in a cell beside", f"{fit.BESIDE_LEAST:g} nats"),
    ("a second fault must explain better by", f"{deciding.SECOND_OWES:g} nats"),
    (
        "age of failing looks that may still accuse",
        f"{deciding.FAILING_SLOTS * filtering.SLOT_S:g} s",
    ),
    ("age of a reference's answer that vouches", f"{deciding.VOUCHED_S:g} s"),
    ("highest confidence that is shown", f"{deciding.MOST_SURE:g}"),
    ("extra looks per tick", f"{wishes.MOST}, and {wishes.MOST_SETTLED} once somebody is named"),
    ("between two looks of one pair", f"{wishes.AGAIN_S:g} s"),
)


def bars() -> str:
    """Who is named from which probability, standing for how many ticks."""
    usual = deciding.Bars()
    rows = (
        (f"`{domain.value}`", f"{usual.of(domain):g}", str(usual.dwell(domain)))
        for domain in FaultDomain
        if domain in deciding.ACCUSES or domain in deciding.BARS
    )
    return _table(("fault domain", "bar", "ticks"), rows)


def factors() -> str:
    """How much a notice changes what is expected."""
    rows = ((f"`{kind.value}`", what, f"{factor:g}") for kind, (what, factor) in _FACTORS.items())
    return _table(("notice", "meaning", "times likelier"), rows)


def figures() -> str:
    """The remaining constants."""
    return _table(("figure", "value"), _FIGURES)


def healthy() -> str:
    """What is seen while all is well."""
    rows = ((f"`{role}`", _shares(row), why) for role, (row, why) in HEALTHY.items())
    return _table(("looked at", "answers, in percent", "reason"), rows)


def faults() -> str:
    """What is seen while something is wrong."""
    heads = ("fault", "blamed", "mode", "a year", "answers, in percent", "reason")
    return _table(heads, (_row(kind) for kind in KINDS))


def rewritten(text: str) -> str:
    """The document with its tables as they should be."""
    return _PART.sub(lambda found: found[1] + TABLES[found[2]]() + found[3], text)


TABLES: Mapping[str, Callable[[], str]] = {
    "bars": bars,
    "factors": factors,
    "figures": figures,
    "healthy": healthy,
    "faults": faults,
}


def _row(kind: Kind) -> tuple[str, ...]:
    alike: dict[str, list[str]] = {}
    for part, row in kind.rows.items():
        alike.setdefault(_shares(row), []).append(part.value)
    seen = [f"{', '.join(parts)}: {shares}" for shares, parts in alike.items()]
    blamed = "nobody" if kind.domain is None else f"`{kind.domain.value}`"
    return (
        f"`{kind.name}`",
        blamed,
        kind.mode.value,
        f"{kind.per_year:g}",
        "<br>".join(seen),
        kind.reason.replace("|", "\\|"),
    )


def _shares(row: Mapping[Outcome, float]) -> str:
    ordered = sorted(row.items(), key=lambda item: (-item[1], item[0].value))
    return ", ".join(f"{outcome.value} {100 * share:.4g}" for outcome, share in ordered)


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(line)} |" for line in (heads, *rows)]
    return "\n".join((lines[0], f"|{'---|' * len(heads)}", *lines[1:]))


if __name__ == "__main__":
    DOCUMENT.write_text(rewritten(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
