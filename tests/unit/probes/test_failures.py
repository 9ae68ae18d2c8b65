from __future__ import annotations

import errno
import ssl

import aiohttp
import dns.exception
import pytest
from aiohttp.http_exceptions import BadHttpMessage

from monitor.model import Failure, Phase
from probes.failures import LookFailedError, classify


@pytest.mark.parametrize(
    ("number", "failure"),
    [
        (errno.EHOSTUNREACH, Failure.HOST_UNREACHABLE),
        (errno.EHOSTDOWN, Failure.HOST_UNREACHABLE),
        (errno.ENETUNREACH, Failure.NETWORK_UNREACHABLE),
        (errno.ENETDOWN, Failure.NETWORK_UNREACHABLE),
        (errno.ENOBUFS, Failure.OUT_OF_RESOURCES),
        (errno.ENOMEM, Failure.OUT_OF_RESOURCES),
        (errno.ENFILE, Failure.OUT_OF_FILES),
        (errno.EPIPE, Failure.CONNECTION_RESET),
    ],
)
def test_an_errno_has_one_name_also_inside_aiohttps_wrapping(number, failure):
    bare = OSError(number, "x")
    wrapped = aiohttp.ClientOSError(number, "x")
    wrapped.__cause__ = bare

    assert classify(bare, Phase.CONNECT)[0] is failure
    assert classify(wrapped, Phase.CONNECT)[0] is failure


@pytest.mark.parametrize(
    ("number", "failure"),
    [
        (errno.EMFILE, Failure.OUT_OF_FILES),
        (errno.EADDRNOTAVAIL, Failure.NO_SOURCE_ADDRESS),
        (errno.ENODEV, Failure.NO_SOURCE_ADDRESS),
        (errno.ENOBUFS, Failure.OUT_OF_RESOURCES),
        (errno.EPERM, Failure.NOT_PERMITTED),
        (errno.EACCES, Failure.NOT_PERMITTED),
    ],
)
@pytest.mark.parametrize("phase", [Phase.DNS, Phase.CONNECT])
def test_what_we_lack_is_ours_in_every_phase(number, failure, phase):
    assert classify(OSError(number, "x"), phase)[0] is failure


@pytest.mark.parametrize("number", [errno.EPERM, errno.ENODEV])
def test_what_the_system_denies_us_inside_aiohttps_wrapping_is_ours(number):
    wrapped = aiohttp.ClientOSError(number, "x")
    wrapped.__cause__ = OSError(number, "x")

    assert classify(wrapped, Phase.CONNECT)[0] in (
        Failure.NOT_PERMITTED,
        Failure.NO_SOURCE_ADDRESS,
    )


@pytest.mark.parametrize(
    ("message", "failure"),
    [
        ("Invalid character in chunk size:\n\n  b'zz'\n  ^", Failure.HTTP_BAD_CHUNK),
        ("Chunk size overflow:\n\n  b'fff'\n  ^", Failure.HTTP_BAD_CHUNK),
        ("Invalid header token:\n\n  b'chunk size: x'\n  ^", Failure.HTTP_PROTOCOL),
        ("Invalid HTTP header: b'chunk'", Failure.HTTP_PROTOCOL),
        ("Too many headers received", Failure.HTTP_TOO_MANY_HEADERS),
    ],
)
def test_a_bad_chunk_is_told_by_the_parsers_word_never_by_what_the_other_side_wrote(
    message, failure
):
    assert classify(BadHttpMessage(message), Phase.WAIT) == (failure, "")


@pytest.mark.parametrize(
    ("reason", "failure"),
    [
        ("TLSV1_ALERT_PROTOCOL_VERSION", Failure.TLS_OLD_PROTOCOL),
        ("UNSUPPORTED_PROTOCOL", Failure.TLS_OLD_PROTOCOL),
        ("WRONG_VERSION_NUMBER", Failure.TLS_HANDSHAKE),
    ],
)
def test_only_an_old_protocol_is_called_one(reason, failure):
    error = ssl.SSLError(1, "x")
    error.reason = reason

    assert classify(error, Phase.TLS) == (failure, reason.lower())


def test_the_kernels_own_timeout_is_named_after_the_phase():
    assert classify(TimeoutError(errno.ETIMEDOUT, "x"), Phase.CONNECT)[0] is Failure.CONNECT_TIMEOUT


def test_memory_that_ran_out_is_ours():
    assert classify(MemoryError(), Phase.TRANSFER)[0] is Failure.OUT_OF_RESOURCES


def test_an_alert_after_the_handshake_is_still_a_failed_handshake():
    # TLS 1.3: the server says "certificate required" when we think that we are through.
    alert = ssl.SSLError(1, "[SSL: TLSV13_ALERT_CERTIFICATE_REQUIRED]")

    assert classify(alert, Phase.WAIT)[0] is Failure.TLS_HANDSHAKE


def test_an_unknown_error_stays_unknown_and_its_text_stays_where_it_is():
    failure, detail = classify(
        OSError(errno.EBADMSG, "https://user:pass@insurer.ir/?token=1"), Phase.WAIT
    )

    assert failure is Failure.UNKNOWN
    assert detail == "OSError EBADMSG"


@pytest.mark.parametrize(
    "error",
    [
        aiohttp.ClientPayloadError("s3cret"),
        aiohttp.InvalidURL("http://s3cret/"),
        ConnectionResetError(errno.ECONNRESET, "s3cret"),
        dns.exception.FormError("s3cret"),
        ssl.SSLError(1, "s3cret"),
    ],
)
@pytest.mark.parametrize("phase", list(Phase))
def test_no_text_of_an_error_reaches_the_detail(error, phase):
    assert "s3cret" not in classify(error, phase)[1]


def test_what_we_saw_ourselves_wins_over_its_cause():
    error = LookFailedError(Failure.HTTP_5XX)
    error.__cause__ = LookFailedError(Failure.HTTP_BODY_TOO_LARGE, "inner")

    assert classify(error, Phase.TRANSFER) == (Failure.HTTP_5XX, "")
