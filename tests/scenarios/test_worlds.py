from __future__ import annotations

import pytest

from monitor.core.inference.evidence import SignalKind
from monitor.model import Role
from monitor.scenarios.wiring import wired
from monitor.scenarios.worlds import HOME, WORLDS

OF_THE_TAPES = {"platform", "tamin", "salamat", "dc0", "teh1", "msh2", "tbz3", "eu4"}


def test_there_are_worlds_from_one_look_out_to_six_hundred():
    assert len(WORLDS) >= 6
    solo, big = WORLDS["solo"], WORLDS["big"]
    assert (len(solo.places), len(solo.upstreams), solo.signals) == (1, 1, ())
    assert not any(t.role is Role.RELAY for t in solo.things.values())
    assert (len(big.places), len(big.upstreams)) == (12, 8)
    assert len(big.looks) > 550


def test_some_world_has_no_reference_abroad_and_some_has_meters_and_counted_traffic():
    assert not any(t.id.startswith("away") for t in WORLDS["inland"].things.values())
    kinds = {name: {kind for _, kind in w.signals} for name, w in WORLDS.items()}
    assert SignalKind.MAINS in kinds["meters"]
    assert SignalKind.TRAFFIC in kinds["tasks"]
    assert len(WORLDS["three"].shared) == 2


@pytest.mark.parametrize("world", WORLDS)
def test_a_world_is_whole_and_bears_no_name_of_the_public_tapes(world):
    layout = WORLDS[world]
    names = {layout.platform, *layout.upstreams, *layout.places, *layout.things}
    assert not names & OF_THE_TAPES
    assert {t for serves in layout.shared.values() for t in serves} <= set(layout.things)
    assert set(layout.every_s) == set(layout.looks)
    for subject, kind in layout.signals:
        assert subject in (layout.things if kind is SignalKind.TRAFFIC else layout.places)


@pytest.mark.parametrize("world", WORLDS)
def test_nobody_abroad_looks_at_an_upstream(world):
    layout = WORLDS[world]
    outside = [t for v, t in layout.looks if layout.places[v].country != HOME]
    assert not [t for t in outside if layout.things[t].party in layout.upstreams]


def test_a_relay_meets_the_platform_first_and_the_upstream_behind_it():
    layout = WORLDS["five"]
    wiring = wired(layout)
    relay = layout.looks.index(("karaj", "nobat.via.mehr"))
    direct = layout.looks.index(("karaj", "mehr.work"))
    legs = {
        part: reach.leg
        for part, reaches in wiring.parts.items()
        for reach in reaches
        if relay in reach.cells
    }
    assert legs["line:karaj"] < legs["web:nobat"] < legs["relay:mehr"] < legs["work:mehr"]
    assert "way:karaj>mehr" not in legs
    assert "standing:looks>mehr" not in legs
    touched = {p for p, reaches in wiring.parts.items() for r in reaches if direct in r.cells}
    assert {"way:karaj>mehr", "standing:looks>mehr", "shared:gate"} <= touched
    assert not {"relay:mehr", "web:nobat"} & touched
