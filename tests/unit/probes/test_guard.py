"""A path that could register something is refused however it is written."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from monitor.model import Failure
from probes.failures import LookFailedError
from probes.guard import ReadOnly

READS = ("^/erx-core/v3/prescription/fetch/printcode$", "^/interface/epresc/prescription-type$")
WRITES = ("^/erx-core/v3/prescription/save$", "/samad/", r"^/interface/epresc/SendEpresc/v\d+$")
WRITTEN = [
    "/erx-core/v3/prescription/save",
    "/erx-core/v3/samad/electronic/generate",
    "/interface/epresc/SendEpresc/v7",
]
guard = ReadOnly(READS, WRITES)


def refused(path, method="GET", by=guard):
    try:
        by(method, URL("https://insurer.test" + path, encoded=True))
    except LookFailedError as error:
        return error.failure is Failure.WRITE_REFUSED
    return False


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "get", "CONNECT"])
def test_only_methods_that_can_read_pass(method):
    assert refused("/anything", method)


@pytest.mark.parametrize("path", WRITTEN)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_what_writes_is_never_asked(path, method):
    assert refused(path, method)


@pytest.mark.parametrize(
    "path",
    [
        "/erx-core/v3/prescription//save",
        "/erx-core/v3/./prescription/save",
        "/erx-core/v3/x/../prescription/save",
        "/erx-core/v3/x/%2e%2e/prescription/save",
        "/erx-core/v3/x/%252e%252E/prescription/save",
        "/erx-core/v3/prescription%2Fsave",
        "/erx-core/v3/prescription%5csave",
        "/erx-core/v3/prescription\\save",
        "/ERX-core/V3/Prescription/SAVE",
        "/erx-core/v3/prescription/save/",
        "/erx-core/v3/prescription/save/.",
        "/erx-core/v3/prescription/save;jsessionid=1",
        "/erx-core/v3/prescription;a=b/save",
        "/erx-core/v3/x/..;/prescription/save",
        "/erx-core/v3/prescription/save%20",
        "/erx-core/v3/prescription/save.",
        "/erx-core/v3/prescription/save%00",
        "/erx-core/v3/prescription/save%0a",
        "/erx-core/v3/prescription/%u0073ave",
        "/erx-core/v3/prescription/%c1%b3ave",
        "/erx-core/v3/prescription/%ef%bd%93ave",  # a full-width s
        "/../erx-core/v3/prescription/save",
        "//erx-core/v3/prescription/save",
        "/" + quote(quote(quote(quote(quote("erx-core/v3/prescription/save", safe=""))))),
    ],
)
def test_no_known_disguise_passes(path):
    assert refused(path)


def test_a_post_has_to_be_known_to_read():
    assert not refused("/erx-core/v3/prescription/fetch/printcode", "POST")
    assert not refused("/erx-core/v3//prescription/fetch/printcode", "POST")
    assert refused("/erx-core/v3/prescription/fetch/printcode/../other", "POST")
    assert refused("/erx-core/v3/something/new", "POST")
    assert not refused("/erx-core/v3/something/new", "GET")


def test_without_a_list_of_reads_only_the_writes_are_refused():
    by = ReadOnly((), WRITES)

    assert not refused("/erx-core/v3/something/new", "POST", by)
    assert refused(WRITTEN[0], "POST", by)


@pytest.mark.parametrize("path", ["/", "/نسخه/۱", "/a%20b/c", "/interface/epresc/deserve/1/2"])
def test_ordinary_paths_pass(path):
    assert not refused(URL("http://h" + path).raw_path)


DETOURS = ["//", "/./", "/x/../", "/%2e/", "\\", "%2F", ";v=1/"]


def disguised(draw, path):
    """The same path by any mixture of ways to write it."""
    text = ""
    for sign in path:
        match draw(st.integers(0, 5)):
            case 0:
                text += f"%{ord(sign):02x}"
            case 1:
                text += f"%25{ord(sign):02X}"
            case 2:
                text += sign.swapcase()
            case 3 if sign == "/":
                text += draw(st.sampled_from(DETOURS))
            case _:
                text += sign
    return "/" + text.lstrip("/") + draw(st.sampled_from(["", "/", ";x", "%20", ".", "/."]))


@given(st.data(), st.sampled_from(WRITTEN), st.sampled_from(["GET", "HEAD", "POST"]))
def test_no_encoding_of_a_written_path_passes(data, path, method):
    assert refused(disguised(data.draw, path), method)
