"""Ten thousand secrets come back from hostile servers in every place an answer has; none stays."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import aiohttp
import pytest

from tests.process.leaky import WIRES, leaking
from tests.process.patience import until
from tests.process.planting import Planted, found_in, made
from tests.support.command import environment, free_port

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.process, pytest.mark.alone]

SECRETS = made(10_000, seed=20260322)
OWN = {
    "OWN_HEADER": "header-Zq81mLw0vT5x",
    "OWN_PASSWORD": "password-9fKe2uPb77Ra",
    "OWN_VALUE": "value-Ux40sNd6Yg3h",
}
WITHIN_S = 90.0

TOP = """\
govah: 1
platform: clinic
languages: [fa, en]
page: {{listen: "127.0.0.1:{page}", public_url: "http://127.0.0.1:{page}"}}
data: {{directory: data}}
rules: {{tick: 1s, dwell_ticks: 1, symptom_after: 5s}}
providers: [tamin]
parties:
  - {{id: clinic, kind: platform, name: {{fa: درمانگاه, en: Clinic}}}}
  - {{id: insurer, kind: upstream, name: {{fa: بیمه, en: Insurance}}}}
services:
  - id: insurer
    party: insurer
    name: {{fa: بیمه, en: Insurance}}
    operations:
      - {{id: cover, name: {{fa: استحقاق, en: Cover}}}}
vantages:
  - {{id: a, name: {{fa: الف, en: A}}, country: IR, region: a, network: a,
     source_address: 127.0.0.1}}
  - {{id: b, name: {{fa: ب, en: B}}, country: IR, region: b, network: b,
     source_address: 127.0.0.2}}
credentials:
  - id: house
    service: insurer
    login:
      method: POST
      url: "http://127.0.0.1:{token}/"
      form: {{password: "${{env:OWN_PASSWORD}}"}}
    token: access_token
    lifetime: {{path: expires_in}}
    timeout: 2s
    logins: {{most: 1000, per: 60s}}
  - id: never
    service: insurer
    login:
      method: POST
      url: "http://127.0.0.1:{no_token}/"
      form: {{password: "${{env:OWN_PASSWORD}}"}}
    token: access_token
    lifetime: {{path: expires_in}}
    timeout: 2s
  - id: echoed
    service: insurer
    login:
      method: POST
      url: "http://127.0.0.1:{echo}/"
      form: {{password: "${{env:OWN_PASSWORD}}"}}
    token: access_token
    timeout: 2s
targets:
  - {{id: ref, role: reference, scope: domestic}}
  - {{id: insurer.front, role: front, service: insurer}}
{targets}
advice:
  - id: neutral
    page: {{fa: [نسخه را نگه دارید.], en: [Keep the draft.]}}
    short: {{fa: نسخه را نگه دارید, en: Keep the draft}}
    approved_by: Dr. Example
    approved_on: 2026-03-21
checks:
  - {{id: ref, target: ref, vantages: all, every: 1s, timeout: 1s,
     tcp: {{host: 127.0.0.1, port: {greeting}}}}}
{checks}
"""

EXPECT = "{json: [{path: family, one_of: [SUCCESSFUL]}], headers: {X-Kind: yes}, contains: [ok]}"
SPECIAL = {
    "xml": '{xml: [{path: "/a/b", one_of: [x]}]}',
    "code": "{codes: {provider: tamin}}",
    "json_body": "{codes: {provider: tamin}, json: [{path: family, one_of: [SUCCESSFUL]}]}",
}


def ways(ports: dict[str, int]) -> dict[str, str]:
    """Each check's way to look, by id."""
    found = {
        name.replace("_", "-"): (
            f'http: {{url: "http://127.0.0.1:{ports[name]}/", redirects: 1, '
            f"redirect_hosts: [other.example], expect: {SPECIAL.get(name, EXPECT)}}}"
        )
        for name in WIRES
        if not name.startswith("promql")
    }
    found |= {
        name.replace("_", "-"): (
            f'promql: {{url: "http://127.0.0.1:{ports[name]}", query: up, at_least: 1}}'
        )
        for name in ("promql_error", "promql_value")
    }
    found |= {
        f"dns-{kind.lower()}": (
            f"dns: {{name: x.example, type: {kind}, one_of: [none], "
            f'server: "127.0.0.1:{ports["dns"]}"}}'
        )
        for kind in ("A", "TXT", "MX")
    }
    https = f"https://localhost:{ports['tls']}/"
    found["tls"] = f"tls: {{host: 127.0.0.1, port: {ports['tls']}, server_name: right.example}}"
    found["https"] = f'http: {{url: "{https}", address: 127.0.0.1}}'
    found["echo"] = (
        f'http: {{url: "http://127.0.0.1:{ports["echo"]}/", method: POST, writes: false, '
        'headers: {Authorization: "Bearer ${env:OWN_HEADER}"}, '
        'json: {password: "${env:OWN_PASSWORD}"}}'
    )
    carried = f"""transaction:
      credential: house
      values: {{own: "${{env:OWN_VALUE}}"}}
      steps:
        - name: first
          http:
            url: "http://127.0.0.1:{ports["carried"]}/"
            headers: {{Authorization: "Bearer {{{{ token }}}}"}}
          take: {{session: {{json: session}}, ticket: {{header: X-Session}}}}
        - name: second
          http:
            url: "http://127.0.0.1:{ports["echo"]}/{{{{ session }}}}"
            headers:
              X-Ticket: "{{{{ ticket }}}} {{{{ own }}}}"
              Authorization: "Bearer {{{{ token }}}}"
"""
    found["chain"] = carried
    for name in ("never", "echoed"):
        found[f"chain-{name}"] = f"""transaction:
      credential: {name}
      steps:
        - name: only
          http:
            url: "http://127.0.0.1:{ports["carried"]}/"
            headers: {{Authorization: "Bearer {{{{ token }}}}"}}"""
    return found


