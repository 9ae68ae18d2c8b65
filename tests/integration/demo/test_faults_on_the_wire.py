"""Every fault of the catalogue is real on the wire where it should be, and nowhere else."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from monitor.demo.faults import FAULTS
from tests.integration.demo.looking import LOOKS, look_around, sign_in

if TYPE_CHECKING:
    from monitor.demo.world import World

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.process]

TAMIN = ("tamin-token", "tamin-entitlement", "tamin-register", "tamin-fetch")
IHIO = ("ihio-token", "ihio-entitlement", "ihio-register", "ihio-fetch")
HOME, ABROAD = ("home-a", "home-b"), ("abroad-a", "abroad-b")
PANEL = ("panel", "panel-records", "panel-visits", "panel-login")
RELAYS = ("relay-tamin", "relay-ihio")
SHATEL, MASHHAD, FRANKFURT = "1.1", "1.3", "1.5"


def all_of(names: tuple[str, ...], word: str) -> dict[str, str]:
    return dict.fromkeys(names, word)


TAMIN_RELAY_FAILS = {"relay-tamin": "502"}
IHIO_RELAY_FAILS = {"relay-ihio": "502"}

EVERYWHERE = {
    "tamin-hang": all_of(("tamin-front", *TAMIN), "hangs") | TAMIN_RELAY_FAILS,
    "tamin-refuse": all_of(("tamin-front", *TAMIN), "refused") | TAMIN_RELAY_FAILS,
    "tamin-5xx": all_of(TAMIN, "503") | TAMIN_RELAY_FAILS,
    "tamin-error-in-200": all_of(TAMIN[1:], "code 500") | TAMIN_RELAY_FAILS,
    "tamin-certificate": all_of(("tamin-front", *TAMIN), "certificate") | TAMIN_RELAY_FAILS,
    "tamin-slow": all_of((*TAMIN[1:], "relay-tamin"), "slow"),
    "tamin-one-operation": {"tamin-register": "500"},
    "ihio-hang": all_of(IHIO, "hangs") | IHIO_RELAY_FAILS,
    "ihio-refuse": all_of(IHIO, "refused") | IHIO_RELAY_FAILS,
    "ihio-5xx": all_of(IHIO, "503") | IHIO_RELAY_FAILS,
    "ihio-error-in-200": all_of(IHIO, "code -14507") | IHIO_RELAY_FAILS,
    "ihio-certificate": all_of(IHIO, "certificate") | IHIO_RELAY_FAILS,
    "ihio-slow": all_of((*IHIO[1:], "relay-ihio"), "slow"),
    "ihio-one-operation": {"ihio-register": "500"},
    "platform-down": all_of((*PANEL, *RELAYS), "503"),
    "relay-bug": all_of(RELAYS, "500"),
    "credentials-expired": all_of(TAMIN, "401") | TAMIN_RELAY_FAILS,
    "terminal-refused": all_of(IHIO, "code 1943") | IHIO_RELAY_FAILS,
    "quota": all_of(TAMIN, "429") | TAMIN_RELAY_FAILS,
    "account-locked-tamin": {"tamin-token": "401"}
    | all_of(TAMIN[1:], "code 423")
    | TAMIN_RELAY_FAILS,
    "account-locked-ihio": all_of(IHIO, "code -12114") | IHIO_RELAY_FAILS,
    "not-covered-tamin": {"tamin-entitlement": "not covered"},
    "not-covered-ihio": all_of(IHIO[1:], "not covered"),
    "dns-dead": all_of(tuple(LOOKS), "no name"),
    "references-dead": all_of((*HOME, *ABROAD), "hangs"),
}


FORGETFUL = {"tokens-forgotten-tamin": TAMIN[1:], "tokens-forgotten-ihio": IHIO[1:]}


@pytest.mark.parametrize("name", FORGETFUL)
async def test_forgotten_tokens_are_forgotten_once_and_the_relays_help_themselves(
    world: World, name: str
) -> None:
    await world.apply(FAULTS[name])
    seen = await look_around(world, SHATEL)
    await sign_in(world)  # the fault holds, and a fresh login works
    after = await look_around(world, SHATEL)
    await world.apply(FAULTS["relay-bug"])  # the faults are sent again; nothing is forgotten twice
    later = await look_around(world, SHATEL)

    assert seen == all_of(FORGETFUL[name], "401")
    assert after == {}
    assert later == EVERYWHERE["relay-bug"]


@pytest.mark.parametrize("name", EVERYWHERE)
async def test_a_fault_shows_where_it_is_and_is_gone_after_healing(world: World, name: str) -> None:
    await world.apply(FAULTS[name])
    seen = await look_around(world, SHATEL)
    await world.heal()
    after = await look_around(world, SHATEL)

    assert seen == EVERYWHERE[name]
    assert after == {}


async def test_a_healthy_world_is_fine_from_every_vantage(world: World) -> None:
    for place in ("1.1", "1.2", "1.3", "1.4", "1.5"):
        assert await look_around(world, place) == {}


async def test_a_cut_vantage_sees_nothing_and_the_others_see_everything(world: World) -> None:
    await world.apply(FAULTS["vantage-cut"])

    cut, other = await asyncio.gather(look_around(world, MASHHAD), look_around(world, SHATEL))

    assert cut == all_of(tuple(LOOKS), "no name")
    assert other == {}


async def test_a_cut_vantage_reaches_nobody_even_where_it_knows_the_address(world: World) -> None:
    cut = FAULTS["vantage-cut"]
    lines_only = {process: breaks for process, breaks in cut.apply.items() if process != "names"}
    await world.apply(replace(cut, apply=lines_only))

    seen = await look_around(world, MASHHAD)

    assert seen == all_of(tuple(LOOKS), "hangs")


async def test_an_international_cut_divides_the_world_in_two(world: World) -> None:
    await world.apply(FAULTS["international-cut"])

    inside, outside = await asyncio.gather(
        look_around(world, SHATEL), look_around(world, FRANKFURT)
    )

    assert inside == all_of(ABROAD, "hangs")
    assert outside == {name: "hangs" for name in LOOKS if name not in ABROAD}


async def test_two_faults_hold_at_once(world: World) -> None:
    await world.apply(FAULTS["tamin-one-operation"])
    await world.apply(FAULTS["relay-bug"])

    seen = await look_around(world, SHATEL)

    assert seen == EVERYWHERE["tamin-one-operation"] | EVERYWHERE["relay-bug"]
    assert [fault.name for fault in world.applied] == ["tamin-one-operation", "relay-bug"]


async def test_a_relay_bug_never_reaches_the_insurer(world: World) -> None:
    await world.apply(FAULTS["relay-bug"])
    before = await world.counts("tamin")
    seen = await look_around(world, SHATEL)
    after = await world.counts("tamin")
    path = "/interface/epresc/patient/v2/deserve-info/demo/demo/demo"

    assert seen["relay-tamin"] == "500"
    assert after[path] - before.get(path, 0) == 1  # the direct look alone


async def test_every_fault_that_breaks_the_world_is_looked_at_here() -> None:
    elsewhere = {"vantage-cut", "international-cut", "monitor-stalled", *FORGETFUL}

    assert set(FAULTS) == set(EVERYWHERE) | elsewhere
