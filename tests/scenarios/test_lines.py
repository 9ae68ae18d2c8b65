from __future__ import annotations

import numpy as np
import pytest

from monitor.core.replay.read import read
from monitor.scenarios.episodes import make_episode
from monitor.scenarios.lines import to_lines


@pytest.mark.parametrize(
    ("mechanism", "world"),
    [
        ("maintenance.over_run", "five"),
        ("power.planned", "three"),
        ("upstream.site_lost", "solo"),
        ("operation.fails", "big"),
    ],
)
def test_an_episode_that_is_written_and_read_is_the_same(mechanism, world):
    reel = make_episode(mechanism, world, np.random.default_rng(2), id="kept").reel
    again = read(to_lines(reel))
    assert again == reel


def test_a_signal_without_a_word_in_the_format_is_not_lost_silently():
    reel = make_episode("healthy", "meters", np.random.default_rng(2), id="kept").reel
    with pytest.raises(ValueError, match="govah-tape/1 has no signal mains"):
        list(to_lines(reel))
