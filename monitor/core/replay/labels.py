"""Labels as tapes have them: which are right, when, and whom they accuse."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.core.replay.reel import Truth

AFTER_S = 120.0  # so long after its end a fault may still be named

_ACCUSING = ("upstream", "contract", "maintenance")  # labels that lay it at an upstream's door


def coarse(label: str) -> str:
    """The side a label is on: what may be said before it is known any finer.

    The hierarchy of docs/attribution.md: an upstream's side holds its contract and maintenance,
    ours holds the platform and its credentials, the network every path, the local power and the
    monitor. What is shared stands on the side of every upstream.
    """
    domain, _, party = label.partition(":")
    if domain in _ACCUSING:
        return f"upstream:{party}"
    if domain in ("platform", "credentials"):
        return "ours"
    if domain in ("path", "network.domestic", "network.international"):
        return "network"
    return "local" if domain in ("monitor", "power") else domain


def same_side(label: str, other: str) -> bool:
    """Whether two labels are on one side."""
    one, two = coarse(label), coarse(other)
    shared = "shared" in (one, two) and all(s == "shared" or s.startswith("upstream:")
                                            for s in (one, two))  # fmt: skip
    return one == two or shared


def during_fault(truth: Truth, from_s: float, to_s: float) -> bool:
    """Whether a stretch of time overlaps the fault, up to `AFTER_S` after its end."""
    if truth.onset_s is None or truth.end_s is None:
        return False
    return from_s <= truth.end_s + AFTER_S and to_s >= truth.onset_s


def of_a_blip(truth: Truth, label: str, from_s: float, to_s: float) -> bool:
    """Whether a label tells of a short disturbance that really happened then."""
    return any(
        label == blip and from_s <= end_s + AFTER_S and to_s >= begin_s
        for begin_s, end_s, blip in truth.blips
    )


def excused(truth: Truth, label: str, from_s: float, to_s: float) -> bool:
    """Whether naming a label in that stretch is no error."""
    return (
        label in truth.tolerate
        or any(label in group for group in truth.accept)
        or of_a_blip(truth, label, from_s, to_s)
    )


def true_then(truth: Truth, label: str, at_s: float) -> bool:
    """Whether a label was true at a moment: for calibration, where time counts."""
    of_fault = any(label in group for group in truth.accept) and during_fault(truth, at_s, at_s)
    return of_fault or label in truth.tolerate or of_a_blip(truth, label, at_s, at_s)


def accuses(truth: Truth, wrong: str) -> bool:
    """Whether a wrong label accuses somebody who must not be named.

    `shared` accuses when no upstream is involved in the fault.
    """
    domain, _, party = wrong.partition(":")
    if domain in _ACCUSING:
        return party in truth.never_name
    labels = (*truth.tolerate, *(label for group in truth.accept for label in group))
    return wrong == "shared" and not any(
        label == "shared" or coarse(label).startswith("upstream:") for label in labels
    )
