"""Who told us last that he is alive, and whether his silence means anything."""

from __future__ import annotations

import asyncio

import pytest

from monitor.heartbeats import ASLEEP_AFTER_S, BEATS_PER_S, Heartbeats
from monitor.model import Check, Failure, HeartbeatSource, Phase, Vantage
from monitor.simulation.clock import VirtualClock
from monitor.simulation.loop import run
from probes.heartbeat import HeartbeatProbe
from probes.spec import HeartbeatSpec

WITHIN_S = 60.0
SOURCES = (HeartbeatSource("backup", "s3cret"), HeartbeatSource("trap", "another"))
CHECK = Check("c", "t", ("v",), HeartbeatSpec("backup", WITHIN_S), every_s=10, timeout_s=5)
VANTAGE = Vantage("v", {"en": "V"}, "IR", "tehran", "n")


class Story:
    """Heartbeats that listen, a probe that looks at them, and time that moves at once."""

    def __init__(self) -> None:
        self.heartbeats = Heartbeats(VirtualClock(), SOURCES)
        self._probe = HeartbeatProbe(self.heartbeats)
        self._task = None

    async def listen(self):
        self._task = asyncio.create_task(self.heartbeats.run())
        await asyncio.sleep(0)

    async def stop_listening(self):
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    def stand_still(self, for_s):
        asyncio.get_running_loop()._virtual_s += for_s

    def beat(self, **more):
        assert self.heartbeats.beat("backup", "s3cret", **more)

    async def look(self):
        return (await self._probe.look(CHECK, VANTAGE, "0" * 16)).failure


def tell(story):
    """Run a story in virtual time; it begins with nobody listening yet."""

    async def main():
        told = Story()
        try:
            await story(told)
        finally:
            if told._task is not None:
                await told.stop_listening()

    run(main())


def test_a_beat_in_time_is_well_and_a_late_one_is_missing():
    async def story(told):
        await told.listen()
        await asyncio.sleep(WITHIN_S + 5)
        told.beat()
        await asyncio.sleep(WITHIN_S - 1)
        assert await told.look() is None
        await asyncio.sleep(2)
        assert await told.look() is Failure.HEARTBEAT_MISSING
        told.beat()
        assert await told.look() is None

    tell(story)


def test_before_we_listened_long_enough_silence_means_nothing():
    async def story(told):
        await told.listen()
        await asyncio.sleep(WITHIN_S - 1)
        assert await told.look() is Failure.NOTHING_YET
        await asyncio.sleep(2)
        assert await told.look() is Failure.HEARTBEAT_MISSING

    tell(story)


def test_where_nobody_can_reach_us_silence_never_means_anything():
    async def story(told):
        await asyncio.sleep(10 * WITHIN_S)
        assert await told.look() is Failure.NOTHING_YET

    tell(story)


def test_the_time_in_which_we_did_not_listen_does_not_count():
    async def story(told):
        await told.listen()
        told.beat()
        await asyncio.sleep(WITHIN_S / 2)
        await told.stop_listening()
        await asyncio.sleep(WITHIN_S)
        await told.listen()
        assert await told.look() is Failure.NOTHING_YET
        await asyncio.sleep(WITHIN_S - 1)
        assert await told.look() is Failure.NOTHING_YET
        await asyncio.sleep(2)
        assert await told.look() is Failure.HEARTBEAT_MISSING

    tell(story)


@pytest.mark.parametrize(
    ("for_s", "failure"),
    [(ASLEEP_AFTER_S + 1, Failure.NOTHING_YET), (1.0, Failure.HEARTBEAT_MISSING)],
)
def test_a_pause_of_our_process_is_seen_by_the_very_next_look(for_s, failure):
    async def story(told):
        await told.listen()
        told.beat()
        await asyncio.sleep(WITHIN_S + 0.5)
        told.stand_still(for_s)
        assert await told.look() is failure

    tell(story)


def test_who_says_that_it_went_wrong_is_alive_and_has_failed():
    async def story(told):
        await told.listen()
        told.beat(ok=False)
        assert await told.look() is Failure.HEARTBEAT_FAILED
        told.beat()
        assert await told.look() is None

    tell(story)


@pytest.mark.parametrize(
    ("source", "secret"),
    [("backup", "another"), ("backup", ""), ("nobody", "s3cret"), ("nobody", "\0" * 32)],
)
def test_a_beat_without_the_secret_changes_nothing(source, secret):
    async def story(told):
        await told.listen()
        assert not told.heartbeats.beat(source, secret)
        assert told.heartbeats.last(source) is None

    tell(story)


def test_only_declared_sources_are_remembered_and_one_beat_each():
    async def story(told):
        await told.listen()
        for number in range(1000):
            told.heartbeats.beat(f"source-{number}", "s3cret")
            told.beat(ok=number % 2 == 0)
        assert set(told.heartbeats._last) == {"backup"}
        assert told.heartbeats.last("backup").ok is False

    tell(story)


def test_more_beats_than_are_counted_are_too_often_until_a_second_has_passed():
    async def story(told):
        await told.listen()
        for _ in range(BEATS_PER_S):
            assert not told.heartbeats.too_often("backup")
            told.beat()
        assert told.heartbeats.too_often("backup")
        assert not told.heartbeats.too_often("trap")
        await asyncio.sleep(1.1)
        assert not told.heartbeats.too_often("backup")

    tell(story)


def test_without_anything_that_listens_a_look_cannot_tell():
    async def main():
        seen = await HeartbeatProbe(None).look(CHECK, VANTAGE, "0" * 16)
        assert (seen.failure, seen.phase) == (Failure.NOTHING_YET, Phase.START)

    run(main())
