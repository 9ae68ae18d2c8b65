"""The pipeline with fakes at its ports: what it does when something of ours fails."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.core.attribution.judge import Judge
from monitor.model import (
    DeliveryState,
    EntryKind,
    Failure,
    IncidentState,
    MessageKind,
    Notice,
    NoticeKind,
    Recipient,
    SelfHealth,
    Surroundings,
    UnderWay,
)
from monitor.pipeline import Pipeline
from monitor.ports import StoreError
from monitor.store.memory import MemoryStore
from tests.support.demo import demo_settings
from tests.support.engines import QuietEngine
from tests.support.looks import Stage, at_targets
from tests.unit.notify.office import HandClock

DOCTORS = tuple(
    Recipient(f"dr-{i}", f"+98912000000{i}", ("tamin",), language)
    for i, language in enumerate(("fa", "fa", "en"))
)


class MoodyStore(MemoryStore):
    """Refuses writes on demand."""

    refuses: frozenset[str] = frozenset()

    def _may(self, what):
        if what in self.refuses:
            raise StoreError("the disk is full; free some space")

    async def record(self, observations):
        self._may("record")
        await super().record(observations)

    async def commit(self, incidents, deliveries=(), *, cancel_open_of=()):
        self._may("commit")
        await super().commit(incidents, deliveries, cancel_open_of=cancel_open_of)

    async def next_ref(self):
        self._may("next_ref")
        return await super().next_ref()


class Notes:
    """Everything that was published or counted."""

    def __init__(self):
        self.picture = None
        self.warnings = []

    def publish(self, picture):
        self.picture = picture

    def looked(self, observation):
        assert observation.id

    def ticked(self, picture, planned):
        self.planned = (picture, planned)

    def warned(self, note):
        self.warnings.append(note)


class Well:
    """We are always well (port `SelfWatch`)."""

    def worst_since(self, mono_s):
        assert mono_s >= 0
        return SelfHealth()


class Run:
    """A pipeline fed with the looks of a stage, tick by tick."""

    def __init__(self, *, recipients=DOCTORS):
        self.clock = HandClock()
        world = demo_settings().world
        self.stage = Stage(replace(world, rules=replace(world.rules, stable_s=20.0)))
        self.store = MoodyStore(clock=self.clock)
        self.notes = Notes()
        self.engine = Judge(self.stage.world)
        self.recipients = recipients
        self.text = lambda kind, incident, language: f"{kind} {incident.ref} {language}"
        self.pipeline = self.made()

    def made(self):
        return Pipeline(
            world=self.stage.world,
            engine=self.engine,
            store=self.store,
            publisher=self.notes,
            clock=self.clock,
            watch=Well(),
            meter=self.notes,
            recipients=self.recipients,
            channel="sms",
            text=self.written,
            planned=lambda: None,
        )

    def written(self, kind, incident, language):
        return self.text(kind, incident, language)

    async def pass_time(self, seconds):
        world = self.stage.world
        for _ in range(int(seconds // 5)):
            self.clock.mono_s += 5.0
            for (check_id, vantage), due_s in self.stage.next_s.items():
                if due_s <= self.clock.mono_s:
                    check = world.checks[check_id]
                    look = self.stage.look(check, vantage, due_s)
                    self.pipeline.seen(replace(look, started_at=self.clock.utc()))
                    self.stage.next_s[check_id, vantage] = due_s + check.every_s
            await self.pipeline.tick()

    async def messages(self):
        refs = [i.ref for i in await self.store.recent_incidents(99, public_only=False)]
        return [d for ref in refs for d in await self.store.deliveries_of(ref)]


@pytest.fixture
async def run():
    run = Run()
    await run.store.open()
    await run.pipeline.start()
    await run.pass_time(60)
    return run


def down(run):
    run.stage.broken = at_targets("tamin.", Failure.HTTP_5XX)


def healed(run):
    run.stage.broken = at_targets("none", Failure.HTTP_5XX)


async def test_an_outage_tells_each_doctor_once_and_its_end_once(run):
    down(run)
    await run.pass_time(60)
    healed(run)
    await run.pass_time(60)

    kinds = [(d.recipient, d.kind) for d in await run.messages()]
    assert sorted(kinds) == sorted(
        (doctor.id, kind) for doctor in DOCTORS for kind in (MessageKind.OPEN, MessageKind.RESOLVED)
    )


@pytest.mark.parametrize(
    "refuses", [{"record", "commit", "next_ref"}, {"commit"}, {"next_ref"}, {"record"}]
)
async def test_a_store_that_fails_for_long_loses_and_doubles_nothing(run, refuses):
    run.store.refuses = frozenset(refuses)
    down(run)
    await run.pass_time(900)
    assert run.notes.picture.warnings == ("store_failing",)
    assert run.pipeline.health()["live"]
    assert not run.pipeline.health()["ready"]

    run.store.refuses = frozenset()
    await run.pass_time(30)
    assert run.pipeline.health()["ready"]
    (incident,) = run.notes.picture.incidents
    assert incident.ref == 1001
    looks = await run.store.observations(
        targets=tuple(run.stage.world.targets),
        since=run.clock.utc().replace(year=2000),
        until=run.clock.utc().replace(year=2100),
        limit=1_000_000,
    )
    assert len(looks) == len({look.id for look in looks}) == run.stage.count
    assert [d.kind for d in await run.messages()] == [MessageKind.OPEN] * 3


async def test_a_restart_in_the_middle_neither_forgets_nor_repeats(run):
    down(run)
    await run.pass_time(60)
    run.pipeline = run.made()
    await run.pipeline.start()
    await run.pass_time(60)
    healed(run)
    await run.pass_time(90)

    assert run.notes.picture.incidents == ()
    (closed,) = run.notes.picture.recent
    assert (closed.ref, closed.state) == (1001, IncidentState.RESOLVED)
    assert "recovering" not in [e.kind for e in closed.story[:-2]]
    assert len(await run.messages()) == 6


async def test_a_text_that_cannot_be_written_holds_up_nothing_but_itself(run):
    def text(kind, incident, language):
        if language == "en":
            raise KeyError("missing word")
        return f"{kind} {incident.ref}"

    run.text = text
    down(run)
    await run.pass_time(60)

    assert {d.recipient for d in await run.messages()} == {"dr-0", "dr-1"}
    assert run.notes.warnings == ["text_failed"]
    (incident,) = run.notes.picture.incidents
    assert incident.public
    assert run.notes.picture.warnings == ()


async def test_a_bug_among_the_incidents_leaves_the_page_alive_and_says_so(run, monkeypatch):
    def broken(*_args):
        raise ZeroDivisionError

    monkeypatch.setattr("monitor.pipeline.follow", broken)
    down(run)
    await run.pass_time(30)
    judged_at = run.notes.picture.judgement.now.mono_s
    assert judged_at == run.clock.mono_s
    assert run.notes.picture.warnings == ("tick_failed",)
    assert not run.pipeline.health()["ready"]

    monkeypatch.undo()
    await run.pass_time(30)
    assert [d.kind for d in await run.messages()] == [MessageKind.OPEN] * 3
    assert run.pipeline.health()["ready"]


async def test_ticks_that_judge_nothing_are_no_sign_of_life(run, monkeypatch):
    def broken(*_args, **_kwargs):
        raise ZeroDivisionError

    monkeypatch.setattr(run.engine, "step", broken)
    for _ in range(8):
        run.clock.mono_s += 5.0
        with pytest.raises(ZeroDivisionError):
            await run.pipeline.tick()

    assert not run.pipeline.health()["live"]


async def test_looks_that_a_dead_store_cannot_take_are_bounded_and_the_loss_is_told(
    run, monkeypatch
):
    monkeypatch.setattr("monitor.pipeline.BACKLOG", 500)
    run.pipeline = run.made()
    await run.pipeline.start()
    run.store.refuses = frozenset({"record"})
    await run.pass_time(120)

    assert len(run.pipeline._unstored) == 500
    assert "looks_dropped" in run.notes.warnings


async def test_without_a_sender_incidents_live_and_nobody_is_written_to():
    run = Run(recipients=())
    await run.store.open()
    await run.pipeline.start()
    await run.pass_time(60)
    down(run)
    await run.pass_time(60)

    (incident,) = run.notes.picture.incidents
    assert incident.public
    assert await run.messages() == []


async def test_an_opening_text_not_yet_sent_is_cancelled_when_it_is_over(run):
    down(run)
    await run.pass_time(60)
    healed(run)
    await run.pass_time(60)

    states = {d.kind: d.state for d in await run.messages()}
    assert states[MessageKind.OPEN] is DeliveryState.CANCELLED


@pytest.mark.parametrize("killed", [False, True])
async def test_looks_of_an_agent_that_come_late_revise_a_closed_incident_and_tell_nobody(
    run, killed
):
    agents = ("mashhad-irancell", "shiraz-tci", "tehran-shatel")
    kept = []
    seen = run.pipeline.seen

    def cut_off(look):
        kept.append(look) if look.vantage in agents else seen(look)

    run.pipeline.seen = cut_off
    down(run)
    await run.pass_time(120)
    healed(run)
    await run.pass_time(120)
    (before,) = await run.store.recent_incidents(9, public_only=False)
    assert before.state is IncidentState.RESOLVED
    assert before.verdict.party is None
    told = await run.messages()

    at = run.clock.utc()
    await run.pipeline.deliver([replace(o, late=True, received_at=at) for o in kept])
    if killed:  # between taking the looks and looking back
        run.pipeline = run.made()
        await run.pipeline.start()
    await run.pipeline.look_back()
    await run.pass_time(30)

    (after,) = await run.store.recent_incidents(9, public_only=False)
    assert after.verdict.party == "tamin"
    assert after.story[-1].kind is EntryKind.LATE
    assert [i.verdict.party for i in run.notes.picture.recent] == ["tamin"]
    assert await run.messages() == told


async def test_looks_of_an_agent_are_taken_only_when_they_are_on_disk(run):
    run.store.refuses = frozenset({"record"})
    look = run.stage.look(run.stage.world.checks["panel-front"], "tehran-mci", 61.0)

    with pytest.raises(StoreError):
        await run.pipeline.deliver([look])

    run.store.refuses = frozenset()
    await run.pass_time(5)
    stored = await run.store.observations(
        targets=["panel.front"], since=look.started_at, until=run.clock.utc(), limit=1000
    )
    assert look.id not in {o.id for o in stored}


async def test_the_engine_hears_what_is_under_way_and_around_and_its_wishes_are_heard():
    clock, notes = HandClock(), Notes()
    store = MemoryStore(clock=clock)
    world = demo_settings().world
    engine = QuietEngine(world)
    engine.wishes = (("tehran-mci", "tamin-front"),)
    hanging = (UnderWay("tehran-mci", "tamin-fetch", 1.0),)
    outage = Notice("a:1", "a", NoticeKind.STATUS, clock.utc(), clock.utc(), clock.utc(), "tamin")
    wishes, moments = [], []

    def around(now):
        moments.append(now)
        return Surroundings((outage,))

    pipeline = Pipeline(
        world=world,
        engine=engine,
        store=store,
        publisher=notes,
        clock=clock,
        watch=Well(),
        meter=notes,
        recipients=(),
        channel="sms",
        text=lambda *_: "",
        planned=lambda: None,
        under_way=lambda: hanging,
        around=around,
        wished=lambda pairs: wishes.append((pairs, notes.picture is not None)),
    )
    await store.open()
    await pipeline.start()
    await pipeline.tick()

    assert engine.heard == [(hanging, Surroundings((outage,)))]
    assert [moment.mono_s for moment in moments] == [clock.mono_s]
    assert wishes == [((("tehran-mci", "tamin-front"),), True)]  # people are told first
