"""What every store promises about agents: one use of a token, one use of a sequence."""

from __future__ import annotations

import asyncio
from dataclasses import fields, replace
from datetime import timedelta

import pytest

from monitor.model import Agent, Invited, Quarantine
from monitor.ports import ALL_USED
from monitor.store.agents import read_agents
from monitor.store.sqlite import DATABASE, SqliteStore
from tests.contract.store_values import NOW, StillClock, look

HOUR = timedelta(hours=1)
TOKEN = "ab" * 32
INVITED = Invited(TOKEN, "mashhad", NOW + HOUR)
AGENT = Agent("mashhad", b"k" * 32, "1" * 16, NOW, "govah/0.3.0")


async def enrol(store, agent=AGENT, token=TOKEN):
    await store.invite(Invited(token, agent.vantage, NOW + HOUR))
    assert await store.enrol(token, agent, now=NOW)


async def test_it_is_told_which_looks_are_stored_however_many_are_asked_for(store):
    await store.record([look(f"{n:016x}") for n in range(1500)])

    asked = [f"{n:016x}" for n in range(1000, 2500)]

    assert await store.known_looks(asked) == {f"{n:016x}" for n in range(1000, 1500)}
    assert await store.known_looks([]) == frozenset()


async def test_an_enrolled_agent_is_there_after_a_restart(life):
    store = await life()
    await enrol(store)

    assert await (await life()).agents() == (AGENT,)


async def test_a_token_works_once(store):
    await store.invite(INVITED)

    tries = [store.enrol(TOKEN, replace(AGENT, key_id=f"{n:016}"), now=NOW) for n in range(5)]

    assert sorted(await asyncio.gather(*tries)) == [False] * 4 + [True]
    assert await store.invited_vantage(TOKEN) is None


async def test_a_used_token_stays_used_though_it_is_brought_again(life):
    await enrol(await life())
    store = await life()

    await store.invite(INVITED)

    assert not await store.enrol(TOKEN, AGENT, now=NOW)


@pytest.mark.parametrize(
    ("token", "agent", "now"),
    [
        ("cd" * 32, AGENT, NOW),
        (TOKEN, replace(AGENT, vantage="shiraz"), NOW),
        (TOKEN, AGENT, NOW + HOUR),
    ],
)
async def test_an_unknown_foreign_or_expired_token_changes_nothing(store, token, agent, now):
    await store.invite(INVITED)

    assert not await store.enrol(token, agent, now=now)
    assert await store.agents() == ()
    assert await store.invited_vantage(TOKEN) == "mashhad"


async def test_a_sequence_works_once_and_never_backwards(life):
    store = await life()
    await enrol(store)

    assert await store.admit("mashhad", AGENT.key_id, 7) is None
    assert await store.admit("mashhad", AGENT.key_id, 7) == 7
    assert await store.admit("mashhad", AGENT.key_id, 3) == 7
    store = await life()
    assert await store.admit("mashhad", AGENT.key_id, 7) == 7
    assert await store.admit("mashhad", AGENT.key_id, 8) is None


async def test_of_many_at_once_with_one_sequence_one_gets_through(store):
    await enrol(store)

    answers = await asyncio.gather(*[store.admit("mashhad", AGENT.key_id, 5) for _ in range(8)])

    assert answers.count(None) == 1


async def test_a_key_that_was_replaced_or_revoked_or_never_there_uses_no_sequence(store):
    await enrol(store)
    await enrol(store, replace(AGENT, key_id="2" * 16), token="cd" * 32)

    assert await store.admit("mashhad", AGENT.key_id, 1) == ALL_USED
    assert await store.admit("mashhad", "2" * 16, 1) is None
    assert await store.admit("shiraz", AGENT.key_id, 1) == ALL_USED

    await store.revoke("mashhad", now=NOW)
    assert await store.admit("mashhad", "2" * 16, 2) == ALL_USED


async def test_how_an_agent_stood_is_noted_and_nothing_else_of_it_moves(store):
    await enrol(store)
    await store.admit("mashhad", AGENT.key_id, 9)
    stood = Agent(
        vantage="mashhad",
        public_key=b"other" * 6,
        key_id=AGENT.key_id,
        enrolled_at=NOW + HOUR,
        program="other/1",
        last_sequence=3,
        last_seen_at=NOW + HOUR,
        clock_offset_s=-7200.5,
        quarantine=Quarantine.CLOCK,
        waiting=12,
        oldest_age_s=34.5,
        dropped=6,
        revoked_at=NOW,
    )
    assert not [f.name for f in fields(Agent) if getattr(stood, f.name) == f.default]

    await store.note_agent(stood)
    await store.note_agent(replace(stood, key_id="f" * 16, waiting=99))

    assert await store.agents() == (
        replace(
            stood,
            public_key=AGENT.public_key,
            enrolled_at=NOW,
            program=AGENT.program,
            last_sequence=9,
            revoked_at=None,
        ),
    )


async def test_a_revocation_keeps_its_time_and_voids_what_was_not_used(store):
    await enrol(store)
    await store.invite(Invited("cd" * 32, "mashhad", NOW + HOUR))
    await store.invite(Invited("ef" * 32, "shiraz", NOW + HOUR))

    await store.revoke("mashhad", now=NOW)
    await store.revoke("mashhad", now=NOW + HOUR)
    await store.revoke("nowhere", now=NOW)

    assert [agent.revoked_at for agent in await store.agents()] == [NOW]
    assert not await store.enrol("cd" * 32, AGENT, now=NOW)
    assert await store.invited_vantage("ef" * 32) == "shiraz"


async def test_the_agents_can_be_read_beside_a_running_core(tmp_path):
    assert read_agents(tmp_path / DATABASE) == ()
    store = SqliteStore(tmp_path, clock=StillClock())
    await store.open()
    try:
        await enrol(store)
        assert read_agents(tmp_path / DATABASE) == (AGENT,)
    finally:
        await store.close()
