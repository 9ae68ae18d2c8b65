"""Looks of an agent: durable before they are answered for, dated by our clocks, once."""

from __future__ import annotations

import asyncio
import gzip
import json
from datetime import timedelta

import pytest
from pydantic import ValidationError

from monitor.model import Quarantine, Void
from monitor.wire.messages import BASE, Batch
from tests.integration.console.site import (
    CHECK,
    EARLIER_BOOT,
    FAR,
    NOW,
    OTHER,
    OWN,
    Agent,
    reasons,
    site,
)


async def test_looks_are_stored_dated_and_counted(tmp_path):
    async with site(tmp_path) as it:
        agent = await it.enrolled()

        status, told = await agent.send(agent.look(2.0), agent.look(1.0), zipped=True)

        assert status == 200
        assert (told["stored"], told["known"], told["quarantine"]) == (2, 0, None)
        first = min((await it.looks()).values(), key=lambda look: look.started_at)
        assert first.started_at == NOW - timedelta(seconds=2)
        assert first.started_mono_s == pytest.approx(998.0)
        assert (first.received_at, first.late, first.void) == (NOW, False, None)
        standing = it.console.standings()[FAR]
        assert (standing.looks, standing.late, standing.lag_s) == (2, 0, 0.01)
        assert (standing.agent.waiting, standing.agent.oldest_age_s) == (3, 7.5)
        assert standing.agent.dropped == 2


async def test_a_batch_sent_twice_is_stored_once(tmp_path):
    async with site(tmp_path) as it:
        agent = await it.enrolled()
        batch = agent.batch(agent.look(), agent.look())
        await agent.say("looks", batch)

        status, told = await agent.say("looks", batch)

        assert (status, told["stored"], told["known"]) == (200, 0, 2)
        assert len(await it.looks()) == 2


async def test_the_same_look_twice_in_one_batch_is_one(tmp_path):
    async with site(tmp_path) as it:
        agent = await it.enrolled()
        look = agent.look()

        _, told = await agent.send(look, look)

        assert (told["stored"], told["known"]) == (1, 1)


async def test_what_comes_after_it_could_be_judged_is_late_and_keeps_its_time(tmp_path):
    async with site(tmp_path) as it:
        agent = await it.enrolled()
        patience_s = 3 * CHECK.every_s + CHECK.timeout_s

        await agent.send(agent.look(patience_s + 1.0), agent.look(patience_s - 1.0))

        late, in_time = sorted((await it.looks()).values(), key=lambda look: look.started_at)
        assert (late.late, in_time.late) == (True, False)
        assert late.started_at == NOW - timedelta(seconds=patience_s + 1.0)
        assert it.console.standings()[FAR].late == 1


async def test_a_wall_clock_two_hours_off_puts_the_vantage_aside_until_it_is_right(tmp_path):
    async with site(tmp_path) as it:
        agent, other = await it.enrolled(), await it.enrolled(OTHER)
        agent.wall_off_s = 7200.0

        _, told = await agent.send(agent.look(5.0))

        assert told["quarantine"] == "clock"
        (seen,) = (await it.looks()).values()
        assert seen.void is Void.QUARANTINED
        assert seen.started_at == NOW - timedelta(seconds=5), "the monotonic clock is right"
        assert it.warnings == ["agent_quarantined"]
        assert (await other.send(other.look()))[1]["quarantine"] is None

        agent.wall_off_s = 1.0
        _, told = await agent.send(agent.look())
        assert told["quarantine"] is None
        assert it.console.standings()[FAR].agent.quarantine is None
        assert it.console.standings()[FAR].agent.clock_offset_s == pytest.approx(1.0)


async def test_a_vantage_that_contradicts_all_others_is_kept_and_not_believed(tmp_path):
    async with site(tmp_path, contradicts={FAR}) as it:
        agent = await it.enrolled()

        _, told = await agent.send(agent.look())

        assert told["quarantine"] == "contradicts"
        assert [look.void for look in (await it.looks()).values()] == [None], "it can find back"
        assert it.console.standings()[FAR].agent.quarantine is Quarantine.CONTRADICTS


async def test_a_look_of_an_earlier_boot_is_dated_by_the_wall_clock_if_that_is_right(tmp_path):
    async with site(tmp_path) as it:
        agent = await it.enrolled()
        right = agent.look(60.0, boot=EARLIER_BOOT, started_mono_s=9.0)
        await agent.send(right)
        agent.wall_off_s = 5.0
        await agent.send(agent.look(50.0, boot=EARLIER_BOOT, started_mono_s=9.0))

        sure, unsure = sorted((await it.looks()).values(), key=lambda look: look.started_at)

        assert sure.started_at == NOW - timedelta(seconds=60)
        assert (sure.void, unsure.void) == (None, Void.CLOCK_UNSURE)


