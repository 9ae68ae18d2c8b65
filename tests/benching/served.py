"""What both sides look at: nginx where it is installed, else an origin of ours."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import trustme

from tests.benching.origin import BODY_TEXT
from tests.support.command import ROOT, environment, free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LIMIT_S = 30.0

# One worker, no session of TLS is ever taken up again: each look shakes hands in full.
NGINX = """\
daemon off;
pid {home}/nginx.pid;
error_log {home}/error.log;
worker_processes 1;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  default_type application/json;
  client_body_temp_path {home}/body;
  proxy_temp_path {home}/proxy;
  fastcgi_temp_path {home}/fastcgi;
  uwsgi_temp_path {home}/uwsgi;
  scgi_temp_path {home}/scgi;
  ssl_certificate {home}/chain.pem;
  ssl_certificate_key {home}/key.pem;
  ssl_session_tickets off;
  ssl_session_cache off;
  server {{
    listen 127.0.0.1:{plain} backlog=4096;
    listen 127.0.0.1:{secure} ssl backlog=4096;
    location = /answered {{ stub_status; }}
    location / {{ return 200 '{body}'; }}
  }}
}}
"""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where something answers."""

    kind: str
    plain: str  # URL of HTTP, with the closing slash
    secure: str  # URL of HTTPS
    ca_file: Path

    def answered(self) -> int:
        """How many requests it has answered, this one not counted."""
        text = fetched(f"{self.plain}answered").decode()
        found = re.search(r"(\d+)\s*(?:\nReading|$)", text)
        assert found is not None, text
        return int(found[1]) - 1


@contextmanager
def serving(directory: Path) -> Iterator[Origin]:
    """An origin on loopback until the end of the block."""
    home = directory / "origin"
    home.mkdir()
    ca_file = home / "ca.pem"
    nginx = shutil.which("nginx")
    serve = _ours(ca_file) if nginx is None else _nginx(nginx, home, ca_file)
    with serve as origin:
        yield origin


@contextmanager
def _ours(ca_file: Path) -> Iterator[Origin]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.benching.origin", str(ca_file)],
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            assert process.stdout is not None
            plain, secure = process.stdout.readline().split()
            yield Origin("an aiohttp origin", plain, secure, ca_file)
        finally:
            process.terminate()


@contextmanager
def _nginx(program: str, home: Path, ca_file: Path) -> Iterator[Origin]:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(ca_file)
    leaf = authority.issue_cert("127.0.0.1")
    leaf.private_key_pem.write_to_path(home / "key.pem")
    for pem in leaf.cert_chain_pems:
        pem.write_to_path(home / "chain.pem", append=True)
    plain, secure = free_port(), free_port()
    (home / "nginx.conf").write_text(
        NGINX.format(home=home, plain=plain, secure=secure, body=BODY_TEXT), encoding="utf-8"
    )
    process = subprocess.Popen(
        [program, "-p", str(home), "-e", str(home / "error.log"), "-c", str(home / "nginx.conf")]
    )
    with process:
        try:
            origin = Origin(
                "nginx", f"http://127.0.0.1:{plain}/", f"https://127.0.0.1:{secure}/", ca_file
            )
            until_answers(origin.plain)
            yield origin
        finally:
            process.terminate()


def until_answers(url: str) -> None:
    """Wait for the first 200 of `url`."""
    deadline_s = time.monotonic() + LIMIT_S
    while True:
        try:
            fetched(url, timeout_s=1.0)
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            assert time.monotonic() < deadline_s, f"{url} does not answer"
            time.sleep(0.05)
        else:
            return


def fetched(url: str, *, timeout_s: float = LIMIT_S) -> bytes:
    """The body at an address of ours on loopback."""
    with urllib.request.urlopen(url, timeout=timeout_s) as answer:  # noqa: S310 - always http
        body: bytes = answer.read()
    return body
