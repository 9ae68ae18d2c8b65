"""What /metrics says, judged by Prometheus' own tool; who it must never name; how large it gets."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from prometheus_client.parser import text_string_to_metric_families

from monitor.core.notices.sources import Aside
from monitor.metrics import BUCKETS_S, STANDING, WARNINGS
from monitor.metrics_hooks import ALERT_RESULTS, DOORS
from monitor.metrics_notices import RESULTS
from monitor.model import (
    BatchResult,
    DeliveryState,
    Failure,
    FaultDomain,
    Health,
    IncidentState,
    LookRefusal,
    MessageKind,
    OutcomeClass,
    Phase,
    PollResult,
    PushResult,
    RequestRefusal,
    Sight,
    Sighting,
    TrafficState,
    Void,
    WishResult,
)
from tests.support.demo import demo_settings
from tests.support.metrics import (
    BODY,
    NOTE,
    PHONE,
    RECIPIENT,
    a_look,
    fresh_metrics,
    metrics_after_everything,
)

if TYPE_CHECKING:
    from monitor.metrics import Metrics

MOST_SERIES = 4500  # of the demo's world, whatever happens


def text_of(metrics: Metrics) -> str:
    body, content_type = metrics.render()
    assert content_type.startswith("text/plain; version=")
    return body.decode("utf-8")


def series_of(text: str) -> list[tuple[str, dict[str, str]]]:
    return [
        (sample.name, dict(sample.labels))
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    ]


@pytest.mark.process
@pytest.mark.parametrize("metrics", [fresh_metrics, metrics_after_everything])
def test_promtool_finds_nothing_to_improve(metrics) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        assert os.environ.get("CI") != "true", "promtool is missing (Debian: prometheus)"
        pytest.skip("promtool is missing (Debian: prometheus)")

    checked = subprocess.run(
        [promtool, "check", "metrics"],
        input=text_of(metrics()),
        capture_output=True,
        text=True,
        check=False,
    )

    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


def test_nobody_is_named_and_nothing_anybody_wrote_is_shown() -> None:
    text = text_of(metrics_after_everything())

    for secret in (PHONE, PHONE.removeprefix("+98"), RECIPIENT, BODY, NOTE):
        assert secret not in text


def test_every_label_is_declared_or_from_a_closed_list() -> None:
    world = demo_settings().world
    outcomes = {"ok", "slow", "failed", *(f"void_{void}" for void in Void)}
    known = {
        "check": set(world.checks),
        "vantage": set(world.vantages),
        "target": set(world.targets),
        "service": {"", *world.services},
        "operation": {o.id for s in world.services.values() for o in s.operations},
        "outcome": {*outcomes, *OutcomeClass},
        "result": {*BatchResult, *PollResult, *PushResult, *ALERT_RESULTS, *RESULTS, *WishResult},
        "door": set(DOORS),
        "failure": set(Failure),
        "domain": set(FaultDomain),
        "sight": set(Sight),
        "kind": set(MessageKind),
        "warning": set(WARNINGS),
        "public": {"yes", "no"},
        "state": {*Health, *IncidentState, *DeliveryState, *TrafficState},
        "channel": {"sms"},
        "reason": {*LookRefusal, *RequestRefusal, *Aside},
        "source": {"insurer-status", "panel"},
        "credential": set(world.credentials),
        "le": {*map(str, BUCKETS_S), "+Inf"},
    }

    for name, labels in series_of(text_of(metrics_after_everything())):
        if name != "govah_build_info":
            for label, value in labels.items():
                assert value in known[label], (name, label)


def test_whatever_happens_the_number_of_series_is_bounded_by_what_is_declared() -> None:
    world = demo_settings().world
    pairs = sum(len(check.vantages) for check in world.checks.values())
    watched = len({check.target for check in world.checks.values()})
    operations = sum(len(service.operations) for service in world.services.values())
    bound = (
        pairs * (3 + len(Void))  # looks
        + watched * len(Failure)
        + watched * (len(BUCKETS_S) + 1 + 2)  # durations
        + pairs  # success
        + len(WishResult)
        + operations * len(Health)
        + (len(world.services) + 1) * (len(FaultDomain) + 1)  # domains, confidence
        + len(world.vantages) * len(Sight)
        + len(IncidentState) * 2
        + len(MessageKind) * (1 + len(DeliveryState) - 1)  # planned, delivered; SENDING is none
        + len(WARNINGS)
        + len(world.vantages) * (7 + len(LookRefusal))  # were all of them agents
        + len(RequestRefusal)
        + len(world.credentials) * len(STANDING)
        + operations * len(OutcomeClass)
        + len(BatchResult)
        + operations * len(TrafficState)
        + len(PollResult)
        + len(DOORS) * len(PushResult)
        + len(ALERT_RESULTS)
        + len(RESULTS)
        + 1
        + len(Aside)  # one source of notices
        + 7  # about ourselves
    )

    series = series_of(text_of(metrics_after_everything()))

    assert len(series) == bound
    assert bound <= MOST_SERIES


def test_a_closed_incident_leaves_the_count_of_open_ones() -> None:
    metrics = metrics_after_everything()
    before = [labels for name, labels in series_of(text_of(metrics)) if "incidents_open" in name]
    picture = metrics._picture
    assert picture is not None
    metrics.ticked(type(picture)(picture.judgement, (), ()), ())

    after = [labels for name, labels in series_of(text_of(metrics)) if "incidents_open" in name]

    assert len(before) == 2 * len(IncidentState)
    assert after == []


def test_a_late_look_is_counted_and_says_nothing_of_how_it_stands_now() -> None:
    metrics = fresh_metrics()
    check = demo_settings().world.checks["panel-front"]
    metrics.looked(a_look(check, "tehran-mci"))
    failed = Sighting(Phase.WAIT, Failure.WAIT_TIMEOUT)
    metrics.looked(a_look(check, "tehran-mci", sighting=failed, late=True))

    samples = {
        (sample.name, sample.labels.get("outcome")): sample.value
        for family in text_string_to_metric_families(text_of(metrics))
        for sample in family.samples
        if sample.labels.get("check") == "panel-front"
        and sample.labels.get("vantage") == "tehran-mci"
    }
    assert samples["govah_look_success", None] == 1.0
    assert samples["govah_looks_total", "failed"] == 1.0
