"""What machines read: headers, files, state, metrics, health."""

import json

import pytest

from monitor.model import Level
from tests.integration.web.face import face
from tests.unit.wording.small_world import incident, picture, verdict

OUTAGE = picture(incident())


@pytest.mark.parametrize("path", ["/fa", "/i/9", "/nothing", "/static/page.css", "/metrics", "/"])
async def test_every_answer_carries_the_policy(path):
    async with face(OUTAGE) as it:
        answer, _ = await it.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none';")
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Server"] == "Govah"


async def test_a_page_is_not_kept_by_anybody_and_a_file_for_ever():
    async with face(OUTAGE) as it:
        answer, html = await it.get("/fa")
        assert answer.headers["Cache-Control"] == "no-store"
        style = html.split('rel="stylesheet" href="')[1].split('"')[0]
        answer, _ = await it.get(style)
        assert answer.headers["Cache-Control"].endswith("immutable")
        answer, _ = await it.get(style.split("?")[0])
        assert answer.headers["Cache-Control"] == "public, max-age=3600"
        again, _ = await it.get(style, headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status == 304


async def test_page_styles_script_and_font_weigh_at_most_sixty_kilobytes():
    async with face(OUTAGE) as it:
        weight = 0
        for path in (
            "/fa",
            "/static/tokens.css",
            "/static/page.css",
            "/static/live.js",
            "/static/vazirmatn-fa.woff2",
        ):
            async with it.session.get(it.url + path, auto_decompress=False) as answer:
                weight += len(await answer.read())
        assert weight <= 60_000


async def test_the_state_names_an_upstream_only_where_it_may_be_named():
    async with face(OUTAGE) as it:
        told = json.loads((await it.get("/api/v1/state"))[1])
        assert told["page"] == "outage"
        assert told["sighted"] is True
        assert told["verdicts"][0]["party"] == "tamin"
        assert told["verdicts"][0]["grounds"][0]["facts"]["failed"] == 70
        assert told["operations"]["tamin"]["register"] == "outage"
        assert told["vantages"]["frankfurt"] == "sees"
        assert told["incidents"] == [
            {
                "ref": 1247,
                "subject": "tamin",
                "state": "confirmed",
                "domain": "upstream",
                "party": "tamin",
                "level": "named",
                "public": True,
            }
        ]
        it.show(picture(incident(verdict(level=Level.SYMPTOM))))
        told = json.loads((await it.get("/api/v1/state"))[1])
        assert told["verdicts"][0]["party"] is None
        assert told["incidents"][0]["party"] is None


async def test_our_own_fault_is_never_hidden_from_machines():
    own = verdict(service="panel", party="boghrat", level=Level.SYMPTOM, operations=("login",))
    async with face(picture(incident(own))) as it:
        told = json.loads((await it.get("/api/v1/state"))[1])
        assert told["verdicts"][0]["party"] == "boghrat"


async def test_metrics_pass_through_with_their_type():
    async with face(OUTAGE) as it:
        answer, body = await it.get("/metrics")
        assert body == "govah_up 1\n"
        assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"


async def test_health_and_readiness_are_told_by_status():
    async with face(OUTAGE, health={"live": True, "ready": False, "store": "slow"}) as it:
        assert (await it.get("/healthz"))[0].status == 200
        answer, body = await it.get("/readyz")
        assert answer.status == 503
        assert json.loads(body) == {"live": True, "ready": False, "store": "slow"}
