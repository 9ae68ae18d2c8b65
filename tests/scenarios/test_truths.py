from __future__ import annotations

import pytest

from monitor.scenarios import truths
from monitor.scenarios.worlds import WORLDS

FIVE, SOLO, PAIR = WORLDS["five"], WORLDS["solo"], WORLDS["pair"]
INLAND, TASKS = WORLDS["inland"], WORLDS["tasks"]


def test_one_vantage_cannot_owe_the_name_of_an_upstream():
    told = truths.upstream(SOLO, "mehr")
    assert told.group == ()
    assert set(told.tolerate) == {"upstream:mehr", "path:mehr"}
    assert truths.upstream(PAIR, "mehr").group == ("upstream:mehr",)


def test_a_way_is_due_where_two_others_get_there_and_open_where_it_is_one_against_one():
    assert truths.path(FIVE, "mehr", ("karaj",)).group == ("path:mehr",)
    assert truths.path(PAIR, "mehr", ("east",)).group == ()
    assert truths.path(PAIR, "mehr", ("east",)).guilty == ()
    everybody = truths.path(PAIR, "mehr", ("east", "west"))
    assert everybody.tolerate == ("path:mehr", "upstream:mehr")


def test_only_a_vantage_beside_the_platform_tells_its_way_out_from_its_relay():
    assert truths.egress(FIVE, "mehr").group == ("path:mehr",)
    assert truths.egress(PAIR, "mehr").group == ("path:mehr", "platform")
    assert truths.relay(FIVE, "mehr").group == ("platform",)
    assert truths.relay(PAIR, "mehr").group == ("platform", "path:mehr")


def test_silence_may_be_the_power_unless_something_tells_of_the_power():
    assert truths.vantage(FIVE, ("karaj",), silent=True).group == ("monitor",)
    assert truths.vantage(FIVE, ("ams",), silent=True).group == ("monitor", "power")
    assert "power" in truths.vantage(SOLO, ("only",)).group
    assert truths.power(FIVE, ("karaj",)).group == ("power",)


@pytest.mark.parametrize(
    ("relayed", "labels"),
    [(0.9, {"credentials:mehr", "platform"}), (0.1, {"credentials:mehr", "platform", "path:mehr"})],
)
def test_a_refused_platform_is_as_clear_as_its_relay_tells_it(relayed, labels):
    told = truths.credentials(FIVE, "mehr", direct=False, relayed=relayed)
    assert set(told.group) == labels
    assert told.guilty == ()


def test_a_changed_contract_whose_answers_no_longer_show_it_may_be_called_an_outage():
    assert truths.contract(FIVE, "mehr", 0.9).group == ("contract:mehr",)
    assert truths.contract(FIVE, "mehr", 0.3).group == ("contract:mehr", "upstream:mehr")


def test_maintenance_is_owed_by_name_only_if_it_was_announced():
    assert truths.maintenance(FIVE, "mehr", told=True).group == ("maintenance:mehr",)
    assert "upstream:mehr" in truths.maintenance(FIVE, "mehr", told=False).group


def test_what_is_shared_accuses_nobody_who_stands_on_it():
    told = truths.shared(TASKS, "gate")
    assert told.group == ("shared",)
    assert told.guilty == ("mehr", "sina")


def test_a_cut_country_seen_from_two_places_may_be_two_dead_lines():
    assert truths.domestic(INLAND).group == ("network.domestic",)
    assert set(truths.domestic(PAIR).group) == {"network.domestic", "monitor", "power"}
