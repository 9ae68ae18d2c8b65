"""What a tick costs: judging the looks of 60 cells, all fine and with one upstream down."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from monitor.model import Failure, FaultDomain
from monitor.simulation.run import simulated
from tests.benching.measure import Figure, compare, cpu_ms
from tests.support.demo import demo_settings
from tests.support.looks import Stage, at_targets, nothing

if TYPE_CHECKING:
    from pathlib import Path

CELLS = 60
TICKS = 20


def measure(directory: Path) -> list[Figure]:
    """Every cell brings one look per tick."""
    del directory
    world = simulated(demo_settings().world)
    checks = {
        check.id: replace(check, every_s=world.rules.tick_s, timeout_s=3.0)
        for check in world.checks.values()
    }
    world = replace(world, checks=checks)
    figures = []
    for name, broken in (
        ("all fine", nothing),
        ("one upstream down", at_targets("tamin.", Failure.HTTP_5XX)),
    ):
        stage = Stage(world)
        stage.pass_time(30.0)
        stage.broken = broken
        judgement = stage.pass_time(60.0)
        assert bool(judgement.verdicts) is (broken is not nothing)
        assert all(v.domain is FaultDomain.UPSTREAM for v in judgement.verdicts)
        looks = [stage.look(c, v, stage.t_s) for c in checks.values() for v in c.vantages]
        assert len(looks) == CELLS
        plain = [asdict(each) for each in looks]
        figures.append(
            compare(
                f"CPU of a tick over {CELLS} looks, {name}",
                "ms",
                lambda stage=stage: _tick_ms(stage),
                "json.dumps of the same looks",
                lambda plain=plain: cpu_ms(lambda: json.dumps(plain, default=str), TICKS),
            )
        )
    return figures


def _tick_ms(stage: Stage) -> float:
    """One judgement; making the looks is not counted."""
    spent_s = 0.0
    for _ in range(TICKS):
        stage.t_s += stage.world.rules.tick_s
        checks = stage.world.checks.values()
        looks = [stage.look(c, v, stage.t_s - 1.0) for c in checks for v in c.vantages]
        begin_s = time.process_time()
        stage.memory, _ = stage.engine.step(stage.memory, looks, now=stage.now(), own=stage.own)
        spent_s += time.process_time() - begin_s
    return spent_s * 1000.0 / TICKS
