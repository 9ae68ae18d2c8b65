"""A tail's own file: every error at once, with its place; the key only by reference."""

from __future__ import annotations

import pytest

from monitor.model import OutcomeClass
from monitor.settings import SettingsError
from monitor.settings.tail import load_tail

FULL = r"""govah-tail: 1
send: {url: "https://status.example/", key: "${env:KEY}", every: 10s, ca_file: ca.pem, region: fars}
log: panel.log
start: beginning
data: here
regex: '^(?P<at>\S+) (?P<path>\S+) (?P<status>\d{3}) (?P<ms>\d+) (?P<code>\S+)$'
time: {field: at, form: "%d/%b/%Y:%H:%M:%S %z"}
rules:
  - when: {path: "^/tamin/register"}
    service: tamin
    operation: register
    outcomes:
      - {field: code, table: {"-14221": business}}
      - {field: status, table: {2xx: ok, "503": server_error}}
    otherwise: unknown
    slow: {field: ms, over: 3s, unit: ms}
    code: code
"""


def written(tmp_path, text):
    (tmp_path / "ca.pem").write_text("-", encoding="ascii")
    (tmp_path / "tail.yaml").write_text(text, encoding="utf-8")
    return tmp_path / "tail.yaml"


def told(path):
    with pytest.raises(SettingsError) as caught:
        load_tail(path, {"KEY": "a-secret"})
    return [str(problem).replace(f"{path}:", "") for problem in caught.value.problems]


def test_everything_it_can_say(tmp_path):
    file = load_tail(written(tmp_path, FULL), {"KEY": "a-secret"})

    assert (file.url, file.key, file.every_s) == ("https://status.example", "a-secret", 10.0)
    assert (file.region, file.network, file.from_start) == ("fars", None, True)
    assert (file.log, file.data_directory) == (tmp_path / "panel.log", tmp_path / "here")
    assert file.ca_file == tmp_path / "ca.pem"
    assert (file.time_field, file.time_form) == ("at", "%d/%b/%Y:%H:%M:%S %z")
    [rule] = file.rules
    assert [(name, pattern.pattern) for name, pattern in rule.when] == [
        ("path", "^/tamin/register")
    ]
    assert rule.meanings[1][1]["2xx"] is OutcomeClass.OK
    assert (rule.slow_field, rule.slow_over, rule.code_field) == ("ms", 3000.0, "code")
    assert file.secrets == ("a-secret",)
    assert "a-secret" not in repr(file)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("govah-tail: 1\n", "", "1:1: govah-tail: `govah-tail` is missing"),
        ('"${env:KEY}"', "a-secret", "2:45: send.key: a secret stands here in the open"),
        ("env:KEY", "env:OTHER", "2:45: send.key: the environment variable OTHER is not set"),
        ("ca.pem", "no.pem", "2:80: send.ca_file: there is no such file"),
        ("log: panel.log", "logs: panel.log", "3:1: logs: this key is unknown; expected `log`"),
        ("regex:", "lines: json\nregex:", "1:1: (file): how to read a line is not clear"),
        (r"(?P<at>\S+)", r"(?P<at>\S+", "6:8: regex: this is not a regular expression"),
        ("field: at", "field: when", "7:15: time.field: the regex has no group of this name"),
        (" %z", "", "7:25: time.form: a time without a zone"),
        ("{path:", "{patch:", "9:12: rules[0].when.patch: the regex has no group of this name"),
        ("business", "busy", "13:41: rules[0].outcomes[0].table[…]: this is not an outcome"),
        ("over: 3s", "over: 3", "16:29: rules[0].slow.over: a number without a unit"),
        ("code: code", "code: kode", "17:11: rules[0].code: the regex has no group of this name"),
        ("panel.log", "${env:KEY}", "3:6: log: a secret may not stand here"),
    ],
)
def test_each_error_says_where_and_what(tmp_path, old, new, line):
    assert old in FULL

    [problem] = told(written(tmp_path, FULL.replace(old, new, 1)))

    assert problem.startswith(line)
    assert "a-secret" not in problem


def test_all_errors_are_told_at_once(tmp_path):
    text = FULL.replace("business", "busy").replace("field: at", "field: when")

    assert len(told(written(tmp_path, text.replace("start: beginning", "start: 1")))) == 3
