"""An agent's own file: a few lines about its machine, checked like every configuration."""

from __future__ import annotations

import pytest

from monitor.settings import Listen, SettingsError
from monitor.settings.agent import load_agent

FULL = """\
govah-agent: 1
core: "https://core.example:8843/"
data: {directory: agent-data, spool: 512MiB}
source_address: 10.0.0.7
interface: eth0
resolvers: ["10.0.0.53:53"]
metrics: "127.0.0.1:9105"
ca_file: core-ca.pem
"""


def written(tmp_path, text):
    (tmp_path / "core-ca.pem").write_text("-", encoding="ascii")
    (tmp_path / "agent.yaml").write_text(text, encoding="utf-8")
    return tmp_path / "agent.yaml"


def told(path):
    with pytest.raises(SettingsError) as caught:
        load_agent(path, {})
    return [str(problem).replace(f"{path}:", "") for problem in caught.value.problems]


def test_everything_it_can_say(tmp_path):
    file = load_agent(written(tmp_path, FULL), {})

    assert file.core_url == "https://core.example:8843"
    assert (file.data_directory, file.spool_limit_bytes) == (tmp_path / "agent-data", 2**29)
    assert (file.source_address, file.interface) == ("10.0.0.7", "eth0")
    assert file.resolvers == ("10.0.0.53:53",)
    assert file.metrics == Listen("127.0.0.1", 9105)
    assert file.ca_file == tmp_path / "core-ca.pem"
    assert (file.secrets, file.source) == ((), tmp_path / "agent.yaml")


def test_two_lines_are_enough(tmp_path):
    file = load_agent(written(tmp_path, 'govah-agent: 1\ncore: "https://core.example"\n'), {})

    assert (file.data_directory, file.spool_limit_bytes) == (tmp_path / "agent-data", 2**28)
    assert (file.ca_file, file.metrics, file.resolvers) == (None, None, ())
    assert (file.source_address, file.interface) == (None, None)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("govah-agent: 1\n", "", "1:1: govah-agent: `govah-agent` is missing"),
        ("govah-agent: 1", "govah-agent: 2", "1:14: govah-agent: "),
        ("https://", "http://", "2:7: core: this address has no TLS"),
        ("512MiB", "512", "3:38: data.spool: this is not a size"),
        ("512MiB", "512KiB", "3:38: data.spool: this is too small"),
        ("10.0.0.7", "eth1", "4:17: source_address: this is not an IP address"),
        ("eth0", '"a b"', "5:12: interface: this has the wrong form"),
        (":53", "", "6:13: resolvers[0]: there is no port at the end"),
        ("metrics:", "metric:", "7:1: metric: this key is unknown; expected `metrics`"),
        ('"127.0.0.1:9105"', "~", "7:10: metrics: nothing is written here"),
        ("core-ca.pem", "nowhere.pem", "8:10: ca_file: there is no such file"),
        ("core.example", "${env:CORE}", "2:7: core: a secret may not stand here"),
    ],
)
def test_each_error_says_where_and_what(tmp_path, old, new, line):
    assert old in FULL

    [problem] = told(written(tmp_path, FULL.replace(old, new, 1)))

    assert problem.startswith(line)
    assert problem.count("; ") == 2


def test_all_errors_are_told_at_once(tmp_path):
    text = 'govah-agent: 1\ncore: 5\ndata: {spool: [], directory: ""}\ncolour: red\n'

    assert len(told(written(tmp_path, text))) == 4


def test_an_empty_file_says_how_to_begin(tmp_path):
    [problem] = told(written(tmp_path, ""))

    assert problem.endswith("begin with `govah-agent: 1`")
