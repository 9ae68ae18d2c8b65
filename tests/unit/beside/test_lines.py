"""A line becomes a count, and nothing of it but minute, outcome and code leaves."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from monitor.beside.lines import Aside, Sorter
from monitor.settings.tail import load_tail

NOW = datetime(2026, 11, 22, 6, 31, 40, tzinfo=UTC)
RULES = """
rules:
  - when: {path: "^/tamin/register$", method: "^POST$"}
    service: tamin
    operation: register
    outcomes:
      - {field: answer.code, table: {"-14221": business, "0": ok}}
      - {field: status, table: {2xx: ok, "503": server_error, 5xx: unknown}}
    otherwise: client_error
    slow: {field: took, over: 3s}
    code: answer.code
  - when: {path: "^/tamin/"}
    service: tamin
    operation: fetch
    outcomes: [{field: status, table: {"true": ok}}]
"""
HEAD = """govah-tail: 1
send: {url: "https://status.example", key: "${env:KEY}", region: fars}
log: panel.log
"""
GOOD = {
    "at": "2026-11-22T10:01:40.123+03:30",
    "path": "/tamin/register",
    "method": "POST",
    "status": 200,
    "took": 0.2,
    "patient": "0012345678",
}


def sorter(tmp_path, lines="lines: json\ntime: {field: at}"):
    path = tmp_path / "tail.yaml"
    path.write_text(HEAD + lines + RULES, encoding="utf-8")
    return Sorter(load_tail(path, {"KEY": "key"}))


def sorted_(tmp_path, **changes):
    line = json.dumps(GOOD | changes).encode()
    return sorter(tmp_path).sort(line, NOW)


def test_of_a_line_only_minute_operation_outcome_and_code_are_told(tmp_path):
    found = sorted_(tmp_path, answer={"code": "0", "name": "سارا"})

    assert found == ("2026-11-22T06:31Z", "tamin", "register", "ok", "0", "fars", None)


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({}, "ok"),
        ({"took": 3.1}, "slow"),
        ({"took": "-"}, "ok"),
        ({"status": 503}, "server_error"),
        ({"status": "504"}, "unknown"),
        ({"status": 404}, "client_error"),
        ({"status": None}, "client_error"),
        ({"answer": {"code": -14221}, "status": 503}, "business"),
        ({"answer": {"code": 77}, "status": 503}, "server_error"),
        ({"answer": 7}, "ok"),
    ],
    ids=range(10),
)
def test_the_first_table_that_knows_its_value_decides(tmp_path, changes, outcome):
    assert sorted_(tmp_path, **changes)[3] == outcome


def test_the_first_rule_that_fits_speaks(tmp_path):
    found = sorted_(tmp_path, method="GET", status=True)

    assert found[2:4] == ("fetch", "ok")


@pytest.mark.parametrize("code", ["0012345678", "سارا", {"x": 1}, "x" * 40])
def test_a_code_that_is_none_stays_here(tmp_path, code):
    assert sorted_(tmp_path, answer={"code": code})[4] is None


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"path": "/login"}, Aside.UNMATCHED),
        ({"path": None}, Aside.UNMATCHED),
        ({"at": "yesterday"}, Aside.NO_TIME),
        ({"at": "2026-11-22T10:01:40"}, Aside.NO_TIME),
        ({"at": None}, Aside.NO_TIME),
        ({"at": "2026-11-22T06:34:00Z"}, Aside.FROM_THE_FUTURE),
        ({"at": "2026-11-15T07:00:00Z"}, Aside.TOO_OLD),
    ],
)
def test_a_line_that_says_nothing_says_why(tmp_path, changes, why):
    assert sorted_(tmp_path, **changes) is why


@pytest.mark.parametrize("line", [b"", b"[1]", b"{", b"\xff", b"[" * 200_000, b"1" * 9999])
def test_what_is_no_json_object_is_unreadable(tmp_path, line):
    assert sorter(tmp_path).sort(line, NOW) is Aside.UNREADABLE


FORMS = [
    ("unix", "1795329100.5"),
    ("unix_ms", "1795329100500"),
    ('"%d/%b/%Y:%H:%M:%S %z"', "22/Nov/2026:10:01:40 +0330"),
]


@pytest.mark.parametrize(("form", "at"), FORMS)
def test_a_regex_reads_the_fields_it_names_and_times_have_their_form(tmp_path, form, at):
    lines = (
        r"""regex: '^(?P<at>.+?) (?P<method>[A-Z]+) (?P<path>\S+) (?P<status>\S+) (?P<took>\S+)'"""
        f"\ntime: {{field: at, form: {form}}}"
    )
    rules = RULES.replace("answer.code", "status")
    path = tmp_path / "tail.yaml"
    path.write_text(HEAD + lines + rules, encoding="utf-8")
    it = Sorter(load_tail(path, {"KEY": "key"}))

    found = it.sort(f"{at} POST /tamin/register 503 0.1 \udcff".encode(errors="replace"), NOW)

    assert found[:5] == ("2026-11-22T06:31Z", "tamin", "register", "server_error", "503")
    assert it.sort(b"nothing of the kind", NOW) is Aside.UNREADABLE
