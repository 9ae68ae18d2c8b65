"""However late and in whatever order looks arrive, the figures are those of a full count."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model import Failure, Grain, Phase, Sighting, Void
from monitor.store.buckets import Buckets
from monitor.store.figures import figure, figures_of
from monitor.store.memory import MemoryStore
from monitor.store.retention import deletable_us
from monitor.store.sqlite import SqliteStore
from monitor.store.times import from_us, to_us
from tests.contract.store_values import StillClock, look

# Around the nights in which Tehran set its clocks forward and back for the last time.
ZONE = "Asia/Tehran"
NIGHTS = [datetime(2022, 3, 21, 20, 30, tzinfo=UTC), datetime(2022, 9, 21, 19, 30, tzinfo=UTC)]
END = datetime(2023, 1, 1, tzinfo=UTC)
EVER = {"since": datetime(2000, 1, 1, tzinfo=UTC), "until": END}

one_look = st.builds(
    lambda night, offset_s, fields: look("", night + timedelta(seconds=offset_s), **fields),
    st.sampled_from(NIGHTS),
    st.integers(-200_000, 200_000),
    st.fixed_dictionaries({
        "target": st.sampled_from(["tamin.front", "ihio.front"]),
        "vantage": st.sampled_from(["tehran-mci", "tehran-shatel"]),
        "duration_s": st.floats(0, 30),
        "slow": st.booleans(),
        "void": st.sampled_from([None, None, Void.MISSED, Void.LOOP_LAG]),
        "sighting": st.sampled_from([
            Sighting(Phase.DONE),
            Sighting(Phase.CONNECT, Failure.CONNECT_TIMEOUT),
        ]),
    }),
)  # fmt: skip
batches = st.lists(st.lists(one_look, max_size=6), max_size=6)


@settings(max_examples=25, deadline=None)
@given(batches)
def test_late_looks_roll_up_to_what_a_full_count_gives(drawn):
    numbered = [
        [replace(each, id=f"{b}-{n}") for n, each in enumerate(batch)]
        for b, batch in enumerate(drawn)
    ]
    everything = [each for batch in numbered for each in batch]

    async def rolled(store):
        await store.open()
        for batch in numbered:
            await store.record(batch)
            await store.roll_up(END)
        found = {grain: await store.figures(grain, **EVER) for grain in Grain}
        await store.close()
        return found

    with tempfile.TemporaryDirectory() as directory:
        sqlite = SqliteStore(Path(directory), clock=StillClock(), time_zone=ZONE)
        memory = MemoryStore(clock=StillClock(), time_zone=ZONE)
        found = [asyncio.run(rolled(store)) for store in (sqlite, memory)]

    full = {
        grain: tuple(
            figure(grain, *key, counts)
            for key, counts in sorted(figures_of(everything, grain, Buckets(ZONE)).items())
        )
        for grain in Grain
    }
    assert found == [full, full]


@given(
    st.sampled_from([ZONE, "UTC", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns"]),
    st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - the zone is the next argument
)
def test_minutes_nest_in_hours_and_hours_in_days_in_every_zone(zone, at):
    buckets, at_us = Buckets(zone), to_us(at)

    spans = []
    for grain in Grain:
        begin_us = buckets.begin_us(grain, at_us)
        end_us = buckets.end_us(grain, begin_us)
        assert begin_us <= at_us < end_us
        assert buckets.begin_us(grain, begin_us) == begin_us
        assert buckets.begin_us(grain, end_us) == end_us
        spans.append((begin_us, end_us))

    minute, hour, day = spans
    assert day[0] <= hour[0] <= minute[0]
    assert minute[1] <= hour[1] <= day[1]


@given(
    st.lists(st.tuples(st.integers(0, 5000), st.none() | st.integers(0, 5000))),
    st.integers(0, 5000),
)
def test_no_look_is_deletable_exactly_when_an_incident_protects_it(minutes, at_minute):
    minute_us = 60_000_000
    zero_us = to_us(NIGHTS[0])
    spans = [
        (
            zero_us + begin * minute_us,
            None if rest is None else zero_us + (begin + rest) * minute_us,
        )
        for begin, rest in minutes
    ]
    cut_us, at_us = zero_us + 4000 * minute_us, zero_us + at_minute * minute_us

    stretches = deletable_us(cut_us, spans, now=from_us(cut_us) + timedelta(days=400))

    protected = any(
        begin - 10 * minute_us <= at_us and (end is None or at_us <= end + 10 * minute_us)
        for begin, end in spans
    )
    deletable = any(begin <= at_us < end for begin, end in stretches)
    assert deletable == (at_us < cut_us and not protected)
    assert stretches == sorted(stretches)
