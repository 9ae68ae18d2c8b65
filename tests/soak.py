"""The long ones: `python -m tests.soak [--only PART] [--seed N]`.

The parts: week, kills, agents, tour, attribution, traffic. Writes `build/soak.json`;
exit 1 when a target is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from tests.soaking.agents import CUT_S, in_namespaces
from tests.soaking.attribution_rows import attribution
from tests.soaking.kills import FIRST_LOOK_S, Count, one_incident
from tests.soaking.netns import missing
from tests.soaking.rows import Row, at_most_none
from tests.soaking.tour import tour
from tests.soaking.traffic import quiet_traffic
from tests.soaking.week import simulated_apart

if TYPE_CHECKING:
    from collections.abc import Callable

WEEK_D, WEEK_S = 7.0, 300.0
KILLS, KILLS_PER_INCIDENT, AT_ONCE = 200, 20, 2
AGENT_KILLS = 100
EARLY = 4  # every fourth upstream heals while the opening messages are still leaving
TOUR_RIGHT, TOUR_NAMED, TOUR_FAULTS = 13, 5, 16
RESULT = Path("build/soak.json")


def say(line: str) -> None:
    """Progress, at once."""
    print(line, flush=True)  # noqa: T201 - a command's output


def week(seed: int) -> list[Row]:
    """A simulated week, twice at once."""
    say(f"week: {WEEK_D:.0f} simulated days twice, in two processes, seed {seed} …")
    (one, one_s), (two, two_s) = simulated_apart(WEEK_D, (seed, seed))
    say(f"week: {one}")
    return [
        Row("week: first run", round(one_s, 1), "s", f"<= {WEEK_S:.0f}", one_s <= WEEK_S, seed),
        Row("week: second run", round(two_s, 1), "s", f"<= {WEEK_S:.0f}", two_s <= WEEK_S, seed),
        Row("week: traces", len({one.digest, two.digest}), "digests", "= 1", one == two, seed),
        *at_most_none("week: violations", len(one.violations) + len(two.violations), seed),
        Row(
            "week: upstream faults named in time",
            one.detected,
            f"of {one.detectable}",
            f"= {one.detectable}",
            one.detected == one.detectable > 0,
            seed,
        ),
        Row("week: looks", one.looks, "looks", "> 0", one.looks > 0, seed),
    ]


async def kills(seed: int) -> list[Row]:
    """Incidents with 500 recipients, two at a time, under monitors that are killed."""
    total, places = Count(), asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> None:
        async with places:
            with tempfile.TemporaryDirectory(prefix="govah-kills-") as directory:
                count = await one_incident(
                    Path(directory),
                    seed=seed + number,
                    kills=KILLS_PER_INCIDENT,
                    heals_early=number % EARLY == EARLY - 1,
                )
        total.add(count)
        say(
            f"kills: {total.kills}; accepted {total.accepted} of {total.intents}, "
            f"lost {total.lost}, doubled {total.doubled}, "
            f"worst first look {max(total.first_looks_s):.2f} s"
        )

    async with asyncio.TaskGroup() as group:
        for number in range(KILLS // KILLS_PER_INCIDENT):
            group.create_task(one(number))
    for wrong in total.wrong:
        say(f"kills: WRONG: {wrong}")
    say(f"kills: while {dict(total.killed_while)}")
    worst_s = max(total.first_looks_s)
    return [
        Row("kills", total.kills, "kills", f">= {KILLS}", total.kills >= KILLS, seed),
        Row(
            "kills: accepted exactly once",
            total.accepted,
            f"of {total.intents}",
            f"= {total.intents}",
            total.accepted == total.intents,
            seed,
        ),
        *at_most_none("kills: lost", total.lost, seed),
        *at_most_none("kills: doubled", total.doubled, seed),
        *at_most_none("kills: opened after the end", total.late_opens, seed),
        *at_most_none("kills: incidents lost or wrong", len(total.wrong), seed),
        Row(
            "kills: worst start to first look",
            round(worst_s, 2),
            f"s over {len(total.first_looks_s)} starts",
            f"<= {FIRST_LOOK_S:.0f}",
            worst_s <= FIRST_LOOK_S,
            seed,
        ),
    ]


async def agents(seed: int) -> list[Row]:
    """Agents in network namespaces, behind loss, cut off, and killed."""
    lacking = missing()
    if lacking is not None:
        say(f"agents: cannot be run here: {lacking}")
        return [Row("agents: run", lacking, "", "namespaces", ok=False, seed=seed)]
    say(f"agents: {AGENT_KILLS} kills, one agent cut off for {CUT_S:.0f} s, seed {seed} …")
    with tempfile.TemporaryDirectory(prefix="govah-agents-") as directory:
        count = await in_namespaces(Path(directory), seed=seed, kills=AGENT_KILLS, cut_s=CUT_S)
    say(f"agents: {count}")
    kept = count.made - count.lost
    return [
        Row(
            "agents: kills", count.kills, "", f">= {AGENT_KILLS}", count.kills >= AGENT_KILLS, seed
        ),
        Row(
            "agents: cut off",
            round(count.cut_s),
            "s",
            f">= {CUT_S:.0f}",
            count.cut_s >= CUT_S,
            seed,
        ),
        Row(
            "agents: kept",
            kept,
            f"of {count.made}",
            f"= {count.made}",
            kept == count.made > 0,
            seed,
        ),
        *at_most_none("agents: lost", count.lost, seed),
        *at_most_none("agents: doubled", count.doubled, seed),
        *at_most_none("agents: under another vantage", count.foreign, seed),
        *at_most_none("agents: late wrongly told", count.late_wrong, seed),
        Row("agents: late and told so", count.late, "looks", "> 0", count.late_of_cut > 0, seed),
    ]


async def whole_tour(_: int) -> list[Row]:
    """The demo's tour."""
    seen = await tour(say)
    return [
        Row("tour: exit code", seen.exit_code, "", "= 0", seen.exit_code == 0),
        Row("tour: faults", seen.faults, "faults", f">= {TOUR_FAULTS}", seen.faults >= TOUR_FAULTS),
        Row(
            "tour: concluded rightly",
            seen.right,
            "faults",
            f">= {TOUR_RIGHT}",
            seen.right >= TOUR_RIGHT,
        ),
        Row(
            "tour: upstream faults named",
            seen.named,
            "faults",
            f">= {TOUR_NAMED}",
            seen.named >= TOUR_NAMED,
        ),
        *at_most_none("tour: parties named wrongly", seen.wrong, None),
    ]


PARTS: dict[str, Callable[[int], list[Row]]] = {
    "week": week,
    "kills": lambda seed: asyncio.run(kills(seed)),
    "agents": lambda seed: asyncio.run(agents(seed)),
    "tour": lambda seed: asyncio.run(whole_tour(seed)),
    "attribution": lambda seed: attribution(seed, say),
    "traffic": lambda seed: quiet_traffic(seed, say),
}


def main(arguments: list[str] | None = None) -> int:
    """Run the parts, print the table, write the file."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--only", choices=PARTS, action="append")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    rows: list[Row] = []
    for part in chosen.only or PARTS:
        rows += PARTS[part](chosen.seed)
    for row in rows:
        verdict = "ok" if row.ok else "MISSED"
        say(f"{row.name:38}{row.value!s:>10} {row.unit:20}{row.target:12}{verdict}")
    RESULT.parent.mkdir(exist_ok=True)
    text = json.dumps([asdict(row) for row in rows], ensure_ascii=False, indent=2)
    part_written = RESULT.with_suffix(f".{os.getpid()}")
    part_written.write_text(text + "\n", encoding="utf-8")
    part_written.replace(RESULT)
    return 0 if all(row.ok for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
