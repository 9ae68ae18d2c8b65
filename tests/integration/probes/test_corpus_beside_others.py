"""The whole corpus at once costs neither memory nor time, nor the innocent their turn."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys

import pytest

from tests.integration.probes.corpus_all import CASES
from tests.integration.probes.corpus_looker import EVERY_S, INNOCENT_EVERY_S, INNOCENTS, PASSES
from tests.support.command import ROOT

pytestmark = [pytest.mark.process, pytest.mark.alone]

RSS_KIB = 8 * 1024
TOLERANCE_S = 0.5  # beyond its time-out, that a look may take
LATE_MS = 100.0
PATIENCE_S = 120.0


@contextlib.contextmanager
def other_side(directory):
    """Stand up the other side of every case; what it says of where they stand."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.integration.probes.corpus_world", str(directory)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as world:
        try:
            yield world.stdout.readline()
        finally:
            world.kill()


def test_the_whole_corpus_is_survived_in_bounded_memory_and_time(tmp_path):
    with other_side(tmp_path) as said:
        looker = subprocess.run(
            [sys.executable, "-m", "tests.integration.probes.corpus_looker"],
            cwd=ROOT,
            input=said,
            capture_output=True,
            timeout=PATIENCE_S,
            check=True,
        )
    told = json.loads(looker.stdout)

    figures = ", ".join(f"{name}: {value}" for name, value in told.items())
    looks = PASSES * (len(CASES) + INNOCENTS * EVERY_S / INNOCENT_EVERY_S)
    assert told["looks"] >= 0.9 * looks, figures
    assert told["never_right"] == [], figures
    assert told["most_over"][0] <= TOLERANCE_S, figures
    assert told["rss_peak_growth_kib"] <= RSS_KIB, figures
    assert told["late_p99_ms"] < LATE_MS, figures
    assert looker.stderr == b""
