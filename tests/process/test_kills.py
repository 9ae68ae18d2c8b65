"""SIGKILL in the middle of an incident with 500 recipients: nothing lost, nothing told twice."""

from __future__ import annotations

import pytest

from tests.soaking.kills import FIRST_LOOK_S, RECIPIENTS, one_incident

pytestmark = [pytest.mark.process, pytest.mark.alone]

KILLS = 4  # 200: make soak


async def test_a_monitor_killed_again_and_again_tells_everybody_exactly_once_about_one_incident(
    tmp_path,
):
    count = await one_incident(tmp_path, seed=2, kills=KILLS)

    assert count.kills == KILLS
    assert (count.lost, count.doubled, count.late_opens) == (0, 0, 0)
    assert count.wrong == []
    assert count.intents == count.accepted == 2 * RECIPIENTS
    assert max(count.first_looks_s) <= FIRST_LOOK_S


async def test_an_upstream_that_heals_while_people_are_told_leaves_nobody_with_half_a_story(
    tmp_path,
):
    count = await one_incident(tmp_path, seed=3, kills=3, heals_early=True)

    assert count.kills == 3
    assert (count.lost, count.doubled, count.late_opens) == (0, 0, 0)
    assert count.wrong == []
    assert count.intents == count.accepted
    assert 0 < count.intents < 2 * RECIPIENTS  # some were spared what was over