async def test_looks_that_are_not_the_agents_to_tell_are_refused_one_by_one(tmp_path):
    async with site(tmp_path) as it:
        agent, other = await it.enrolled(), await it.enrolled(OTHER)
        theirs = other.look()
        await other.send(theirs)
        before = await it.looks()

        status, told = await agent.send(
            agent.look(),
            agent.look(vantage=OTHER),
            agent.look(vantage=OWN),
            agent.look(check="no.such.check"),
            agent.look(target="panel.front" if CHECK.target != "panel.front" else "tamin.front"),
            agent.look(-2.0),
            agent.look(4e8),
            theirs,
        )

        assert (status, told["stored"], told["refused"]) == (200, 1, 7)
        assert it.console.standings()[FAR].refused == {
            "other_vantage": 3,
            "unknown_check": 2,
            "from_the_future": 1,
            "too_old": 1,
        }
        after = await it.looks()
        assert {key: after[key] for key in before} == before
        assert {look.vantage for key, look in after.items() if key not in before} == {FAR}


async def test_a_replayed_batch_has_no_effect_and_says_where_to_go_on(tmp_path):
    async with site(tmp_path) as it:
        agent = await it.enrolled()
        path, body = f"{BASE}/looks", json.dumps(agent.batch(agent.look())).encode()
        headers = agent.signed("POST", path, body)
        await it.post(path, body, headers)
        standing = it.console.standings()[FAR]

        status, told = await it.post(path, body, headers)

        assert (status, told["error"], told["last"]) == (409, "replayed", 1)
        assert it.console.standings()[FAR] == standing
        assert (await agent.send(agent.look()))[0] == 200


@pytest.mark.parametrize(
    "forgery", ["key", "body", "vantage", "sequence", "path", "base64", "none"]
)
async def test_a_forged_request_changes_nothing_whatever_is_forged(tmp_path, forgery):
    async with site(tmp_path) as it:
        agent, other = await it.enrolled(), await it.enrolled(OTHER)
        path, body = f"{BASE}/looks", json.dumps(agent.batch(agent.look())).encode()
        headers = agent.signed("POST", path, body)
        match forgery:
            case "key":
                headers = Agent(it, FAR).signed("POST", path, body)
            case "body":
                body = body.replace(b'"dropped": 2', b'"dropped": 3')
            case "vantage":
                headers["Govah-Agent"] = OTHER
            case "sequence":
                headers["Govah-Sequence"] = "99"
            case "path":
                headers = agent.signed("POST", f"{BASE}/token", body)
            case "base64":
                headers["Govah-Signature"] = "?" * 88
            case _:
                headers = {}

        status, told = await it.post(path, body, headers)

        assert (status, list(told)) == (401, ["error"])
        assert await it.looks() == {}
        assert reasons(it) == {"signature": 1}
        assert (await other.send(other.look()))[0] == 200


async def test_an_unknown_vantage_and_a_bad_signature_get_the_same_answer(tmp_path):
    async with site(tmp_path) as it:
        await it.enrolled()

        stranger = await Agent(it, "nowhere").send()
        forger = await Agent(it, FAR).send()

        assert stranger == forger


async def test_bad_signatures_use_up_an_address_but_never_its_enrolled_agents(tmp_path):
    async with site(tmp_path) as it:
        agent = await it.enrolled()
        await agent.send(agent.look())

        answers = [(await Agent(it, "nowhere").send())[0] for _ in range(32)]

        assert answers == [401] * 30 + [429] * 2
        assert (await agent.send(agent.look()))[0] == 200


async def test_of_two_agents_with_one_key_every_sequence_works_once(tmp_path):
    async with site(tmp_path) as it:
        agent, twin = await it.enrolled(), Agent(it, FAR)
        twin.key = agent.key
        twin.made = 500

        async def speak(one):
            return [await one.send(one.look(), sequence=number) for number in range(1, 21)]

        answers = await asyncio.gather(speak(agent), speak(twin))

        statuses = [status for answer in answers for status, _ in answer]
        assert set(statuses) == {200, 409}
        stored = sum(told.get("stored", 0) for answer in answers for _, told in answer)
        assert statuses.count(200) == stored == len(await it.looks())
        assert statuses.count(200) <= 20


UNFIT = {
    "half": lambda doc: json.dumps(doc).encode()[:-20],
    "not_json": lambda _: b"\x00\x01",
    "a_list": lambda _: b"[]",
    "deep": lambda _: b'{"looks":' + b"[" * 100_000,
    "infinite": lambda doc: json.dumps(doc).replace('"lag_s": 0.01', '"lag_s": Infinity').encode(),
    "more": lambda doc: json.dumps(doc | {"more": 1}).encode(),
    "crowd": lambda doc: json.dumps(doc | {"more": dict.fromkeys(map(str, range(101)))}).encode(),
    "less": lambda doc: json.dumps({k: v for k, v in doc.items() if k != "sent"}).encode(),
}
UNFIT_LOOKS = {
    "id": "not-hex",
    "duration_s": -1,
    "slow": "yes",
    "void": "because",
    "n": -5,
    "check": "no spaces please",
    "sighting": {"phase": "done", "detail": "x" * 201},
    "health": {"starved": 1.5},
    "at": {"wall": "yesterday", "mono": 1.0, "boot": "11111111"},
    "steps": [{"name": "a"}] * 65,
}


