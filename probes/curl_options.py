"""What libcurl is told: our address, nobody between, nothing taken from the environment."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import pycurl

from monitor.model import Failure
from probes.failures import LookFailedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yarl import URL

    from probes.attempt import Attempt
    from probes.spec import HttpSpec

VERSIONS = {
    # as configured: what is asked for with TLS, without it, and what must come
    "1.1": (pycurl.CURL_HTTP_VERSION_1_1, pycurl.CURL_HTTP_VERSION_1_1, (1, 2)),
    "2": (pycurl.CURL_HTTP_VERSION_2TLS, pycurl.CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE, (3,)),
    "3": (pycurl.CURL_HTTP_VERSION_3ONLY, pycurl.CURL_HTTP_VERSION_3ONLY, (30,)),
}


def aim(easy: pycurl.Curl, this: Attempt, url: URL, spec: HttpSpec) -> None:
    """Say where to go and whom to trust.

    Raises:
        LookFailedError: HTTP/3 without TLS; a redirect may lead there.
    """
    if spec.version == "3" and url.scheme != "https":
        raise LookFailedError(Failure.HTTP_PROTOCOL, "HTTP/3 needs https")
    address = this.trail.address or ""
    literal = f"[{address}]" if ":" in address else address
    secure, plain, _ = VERSIONS[spec.version]
    places = ssl.get_default_verify_paths()
    options = {
        pycurl.URL: str(url),
        pycurl.CONNECT_TO: [f"::{literal}:{url.port}"],
        pycurl.HTTP_VERSION: secure if url.scheme == "https" else plain,
        pycurl.SSLVERSION: pycurl.SSLVERSION_TLSv1_2,
        pycurl.OPT_CERTINFO: 1,
        pycurl.PROXY: "",
        pycurl.NOPROXY: "*",
        pycurl.NETRC: pycurl.NETRC_IGNORED,
        pycurl.FOLLOWLOCATION: 0,
        pycurl.FRESH_CONNECT: 1,
        pycurl.FORBID_REUSE: 1,
        pycurl.SSL_SESSIONID_CACHE: 0,
        pycurl.NOSIGNAL: 1,
        pycurl.HTTP09_ALLOWED: 0,
        pycurl.BUFFERSIZE: 16 * 1024,
    }
    for option, value in options.items():
        easy.setopt(option, value)
    if spec.ca_file is not None:
        easy.setopt(pycurl.CAINFO, spec.ca_file)
        easy.unsetopt(pycurl.CAPATH)
    else:
        if places.cafile is not None:
            easy.setopt(pycurl.CAINFO, places.cafile)
        if places.capath is not None:
            easy.setopt(pycurl.CAPATH, places.capath)


def fill(
    easy: pycurl.Curl, version: str, method: str, headers: Mapping[str, str], body: bytes | None
) -> None:
    """Say what to send, as the other client would.

    Raises:
        ValueError: A configured header has a line end in it.
    """
    lines = []
    for name, value in headers.items():
        if any(letter in name + value for letter in "\r\n\0"):
            raise ValueError("a line end in a configured header")
        lines.append(f"{name}: {value}" if value else f"{name};")
    known = {name.lower() for name in headers}
    lines += [f"{name}:" for name in ("Expect", "Accept") if name.lower() not in known]
    if version == "1.1":
        lines.append("Connection: close")
    match method:
        case "HEAD":
            easy.setopt(pycurl.NOBODY, 1)
        case "POST":
            easy.setopt(pycurl.POST, 1)
            easy.setopt(pycurl.POSTFIELDSIZE, len(body or b""))
            easy.setopt(pycurl.POSTFIELDS, body or b"")
            if "content-type" not in known:
                lines.append("Content-Type: application/octet-stream")
        case _:
            easy.setopt(pycurl.HTTPGET, 1)
    easy.setopt(pycurl.HTTPHEADER, [line.encode() for line in lines])
