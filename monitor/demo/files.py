"""The data directory of a demo world: certificates, configuration, logs; the monitor's store."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import trustme

from monitor import resources
from monitor.demo.errors import DemoError
from monitor.demo.places import DEFAULT_NEIGHBOURHOOD, all_hosts

if TYPE_CHECKING:
    from pathlib import Path

CONFIGURATION = "demo.yaml"
RECIPIENTS = "demo-recipients.csv"
PAGE_IN_CONFIGURATION = "127.0.0.1:8080"


def prepare(directory: Path, *, neighbourhood: int, page: str) -> None:
    """Write everything the processes of a world read.

    Args:
        directory: Made (mode 0700) where absent; a used demo directory is used again, so that its
            store goes on; anything else must be empty.
        neighbourhood: Replaces 77 in every address of the configuration.
        page: "host:port" where the monitor's page shall listen.

    Raises:
        DemoError: it holds other files, or cannot be written.
    """
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(directory.iterdir()) and not (directory / CONFIGURATION).is_file():
            raise DemoError(
                f"{directory} holds something else than a demo: name an empty directory"
            )
        directory.chmod(0o700)
        (directory / "logs").mkdir(exist_ok=True)
        _certificates(directory)
        for name in (RECIPIENTS, CONFIGURATION):
            text = (resources.config() / name).read_text(encoding="utf-8")
            moved = text.replace(f"127.{DEFAULT_NEIGHBOURHOOD}.", f"127.{neighbourhood}.")
            _write(directory / name, moved.replace(PAGE_IN_CONFIGURATION, page).encode())
    except OSError as error:
        raise DemoError(f"{directory}: {error.strerror}: name a directory of your own") from error


def certificates_dir(directory: Path) -> Path:
    """Where the servers' certificates lie, and the authority's."""
    return directory / "certificates"


def _certificates(directory: Path) -> None:
    place = certificates_dir(directory)
    place.mkdir(exist_ok=True)
    right, wrong = trustme.CA(), trustme.CA()
    for target in (directory / "ca.pem", place / "ca.pem"):
        _write(target, right.cert_pem.bytes())
    for host in all_hosts():
        if host.tls:
            for authority, suffix in ((right, "pem"), (wrong, "wrong.pem")):
                chain = authority.issue_cert(host.name).private_key_and_cert_chain_pem
                _write(place / f"{host.name}.{suffix}", chain.bytes())


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "wb") as file:  # noqa: PTH123 - a Path cannot open with a mode of ours
        file.write(content)
