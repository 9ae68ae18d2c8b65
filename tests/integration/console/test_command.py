"""`govah agents`: through files in the data directory, whether the core runs or not."""

from __future__ import annotations

import shutil
import stat
from datetime import timedelta

import pytest
from click.testing import CliRunner

from monitor.cli import main
from monitor.clock import SystemClock
from monitor.console.certificate import CertificateError, fingerprint, own_certificate, tls_context
from monitor.console.letters import Letters
from monitor.model import Agent, Invited
from monitor.store.sqlite import SqliteStore
from monitor.wire.invitation import invitation_of, token_sha256
from tests.support.command import SMALL

AGENTS = 'agents: {listen: "127.0.0.1:8843", public_url: "https://core.example:8843"}\n'
FAR = (
    "  - {id: mashhad, name: {fa: مشهد, en: Mashhad}, country: IR, region: khorasan, "
    "network: mci, agent: true}\n"
)


@pytest.fixture
def config(tmp_path):
    text = SMALL.format(port=8080).replace("targets:\n", FAR + "targets:\n", 1)
    path = tmp_path / "govah.yaml"
    path.write_text(text + AGENTS, encoding="utf-8")
    return path


def agents(*arguments):
    said = CliRunner().invoke(main, ["agents", *map(str, arguments)])
    return said.exit_code, said.output.strip()


def letters(config):
    return Letters(config.parent / "data")


def test_an_invitation_is_printed_once_and_only_its_hash_is_kept(config):
    code, line = agents("invite", "mashhad", "-c", config)

    invitation = invitation_of(line)
    assert code == 0
    assert (invitation.core, invitation.vantage) == ("https://core.example:8843", "mashhad")
    assert invitation.fingerprint == fingerprint(config.parent / "data" / "console.pem")
    invited = letters(config).invited(token_sha256(invitation.token))
    assert invited is not None
    assert timedelta(hours=23) < invited.expires_at - SystemClock().utc() <= timedelta(hours=24)
    kept = [path for path in (config.parent / "data").rglob("*") if path.is_file()]
    assert all(invitation.token not in path.read_text() for path in kept)
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in kept)


def test_two_invitations_know_the_same_certificate(config):
    first, second = (invitation_of(agents("invite", "mashhad", "-c", config)[1]) for _ in range(2))

    assert first.fingerprint == second.fingerprint
    assert first.token != second.token


@pytest.mark.parametrize("vantage", ["tehran", "nowhere", "../mashhad"])
def test_only_a_vantage_that_is_an_agents_is_invited(config, vantage):
    code, said = agents("invite", vantage, "-c", config)

    assert (code, len(said.splitlines())) == (2, 1)
    assert not (config.parent / "data" / "invitations").exists()


def test_without_a_section_for_agents_nobody_is_invited(config):
    text = config.read_text(encoding="utf-8").replace(AGENTS, "").replace(", agent: true", "")
    config.write_text(text, encoding="utf-8")

    code, said = agents("invite", "mashhad", "-c", config)

    assert code == 2
    assert "agents section" in said


async def test_the_list_is_read_beside_the_core_and_shows_a_revocation_at_once(config):
    assert agents("list", "-c", config) == (0, "mashhad  not enrolled")
    clock = SystemClock()
    store = SqliteStore(config.parent / "data", clock=clock)
    await store.open()
    try:
        now = clock.utc()
        await store.invite(Invited("ab" * 32, "mashhad", now + timedelta(hours=1)))
        agent = Agent("mashhad", b"k" * 32, "1" * 16, now, "govah/0.3.0", waiting=4)
        await store.enrol("ab" * 32, agent, now=now)

        code, said = agents("list", "-c", config)
        assert code == 0
        for part in ("mashhad", "enrolled", "1" * 16, "waiting 4", "last batch never"):
            assert part in said

        assert agents("revoke", "mashhad", "-c", config)[0] == 0
        assert "revoked" in agents("list", "-c", config)[1]
    finally:
        await store.close()


def test_a_revocation_takes_unused_invitations_of_that_vantage_with_it(config):
    line = agents("invite", "mashhad", "-c", config)[1]
    other = Invited("cd" * 32, "shiraz", SystemClock().utc())
    letters(config).invite(other)

    agents("revoke", "mashhad", "-c", config)

    assert letters(config).invited(token_sha256(invitation_of(line).token)) is None
    assert letters(config).invited("cd" * 32) == other
    assert letters(config).revoked("mashhad")


def test_who_never_was_cannot_be_revoked(config):
    assert agents("revoke", "nowhere", "-c", config)[0] == 2


@pytest.mark.parametrize("content", ["", "{", "[]", '{"vantage": 7}', '{"vantage": "a"}'])
def test_a_letter_that_cannot_be_read_invites_nobody(tmp_path, content):
    (tmp_path / "invitations").mkdir()
    (tmp_path / "invitations" / ("ab" * 32)).write_text(content)

    assert Letters(tmp_path).invited("ab" * 32) is None
    assert Letters(tmp_path).invited("../../etc/passwd") is None


def test_a_certificate_is_made_once_and_a_lost_key_is_said(tmp_path):
    now = SystemClock().utc()
    made = own_certificate(tmp_path, "core.example", now=now)
    again = own_certificate(tmp_path, "core.example", now=now)

    assert again == made
    tls_context(*made)
    assert len(fingerprint(made[0])) == 64
    made[1].unlink()
    with pytest.raises(CertificateError, match="invite the agents again"):
        own_certificate(tmp_path, "core.example", now=now)


def test_a_certificate_with_a_foreign_key_is_said(tmp_path):
    now = SystemClock().utc()
    certificate, _ = own_certificate(tmp_path / "a", "10.0.0.1", now=now)
    _, key = own_certificate(tmp_path / "b", "::1", now=now)
    shutil.copy(key, tmp_path / "a" / "console.key")

    with pytest.raises(CertificateError, match="both PEM"):
        tls_context(certificate, tmp_path / "a" / "console.key")
    with pytest.raises(CertificateError, match="give a PEM file"):
        fingerprint(key)
