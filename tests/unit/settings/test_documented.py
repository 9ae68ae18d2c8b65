"""The examples in docs/configuration.md are good as they stand."""

from __future__ import annotations

import pytest

from monitor.model import CodeClass
from monitor.settings import load
from monitor.settings.agent import load_agent
from monitor.settings.providers import read_provider, shipped_names
from tests.unit.settings.examples import CONFIG, ENVIRON

DOCUMENT = (CONFIG.parent / "docs" / "configuration.md").read_text(encoding="utf-8")


def example_with(first):
    """The indented block of the document that begins with a line."""
    lines = DOCUMENT.splitlines()
    begin = lines.index(f"    {first}")
    end = next(index for index in range(begin, len(lines)) if not lines[index].startswith("    "))
    return "\n".join(line[4:] for line in lines[begin:end]) + "\n"


def test_the_providers_file_is_good(tmp_path):
    path = tmp_path / "insurer.yaml"
    path.write_text(example_with("govah-provider: 1"), encoding="utf-8")

    provider = read_provider(path, ["fa", "en"])

    assert provider.id == "insurer"
    assert [one.meaning for one in provider.meanings] == [CodeClass.OK, CodeClass.PATIENT]


def test_the_agents_file_is_good(tmp_path):
    path = tmp_path / "agent.yaml"
    path.write_text(example_with("govah-agent: 1"), encoding="utf-8")
    (tmp_path / "core-ca.pem").write_text("-", encoding="ascii")

    assert load_agent(path, ENVIRON).interface == "eth0"


@pytest.mark.parametrize("meaning", list(CodeClass))
def test_every_class_of_codes_is_explained(meaning):
    assert f"\n| {meaning} | " in DOCUMENT


@pytest.mark.parametrize("name", shipped_names())
def test_what_ships_is_good_and_called_by_its_id(name):
    provider = read_provider(CONFIG / "providers" / f"{name}.yaml", ["fa", "en"])

    assert provider.id == name


def test_the_transaction_is_good(tmp_path):
    text = (CONFIG / "demo.yaml").read_text(encoding="utf-8")
    block = "\n".join(f"    {line}" for line in example_with("transaction:").splitlines())
    check = f"""checks:
  - id: documented
    target: ihio.entitlement
    vantages: all
    every: 60s
    timeout: 10s
{block}

"""
    (tmp_path / "demo.yaml").write_text(text.replace("checks:\n", check, 1), encoding="utf-8")
    (tmp_path / "demo-recipients.csv").write_bytes((CONFIG / "demo-recipients.csv").read_bytes())

    checks = load(tmp_path / "demo.yaml", environ=ENVIRON, check_files=False).world.checks

    assert [*checks][:2] == ["documented", "documented.order"]
