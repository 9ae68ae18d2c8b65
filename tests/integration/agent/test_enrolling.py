"""Enrolling happens once, survives a lost answer, and trusts the one certificate it was told of."""

from __future__ import annotations

import stat

import pytest

from monitor.agent.core import CoreError, Outcome
from monitor.agent.enrolling import enrolled
from monitor.agent.identity import ENROLMENT, KEY, AgentError, EnrolRefusedError
from tests.integration.agent.far import connected, invitation
from tests.integration.console.site import FAR, OTHER, site


@pytest.fixture
async def it(tmp_path):
    async with site(tmp_path / "core") as running:
        yield running


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "agent").mkdir()
    return tmp_path / "agent"


async def test_it_enrols_once_and_later_starts_need_nobody(it, folder, tmp_path):
    invited = invitation(it, tmp_path / "core")
    async with connected(it, folder) as core_as:
        first = await enrolled(folder, invited, core_as)

    def nobody(*_):
        raise AssertionError("the core was asked")

    assert await enrolled(folder, None, nobody) == first
    assert await enrolled(folder, invited, nobody) == first
    assert first.vantage == FAR
    for name in (KEY, ENROLMENT):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
    assert invited.token not in (folder / ENROLMENT).read_text()


async def test_without_an_invitation_it_says_what_is_missing(folder):
    with pytest.raises(AgentError, match="--enrol-file"):
        await enrolled(folder, None, lambda *_: None)


async def test_a_used_invitation_is_refused_to_another_machine(it, folder, tmp_path):
    invited = invitation(it, tmp_path / "core")
    (tmp_path / "thief").mkdir()
    async with connected(it, folder) as core_as:
        await enrolled(folder, invited, core_as)
    async with connected(it, tmp_path / "thief") as core_as:
        with pytest.raises(EnrolRefusedError, match="ask for a new one"):
            await enrolled(tmp_path / "thief", invited, core_as)

    assert not (tmp_path / "thief" / ENROLMENT).exists()


async def test_an_answer_lost_on_the_way_needs_no_second_invitation(it, folder, tmp_path):
    invited = invitation(it, tmp_path / "core")
    async with connected(it, folder) as core_as:
        first = await enrolled(folder, invited, core_as)
        (folder / ENROLMENT).unlink()
        it.console._desk._used.clear()  # the core was started again meanwhile

        assert await enrolled(folder, invited, core_as) == first


async def test_a_new_invitation_moves_the_agent(it, folder, tmp_path):
    async with connected(it, folder) as core_as:
        await enrolled(folder, invitation(it, tmp_path / "core"), core_as)
        again = invitation(it, tmp_path / "core", vantage=OTHER, token="u" * 43)

        assert (await enrolled(folder, again, core_as)).vantage == OTHER


async def test_another_certificate_than_the_pinned_one_hears_nothing(it, folder):
    async with connected(it, folder) as core_as:
        core = core_as(FAR, "ab" * 32)
        with pytest.raises(CoreError) as raised:
            await core.enrol("t" * 43)

    assert raised.value.outcome is Outcome.UNREACHABLE
    assert not it.console.refusals()
