"""CPU of a page and of an exposition: both are made in the event loop, between looks."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

from jinja2 import Environment

from monitor.core.compose import page
from monitor.model import Entry, EntryKind, Failure, Incident, IncidentState, Picture
from monitor.web.assets import Assets
from monitor.web.pageview import page_view
from monitor.web.templating import Templates
from monitor.wording import Wording
from tests.benching.measure import Figure, compare, cpu_ms
from tests.support.demo import demo_settings
from tests.support.looks import Stage, at_targets
from tests.support.metrics import metrics_after_everything

if TYPE_CHECKING:
    from pathlib import Path

TIMES = 20


def measure(directory: Path) -> list[Figure]:
    """The page of the demo's world with one incident; its exposition at its largest."""
    del directory
    return [_page(), _exposition()]


def _page() -> Figure:
    world = demo_settings().world
    wording = Wording.load(world)
    templates = Templates(wording, Assets())
    stage = Stage(world)
    stage.pass_time(60.0)
    stage.broken = at_targets("tamin.", Failure.HTTP_5XX)
    judgement = stage.pass_time(60.0)
    (verdict,) = judgement.verdicts
    now = judgement.now
    incident = Incident(
        ref=1001,
        subject=verdict.subject,
        state=IncidentState.CONFIRMED,
        verdict=verdict,
        onset_at=verdict.onset_at,
        since=now,
        public=True,
        story=(Entry(now.at, EntryKind.CONFIRMED, verdict),),
        advice="neutral",
        next_update_at=now.at + timedelta(minutes=30),
    )
    picture = Picture(judgement, (incident,), ())

    def render() -> str:
        model = page(world, picture, now=now.at, now_mono_s=now.mono_s)
        return templates.render("page.html", "fa", v=page_view(world, wording, model, "fa"))

    html = render()
    assert "بیمه سلامت" in html
    static = Environment(autoescape=True).from_string(html)
    assert len(static.render()) > len(html) * 0.99
    return compare(
        f"CPU of the page, {len(html.encode()) / 1024:.0f} KiB",
        "ms",
        lambda: cpu_ms(render, TIMES),
        "jinja2, a static template of the same size",
        lambda: cpu_ms(static.render, TIMES),
    )


def _exposition() -> Figure:
    metrics = metrics_after_everything()
    metrics.render()
    samples = [
        {"name": sample.name, "labels": sample.labels, "value": sample.value}
        for family in metrics.registry.collect()
        for sample in family.samples
    ]
    return compare(
        f"CPU of the exposition, {len(samples)} series",
        "ms",
        lambda: cpu_ms(metrics.render, TIMES),
        "json.dumps of the same samples",
        lambda: cpu_ms(lambda: json.dumps(samples), TIMES),
    )
