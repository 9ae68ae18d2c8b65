"""What a replay says: one object per change, and how it ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from monitor.core.inference.finding import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from monitor.core.inference.finding import Claim
    from monitor.core.replay.play import Moment

CONFIDENCE_DIGITS = 4
SECONDS_DIGITS = 1

Explain = Callable[["Claim"], "list[dict[str, Any]]"]


def changes(moments: Iterable[Moment], explain: Explain | None = None) -> Iterator[dict[str, Any]]:
    """Tell every change of the state or of the set of verdicts, and the end.

    Before the first change the state is `ok` and nothing is claimed.

    Args:
        moments: A replay.
        explain: Gives a claim's grounds, strongest first; without, there are none in the lines.

    Yields:
        What a line of the output holds, in time order; the last one sums up.
    """
    before: object = (State.OK, frozenset[object]())
    looks, extra_looks, cpu_s = 0, 0, 0.0
    for moment in moments:
        finding = moment.finding
        looks, extra_looks, cpu_s = moment.looks, moment.extra_looks, moment.cpu_s
        verdicts = frozenset((claim.label, claim.mode, claim.named) for claim in finding.claims)
        if (finding.state, verdicts) == before:
            continue
        before = (finding.state, verdicts)
        line: dict[str, Any] = {
            "t": finding.now_s,
            "state": finding.state.value,
            "verdicts": [_verdict(claim) for claim in finding.claims],
        }
        if explain is not None:
            line["grounds"] = _grounds(finding.claims, explain)
        yield line
    yield {"type": "end", "looks": looks, "extra_looks": extra_looks, "cpu_s": round(cpu_s, 3)}


def _verdict(claim: Claim) -> dict[str, Any]:
    _, _, party = claim.label.partition(":")
    return {
        "domain": claim.domain.value,
        "party": party or None,  # as labels have it: only where it says more than the domain
        "mode": claim.mode.value,
        "confidence": round(claim.confidence, CONFIDENCE_DIGITS),
        "onset_s": round(claim.onset_s, SECONDS_DIGITS),
        "named": claim.named,
    }


def _grounds(claims: Iterable[Claim], explain: Explain) -> list[dict[str, Any]]:
    """All of them, each with the verdict it is about, strongest first."""
    found = [{"of": claim.label, **ground} for claim in claims for ground in explain(claim)]
    return sorted(found, key=lambda ground: -float(ground["weight"]))