@pytest.mark.parametrize("how", UNFIT)
async def test_a_document_that_is_no_batch_is_refused_as_a_whole(tmp_path, how):
    async with site(tmp_path) as it:
        agent = await it.enrolled()

        status, told = await agent.say("looks", UNFIT[how](agent.batch(agent.look())))

        assert (status, list(told)) == (400, ["error"])
        assert await it.looks() == {}
        assert reasons(it) == {"unreadable": 1}


@pytest.mark.parametrize("field", UNFIT_LOOKS)
async def test_one_look_that_does_not_fit_refuses_the_batch_and_is_named(tmp_path, field):
    async with site(tmp_path) as it:
        agent = await it.enrolled()
        bad = agent.look() | {field: UNFIT_LOOKS[field]}

        status, told = await agent.send(agent.look(), bad)

        assert status == 400
        assert f"looks.1.{field}" in told["error"]
        assert await it.looks() == {}


def test_of_a_batch_full_of_nonsense_only_the_first_piece_is_looked_at():
    nonsense = {"looks": [{"sighting": {"certificate": {"names": [1] * 199}}}] * 2000}

    with pytest.raises(ValidationError) as refused:
        Batch.model_validate_json(json.dumps(nonsense))

    assert refused.value.error_count() < 100


async def test_another_version_is_refused_with_ours_whatever_else_it_says(tmp_path):
    async with site(tmp_path) as it:
        agent = await it.enrolled()

        status, told = await agent.say("looks", {"version": 2, "seen": "everything"})

        assert (status, told["speaks"]) == (426, [1])


async def test_three_thousand_looks_and_a_bomb_are_too_large(tmp_path):
    async with site(tmp_path) as it:
        agent = await it.enrolled()
        look = agent.look()
        many = agent.batch(*[look | {"id": f"{n:016x}"} for n in range(3000)])
        bomb = gzip.compress(b" " * 50_000_000)

        answers = [
            await agent.say("looks", many, zipped=True),
            await agent.say("looks", b" " * (1024 * 1024 + 1)),
            await it.post(
                f"{BASE}/looks",
                bomb,
                agent.signed("POST", f"{BASE}/looks", bomb) | {"Content-Encoding": "gzip"},
            ),
        ]

        assert [status for status, _ in answers] == [413, 413, 413]
        assert await it.looks() == {}
        assert (await agent.send(look))[0] == 200


@pytest.mark.parametrize(
    ("coding", "body", "status"),
    [
        pytest.param("gzip", b"plain", 400, id="no gzip"),
        pytest.param("gzip", gzip.compress(b"{}")[:-4], 400, id="cut short"),
        pytest.param("gzip", gzip.compress(b"{}") + b"more", 400, id="more behind it"),
        pytest.param("br", b"x", 415, id="a coding not offered"),
    ],
)
async def test_a_coding_that_is_none_is_refused(tmp_path, coding, body, status):
    async with site(tmp_path) as it:
        agent = await it.enrolled()
        path = f"{BASE}/looks"
        headers = agent.signed("POST", path, body) | {"Content-Encoding": coding}

        assert (await it.post(path, body, headers))[0] == status


async def test_a_store_that_fails_loses_nothing_the_agent_still_has(tmp_path):
    async with site(tmp_path) as it:
        agent = await it.enrolled()
        batch = agent.batch(agent.look())
        it.store.broken = True

        status, told = await agent.say("looks", batch)

        assert (status, list(told)) == (503, ["error"])
        it.store.broken = False
        assert (await agent.say("looks", batch))[1]["stored"] == 1
        assert len(await it.looks()) == 1


async def test_silence_is_warned_of_once_and_ends_with_a_word(tmp_path):
    async with site(tmp_path) as it:
        agent, other = await it.enrolled(), await it.enrolled(OTHER)
        it.clock.passed_s += 80.0
        await other.config()
        await it.console.watch()
        assert it.warnings == []

        it.clock.passed_s += 20.0
        await it.console.watch()
        await it.console.watch()
        assert it.warnings == ["agent_silent"]

        await agent.config()
        it.clock.passed_s += 91.0
        it.letters.revoke(OTHER)
        await other.config()
        await it.console.watch()
        assert it.warnings == ["agent_silent"] * 2, "nobody waits for a revoked agent"
