"""What the attribution part of `make soak` promises, and its details as a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.core.replay.summary import Share
from monitor.scenarios.sets import recipes
from tests.scoring.table import by_kind, miscalibrated, slips
from tests.soaking.attribution import by, figures, left_out, quiet, run, said_so, unmodelled
from tests.soaking.rows import Row, at_most_none

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tests.soaking.attribution import Figures, Quiet, Tried

SET, CLASSES, WORLDS = 3000, 60, 6
CORRECT, COVERED, COARSE, ACCUSED, ECE = 0.995, 0.98, 0.995, 0.001, 0.01
PER_LEFT_OUT, LEFT_OUT, ACCUSED_LEFT_OUT = 40, 25, 0.003
PER_NOVEL, SAID_SO = 40, 0.95
DAYS = 60
BOUND = 0.5  # false alarms per check-year: what sixty days without one can show
SURE = 0.9  # no bin from here up may be overconfident
DETAILS = Path("build/attribution-soak.json")


def attribution(seed: int, say: Callable[[str], None]) -> list[Row]:
    """All of it, whole; writes `DETAILS`.

    Args:
        seed: Of everything.
        say: Told of the progress.
    """
    tried = run(list(recipes(SET, seed)), say=say)
    told = figures(tried)
    forgotten = left_out(PER_LEFT_OUT, seed + 1000, say=say)
    novel = unmodelled(PER_NOVEL, seed + 2000)
    days = quiet(DAYS, seed + 3000, say=say)
    scores = [one.score for one in tried]
    for table in (by_kind(scores), miscalibrated(told.summary), slips(scores)):
        say("\n".join(table))
    for line in days.false:
        say(f"attribution: FALSE ALARM: {line}")
    _write(tried, told, forgotten, novel, days)
    return [
        *rows_of_set(told, seed),
        *rows_of_left_out(forgotten, seed),
        *rows_of_novel(novel, seed),
        *rows_of_quiet(days, seed),
    ]


def rows_of_set(told: Figures, seed: int) -> list[Row]:
    """The set of scenarios."""
    ece = told.summary.ece
    bins = (*told.summary.at_naming, *told.summary.standing)
    too_sure = sum(one.overconfident for one in bins if one.least >= SURE)
    return [
        Row("attribution: scenarios", told.episodes, "", f">= {SET}", told.episodes >= SET, seed),
        Row("attribution: classes", told.classes, "", f">= {CLASSES}", told.classes >= CLASSES),
        Row("attribution: worlds", told.worlds, "", f">= {WORLDS}", told.worlds >= WORLDS),
        _at_least("attribution: decided rightly", told.correct, CORRECT, seed),
        _at_least("attribution: covered, fine", told.covered, COVERED, seed),
        _at_least("attribution: covered, coarse", told.coarse, COARSE, seed),
        _at_most("attribution: false accusations", told.accused, ACCUSED, seed),
        Row("attribution: ECE", round(ece or 0.0, 4), "", f"<= {ECE}",
            ece is not None and ece <= ECE, seed),
        *at_most_none("attribution: overconfident bins", too_sure, seed),
    ]  # fmt: skip


def rows_of_left_out(forgotten: Mapping[str, Sequence[Tried]], seed: int) -> list[Row]:
    """Mechanisms that the model does not know."""
    every = [one for many in forgotten.values() for one in many]
    accused = Share(sum(bool(one.score.accused) for one in every), len(every))
    return [
        Row("left out: mechanisms", len(forgotten), "", f">= {LEFT_OUT}",
            len(forgotten) >= LEFT_OUT, seed),
        _at_most("left out: false accusations", accused, ACCUSED_LEFT_OUT, seed),
    ]  # fmt: skip


def rows_of_novel(novel: Sequence[Tried], seed: int) -> list[Row]:
    """Patterns that nobody knows."""
    accused = Share(sum(bool(one.score.accused) for one in novel), len(novel))
    said = Share(sum(map(said_so, novel)), len(novel))
    return [
        _at_least("unmodelled: said so in time", said, SAID_SO, seed),
        _at_most("unmodelled: false accusations", accused, ACCUSED_LEFT_OUT, seed),
    ]


def rows_of_quiet(days: Quiet, seed: int) -> list[Row]:
    """Days on which nothing is wrong."""
    return [
        Row("quiet: days", days.days, f"{days.check_years:.1f} check-years", f">= {DAYS}",
            days.days >= DAYS, seed),
        *at_most_none("quiet: false alarms", len(days.false), seed),
        Row("quiet: bound per check-year", round(days.bound, 3), "at 95 %", f"<= {BOUND}",
            days.bound <= BOUND, seed),
        Row("quiet: disturbances named", days.alarms, f"of {days.disturbances}", "",
            ok=True, seed=seed),
    ]  # fmt: skip


def _at_least(name: str, share: Share, least: float, seed: int) -> Row:
    so = share.hits / share.count if share.count else 0.0
    return Row(name, round(so, 4), _bounds(share), f">= {least}", so >= least, seed)


def _at_most(name: str, share: Share, most: float, seed: int) -> Row:
    so = share.hits / share.count if share.count else 1.0
    return Row(name, round(so, 4), _bounds(share), f"<= {most}", so <= most, seed)


def _bounds(share: Share) -> str:
    low, high = share.bounds
    return f"of {share.count} ({low:.4f}-{high:.4f})"


def _write(
    tried: Sequence[Tried],
    told: Figures,
    forgotten: Mapping[str, Sequence[Tried]],
    novel: Sequence[Tried],
    days: Quiet,
) -> None:
    details: dict[str, Any] = {
        "set": told.plain(),
        "classes": _brief(by(tried, lambda one: one.recipe.mechanism)),
        "worlds": _brief(by(tried, lambda one: one.recipe.world)),
        "left_out": _brief({name: figures(many) for name, many in forgotten.items()}),
        "unmodelled": _brief(by(novel, lambda one: one.recipe.mechanism)),
        "quiet": {"days": days.days, "check_years": days.check_years, "bound": days.bound,
                  "disturbances": days.disturbances, "alarms": days.alarms, "false": days.false},
        "slips": [
            {"id": one.score.tape, "seed": one.recipe.seed, "wrong": one.score.wrong,
             "right": one.score.right, "named": [[s.label, s.from_s] for s in one.score.named]}
            for one in tried if one.score.wrong or (one.long and not one.covered)
        ],
    }  # fmt: skip
    DETAILS.parent.mkdir(exist_ok=True)
    DETAILS.write_text(json.dumps(details, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _brief(many: Mapping[str, Figures]) -> dict[str, dict[str, Any]]:
    return {
        name: {
            "episodes": one.episodes,
            "correct": [one.correct.hits, one.correct.count],
            "covered": [one.covered.hits, one.covered.count],
            "coarse": [one.coarse.hits, one.coarse.count],
            "accused": one.accused.hits,
            "p50_s": one.summary.all.p50_s,
            "p90_s": one.summary.all.p90_s,
        }
        for name, one in many.items()
    }
