"""What every store promises about figures and about what it deletes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.model import Failure, Grain, IncidentState, Instant, Phase, Sighting, Void
from monitor.store.memory import MemoryStore
from monitor.store.retention import Retention, figure_days
from monitor.store.sqlite import SqliteStore
from tests.contract.store_values import StillClock, incident, look

EVER = {
    "since": datetime(1990, 1, 1, tzinfo=UTC),
    "until": datetime(2090, 1, 1, tzinfo=UTC),
}
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = (
    timedelta(seconds=1),
    timedelta(minutes=1),
    timedelta(hours=1),
    timedelta(days=1),
)


@pytest.fixture(params=["memory", "sqlite"])
async def store(request, tmp_path):
    rules = {
        "clock": StillClock(),
        "retention": Retention(looks_days=2, minutes_days=4, hours_days=8, days_days=16),
        "time_zone": "Asia/Tehran",
    }
    made = MemoryStore(**rules) if request.param == "memory" else SqliteStore(tmp_path, **rules)
    await made.open()
    yield made
    await made.close()


def looks_at(*times, **changes):
    return [look(f"{at.timestamp():.6f}", at, **changes) for at in times]


async def looks_in(store, *, target="tamin.front"):
    return [
        each.started_at for each in await store.observations(targets=[target], limit=999, **EVER)
    ]


async def begins(store, grain):
    return [each.begin_at for each in await store.figures(grain, **EVER)]


async def test_each_look_counts_as_one_thing(store):
    failed = Sighting(Phase.CONNECT, Failure.CONNECT_TIMEOUT)
    await store.record([
        look("a", NOON, duration_s=1.5),
        look("b", NOON, duration_s=0.25, slow=True),
        look("c", NOON, duration_s=3.0, slow=True, sighting=failed),
        look("d", NOON, duration_s=60.0, void=Void.MISSED),
        look("e", NOON, duration_s=70.0, void=Void.LOOP_LAG, slow=True, sighting=failed),
        look("f", NOON, duration_s=80.0, vantage="tehran-shatel"),
    ])  # fmt: skip

    await store.roll_up(NOON)

    mci, shatel = await store.figures(Grain.MINUTE, **EVER)
    assert (mci.begin_at, mci.target, mci.vantage) == (NOON, "tamin.front", "tehran-mci")
    assert (mci.looks, mci.failed, mci.slow, mci.void, mci.missed) == (3, 1, 1, 1, 1)
    assert (mci.duration_sum_s, mci.duration_max_s) == (4.75, 3.0)
    assert (shatel.vantage, shatel.looks, shatel.duration_sum_s) == ("tehran-shatel", 1, 80.0)


async def test_hours_and_days_begin_where_they_begin_in_tehran(store):
    midnight = datetime(2026, 11, 22, 20, 30, tzinfo=UTC)
    await store.record(looks_at(midnight - SECOND, midnight, midnight + 90 * MINUTE))

    await store.roll_up(midnight + DAY)

    assert await begins(store, Grain.HOUR) == [midnight - HOUR, midnight, midnight + HOUR]
    assert await begins(store, Grain.DAY) == [midnight - DAY, midnight]
    assert [each.looks for each in await store.figures(Grain.DAY, **EVER)] == [1, 2]


async def test_a_late_look_is_counted_and_rolling_up_twice_changes_nothing(store):
    await store.record(looks_at(NOON))
    await store.roll_up(NOON + HOUR)
    await store.record(looks_at(NOON + SECOND))

    await store.roll_up(NOON + HOUR)
    await store.roll_up(NOON + HOUR)

    for grain in Grain:
        assert [each.looks for each in await store.figures(grain, **EVER)] == [2]


async def test_a_look_from_the_future_counts_when_its_minute_has_come(store):
    await store.record(looks_at(NOON + MINUTE))

    await store.roll_up(NOON + 59 * SECOND)
    assert await begins(store, Grain.MINUTE) == []

    await store.roll_up(NOON + MINUTE)
    assert await begins(store, Grain.MINUTE) == [NOON + MINUTE]


async def test_figures_are_chosen_by_time_and_target(store):
    await store.record(looks_at(NOON, NOON + MINUTE, NOON + 2 * MINUTE))
    await store.record([look("other", NOON + MINUTE, target="ihio.front")])
    await store.roll_up(NOON + HOUR)
    window = {"since": NOON + MINUTE, "until": NOON + 2 * MINUTE}

    both = await store.figures(Grain.MINUTE, **window)
    one = await store.figures(Grain.MINUTE, **window, target="tamin.front")

    assert [each.target for each in both] == ["ihio.front", "tamin.front"]
    assert [each.target for each in one] == ["tamin.front"]


async def test_each_grain_goes_when_its_days_are_over(store):
    days = [NOON - n * DAY for n in (20, 10, 5, 3, 1)]
    await store.record(looks_at(*days))
    await store.roll_up(NOON)

    await store.prune(NOON)

    assert await looks_in(store) == days[4:]
    assert len(await begins(store, Grain.MINUTE)) == 2
    assert len(await begins(store, Grain.HOUR)) == 3
    assert len(await begins(store, Grain.DAY)) == 4


async def test_looks_go_by_whole_days(store):
    midnight = datetime(
        2026, 11, 19, 20, 30, tzinfo=UTC
    )  # of the day that 2 days before noon is in
    await store.record(looks_at(midnight - SECOND, midnight))

    await store.prune(NOON)

    assert await looks_in(store) == [midnight]


async def test_looks_around_an_incident_stay_five_years_whatever_they_looked_at(store):
    onset, end = NOON - 10 * DAY, NOON - 10 * DAY + HOUR
    margin = 10 * MINUTE
    kept = [onset - margin, onset, end, end + margin]
    await store.commit([incident(1001, IncidentState.RESOLVED, onset_at=onset, resolved_at=end)])
    await store.record(looks_at(onset - margin - SECOND, *kept, end + margin + SECOND))
    await store.record([look("reference", onset, target="ref.home.a")])

    await store.prune(NOON)
    assert await looks_in(store) == kept
    assert await looks_in(store, target="ref.home.a") == [onset]

    await store.prune(onset + 1830 * DAY)
    assert await looks_in(store) == kept[1:]


async def test_an_open_incident_protects_everything_since_its_onset(store):
    onset = NOON - 10 * DAY
    await store.commit([incident(onset_at=onset)])
    await store.record(looks_at(onset - HOUR, onset, NOON - 5 * DAY))

    await store.prune(NOON)

    assert await looks_in(store) == [onset, NOON - 5 * DAY]


async def test_a_dismissed_incident_protects_until_it_was_dismissed(store):
    onset = NOON - 10 * DAY
    ended = Instant(onset + MINUTE, 0.0)
    await store.commit([
        incident(
            1001, IncidentState.DISMISSED, onset_at=onset, since=ended, resolved_at=None
        )
    ])  # fmt: skip
    await store.record(looks_at(onset, onset + HOUR))

    await store.prune(NOON)

    assert await looks_in(store) == [onset]


async def test_a_look_later_than_its_retention_does_not_spoil_the_figures(store):
    old = NOON - 5 * DAY
    await store.record(looks_at(old, old + SECOND))
    await store.roll_up(NOON)
    await store.prune(NOON)

    await store.record(looks_at(old + 2 * SECOND))
    await store.roll_up(NOON)

    assert [each.looks for each in await store.figures(Grain.DAY, **EVER)] == [2]


def test_no_figure_goes_before_what_it_is_computed_from():
    odd = Retention(looks_days=9, minutes_days=4, hours_days=8, days_days=16)

    assert [figure_days(odd, grain) for grain in Grain] == [9, 9, 16]
