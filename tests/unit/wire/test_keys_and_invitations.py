"""A signature fits one request of one agent; an invitation survives being copied, or says so."""

from __future__ import annotations

import base64
import json
import stat

import pytest

from monitor.wire.invitation import Invitation, InvitationError, invitation_of, token_sha256
from monitor.wire.keys import (
    KeyFileError,
    key_id,
    load_key,
    new_key,
    public_bytes,
    save_key,
    sign,
    verify,
)

KEY = new_key()
REQUEST = {
    "method": "POST",
    "path": "/agents/v1/looks",
    "vantage": "mashhad",
    "sequence": 41,
    "body": b'{"version": 1}',
}
INVITATION = Invitation("https://core.example:8843", "mashhad", "t" * 43, "ab" * 32)


def test_what_was_signed_verifies():
    assert verify(public_bytes(KEY), sign(KEY, **REQUEST), **REQUEST)


@pytest.mark.parametrize(
    "change",
    [
        {"method": "GET"},
        {"path": "/agents/v1/token"},
        {"vantage": "shiraz"},
        {"vantage": "mashhad\n41"},
        {"sequence": 42},
        {"body": b'{"version": 2}'},
        {"body": b""},
    ],
)
def test_anything_else_does_not(change):
    assert not verify(public_bytes(KEY), sign(KEY, **REQUEST), **(REQUEST | change))


@pytest.mark.parametrize("signature", ["", "?", "AAAA", "é", base64.b64encode(b"x" * 64).decode()])
def test_no_signature_is_no_error_but_a_no(signature):
    assert not verify(public_bytes(KEY), signature, **REQUEST)
    assert not verify(bytes(32), signature, **REQUEST)


def test_another_key_does_not_verify():
    assert not verify(public_bytes(new_key()), sign(KEY, **REQUEST), **REQUEST)


def test_a_key_is_kept_for_its_owner_alone_and_never_overwritten(tmp_path):
    path = tmp_path / "agent.key"
    save_key(KEY, path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert public_bytes(load_key(path)) == public_bytes(KEY)
    assert len(key_id(public_bytes(KEY))) == 16
    with pytest.raises(FileExistsError):
        save_key(new_key(), path)


@pytest.mark.parametrize("content", [b"", b"AAAA\n", b"\xff\xfe", b"not base64 at all"])
def test_a_file_that_holds_no_key_says_what_to_do(tmp_path, content):
    path = tmp_path / "agent.key"
    path.write_bytes(content)

    with pytest.raises(KeyFileError, match="enrol again"):
        load_key(path)


def test_an_invitation_is_one_line_and_comes_back():
    line = INVITATION.line()

    assert "\n" not in line
    assert invitation_of(f"  {line}\n") == INVITATION
    assert INVITATION.token not in repr(INVITATION)


def packed(**changes):
    document = {
        "core": INVITATION.core,
        "vantage": INVITATION.vantage,
        "token": INVITATION.token,
        "fingerprint": INVITATION.fingerprint,
    }
    text = json.dumps(document | changes).encode()
    return "govah1." + base64.urlsafe_b64encode(text).decode()


@pytest.mark.parametrize(
    "line",
    [
        "",
        "hello",
        INVITATION.line()[:-9],
        INVITATION.line().replace("govah1", "govah2"),
        "govah1.",
        "govah1.é",
        "govah1." + "A" * 5000,
        "govah1." + base64.urlsafe_b64encode(b"[]").decode(),
        packed(core="http://core.example"),
        packed(core="https://core.example/path"),
        packed(vantage=7),
        packed(token="short"),
        packed(fingerprint="AB" * 32),
    ],
)
def test_a_damaged_invitation_is_refused_without_its_token(line):
    with pytest.raises(InvitationError) as refused:
        invitation_of(line)
    assert INVITATION.token not in str(refused.value)


def test_a_token_is_stored_as_its_hash():
    assert token_sha256("a") == "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"
