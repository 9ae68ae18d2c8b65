"""An instant query, put to a Prometheus that is real and to some that are not."""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import subprocess
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from monitor.model import Failure, Phase
from probes.promql import PromqlProbe
from probes.spec import PromqlSpec
from tests.integration.probes.world import (
    LOOK_ID,
    answers,
    check,
    closed_port,
    end,
    request_of,
    serving,
    vantage,
)


async def look(port, query="up", timeout_s=2.0, **more):
    spec = PromqlSpec(f"http://127.0.0.1:{port}", query, **more)
    return await PromqlProbe().look(check(spec, timeout_s), vantage(), LOOK_ID)


def vector(*values: str, **labels: str) -> bytes:
    result = [{"metric": labels, "value": [1_700_000_000.0, value]} for value in values]
    return success({"resultType": "vector", "result": result})


def success(data) -> bytes:
    return json.dumps({"status": "success", "data": data}).encode()


ANSWERS = [
    (vector("1"), None),
    (vector("0.5", "1"), None),
    (vector("+Inf"), Failure.METRIC_MISMATCH),
    (vector("-Inf"), Failure.METRIC_MISMATCH),
    (vector("NaN"), Failure.METRIC_MISMATCH),
    (vector("1", "7"), Failure.METRIC_MISMATCH),
    (vector("0.4"), Failure.METRIC_MISMATCH),
    (vector(), Failure.METRIC_MISSING),
    (success({"resultType": "scalar", "result": [1.0, "1"]}), None),
    (success({"resultType": "scalar", "result": [1.0, "9"]}), Failure.METRIC_MISMATCH),
    (success({"resultType": "matrix", "result": []}), Failure.JSON_MISMATCH),
    (success({"resultType": "string", "result": [1.0, "1"]}), Failure.JSON_MISMATCH),
    (success({"resultType": "vector", "result": [{}]}), Failure.JSON_MISMATCH),
    (success({"resultType": "vector", "result": ["x"]}), Failure.JSON_MISMATCH),
    (vector("much"), Failure.JSON_MISMATCH),
    (success(None), Failure.JSON_MISMATCH),
    (success(7), Failure.JSON_MISMATCH),
    (b'{"status": "error", "errorType": "internal", "error": "x"}', Failure.JSON_MISMATCH),
    (b"[" * 20_000, Failure.JSON_UNREADABLE),
    (b"up 1", Failure.JSON_UNREADABLE),
]


@pytest.mark.parametrize(
    ("body", "failure"), ANSWERS, ids=[f"{n}-{f}" for n, (_, f) in enumerate(ANSWERS)]
)
async def test_each_answer_has_its_name(body, failure):
    async with serving(answers(body)) as port:
        seen = await look(port, at_least=0.5, at_most=2.0)

    assert seen.failure is failure
    assert seen.phase is (Phase.DONE if failure is None else Phase.EXPECT)


async def test_without_limits_any_number_will_do_but_not_nan():
    for value, failure in (("-Inf", None), ("NaN", Failure.METRIC_MISMATCH)):
        async with serving(answers(vector(value))) as port:
            assert (await look(port)).failure is failure


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        ("400 Bad Request", Failure.HTTP_4XX),
        ("401 Unauthorized", Failure.HTTP_401),
        ("422 Unprocessable Entity", Failure.HTTP_4XX),
        ("503 Service Unavailable", Failure.HTTP_5XX),
    ],
)
async def test_an_error_of_the_prometheus_keeps_its_name_as_http(status, failure):
    body = b'{"status":"error","errorType":"bad_data","error":"secret words"}'
    async with serving(answers(body, status)) as port:
        seen = await look(port)

    assert seen.failure is failure
    assert "secret" not in repr(seen)


async def test_a_prometheus_that_is_not_there_is_not_a_missing_metric():
    assert (await look(closed_port())).failure is Failure.CONNECTION_REFUSED


async def test_one_request_is_made_with_the_query_and_the_configured_headers():
    heads = []

    async def behave(reader, writer):
        heads.append((await request_of(reader)).decode())
        body = vector("1")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        await end(writer, "close")

    query = 'sum(rate(x{a="b c&d"}[5m])) > 1'
    async with serving(behave) as port:
        spec = PromqlSpec(f"http://127.0.0.1:{port}/prom/", query, headers={"X-Scope": "a"})
        seen = await PromqlProbe().look(check(spec, 2.0), vantage(), LOOK_ID)

    assert seen.failure is None
    (head,) = heads
    url = urlsplit(head.split(" ")[1])
    assert (url.path, parse_qs(url.query)) == ("/prom/api/v1/query", {"query": [query]})
    assert "X-Scope: a" in head


CONFIG = """
global: {scrape_interval: 200ms}
scrape_configs:
  - job_name: self
    static_configs: [{targets: ["127.0.0.1:%d"]}]
"""
DEADLINE_S = 60.0


@contextlib.asynccontextmanager
async def prometheus(directory):
    """The real one, which has scraped itself at least twice; its port."""
    port = closed_port()
    (directory / "p.yml").write_text(CONFIG % port)
    process = await asyncio.create_subprocess_exec(
        shutil.which("prometheus"),
        f"--config.file={directory / 'p.yml'}",
        f"--storage.tsdb.path={directory / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(DEADLINE_S), aiohttp.ClientSession() as session:
            await until_scraped(session, port)
        yield port
    finally:
        process.terminate()
        await process.wait()


async def until_scraped(session, port):
    url = f"http://127.0.0.1:{port}/api/v1/query"
    while True:
        with contextlib.suppress(aiohttp.ClientError):
            params = {"query": "count_over_time(up[1m]) > 2"}
            async with session.get(url, params=params) as answer:
                if answer.status == 200 and (await answer.json())["data"]["result"]:
                    return
        await asyncio.sleep(0.1)


@pytest.mark.process
@pytest.mark.skipif(shutil.which("prometheus") is None, reason="there is no prometheus")
async def test_a_real_prometheus_is_understood(tmp_path):
    async with prometheus(tmp_path) as port:

        async def failure(query, **more):
            return (await look(port, query, timeout_s=10.0, **more)).failure

        assert await failure("up") is None
        assert await failure('up{job="self"} # as configured', at_least=1, oldest_s=30) is None
        assert await failure("up", at_most=0) is Failure.METRIC_MISMATCH
        assert await failure("up / 0 - up / 0") is Failure.METRIC_MISMATCH  # NaN
        assert await failure("scalar(up)", at_least=1, at_most=1) is None
        assert await failure('up{job="nobody"}') is Failure.METRIC_MISSING
        assert await failure('up{job="nobody"}', oldest_s=30) is Failure.METRIC_MISSING
        async with asyncio.timeout(10):  # until there has been a sample for half a second
            while await failure("up offset 500ms", oldest_s=30) is Failure.METRIC_MISSING:
                await asyncio.sleep(0.1)
        assert await failure("up offset 500ms", oldest_s=30) is None
        old = await look(port, "up offset 500ms", timeout_s=10.0, oldest_s=0.4)
        assert (old.failure, old.detail) == (Failure.METRIC_MISSING, "1 of 1 samples too old")
        assert await failure('{job="self"}', oldest_s=30) is Failure.HTTP_4XX  # see the document
        assert await failure("up{") is Failure.HTTP_4XX
        assert await failure("'words'") is Failure.JSON_MISMATCH
        assert await failure("up[1m]") is Failure.JSON_MISMATCH
