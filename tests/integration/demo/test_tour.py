"""What a tour concludes from the monitor's own words: right, named, wrong, too late."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import pytest

from monitor.demo.errors import DemoError
from monitor.demo.faults import FAULTS, Fault
from monitor.demo.tour import Pace, order, until_calm, walk

if TYPE_CHECKING:
    from monitor.demo.world import World

PACE = Pace(poll_s=0.001, conclude_s=0.2, linger_s=0.05, calm_s=0.3, quiet_s=0.01)
TAMIN_5XX, RELAY_BUG = FAULTS["tamin-5xx"], FAULTS["relay-bug"]


def verdict(domain: str, party: str | None, level: str = "named", **more: Any) -> dict[str, Any]:
    grounds = [{"key": "looks_failed", "supports": True, "facts": {}}]
    made = {"service": "tamin", "domain": domain, "party": party, "level": level}
    return {**made, "mode": "down", "confidence": 0.999, "grounds": grounds, **more}


def state(*verdicts: dict[str, Any], **more: Any) -> dict[str, Any]:
    made = {
        "verdicts": list(verdicts),
        "operations": {"tamin": {"register": "outage" if verdicts else "fine"}},
        "vantages": {"tehran-shatel": "sees", "mashhad-irancell": "sees"},
        "sighted": True,
        "incidents": [],
        "page": "outage" if verdicts else "fine",
    }
    return {**made, **more}


CALM = state()
NAMED = state(
    verdict("upstream", "tamin"),
    incidents=[{"ref": 7, "state": "confirmed", "domain": "upstream", "public": True}],
)
IHIO_NAMED = state(verdict("upstream", "ihio", service="ihio"))


class ScriptedWorld:
    """Says `during` while a fault holds and `after` once healed, then is calm."""

    data = "nowhere"

    def __init__(
        self,
        during: list[dict[str, Any] | None],
        after: list[dict[str, Any] | None] | None = None,
        *,
        messages: int = 0,
    ) -> None:
        self._during, self._after, self._messages = during, after or [CALM], messages
        self._script: list[dict[str, Any] | None] = [CALM]
        self._sent = 3

    async def apply(self, _fault: Fault) -> None:
        self._script = list(self._during)
        self._sent += self._messages

    async def heal(self) -> None:
        self._script = list(self._after)

    async def state(self) -> dict[str, Any] | None:
        return self._script.pop(0) if len(self._script) > 1 else self._script[0]

    async def ledger(self) -> list[dict[str, Any]]:
        return [{}] * self._sent

    def as_world(self) -> World:
        return cast("World", self)


async def test_a_named_upstream_is_a_conclusion_with_its_incident_and_messages() -> None:
    world = ScriptedWorld([CALM, None, NAMED], messages=4)

    leg = await walk(world.as_world(), TAMIN_5XX, PACE)

    line = leg.to_json()
    assert line.pop("seconds") >= 0
    assert line == {
        "fault": "tamin-5xx",
        "expected": "upstream",
        "concluded": "upstream",
        "named": True,
        "messages": 4,
        "wrong_upstream": False,
        "incident": 7,
        "grounds": NAMED["verdicts"][0]["grounds"],
    }


async def test_a_symptom_is_concluded_but_not_named() -> None:
    world = ScriptedWorld([state(verdict("upstream", None, "symptom"))])

    leg = await walk(world.as_world(), TAMIN_5XX, PACE)

    assert (leg.right, leg.concluded, leg.named) == (True, "upstream", False)


async def test_the_wrong_domain_is_not_concluded() -> None:
    world = ScriptedWorld([state(verdict("undetermined", None, "symptom"))])

    leg = await walk(world.as_world(), TAMIN_5XX, PACE)

    assert (leg.right, leg.concluded, leg.seconds) == (False, "undetermined", None)


async def test_the_other_service_s_symptom_is_no_conclusion() -> None:
    world = ScriptedWorld([state(verdict("upstream", None, "symptom", service="ihio"))])

    assert not (await walk(world.as_world(), TAMIN_5XX, PACE)).right


async def test_silence_is_not_a_conclusion() -> None:
    leg = await walk(ScriptedWorld([CALM]).as_world(), TAMIN_5XX, PACE)

    assert (leg.right, leg.concluded) == (False, None)


@pytest.mark.parametrize(
    ("during", "after"),
    [
        ([IHIO_NAMED, NAMED], [CALM]),
        ([NAMED, IHIO_NAMED, NAMED], [CALM]),
        ([NAMED], [NAMED, IHIO_NAMED, CALM]),
    ],
    ids=["before the right name", "after the right name", "after healing"],
)
async def test_a_wrong_name_counts_at_every_moment(
    during: list[dict[str, Any] | None], after: list[dict[str, Any] | None]
) -> None:
    leg = await walk(ScriptedWorld(during, after).as_world(), TAMIN_5XX, PACE)

    assert leg.wrong_upstream
    assert "WRONG PARTY NAMED" in str(leg)


async def test_to_name_the_platform_is_wrong_where_an_upstream_is_at_fault() -> None:
    named = state(verdict("platform", "boghrat", "named", service="panel"))

    assert (await walk(ScriptedWorld([named]).as_world(), TAMIN_5XX, PACE)).wrong_upstream
    assert not (await walk(ScriptedWorld([named]).as_world(), RELAY_BUG, PACE)).wrong_upstream


@pytest.mark.parametrize("level", ["probably", "symptom"])
async def test_only_a_loud_name_is_a_wrong_name(level: str) -> None:
    world = ScriptedWorld([state(verdict("upstream", "ihio", level, service="ihio"))])

    assert not (await walk(world.as_world(), TAMIN_5XX, PACE)).wrong_upstream


@pytest.mark.parametrize(
    "name", ["relay-bug", "quota", "dns-dead", "vantage-cut", "monitor-stalled"]
)
async def test_any_name_is_wrong_where_no_upstream_is_at_fault(name: str) -> None:
    leg = await walk(ScriptedWorld([NAMED]).as_world(), FAULTS[name], PACE)

    assert leg.wrong_upstream


async def test_a_blind_page_is_a_conclusion_about_ourselves() -> None:
    world = ScriptedWorld([state(sighted=False, page="blind")])

    leg = await walk(world.as_world(), FAULTS["references-dead"], PACE)

    assert (leg.right, leg.concluded) == (True, "monitor")


async def test_a_cut_vantage_is_concluded_while_the_services_stay() -> None:
    lost = {"tehran-shatel": "sees", "mashhad-irancell": "isolated"}
    leg = await walk(ScriptedWorld([state(vantages=lost)]).as_world(), FAULTS["vantage-cut"], PACE)

    assert (leg.right, leg.concluded) == (True, "monitor")


async def test_a_cut_vantage_that_turns_a_service_red_is_not_concluded() -> None:
    red = {
        "vantages": {"tehran-shatel": "sees", "mashhad-irancell": "isolated"},
        "operations": {"tamin": {"register": "outage"}},
    }
    leg = await walk(ScriptedWorld([state(**red)]).as_world(), FAULTS["vantage-cut"], PACE)

    assert (leg.right, leg.concluded) == (False, "services changed")


async def test_a_service_that_turns_red_after_the_conclusion_spoils_it() -> None:
    lost = {"tehran-shatel": "sees", "mashhad-irancell": "isolated"}
    red = state(vantages=lost, operations={"tamin": {"register": "outage"}})
    leg = await walk(
        ScriptedWorld([state(vantages=lost), red]).as_world(), FAULTS["vantage-cut"], PACE
    )

    assert (leg.right, leg.concluded) == (False, "services changed")


async def test_a_path_is_no_conclusion_while_the_cut_vantage_counts_as_a_witness() -> None:
    path = state(verdict("path", None, "symptom"), operations=CALM["operations"])
    leg = await walk(ScriptedWorld([path]).as_world(), FAULTS["vantage-cut"], PACE)

    assert not leg.right


async def test_a_vantage_that_was_not_cut_is_no_conclusion() -> None:
    lost = {"tehran-shatel": "isolated", "mashhad-irancell": "isolated"}
    leg = await walk(ScriptedWorld([state(vantages=lost)]).as_world(), FAULTS["vantage-cut"], PACE)

    assert not leg.right


FORGOTTEN = FAULTS["tokens-forgotten-ihio"]


async def test_silence_is_right_where_nothing_need_be_concluded() -> None:
    leg = await walk(ScriptedWorld([CALM]).as_world(), FORGOTTEN, PACE)

    assert (leg.right, leg.concluded, leg.named, leg.seconds) == (True, "none", False, 0.0)


async def test_our_own_credentials_are_right_there_too() -> None:
    said = state(verdict("credentials", None, "symptom"))
    leg = await walk(ScriptedWorld([said]).as_world(), FORGOTTEN, PACE)

    assert (leg.right, leg.concluded) == (True, "credentials")


@pytest.mark.parametrize("domain", ["upstream", "platform", "undetermined"])
async def test_any_other_word_breaks_the_silence(domain: str) -> None:
    said = state(verdict(domain, None, "symptom"))
    leg = await walk(ScriptedWorld([CALM, said, CALM]).as_world(), FORGOTTEN, PACE)

    assert (leg.right, leg.concluded) == (False, domain)


async def test_a_monitor_that_says_nothing_at_all_is_not_rightly_silent() -> None:
    leg = await walk(ScriptedWorld([None]).as_world(), FORGOTTEN, PACE)

    assert not leg.right


async def test_an_insurer_named_by_our_own_standing_is_wrong() -> None:
    leg = await walk(
        ScriptedWorld([state(verdict("upstream", "ihio", service="ihio"))]).as_world(),
        FORGOTTEN,
        PACE,
    )

    assert (leg.right, leg.wrong_upstream) == (False, True)


async def test_the_world_is_healed_even_if_the_tour_breaks() -> None:
    world = ScriptedWorld([cast("dict[str, Any]", {"no": "state"})])

    with pytest.raises(KeyError):
        await walk(world.as_world(), TAMIN_5XX, PACE)

    assert await world.state() == CALM


@pytest.mark.parametrize(
    "ailing",
    [
        NAMED,
        state(sighted=False),
        state(incidents=[{"ref": 1, "state": "recovering"}]),
        state(operations={"panel": {"login": "slow"}}),
        state(vantages={"frankfurt": "isolated"}),
    ],
)
async def test_a_tour_does_not_begin_in_an_ailing_world(ailing: dict[str, Any]) -> None:
    world = ScriptedWorld([ailing])
    await world.apply(TAMIN_5XX)

    with pytest.raises(DemoError, match="does not see a healthy world"):
        await until_calm(world.as_world(), replace(PACE, calm_s=0.02))


def test_only_chooses_in_the_catalogue_s_order() -> None:
    chosen = order(FAULTS.values(), ["quota", "tamin-hang"])

    assert [fault.name for fault in chosen] == ["tamin-hang", "quota"]
    assert len(order(FAULTS.values(), [])) == len(FAULTS)


def test_an_unknown_fault_is_told_with_the_known_ones() -> None:
    with pytest.raises(DemoError, match="no fault is called 'meteor': choose among tamin-hang,"):
        order(FAULTS.values(), ["meteor"])


def test_an_upstream_is_expected_named_for_insurers_only() -> None:
    named = {name for name, fault in FAULTS.items() if fault.named}

    assert named == {name for name in FAULTS if name.startswith(("tamin-", "ihio-"))}
    assert len(FAULTS) >= 24
