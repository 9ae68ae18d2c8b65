"""A transaction is told once for each operation it crosses; what it did not reach says so."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from monitor.model import (
    Check,
    Failure,
    Instant,
    Phase,
    SelfHealth,
    Sighting,
    Step,
    Vantage,
    Void,
)
from monitor.telling import Taken, is_asked, told, told_by
from probes.spec import HttpSpec, StepSpec, ToldSpec, TransactionSpec

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
HERE = Vantage("here", {}, "IR", "tehran", "mci")
FINE = Sighting(Phase.DONE, http_status=200)
FAILED = Sighting(Phase.EXPECT, Failure.APPLICATION_ERROR, code="-14507")


def step(name, check, slow_after_s=None):
    return StepSpec(name, check, HttpSpec(f"https://x.example/{name}"), slow_after_s=slow_after_s)


CHAIN = Check(
    "chain",
    "ihio.entitlement",
    ("here",),
    TransactionSpec(
        (
            step("partner", "chain.partner"),
            step("citizen", "chain"),
            step("order", "chain.order", slow_after_s=0.05),
            step("again", "chain"),
        )
    ),
    every_s=60.0,
    timeout_s=5.0,
    slow_after_s=1.0,
)
CHECKS = {
    "chain": CHAIN,
    **{
        f"chain.{name}": Check(
            f"chain.{name}", f"ihio.{name}", ("here",), ToldSpec("chain"), 60.0, 5.0, slow
        )
        for name, slow in (("partner", None), ("order", 0.05))
    },
}


def taken(steps, *, void=None, sighting=None, took_s=0.1):
    seen = tuple(
        Step(name, each, i * took_s, took_s)
        for i, (name, each) in enumerate(
            zip(("partner", "citizen", "order", "again"), steps, strict=False)
        )
    )
    whole = sighting or steps[-1]
    whole = Sighting(whole.phase, whole.failure, whole.detail, steps=seen)
    return Taken(CHAIN, HERE, Instant(AT, 500.0), took_s * len(seen), whole, SelfHealth(), void)


def telling(*args, **more):
    ids = (f"{n:016x}" for n in itertools.count(1))
    found = told(taken(*args, **more), CHECKS, lambda: next(ids), "sent")
    assert [o.check for o in found] == ["chain", "chain.partner", "chain.order"]
    assert len({o.id for o in found}) == 3
    assert found[0].id == "sent"
    return {o.check: o for o in found}


def test_where_all_is_well_each_operation_is_told_with_its_own_steps_and_time():
    found = telling([FINE, FINE, FINE, FINE])

    assert {o.target for o in found.values()} == {"ihio.entitlement", "ihio.partner", "ihio.order"}
    assert all(o.ok for o in found.values())
    assert [s.name for s in found["chain"].steps] == ["citizen", "again"]
    order = found["chain.order"]
    assert order.started_mono_s == pytest.approx(500.2)
    assert order.started_at == AT + timedelta(seconds=0.2)
    assert order.duration_s == pytest.approx(0.1)


def test_a_failing_step_is_its_own_operations_and_blinds_only_what_comes_after_it():
    found = telling([FINE, FINE, FAILED])

    assert found["chain.partner"].ok
    assert found["chain.order"].failed
    assert found["chain.order"].sighting.code == "-14507"
    assert found["chain"].void is Void.NOT_REACHED  # its second step was never taken


def test_the_first_step_that_fails_leaves_the_others_unreached():
    found = telling([FAILED])

    assert found["chain.partner"].failed
    assert {found[c].void for c in ("chain", "chain.order")} == {Void.NOT_REACHED}


def test_what_fails_before_any_step_is_told_where_the_look_begins():
    found = telling([], sighting=Sighting(Phase.WAIT, Failure.WAIT_TIMEOUT, "login"))

    assert found["chain"].sighting.failure is Failure.WAIT_TIMEOUT
    assert {found[c].void for c in ("chain.partner", "chain.order")} == {Void.NOT_REACHED}


def test_a_reason_of_ours_voids_every_operation():
    found = telling([FINE, FAILED], void=Void.PAUSED)

    assert {o.void for o in found.values()} == {Void.PAUSED}


@pytest.mark.parametrize(
    ("failure", "void"),
    [(Failure.WRITE_REFUSED, Void.WRITE_REFUSED), (Failure.NO_TOKEN, Void.NO_TOKEN)],
)
def test_a_step_that_we_did_not_send_is_held_against_nobody(failure, void):
    found = telling([FINE, Sighting(Phase.START, failure)])

    assert found["chain.partner"].ok
    assert found["chain"].void is void
    assert found["chain.order"].void is Void.NOT_REACHED


def test_slowness_is_each_steps_own():
    found = telling([FINE, FINE, FINE, FINE], took_s=0.2)

    assert {check for check, o in found.items() if o.slow} == {"chain.order"}


def test_what_a_transaction_tells_is_never_asked_itself():
    assert [c.id for c in CHECKS.values() if is_asked(c)] == ["chain"]


def test_every_check_that_a_look_tells_is_known_beforehand():
    assert [c.id for c in told_by(CHAIN, CHECKS)] == ["chain", "chain.partner", "chain.order"]
    alone = Check("front", "x", ("here",), HttpSpec("https://x.example/"), 60.0, 5.0)
    assert told_by(alone, CHECKS) == [alone]
