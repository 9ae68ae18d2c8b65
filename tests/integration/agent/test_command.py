"""`govah agent` as its operator starts it: what is wrong is told in one line, secrets never."""

from __future__ import annotations

import pytest

from monitor.wire.invitation import Invitation
from tests.support.command import free_port, govah

pytestmark = pytest.mark.process

TOKEN = "t" * 43


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "agent.yaml"
    core = f"https://127.0.0.1:{free_port()}"
    path.write_text(f'govah-agent: 1\ncore: "{core}"\n', encoding="utf-8")
    return path


@pytest.fixture
def invitation(tmp_path):
    """A well-formed one, of a core that is not there."""
    path = tmp_path / "invitation"
    path.write_text(Invitation("https://127.0.0.1:1", "far", TOKEN, "ab" * 32).line() + "\n")
    return path


def test_an_agent_that_was_never_invited_says_how_to_begin(file):
    said = govah("agent", "-c", file)

    assert said.code == 2
    assert "--enrol-file" in said.err.splitlines()[-1]
    assert "Traceback" not in said.err


def test_a_core_that_does_not_answer_is_named_and_the_token_is_not(file, invitation):
    said = govah("agent", "-c", file, "--enrol-file", invitation)

    assert said.code == 2
    assert "the core cannot be asked to enrol us" in said.line
    assert TOKEN not in said.out + said.err
    assert not (file.parent / "agent-data" / "enrolment.json").exists()


@pytest.mark.parametrize("line", ["", "hello", "govah1.e30", "govah1." + "A" * 5000])
def test_what_is_no_invitation_is_told_without_being_repeated(file, tmp_path, line):
    (tmp_path / "wrong").write_text(line)
    said = govah("agent", "-c", file, "--enrol-file", tmp_path / "wrong")

    assert said.code == 2
    assert "invitation" in said.line
    assert "AAAA" not in said.line


def test_two_invitations_at_once_are_wrong_use(file, invitation):
    said = govah("agent", "-c", file, "--enrol", "x", "--enrol-file", invitation)

    assert said.code == 2
    assert "only one of them" in said.line


def test_a_file_that_is_not_an_agent_s_is_told_with_its_place(tmp_path):
    path = tmp_path / "agent.yaml"
    path.write_text('govah-agent: 1\ncore: "http://core.example"\n', encoding="utf-8")
    said = govah("agent", "-c", path)

    assert said.code == 2
    assert "agent.yaml:2" in said.err
