"""The recipes of docs/hooks.md do what they say."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from monitor.clock import SystemClock
from monitor.model import NoticeKind
from monitor.settings.models_hooks import HooksModel
from monitor.store.sqlite import SqliteStore
from tests.integration.web.test_hooks import CI, NOW, UPS, listening, signed
from tests.support.command import free_port, running, small_configuration

RECIPE = (Path(__file__).parents[3] / "docs" / "hooks.md").read_text(encoding="utf-8")
UPSC = '#!/bin/sh\n[ "$1 $2" = "ups@localhost ups.status" ] && echo "$STATUS"\n'

needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", RECIPE, re.MULTILINE | re.DOTALL)


async def run(script, **environment):
    command = await asyncio.create_subprocess_exec(
        "sh",
        "-euc",
        script,
        env={"PATH": "/usr/bin:/bin", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    said, complained = await command.communicate()
    assert complained == b""
    return said.decode()


def test_the_configuration_of_the_recipe_is_good():
    told = YAML(typ="safe", pure=True).load(blocks("yaml")[0])["hooks"]
    durations = {"lasts": {"5h": 18000.0, "15m": 900.0}}

    def plain(value):
        match value:
            case dict():
                return {
                    key: durations[key][item] if key in durations else plain(item)
                    for key, item in value.items()
                }
            case list():
                return [plain(item) for item in value]
            case _:
                return value

    hooks = HooksModel.model_validate(told)
    assert hooks.model_dump(exclude_unset=True) == plain(told)


def test_alertmanagers_secret_stands_in_a_file_and_it_is_sent_as_a_bearer():
    [receiver] = YAML(typ="safe", pure=True).load(blocks("yaml")[1])["receivers"]
    [webhook] = receiver["webhook_configs"]

    assert webhook["http_config"]["authorization"].keys() == {"credentials_file"}  # type: Bearer
    assert webhook["url"].endswith("/hooks/alertmanager/gateway")


@needs_curl
async def test_the_deploy_of_the_recipe_is_taken():
    async with listening() as push:
        said = await run(blocks("sh")[0], GOVAH_URL=push.url, CI_SECRET=CI)

        assert '"services": ["panel"]' in said
        [notice] = push.taken
        assert (notice.to_at - notice.from_at).total_seconds() == 1200


@needs_curl
async def test_the_ups_of_the_recipe_is_heard_and_is_silent_where_it_does_not_know(tmp_path):
    upsc = tmp_path / "upsc"
    upsc.write_text(UPSC, encoding="ascii")
    upsc.chmod(0o755)
    script = blocks("sh")[1].replace("/mains/tehran", "/mains/tehran-mci")
    path = f"{tmp_path}:/usr/bin:/bin"
    async with listening() as push:
        for status, on_battery in [
            ("OB DISCHRG", True),
            ("", True),
            ("OL CHRG", False),
            ("OL BOOST OB", True),
        ]:
            await run(script, GOVAH_URL=push.url, UPS_SECRET=UPS, STATUS=status, PATH=path)
            [reading] = push.mains.current(NOW)
            assert reading.on_battery is on_battery


@needs_curl
@pytest.mark.process
def test_what_is_pushed_to_a_running_govah_is_counted_and_on_disk_when_it_is_answered(tmp_path):
    port = free_port()
    path = small_configuration(tmp_path, port)
    (tmp_path / "ci").write_text(CI, encoding="ascii")
    with path.open("a", encoding="utf-8") as out:
        out.write('hooks: {deploys: [{id: ci, secret: "${file:ci}"}]}\n')
    url = f"http://127.0.0.1:{port}"

    with running(path):
        said = asyncio.run(run(blocks("sh")[0], GOVAH_URL=url, CI_SECRET=CI))
        refused = asyncio.run(run(blocks("sh")[0], GOVAH_URL=url, CI_SECRET="guess"))
        metrics = asyncio.run(run('curl -sS "$GOVAH_URL/metrics"', GOVAH_URL=url))

    assert '"services": ["panel"]' in said
    assert refused == '{"error": "no such hook, or not its secret"}'
    assert 'govah_pushes_total{door="deploys",result="taken"} 1.0' in metrics
    assert 'govah_pushes_total{door="deploys",result="unproved"} 1.0' in metrics
    assert asyncio.run(_kept(tmp_path / "data")) == [("ci", NoticeKind.DEPLOY, ("panel",))]


async def _kept(directory):
    clock = SystemClock()
    store = SqliteStore(directory, clock=clock)
    await store.open()
    try:
        hour = timedelta(hours=1)
        found = await store.notices(clock.utc() - hour, clock.utc() + hour)
    finally:
        await store.close()
    return [(each.source, each.kind, each.services) for each in found]


async def test_what_is_said_of_signatures_is_so():
    body = b'{"id": "r", "party": "boghrat"}'
    headers = signed(CI, body)
    async with listening() as push:
        assert await push.status(data=body, headers=headers) == 200
        push.clock.passed_s = 299
        assert await push.status(data=body, headers=headers) == 200
        push.clock.passed_s = 302
        assert await push.status(data=body, headers=headers) == 401
