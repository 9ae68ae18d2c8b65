"""An agent comes with an invitation, once."""

from __future__ import annotations

import stat

import pytest

from monitor.wire.messages import BASE
from tests.integration.console.site import FAR, OTHER, OWN, Agent, reasons, site


async def test_an_invited_agent_is_let_in_and_gets_its_part(tmp_path):
    async with site(tmp_path) as it:
        agent = Agent(it, FAR)

        status, told = await agent.enrol(it.invite(FAR))
        answer, part, _ = await agent.config()

        assert (status, told["vantage"], told["version"]) == (200, FAR, 1)
        assert (answer, part) == (200, f'{{"govah": 1, "vantage": "{FAR}"}}'.encode())
        assert it.console.standings()[FAR].agent.program == "govah/0.3.0"


async def test_the_part_is_sent_again_only_if_it_changed(tmp_path):
    async with site(tmp_path) as it:
        agent = await it.enrolled()

        _, _, etag = await agent.config()

        assert (await agent.config(**{"If-None-Match": etag}))[:2] == (304, b"")
        assert (await agent.config(**{"If-None-Match": '"older"'}))[0] == 200


async def test_used_unknown_and_expired_invitations_get_the_same_answer(tmp_path):
    async with site(tmp_path) as it:
        used, expired = it.invite(FAR), it.invite(FAR, token="e" * 40, lives_s=60.0)
        await Agent(it, FAR).enrol(used)
        it.clock.passed_s += 61.0

        answers = [await Agent(it, FAR).enrol(token) for token in (used, expired, "u" * 40)]

        assert {status for status, _ in answers} == {403}
        assert len({told["error"] for _, told in answers}) == 1
        assert reasons(it) == {"invitation": 3}


async def test_the_same_agent_asking_again_is_answered_again(tmp_path):
    async with site(tmp_path) as it:
        agent, token = Agent(it, FAR), it.invite(FAR)
        first = await agent.enrol(token)

        assert await agent.enrol(token) == first


async def test_a_vantage_that_is_not_an_agents_cannot_be_taken(tmp_path):
    async with site(tmp_path) as it:
        status, _ = await Agent(it, OWN).enrol(it.invite(OWN))

        assert status == 403
        assert it.console.standings() == {}


async def test_enrolling_again_replaces_the_key(tmp_path):
    async with site(tmp_path) as it:
        old = await it.enrolled()
        new = Agent(it, FAR)

        await new.enrol(it.invite(FAR))

        assert (await old.config())[0] == 401
        assert (await new.config())[0] == 200


async def test_a_revoked_agent_is_told_so_and_a_new_invitation_lets_it_in(tmp_path):
    async with site(tmp_path) as it:
        agent, other = await it.enrolled(), await it.enrolled(OTHER)
        unused = it.invite(FAR, token="w" * 40)
        it.letters.revoke(FAR)

        assert (await agent.send(agent.look()))[0] == 403
        assert (await Agent(it, FAR).enrol(unused))[0] == 403
        assert await it.looks() == {}
        assert (await other.send(other.look()))[0] == 200

        assert (await agent.enrol(it.invite(FAR, token="v" * 40)))[0] == 200
        assert (await agent.send(agent.look()))[0] == 200


async def test_who_enrolled_is_known_after_a_restart(tmp_path):
    async with site(tmp_path) as it:
        agent, store = await it.enrolled(), it.store

    async with site(tmp_path, store=store) as it:
        agent.site = it
        assert (await agent.send(agent.look()))[0] == 200


async def test_only_a_hash_of_the_token_is_kept_and_only_for_us(tmp_path):
    async with site(tmp_path) as it:
        token = it.invite(FAR)
        (letter,) = (tmp_path / "invitations").iterdir()

        assert stat.S_IMODE(letter.stat().st_mode) == 0o600
        assert token not in letter.name + letter.read_text()
        assert stat.S_IMODE((tmp_path / "console.key").stat().st_mode) == 0o600

        await Agent(it, FAR).enrol(token)
        assert list((tmp_path / "invitations").iterdir()) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"public_key": "AAAA"},
        {"public_key": 7},
        {"versions": []},
        {"program": "two\nlines"},
        {"token": "../../etc/passwd"},
        {"more": 1},
    ],
)
async def test_a_request_that_does_not_fit_is_refused_and_the_token_stays_good(tmp_path, changes):
    async with site(tmp_path) as it:
        token = it.invite(FAR)

        status, told = await Agent(it, FAR).enrol(**({"token": token} | changes))

        assert (status, list(told)) == (400, ["error"])
        assert (await Agent(it, FAR).enrol(token))[0] == 200


async def test_an_agent_of_another_version_is_told_what_is_spoken(tmp_path):
    async with site(tmp_path) as it:
        status, told = await Agent(it, FAR).enrol(it.invite(FAR), versions=[2, 3])

        assert (status, told["speaks"]) == (426, [1])


async def test_guessing_tokens_ends_soon_and_time_gives_new_tries(tmp_path):
    async with site(tmp_path) as it:
        guesses = [(await Agent(it, FAR).enrol(f"{n:040}"))[0] for n in range(12)]

        assert guesses == [403] * 10 + [429] * 2
        assert (await Agent(it, FAR).enrol(it.invite(FAR)))[0] == 429

        it.clock.passed_s += 61.0
        assert (await Agent(it, FAR).enrol(it.invite(FAR)))[0] == 200


async def test_anything_else_is_refused_in_one_json_sentence(tmp_path):
    async with site(tmp_path) as it:
        answers = [
            await it.post(path, body)
            for path, body in [
                (f"{BASE}/enrol", b"\xff\xfe"),
                (f"{BASE}/enrol", b"[" * 4000),
                (f"{BASE}/enrol", b"x" * 5000),
                (f"{BASE}/looks", b"{}"),
                ("/nothing", b""),
                (f"{BASE}/config", b""),
            ]
        ]

        assert [status for status, _ in answers] == [400, 400, 413, 401, 404, 405]
        assert all(list(told) == ["error"] for _, told in answers)