def configuration(ports: dict[str, int], page: int) -> str:
    found = ways(ports)
    targets = [f"  - {{id: insurer.{name}, role: transaction, service: insurer}}" for name in found]
    checks = [
        f"  - id: {name}\n    target: insurer.{name}\n    vantages: all\n    every: 1s\n"
        f"    timeout: 3s\n    {way}\n"
        for name, way in found.items()
    ]
    return TOP.format(page=page, targets="\n".join(targets), checks="\n".join(checks), **ports)


async def text(url: str) -> str:
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return f"{answer.status} {answer.headers} {await answer.text()}"


async def looked(metrics: str, checks: set[str]) -> bool:
    try:
        said = await text(metrics)
    except aiohttp.ClientError:
        return False
    return all(f'govah_looks_total{{check="{name}",outcome=' in said for name in checks)


async def test_none_of_ten_thousand_planted_secrets_stays_anywhere(tmp_path: Path) -> None:
    planted = Planted(SECRETS)
    page = free_port()
    async with leaking(planted, tmp_path) as ports:
        home = tmp_path / "home"
        home.mkdir()
        (home / "govah.yaml").write_text(configuration(ports, page), encoding="utf-8")
        with (home / "log").open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "monitor", "run", "-c", str(home / "govah.yaml")),
                stdout=log,
                stderr=log,
                env=environment(**OWN),
            )
        url = f"http://127.0.0.1:{page}"
        try:
            checks = set(ways(ports))
            await until(lambda: looked(f"{url}/metrics", checks), WITHIN_S, "every check looked")

            async def all_sent() -> bool:
                return len(planted.sent) == len(SECRETS)

            await until(all_sent, WITHIN_S, "all secrets were sent")

            async def judged() -> bool:
                return '"ref"' in await text(f"{url}/api/v1/state")

            await until(judged, WITHIN_S, "something was concluded")
            shown = await everything_shown(url)
            stored_live = {path.name: path.read_bytes() for path in files(home / "data")}
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()
    stored = {path.name: path.read_bytes() for path in files(home / "data")}
    places = {
        **{f"live {name}": blob for name, blob in stored_live.items()},
        **stored,
        "log": (home / "log").read_bytes(),
        **{name: said.encode() for name, said in shown.items()},
    }

    secrets = set(SECRETS) | set(OWN.values())
    leaks = {name: found_in(blob, secrets) for name, blob in places.items()}
    assert {name: sorted(found)[:5] for name, found in leaks.items() if found} == {}
    assert len(planted.out) >= 30
    # The search finds what is there, and the looks were taken and stored.
    assert found_in(f"..{SECRETS[7]}..".encode(), secrets) == {SECRETS[7]}
    assert any(b"chain" in blob for blob in stored.values())
    assert "/i/" in "".join(shown)
    assert b"login_failed" in places["log"]


async def everything_shown(url: str) -> dict[str, str]:
    async with aiohttp.ClientSession() as session, session.get(f"{url}/api/v1/state") as answer:
        refs = [incident["ref"] for incident in (await answer.json())["incidents"]]
    paths = ["/fa", "/en", "/metrics", "/api/v1/state", "/healthz", "/readyz", "/nothing"]
    paths += [f"/i/{ref}" for ref in refs] + [f"/en/i/{ref}" for ref in refs]
    return {path: await text(f"{url}{path}") for path in paths}


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
