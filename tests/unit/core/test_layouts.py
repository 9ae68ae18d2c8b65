"""The declared world as inference sees it: units, things on them, who looks at whom, who speaks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.core.attribution.layouts import layout_of, traffic_targets
from monitor.core.inference.evidence import SignalKind
from monitor.core.inference.faults import faults_of
from monitor.core.inference.layout import Place, Thing
from monitor.model import Role, Scope, Service, SharedThing, Target, World
from tests.support.demo import demo_settings

HOME = ("tehran-shatel", "tehran-mci", "mashhad-irancell", "shiraz-tci")


@pytest.fixture(scope="module")
def demo() -> World:
    return demo_settings().world


def with_targets(world: World, *targets: Target) -> World:
    """The world with these targets before its own."""
    return replace(world, targets={**{t.id: t for t in targets}, **world.targets})


def of_kind(world: World, kind: SignalKind) -> tuple[str, ...]:
    return tuple(subject for subject, one in layout_of(world).signals if one is kind)


def test_services_of_upstreams_are_units_and_the_platform_is_one(demo):
    layout = layout_of(demo)

    assert (layout.platform, layout.upstreams) == ("boghrat", ("tamin", "ihio"))
    assert layout.things["panel.records"] == Thing(
        "panel.records", Role.TRANSACTION, "boghrat", operations=("records",)
    )
    assert layout.things["ihio.front"] == Thing("ihio.front", Role.FRONT, "ihio")


def test_two_services_of_one_insurer_may_fail_apart(demo):
    second = replace(demo.services["tamin"], id="tamin-drugs")
    drugs = Target("drugs.front", Role.FRONT, party="tamin", service="tamin-drugs")
    world = with_targets(replace(demo, services={**demo.services, second.id: second}), drugs)

    layout = layout_of(world)

    assert layout.upstreams == ("tamin", "ihio", "tamin-drugs")
    assert layout.things["drugs.front"].party == "tamin-drugs"
    assert layout.things["tamin.front"].party == "tamin"


def test_two_services_of_the_platform_are_one_unit_still(demo):
    second = replace(demo.services["panel"], id="app")
    app = Target("app.front", Role.FRONT, party="boghrat", service="app")
    world = with_targets(replace(demo, services={**demo.services, second.id: second}), app)

    assert layout_of(world).things["app.front"].party == "boghrat"
    assert layout_of(world).upstreams == ("tamin", "ihio")


def test_a_relay_is_the_platforms_and_does_an_upstreams_work(demo):
    relay = layout_of(demo).things["panel.relay.ihio"]

    assert (relay.party, relay.upstream, relay.operations) == ("boghrat", "ihio", ("entitlement",))
    assert {t.upstream for t in layout_of(demo).things.values() if t.role is not Role.RELAY} == {
        None
    }


def test_a_reference_is_nobodys_and_says_where_it_lives(demo):
    abroad = replace(demo.targets["ref.abroad.a"], country="DE")
    layout = layout_of(replace(demo, targets={**demo.targets, abroad.id: abroad}, country="TR"))

    assert layout.things["ref.abroad.a"] == Thing(
        "ref.abroad.a", Role.REFERENCE, scope=Scope.INTERNATIONAL, country="DE"
    )
    assert layout.things["ref.home.a"].scope is Scope.DOMESTIC
    assert layout.country == "TR"


def test_places_are_the_vantages_and_some_are_inside(demo):
    inside = replace(demo.vantages["tehran-mci"], at_platform=True)
    layout = layout_of(replace(demo, vantages={**demo.vantages, inside.id: inside}))

    assert [*layout.places] == [*HOME, "frankfurt"]
    assert layout.places["frankfurt"] == Place("frankfurt", "DE", "hesse", "hetzner")
    assert [p.id for p in layout.places.values() if p.at_platform] == ["tehran-mci"]


def test_looks_are_those_that_are_taken_and_those_that_a_transaction_tells(demo):
    layout = layout_of(demo)

    assert layout.looks[:6] == (*((v, "panel.front") for v in (*HOME, "frankfurt")),
                                ("tehran-shatel", "panel.records"))  # fmt: skip
    assert ("shiraz-tci", "ihio.token") in layout.looks, "a step of another target's chain"
    assert ("frankfurt", "ihio.token") not in layout.looks
    assert {target for _, target in layout.looks} == {*demo.targets}
    assert set(layout.every_s.values()) == {5.0}


def test_of_two_checks_of_one_target_the_faster_sets_the_pace_and_the_look_stands_once(demo):
    front = demo.checks["panel-front"]
    slower = replace(front, id="slower", every_s=60.0, vantages=("frankfurt",))
    faster = replace(front, id="faster", every_s=2.0, vantages=("tehran-mci",))
    checks = {c.id: c for c in (slower, *demo.checks.values(), faster)}

    layout = layout_of(replace(demo, checks=checks))

    assert layout.looks[0] == ("frankfurt", "panel.front"), "in the order declared"
    assert layout.every_s["frankfurt", "panel.front"] == 5.0
    assert layout.every_s["tehran-mci", "panel.front"] == 2.0
    assert layout.every_s["shiraz-tci", "panel.front"] == 5.0
    assert sorted(layout.looks) == sorted(layout_of(demo).looks)
    assert [*layout.every_s] == [*layout.looks]


def test_shared_things_serve_their_targets(demo):
    gateway = SharedThing("gateway", ("tamin.entitlement", "ihio.entitlement"))
    layout = layout_of(replace(demo, shared={gateway.id: gateway}))

    assert layout.shared == {"gateway": ("tamin.entitlement", "ihio.entitlement")}
    assert layout_of(demo).shared == {}
    assert any(f.party == "gateway" for f in faults_of(layout)), "and can be at fault"
    assert not any(f.party == "gateway" for f in faults_of(layout_of(demo)))


def test_only_a_vantage_with_an_agent_speaks_of_its_own_health(demo):
    agent = replace(demo.vantages["shiraz-tci"], agent=True)
    world = replace(demo, vantages={**demo.vantages, agent.id: agent})

    assert of_kind(demo, SignalKind.SELF) == ()
    assert of_kind(world, SignalKind.SELF) == ("shiraz-tci",)


def test_the_mains_speak_where_somebody_tells_them(demo):
    assert of_kind(demo, SignalKind.MAINS) == ()
    assert of_kind(replace(demo, mains=("frankfurt", "tehran-mci")), SignalKind.MAINS) == (
        "frankfurt",
        "tehran-mci",
    )


def test_traffic_speaks_of_the_transaction_that_names_the_operation(demo):
    # `tamin.token` stands before them and for every operation.
    assert of_kind(demo, SignalKind.TRAFFIC) == (
        "tamin.entitlement", "tamin.register", "tamin.fetch",
        "ihio.entitlement", "ihio.register", "ihio.fetch",
    )  # fmt: skip


def subjects(demo: World, *targets: Target) -> tuple[dict[str, str], tuple[str, ...]]:
    """Where traffic of the only upstream speaks, with these targets instead of all its own."""
    tamin: Service = demo.services["tamin"]
    others = {t.id: t for t in demo.targets.values() if t.service not in {"tamin", "ihio"}}
    world = replace(
        demo,
        services={s: demo.services[s] for s in ("tamin", "panel")},
        targets={**others, **{t.id: t for t in targets}},
    )
    return traffic_targets(world, tamin), of_kind(world, SignalKind.TRAFFIC)


def target(name: str, role: Role, *operations: str) -> Target:
    return Target(name, role, party="tamin", service="tamin", operations=operations)


def test_without_a_transaction_of_its_own_an_operation_speaks_of_what_stands_for_all(demo):
    every = target("all", Role.TRANSACTION)
    fetch = target("fetch", Role.TRANSACTION, "fetch")

    assert subjects(demo, target("door", Role.FRONT), every, fetch) == (
        {"fetch": "fetch", "entitlement": "all", "register": "all"},
        ("fetch", "all"),
    )


def test_without_any_transaction_it_speaks_of_the_front_once(demo):
    relay = Target("relay", Role.RELAY, party="boghrat", service="tamin")

    found, spoken = subjects(demo, relay, target("door", Role.FRONT), target("gate", Role.FRONT))

    assert found == dict.fromkeys(("entitlement", "register", "fetch"), "door")
    assert spoken == ("door",)


def test_an_operation_that_nothing_looks_at_has_no_traffic_to_compare(demo):
    assert subjects(demo, target("fetch", Role.TRANSACTION, "fetch")) == (
        {"fetch": "fetch"},
        ("fetch",),
    )


def test_every_unit_of_the_demo_can_be_at_fault(demo):
    parties = {fault.party for fault in faults_of(layout_of(demo))}

    assert {"boghrat", "tamin", "ihio"} <= parties
