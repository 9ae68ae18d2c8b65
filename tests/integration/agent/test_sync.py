"""What the spool holds comes to the core: all of it, once, the present first."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import pytest

from monitor.agent import sync as sync_module
from monitor.agent.batches import batch_body
from monitor.agent.core import Core, CoreError, Outcome
from monitor.agent.rows import Row
from monitor.model import Void
from monitor.wire.messages import Batch
from tests.integration.agent.far import far
from tests.integration.console.site import FAR, site


@pytest.fixture
async def there(tmp_path):
    async with site(tmp_path / "core") as it, far(it, tmp_path / "core", tmp_path / "agent") as one:
        yield one


@pytest.fixture
def sent(monkeypatch):
    """The batches as they left, whatever became of them."""
    batches = []
    looks = Core.looks

    async def noted(core, make):
        def body():
            text = make()
            batches.append(Batch.model_validate_json(text))
            return text

        return await looks(core, body)

    monkeypatch.setattr(Core, "looks", noted)
    return batches


async def test_everything_arrives_once_and_the_spool_is_empty(there, sent):
    ids = there.put(1200)
    await there.settled()

    assert sorted(await there.it.looks()) == ids
    assert sum(answer.stored for answer in there.heard.answers) == 1200
    assert sum(answer.known for answer in there.heard.answers) == 0
    assert max(len(batch.looks) for batch in sent) == 500
    assert there.heard.offsets_s == [0.0] * len(sent)


async def test_after_a_long_cut_the_present_comes_first_and_then_the_oldest(there, sent):
    ids = there.put(1600)
    await there.turn()
    await there.turn()

    assert [look.id for look in sent[0].looks] == ids[-500:]
    assert [look.id for look in sent[1].looks] == ids[:500]


async def test_a_backlog_keeps_the_pace_it_was_given(there):
    there.put(1600)

    assert await there.turn() == pytest.approx(500 / 2000)


async def test_what_is_old_when_it_arrives_is_late(there):
    there.put(1)
    there.it.clock.passed_s += 600.0
    there.put(1)
    await there.settled()

    old, new = sorted((await there.it.looks()).values(), key=lambda look: look.started_at)
    assert (old.late, new.late) == (True, False)


async def test_a_lost_answer_makes_nothing_double_and_the_batch_keeps_its_id(
    there, sent, monkeypatch
):
    noted, lost = Core.looks, []

    async def answer_lost(core, make):
        answer = await noted(core, make)
        if not lost:
            lost.append(answer)
            raise CoreError(Outcome.UNREACHABLE, "ConnectionResetError")
        return answer

    monkeypatch.setattr(Core, "looks", answer_lost)
    ids = there.put(3)
    await there.settled()

    assert sorted(await there.it.looks()) == ids
    assert there.heard.answers[-1].known == 3
    assert sent[0].batch == sent[1].batch
    assert sent[0].sent != sent[1].sent


async def test_a_batch_that_waits_its_turn_is_dated_when_it_leaves_and_not_before(there):
    there.put(1)
    async with there.core._one:  # a question about the configuration, on a line that hangs
        turn = asyncio.create_task(there.turn())
        while not there.core._one._waiters:
            await asyncio.sleep(0)
        there.it.clock.passed_s += 45.0
    await turn

    (look,) = (await there.it.looks()).values()
    assert (there.it.clock.utc() - look.started_at).total_seconds() >= 46.0
    assert look.void is None
    assert there.heard.answers[-1].quarantine is None


async def test_while_the_core_cannot_store_the_looks_wait_and_the_agent_asks_less_often(there):
    there.it.store.broken = True
    ids = there.put(10)
    waits_s = [await there.turn() for _ in range(12)]
    assert there.spool.waiting == 10
    assert set(there.heard.outcomes) == {Outcome.PUT_OFF}
    assert all(1.0 <= wait_s <= 30.0 for wait_s in waits_s)
    assert max(waits_s) > 10.0
    assert len(set(waits_s)) > 6

    there.it.store.broken = False
    await there.settled()
    assert sorted(await there.it.looks()) == ids


async def test_a_lost_sequence_heals_by_the_core_s_own_word(there):
    there.put(2)
    await there.settled()
    there.core._sequence._last = 0
    there.core._sequence._reserved = 10

    there.put(2)
    await there.settled()

    assert len(await there.it.looks()) == 4
    assert there.heard.outcomes == [Outcome.GOOD, Outcome.GOOD]


async def test_a_revoked_agent_goes_on_keeping_looks(there):
    there.it.letters.revoke(FAR)
    there.put(5)
    for _ in range(5):
        await there.turn()

    assert set(there.heard.outcomes) == {Outcome.REFUSED}
    assert there.spool.waiting == 5


def spoilt(spool):
    """A look as a program with other words would have kept it."""
    spool._n += 1
    row = next(reversed(spool._fresh.values()))
    document = json.loads(row.look) | {"id": "e" * 16, "n": spool._n, "void": "word_of_tomorrow"}
    spool._fresh[spool._n] = Row(spool._n, "e" * 16, row.check, 1, json.dumps(document))


async def test_one_look_the_core_cannot_read_is_given_up_and_all_others_arrive(there):
    ids = there.put(7)
    spoilt(there.spool)
    ids += there.put(300)
    await there.settled()

    assert sorted(await there.it.looks()) == sorted(ids)
    assert there.heard.refused == 1


async def test_where_the_core_reads_no_batch_at_all_no_look_is_given_up(there, monkeypatch):
    def of_tomorrow(*args, **how):
        return json.dumps(json.loads(batch_body(*args, **how)) | {"mood": "good"}).encode()

    monkeypatch.setattr(sync_module, "batch_body", of_tomorrow)
    there.put(9)
    for _ in range(20):
        await there.turn()

    assert there.spool.waiting == 9
    assert there.heard.refused == 0
    assert set(there.heard.outcomes) == {Outcome.NOT_UNDERSTOOD}


async def test_an_agent_with_nothing_to_tell_still_says_so(there, sent):
    for _ in range(11):
        await there.turn()

    assert 1 <= len(sent) <= 3
    assert all(batch.looks == [] for batch in sent)
    assert sent[-1].health.lag_s == 0.02


async def test_an_agent_whose_clock_is_wrong_hears_it_and_its_looks_are_void(there, monkeypatch):
    now = there.it.clock.now()
    there.put(3)
    await there.spool.flush()
    ahead = replace(now, at=now.at.replace(year=now.at.year + 1))
    monkeypatch.setattr(there.sync, "_clock", Ahead(there.it.clock, ahead))
    await there.sync.turn()

    assert there.heard.answers[0].quarantine == "clock"
    assert there.heard.offsets_s[0] > 30_000_000
    assert {look.void for look in (await there.it.looks()).values()} == {Void.QUARANTINED}


class Ahead:
    def __init__(self, clock, now) -> None:
        self._clock, self._now = clock, now

    def now(self):
        return self._now

    def __getattr__(self, name):
        return getattr(self._clock, name)
