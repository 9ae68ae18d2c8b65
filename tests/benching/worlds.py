"""A configuration of any size: insurers behind a clinic, each target seen from five vantages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

VANTAGES = ("tehran-mci", "tehran-shatel", "mashhad-irancell", "shiraz-tci", "tabriz-tci")
REFERENCES = ("domestic", "domestic", "international", "international")
TARGETS_PER_SERVICE = 8
OPERATIONS = ("entitlement", "register", "fetch")


def configuration(
    directory: Path, *, checks: int, every_s: float, url: str, ca_file: Path, port: int
) -> Path:
    """Write a configuration.

    Args:
        directory: Where; the data go there too.
        checks: How many, each from one vantage; a multiple of five.
        every_s: The cadence of all of them, in seconds.
        url: The origin, with the closing slash; each target is a path on it.
        ca_file: The only roots that are trusted.
        port: Of the page.
    """
    names = [f"t{number}" for number in range(checks // len(VANTAGES))]
    services = -(-(len(names) - len(REFERENCES)) // TARGETS_PER_SERVICE)
    document = {
        "govah": 1,
        "platform": "clinic",
        "languages": ["en"],
        "page": {"listen": f"127.0.0.1:{port}", "public_url": f"http://127.0.0.1:{port}"},
        "data": {"directory": "data"},
        "parties": [
            {"id": "clinic", "kind": "platform", "name": {"en": "Clinic"}},
            *(
                {"id": f"s{n}", "kind": "upstream", "name": {"en": f"Insurer {n}"}}
                for n in range(services)
            ),
        ],
        "services": [_service(f"s{n}") for n in range(services)],
        "vantages": [
            {"id": v, "name": {"en": v}, "country": "IR", "region": v.split("-")[0], "network": v}
            for v in VANTAGES
        ],
        "targets": [_target(number, name) for number, name in enumerate(names)],
        "checks": [
            _check(f"{name}-{vantage}", name, vantage, every_s, f"{url}{name}", ca_file)
            for name in names
            for vantage in VANTAGES
        ],
        "advice": [
            {
                "id": "neutral",
                "page": {"en": ["Keep the draft."]},
                "short": {"en": "Keep the draft"},
                "approved_by": "bench",
                "approved_on": "2026-01-01",
            }
        ],
    }
    path = directory / "govah.yaml"
    path.write_text(json.dumps(document, indent=1), encoding="utf-8")
    return path


def _service(name: str) -> dict[str, Any]:
    operations = [{"id": each, "name": {"en": each}} for each in OPERATIONS]
    return {"id": name, "party": name, "name": {"en": name}, "operations": operations}


def _target(number: int, name: str) -> dict[str, Any]:
    if number < len(REFERENCES):
        return {"id": name, "role": "reference", "scope": REFERENCES[number]}
    service, turn = divmod(number - len(REFERENCES), TARGETS_PER_SERVICE)
    if turn == 0:
        return {"id": name, "role": "front", "service": f"s{service}"}
    operation = OPERATIONS[turn % len(OPERATIONS)]
    return {
        "id": name,
        "role": "transaction",
        "service": f"s{service}",
        "operations": [operation],
    }


def _check(
    name: str, target: str, vantage: str, every_s: float, url: str, ca_file: Path
) -> dict[str, Any]:
    http: dict[str, Any] = {
        "url": url,
        "expect": {"json": [{"path": "family", "one_of": ["SUCCESSFUL"]}]},
    }
    if url.startswith("https:"):
        http["ca_file"] = str(ca_file)
    return {
        "id": name,
        "target": target,
        "vantages": [vantage],
        "every": f"{every_s:g}s",
        "timeout": "3s",
        "slow_after": "1500ms",
        "http": http,
    }
