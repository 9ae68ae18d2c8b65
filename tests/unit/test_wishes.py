"""Extra looks are taken at once, and never more of them than the timetable leaves room for."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from dataclasses import replace

import pytest

from monitor.credentials.budgets import Budgets
from monitor.looking import Looker
from monitor.model import Budget, Failure, Phase, SelfHealth, Sighting, WishResult
from monitor.simulation.clock import SeededIds, VirtualClock
from monitor.simulation.loop import run
from monitor.wishes import AT_ONCE, Wishes
from probes.spec import HttpSpec, StepSpec, ToldSpec, TransactionSpec
from tests.support.demo import demo_settings

HOME = "tehran-mci"
FRONT = (HOME, "panel-front")
REQUEST = HttpSpec("https://a.example/")


class Well:
    def worst_since(self, mono_s):
        assert mono_s >= 0
        return SelfHealth()


class Hanging:
    """A probe whose target answers after a while, or not within its patience."""

    def __init__(self, answers_after_s):
        self.answers_after_s = answers_after_s
        self.begun = []
        self.ended = 0

    async def look(self, check, vantage, look_id):
        assert look_id
        self.begun.append((vantage.id, check.id))
        try:
            async with asyncio.timeout(check.timeout_s):
                await asyncio.sleep(self.answers_after_s)
        except TimeoutError:
            return Sighting(Phase.WAIT, Failure.WAIT_TIMEOUT)
        finally:
            self.ended += 1
        return Sighting(Phase.DONE)


class Scene:
    """Wishes that are granted by a real looker, in virtual time."""

    def __init__(self, world, *, answers_after_s=0.1, admit=lambda _check: True):
        self.world = world
        self.probe = Hanging(answers_after_s)
        self.seen = []
        self.results = []
        clock = VirtualClock()
        self.looker = Looker(
            probes=dict.fromkeys(("http", "transaction", "dns"), self.probe),
            clock=clock,
            ids=SeededIds(1),
            watch=Well(),
            seen=self.seen.append,
            checks=world.checks,
            rules=world.rules,
        )
        self.wishes = Wishes(
            world,
            clock,
            take=self.looker.take,
            under_way=self.looker.under_way,
            admit=admit,
            counted=self.results.append,
        )

    @contextlib.asynccontextmanager
    async def open(self):
        running = asyncio.create_task(self.wishes.run())
        await asyncio.sleep(0)
        try:
            yield self
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


def staged(world, main, **how):
    """Play `main(scene)` while wishes are granted."""

    async def play():
        scene = Scene(world, **how)
        async with scene.open():
            await main(scene)
        return scene

    return run(play())


@pytest.fixture(scope="module")
def world():
    return demo_settings().world


def with_rules(world, **rules):
    return replace(world, rules=replace(world.rules, **rules))


def asked(world, count=99):
    """Pairs of different checks that are looked at from here."""
    pairs = [
        (vantage, check.id)
        for check in world.checks.values()
        for vantage in check.vantages
        if not world.vantages[vantage].agent and check.spec.kind == "http"
    ]
    return pairs[:count]


def test_a_wish_is_asked_at_once_and_told_as_any_look(world):
    async def main(scene):
        scene.wishes.wish([FRONT])
        await asyncio.sleep(0.2)

    scene = staged(world, main)

    (look,) = scene.seen
    assert (look.vantage, look.check, look.ok) == (*FRONT, True)
    assert look.started_mono_s == 0.0
    assert scene.results == [WishResult.TAKEN]


def test_the_best_wishes_of_a_tick_are_granted_and_the_others_dropped(world):
    pairs = asked(world, 12)

    async def main(scene):
        scene.wishes.wish(pairs)
        await asyncio.sleep(1)

    scene = staged(world, main)

    assert scene.probe.begun == pairs[:10]
    assert scene.results == [WishResult.TAKEN] * 10 + [WishResult.TOO_MANY] * 2


def test_no_pair_is_asked_again_within_eight_seconds(world):
    other = (HOME, "tamin-front")

    async def main(scene):
        scene.wishes.wish([FRONT, FRONT])
        for wait_s in (5.0, 2.9, 0.1):
            await asyncio.sleep(wait_s)
            scene.wishes.wish([FRONT])
        scene.wishes.wish([other])
        await asyncio.sleep(1)

    scene = staged(world, main)

    taken, soon = WishResult.TAKEN, WishResult.TOO_SOON
    assert scene.results == [taken, soon, soon, soon, taken, taken]


def test_what_somebody_looks_at_already_is_not_asked_a_second_time(world):
    async def main(scene):
        turn = asyncio.create_task(
            scene.looker.look(world.checks["panel-front"], world.vantages[HOME])
        )
        await asyncio.sleep(0.5)
        scene.wishes.wish([FRONT])
        await turn
        scene.wishes.wish([FRONT])
        await asyncio.sleep(2)

    scene = staged(world, main, answers_after_s=1.0)

    assert scene.results == [WishResult.UNDER_WAY, WishResult.TAKEN]


def test_only_what_is_looked_at_from_here_can_be_asked(world):
    vantages = {**world.vantages, HOME: replace(world.vantages[HOME], agent=True)}
    at_home_only = replace(world.checks["tamin-front"], vantages=(HOME,))
    world = replace(world, vantages=vantages, checks={**world.checks, "tamin-front": at_home_only})

    async def main(scene):
        scene.wishes.wish([FRONT, ("nowhere", "panel-front"), ("tehran-shatel", "nothing")])
        scene.wishes.wish([("tehran-shatel", "tamin-front")])

    scene = staged(world, main)

    assert scene.results == [WishResult.NOT_OURS] * 4
    assert scene.probe.begun == []


def chained(world):
    """The front of Tamin and that of the panel, as the two steps of one transaction."""
    steps = (StepSpec("one", "tamin-front", REQUEST), StepSpec("two", "panel-front", REQUEST))
    checks = {
        **world.checks,
        "tamin-front": replace(world.checks["tamin-front"], spec=TransactionSpec(steps)),
        "panel-front": replace(world.checks["panel-front"], spec=ToldSpec("tamin-front")),
    }
    return replace(world, checks=checks)


def test_a_step_is_asked_by_the_transaction_it_belongs_to_and_that_once(world):
    async def main(scene):
        scene.wishes.wish([FRONT, (HOME, "tamin-front")])
        await asyncio.sleep(0.5)
        assert [(look.vantage, look.check) for look in scene.looker.under_way()] == [
            (HOME, "tamin-front"),
            FRONT,
        ]
        await asyncio.sleep(10)
        scene.wishes.wish([FRONT])
        await asyncio.sleep(0.5)
        scene.wishes.wish([FRONT])

    scene = staged(chained(world), main, answers_after_s=1.0)

    taken = WishResult.TAKEN
    assert scene.results == [taken, WishResult.TOO_SOON, taken, WishResult.UNDER_WAY]
    assert set(scene.probe.begun) == {(HOME, "tamin-front")}


@pytest.mark.parametrize(
    ("own_s", "slow_s", "most_s", "patience_s"),
    [
        (10.0, 1.5, 3.0, 3.0),
        (10.0, None, 3.0, 3.0),
        (10.0, 2.5, 3.0, 5.0),  # a slow answer may take twice what is slow
        (4.0, 2.5, 3.0, 4.0),  # but never longer than it otherwise may
        (2.0, 1.5, 3.0, 2.0),
    ],
)
def test_an_extra_look_is_less_patient_but_not_too_impatient_for_a_slow_answer(
    world, own_s, slow_s, most_s, patience_s
):
    check = replace(world.checks["panel-front"], timeout_s=own_s, slow_after_s=slow_s)
    world = replace(world, checks={**world.checks, "panel-front": check})

    async def main(scene):
        scene.wishes.wish([FRONT])
        await asyncio.sleep(60)

    scene = staged(with_rules(world, extra_timeout_s=most_s), main, answers_after_s=1e6)

    (look,) = scene.seen
    assert look.sighting.failure is Failure.WAIT_TIMEOUT
    assert look.duration_s == pytest.approx(patience_s)


def test_a_transaction_may_be_slow_in_all_it_tells(world):
    chain = chained(world)
    patient = {
        **chain.checks,
        "tamin-front": replace(chain.checks["tamin-front"], timeout_s=30.0, slow_after_s=2.0),
    }

    async def main(scene):
        scene.wishes.wish([FRONT])
        await asyncio.sleep(60)

    scene = staged(replace(chain, checks=patient), main, answers_after_s=1e6)

    first, *_ = scene.seen
    assert first.duration_s == pytest.approx(2 * (2.0 + 1.5))


def test_a_doubt_about_a_target_with_a_budget_leaves_the_timetable_its_share(world):
    target = world.checks["panel-front"].target
    limited = replace(world.targets[target], budget=Budget(12, 60.0))
    world = replace(world, targets={**world.targets, target: limited})
    pairs = [(v, "panel-front") for v in world.checks["panel-front"].vantages]
    budgets = Budgets(world, VirtualClockOf())

    async def main(scene):
        refused = 0
        for _ in range(120):  # ten minutes of doubt; the timetable uses its budget to the end
            refused += not budgets.admit(world.checks["panel-front"])
            scene.wishes.wish(pairs)
            await asyncio.sleep(5.0)
        assert refused == 0

    scene = staged(world, main, admit=lambda check: budgets.admit(check, extra=True))

    granted = Counter(scene.results)
    assert 0 < granted[WishResult.TAKEN] <= 12
    assert granted[WishResult.OVER_BUDGET] > 50


class VirtualClockOf:
    """Virtual time, read wherever the loop runs."""

    def monotonic(self):
        try:
            return asyncio.get_running_loop().time()
        except RuntimeError:
            return 0.0


def test_looks_that_hang_do_not_pile_up(world):
    slow = {
        check.id: replace(check, timeout_s=1000.0, slow_after_s=None)
        for check in world.checks.values()
    }
    world = with_rules(replace(world, checks=slow), extra_per_tick=100, extra_timeout_s=1000.0)
    pairs = asked(world)
    assert len(pairs) > AT_ONCE

    async def main(scene):
        for _ in range(5):
            scene.wishes.wish(pairs)
            await asyncio.sleep(5.0)

    scene = staged(world, main, answers_after_s=1e6)

    assert len(scene.probe.begun) == AT_ONCE
    assert scene.results.count(WishResult.TAKEN) == AT_ONCE


def test_the_end_cancels_what_is_under_way_and_grants_nothing_more(world):
    async def main(scene):
        scene.wishes.wish([FRONT])
        await asyncio.sleep(0.5)

    scene = staged(world, main, answers_after_s=2.0)
    scene.wishes.wish([(HOME, "tamin-front")])

    assert scene.probe.begun == [FRONT]
    assert scene.probe.ended == 1
    assert scene.seen == []
    assert scene.looker.under_way() == ()


def test_a_bug_in_one_extra_look_is_logged_and_stops_no_other(world, capsys):
    async def main(scene):
        told = scene.looker.take

        async def take(check, vantage):
            if check.id == "panel-front":
                raise ValueError("broken")
            await told(check, vantage)

        wishes = Wishes(
            world,
            VirtualClock(),
            take=take,
            under_way=tuple,
            admit=lambda _check: True,
            counted=scene.results.append,
        )
        running = asyncio.create_task(wishes.run())
        await asyncio.sleep(0)
        wishes.wish([FRONT, (HOME, "tamin-front")])
        await asyncio.sleep(1)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    scene = staged(world, main)

    assert [look.check for look in scene.seen] == ["tamin-front"]
    assert "extra_look_failed" in "".join(capsys.readouterr())


def test_no_wish_is_granted_where_the_rules_allow_none(world):
    async def main(scene):
        scene.wishes.wish([FRONT])
        await asyncio.sleep(1)

    scene = staged(with_rules(world, extra_per_tick=0), main)

    assert scene.results == [WishResult.TOO_MANY]
    assert scene.seen == []
