"""The recipes of docs/platform.md do what they say."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.beside.lines import Sorter
from monitor.clock import SystemClock
from monitor.core.outcomes import parse
from monitor.settings.tail import load_tail
from monitor.store.sqlite import SqliteStore
from tests.support.command import environment, free_port, running, small_configuration
from tests.unit.wording.small_world import world

RECIPE = (Path(__file__).parents[3] / "docs" / "platform.md").read_text(encoding="utf-8")
KEY = "a-key-of-the-platform"
NOW = datetime(2026, 11, 22, 6, 32, tzinfo=UTC)


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", RECIPE, re.MULTILINE | re.DOTALL)


def test_the_batch_of_the_recipe_is_taken():
    batch = parse(blocks("json")[0].encode(), world(), now=NOW)

    assert [each.count for each in batch.outcomes] == [41, 3]


def sorter(tmp_path, text):
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "outcomes-key").write_text(KEY, encoding="ascii")
    (tmp_path / "tail.yaml").write_text(text, encoding="utf-8")
    return Sorter(load_tail(tmp_path / "tail.yaml", {"GOVAH_OUTCOMES_KEY": KEY}))


@pytest.mark.parametrize(
    ("rest", "outcome"),
    [
        ("200 0.120", "ok"),
        ("201 4.5", "slow"),
        ("502 0.1, 0.2", "unreachable"),
        ("500 -", "server_error"),
    ],
)
def test_the_tail_of_the_nginx_log_understands_its_lines(tmp_path, rest, outcome):
    line = f"2026-11-22T10:01:40+03:30 POST /relay/tamin/register {rest}"

    found = sorter(tmp_path, blocks("yaml")[0]).sort(line.encode(), NOW)

    assert found == (*("2026-11-22T06:31Z", "tamin", "register", outcome, None, "tehran", None),)


def test_the_tail_of_the_json_log_understands_its_lines(tmp_path):
    at_ms = int((NOW - timedelta(seconds=30)).timestamp() * 1000)
    call = '"call": {"provider": "ihio", "name": "citizen/open"}, "took_ms": 80'
    line = f'{{"ts": {at_ms}, {call}, "answer": {{"code": -14507}}, "status": 200}}'

    found = sorter(tmp_path, blocks("yaml")[1]).sort(line.encode(), NOW)

    assert found[1:5] == ("ihio", "entitlement", "server_error", "-14507")


@pytest.mark.process
def test_by_hand_with_curl_and_openssl_into_a_running_govah(tmp_path):
    for program in ("curl", "openssl", "bash"):
        if shutil.which(program) is None:
            pytest.skip(f"there is no {program} here")
    port = free_port()
    path = small_configuration(tmp_path, port)
    (tmp_path / "key").write_text(KEY, encoding="ascii")
    with path.open("a", encoding="utf-8") as out:
        out.write('outcomes: {key: "${file:key}"}\n')
    [by_hand] = blocks("sh")

    def post(key):
        said = subprocess.run(
            ["bash", "-euc", by_hand],
            env=environment(GOVAH_OUTCOMES_KEY=key, GOVAH_URL=f"http://127.0.0.1:{port}"),
            capture_output=True,
            text=True,
            check=True,
        )
        return said.stdout

    with running(path):
        assert post(KEY) == '{"stored": 1}'
        assert post("another") == '{"error": "no fresh signature"}'
        metrics = subprocess.run(
            ["curl", "-sS", f"http://127.0.0.1:{port}/metrics"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    labels = 'operation="login",outcome="ok",service="panel"'
    assert f"govah_outcomes_total{{{labels}}} 1.0" in metrics
    assert 'govah_outcome_batches_total{result="unsigned"} 1.0' in metrics
    assert asyncio.run(_stored(tmp_path / "data")) == [("panel", "login", 1)]


async def _stored(directory):
    store = SqliteStore(directory, clock=SystemClock())
    await store.open()
    try:
        found = await store.outcomes(NOW - timedelta(days=3650), NOW + timedelta(days=3650))
    finally:
        await store.close()
    return [(each.service, each.operation, each.count) for each in found]
