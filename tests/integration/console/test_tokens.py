"""An agent never holds a credential: it asks for a token, of its own checks alone."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from monitor.console import console as console_module
from monitor.model import Credential, CredentialStanding, Failure, Phase, Sighting
from monitor.ports import TokenError
from monitor.wire.invitation import token_sha256
from probes.spec import TransactionSpec
from tests.integration.console.site import CHECK, FAR, OTHER, WORLD, reasons, site

TRANSACTION = replace(
    CHECK,
    id="tamin.steps",
    vantages=(FAR, "frankfurt"),
    spec=TransactionSpec((), credential="tamin-desk"),
)
DESK = Credential("tamin-desk", "tamin", TRANSACTION.spec, "token", None, 3600.0)
WITH_LOGIN = replace(
    WORLD, checks=WORLD.checks | {TRANSACTION.id: TRANSACTION}, credentials={DESK.id: DESK}
)


class DeskKeeper:
    """Has one credential's token, or the reason why not."""

    def __init__(self) -> None:
        self.withheld = None
        self.asked, self.rejected = [], []
        self.token_age_s = 3600.0

    async def token(self, credential, vantage, look_id):
        self.asked.append((credential, vantage.id, look_id))
        if self.withheld is not None:
            raise TokenError(self.withheld)
        return f"token-{len(self.asked)}"

    def refused(self, credential, token):
        self.rejected.append((credential, token))

    def admit(self, check, *, extra=False):
        del check, extra
        return True

    def figures(self):
        return {"tamin-desk": CredentialStanding(1, 0, self.token_age_s, 299.5, withheld=False)}


async def test_a_token_is_given_with_the_time_it_has_left(tmp_path):
    keeper = DeskKeeper()
    async with site(tmp_path, keeper=keeper, world=WITH_LOGIN) as it:
        agent = await it.enrolled()

        answer = await agent.say("token", {"credential": "tamin-desk"})

        assert answer == (200, {"token": "token-1", "expires_in_s": 299.5})
        assert keeper.asked == [("tamin-desk", FAR, "f" * 16)]


async def test_why_there_is_no_token_is_told_as_the_login_saw_it(tmp_path):
    keeper = DeskKeeper()
    keeper.withheld = Sighting(
        Phase.EXPECT, Failure.CREDENTIALS_REFUSED, detail="refused twice", http_status=401
    )
    async with site(tmp_path, keeper=keeper, world=WITH_LOGIN) as it:
        agent = await it.enrolled()

        status, told = await agent.say("token", {"credential": "tamin-desk"})

        assert (status, told["failure"]) == (409, "credentials_refused")
        assert (told["detail"], told["http_status"]) == ("refused twice", 401)


@pytest.mark.parametrize("failure", [Failure.CONNECT_TIMEOUT, Failure.HTTP_5XX])
async def test_a_login_that_went_nowhere_from_the_core_is_no_witness_of_the_agents(
    tmp_path, failure
):
    keeper = DeskKeeper()
    keeper.withheld = Sighting(Phase.CONNECT, failure)
    async with site(tmp_path, keeper=keeper, world=WITH_LOGIN) as it:
        agent = await it.enrolled()

        status, told = await agent.say("token", {"credential": "tamin-desk"})

        assert (status, told["failure"]) == (409, "no_token")


async def test_a_login_that_hangs_does_not_hold_up_the_agents_looks(tmp_path, monkeypatch):
    monkeypatch.setattr(console_module, "LOGIN_S", 0.05)
    keeper = DeskKeeper()
    keeper.token = lambda *_: asyncio.Event().wait()
    async with site(tmp_path, keeper=keeper, world=WITH_LOGIN) as it:
        agent = await it.enrolled()

        status, told = await agent.say("token", {"credential": "tamin-desk"})
        taken = await agent.send(agent.look())

        assert (status, told["failure"]) == (409, "no_token")
        assert taken[0] == 200


@pytest.mark.parametrize("what", ["token", "refused"])
async def test_a_credential_no_check_of_the_vantage_uses_is_not_the_agents_to_ask_for(
    tmp_path, what
):
    keeper = DeskKeeper()
    async with site(tmp_path, keeper=keeper, world=WITH_LOGIN) as it:
        other, agent = await it.enrolled(OTHER), await it.enrolled()
        more = {"token_sha256": "0" * 64} if what == "refused" else {}

        foreign = await other.say(what, {"credential": "tamin-desk"} | more)
        unknown = await agent.say(what, {"credential": "no-such"} | more)

        assert (foreign[0], unknown[0]) == (403, 403)
        assert keeper.asked == []
        assert keeper.rejected == []
        assert reasons(it) == {"credential": 2}


async def test_without_credentials_there_is_no_token_for_anybody(tmp_path):
    async with site(tmp_path) as it:
        agent = await it.enrolled()

        assert (await agent.say("token", {"credential": "tamin-desk"}))[0] == 403


async def test_only_the_token_that_was_given_can_be_told_as_refused(tmp_path):
    keeper = DeskKeeper()
    async with site(tmp_path, keeper=keeper, world=WITH_LOGIN) as it:
        agent = await it.enrolled()
        _, given = await agent.say("token", {"credential": "tamin-desk"})

        for token in ("made-up", given["token"]):
            told = {"credential": "tamin-desk", "token_sha256": token_sha256(token)}
            assert (await agent.say("refused", told))[0] == 204

        assert keeper.rejected == [("tamin-desk", "token-1")]


async def test_a_site_that_is_refused_whatever_the_token_does_not_use_up_everybodys_logins(
    tmp_path,
):
    keeper = DeskKeeper()
    keeper.token_age_s = 1700.0  # four logins an hour are allowed, and two of them to one site
    async with site(tmp_path, keeper=keeper, world=WITH_LOGIN) as it:
        agent = await it.enrolled()
        _, given = await agent.say("token", {"credential": "tamin-desk"})
        told = {"credential": "tamin-desk", "token_sha256": token_sha256(given["token"])}

        assert (await agent.say("refused", told))[0] == 204
        assert keeper.rejected == []

        keeper.token_age_s = 1800.0
        assert (await agent.say("refused", told))[0] == 204
        assert keeper.rejected == [("tamin-desk", "token-1")]


async def test_what_two_sites_say_of_a_young_token_is_believed(tmp_path):
    keeper = DeskKeeper()
    keeper.token_age_s = 5.0
    keeper.token = lambda *_: asyncio.sleep(0, "token")
    told = {"credential": "tamin-desk", "token_sha256": token_sha256("token")}
    async with site(tmp_path, keeper=keeper, world=WITH_LOGIN) as it:
        agents = [await it.enrolled(), await it.enrolled("frankfurt")]
        heard = []
        for agent in (agents[0], agents[0], agents[1]):
            await agent.say("token", {"credential": "tamin-desk"})
            await agent.say("refused", told)
            heard.append(len(keeper.rejected))

        assert heard == [0, 0, 1]
