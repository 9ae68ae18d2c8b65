"""Scores as readable tables."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from monitor.core.replay.summary import summary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from monitor.core.replay.score import Score
    from monitor.core.replay.summary import Share, Summary


def figures(methods: Mapping[str, Summary]) -> list[str]:
    """One column per method."""
    rows: dict[str, Callable[[Summary], object]] = {
        "fully right": lambda s: _share(s.right),
        "right, nothing wrong": lambda s: _share(s.complete),
        "right side": lambda s: _share(s.coarse),
        "faults named right": lambda s: _share(s.faults),
        "decided": lambda s: _share(s.decided),
        "decided: all correct": lambda s: _share(s.correct),
        "wrong labels": lambda s: _share(s.wrong),
        "false accusations": lambda s: _share(s.accused),
        "only inconclusive": lambda s: _share(s.undetermined),
        "delay p50/p90 all": lambda s: f"{_s(s.all.p50_s)} / {_s(s.all.p90_s)} s",
        "delay p50/p90 hard": lambda s: f"{_s(s.hard.p50_s)} / {_s(s.hard.p90_s)} s",
        "delay mean": lambda s: f"{_s(s.all.mean_s)} s",
        "Brier at naming": lambda s: _f(s.brier),
        "ECE at naming": lambda s: _f(s.ece),
        "ECE while standing": lambda s: _f(s.standing_ece),
        "extra looks per tape": lambda s: f"{s.extra_looks:.1f}",
        "CPU per hour": lambda s: f"{s.cpu_s_per_h:.2f} s",
        "CPU per tick": lambda s: f"{s.cpu_ms_per_tick:.2f} ms",
    }
    lines = [("", *methods)]
    lines += [(name, *(str(row(s)) for s in methods.values())) for name, row in rows.items()]
    return _aligned(lines)


def by_kind(scores: Iterable[Score]) -> list[str]:
    """One row per class of fault."""
    kinds: dict[str, list[Score]] = defaultdict(list)
    for score in scores:
        if score.known:
            kinds[score.kind].append(score)
    lines = [("class", "tapes", "right", "wrong", "accused", "p50 s", "p90 s", "extra")]
    for kind, many in sorted(kinds.items()):
        told = summary(many)
        right = f"{told.right.hits}/{told.right.count}" if told.right.count else "-"
        p50, p90 = _s(told.all.p50_s), _s(told.all.p90_s)
        lines.append(
            (kind, f"{len(many)}", right, f"{told.wrong.hits}", f"{told.accused.hits}", p50, p90,
             f"{told.extra_looks:.0f}")
        )  # fmt: skip
    return _aligned(lines)


def miscalibrated(told: Summary) -> list[str]:
    """Stated against true shares, bin by bin."""
    lines = [("confidence", "at naming", "stated", "so", "standing", "stated", "so", "")]
    for once, long in zip(told.at_naming, told.standing, strict=True):
        row = [f"{once.least:g} - {once.most:g}"]
        for one in (once, long):
            some = max(1, one.count)
            shares = (f"{one.stated / some:.4f}", f"{one.right / some:.4f}")
            row += [f"{one.count}", *(shares if one.count else ("-", "-"))]
        too_sure = once.overconfident or long.overconfident
        lines.append((*row, "overconfident" if too_sure else ""))
    return _aligned(lines)


def slips(scores: Iterable[Score]) -> list[str]:
    """Every tape that was not right."""
    lines = [("tape", "slip", "named")]
    for score in scores:
        if not score.known or ((score.right or not score.counts) and not score.wrong):
            continue
        slip = f"wrong: {', '.join(score.wrong)}" if score.wrong else "not named"
        names = ", ".join(f"{s.label} {s.from_s:.0f}-{s.to_s:.0f}" for s in score.named)
        lines.append((score.tape, slip, names or f"last {score.states[-1][1]}"))
    return _aligned(lines) if len(lines) > 1 else ["no tape went wrong"]


def states(scores: Iterable[Score]) -> list[str]:
    """Of tapes without a truth: what was said, since when."""
    lines = [("tape", "states", "named")]
    for score in scores:
        said = ", ".join(f"{state} {at_s:.0f}" for at_s, state in score.states)
        names = ", ".join(f"{s.label} {s.from_s:.0f}-{s.to_s:.0f}" for s in score.named)
        lines.append((score.tape, said, names))
    return _aligned(lines)


def _share(share: Share) -> str:
    if not share.count:
        return "-"
    low, high = (f"{100 * bound:.1f}" for bound in share.bounds)
    return f"{share.hits}/{share.count} {100 * share.hits / share.count:.2f}% ({low}-{high})"


def _s(seconds: float | None) -> str:
    return "-" if seconds is None else f"{seconds:.0f}"


def _f(figure: float | None) -> str:
    return "-" if figure is None else f"{figure:.4f}"


def _aligned(lines: Sequence[tuple[str, ...]]) -> list[str]:
    wide = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return ["  ".join(map(str.ljust, line, wide)).rstrip() for line in lines]
