"""Every broken configuration is told exactly: one file each, its lines in NAME.expected."""

from __future__ import annotations

import re

import pytest

from monitor.settings import SettingsError, load
from tests.unit.settings.examples import BROKEN, ENVIRON, GOOD, SECRET, WHOLE, told

FILES = sorted(BROKEN.glob("*.yaml"))
LINE = re.compile(r"[\w./-]+:[1-9]\d*:[1-9]\d*: [^ ]+: [^;]+; expected [^;]+; [^;]+")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_error_says_where_and_what_and_what_to_do(path):
    expected = path.with_suffix(".expected").read_text(encoding="utf-8")

    lines = told(path)

    assert lines == expected
    assert lines
    assert all(LINE.fullmatch(line) for line in lines.splitlines())
    assert "hunter2" not in lines
    assert SECRET not in lines
    assert not re.search(r"\d{9,}", lines), "a phone number"


@pytest.mark.parametrize("path", [GOOD, WHOLE], ids=lambda path: path.stem)
def test_the_whole_the_broken_ones_were_made_from_is_good(path):
    assert told(path) == ""


def test_there_are_many_ways_to_be_wrong_and_each_has_its_words():
    lines = {
        line for path in FILES for line in path.with_suffix(".expected").read_text().split("; ")
    }

    assert len(FILES) >= 117
    assert len(lines) > 150


def test_a_client_that_is_not_installed_is_told(monkeypatch):
    monkeypatch.setattr("monitor.settings.files.find_spec", lambda _: None)

    [line] = told(WHOLE).splitlines()

    assert "checks[1].http.client: the client curl is not installed" in line
    assert line.endswith("install the extra `govah[curl]`")


def test_a_missing_file_is_named(tmp_path):
    [line] = told(tmp_path / "nowhere.yaml").splitlines()

    assert line == (
        "nowhere.yaml:1:1: (file): there is no such file; expected a readable file; check the path"
    )


def test_a_directory_is_not_a_file(tmp_path):
    (tmp_path / "folder").mkdir()

    assert "this is a directory" in told(tmp_path / "folder")


def test_a_file_beyond_one_mebibyte_is_refused_unread(tmp_path):
    path = tmp_path / "long.yaml"
    path.write_bytes(b"#" * (1024 * 1024 + 1))

    assert "the file is too long; expected at most 1024 KiB" in told(path)


def test_the_error_as_a_whole_is_its_lines():
    path = BROKEN / "several_errors_at_once.yaml"

    with pytest.raises(SettingsError) as caught:
        load(path, environ=ENVIRON)

    assert str(caught.value) == "\n".join(map(str, caught.value.problems))
    assert [problem.line for problem in caught.value.problems] == [8, 28, 33, 37, 44]
