"""A simulated morning with an engine that wishes for looks: repeatable, and within the limits."""

from __future__ import annotations

from collections import Counter

import pytest

from monitor.app import App
from monitor.simulation.run import DAY_S, simulate, simulated
from tests.support.demo import demo_settings
from tests.support.engines import QuietEngine

DAYS = 0.06
SEED = 230  # a line of ours is cut for twenty minutes


class Doubtful(QuietEngine):
    """At any trouble, wishes for every check of the service from everywhere."""

    def wishes_now(self):
        troubled = {look.target.split(".")[0] for look in self.arrived if look.failed}
        return tuple(
            (vantage, check.id)
            for check in self.world.checks.values()
            for vantage in check.vantages
            if check.target.split(".")[0] in troubled
        )


class Played:
    """A morning, and what became of its wishes."""

    def __init__(self, directory, engine):
        apps = []
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("monitor.simulation.run.App", lambda *a, **k: keep(apps, App(*a, **k)))
            self.outcome = simulate(demo_settings(), directory, days=DAYS, seed=SEED, engine=engine)
        self.results = Counter(
            {
                sample.labels["result"]: int(sample.value)
                for metric in apps[0].metrics.registry.collect()
                for sample in metric.samples
                if sample.name == "govah_extra_looks_total"
            }
        )


def keep(apps, app):
    apps.append(app)
    return app


@pytest.fixture(scope="module")
def mornings(tmp_path_factory):
    """The same morning twice."""
    return [Played(tmp_path_factory.mktemp("morning"), Doubtful) for _ in range(2)]


def test_with_extra_looks_the_same_seed_gives_the_same_trace_to_the_letter(mornings):
    once, again = mornings

    assert once.outcome == again.outcome
    assert once.results == again.results


def test_extra_looks_are_taken_and_stored_and_break_no_invariant(mornings):
    morning, _ = mornings
    checks = simulated(demo_settings().world).checks.values()
    pairs = sum(len(check.vantages) for check in checks)
    per_s = sum(len(check.vantages) / check.every_s for check in checks)
    timetable = per_s * DAYS * DAY_S

    assert morning.results["taken"] > 3 * pairs
    assert morning.results["too_many"] > 0
    assert morning.outcome.looks > timetable - pairs + morning.results["taken"]
    assert morning.outcome.violations == ()
