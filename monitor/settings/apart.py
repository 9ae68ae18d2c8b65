"""Reads a configuration in a process that ends with it.

Reading needs pydantic, a YAML reader and a tree of places: at 2,000 checks some 30 MiB that a
process never gives back. The monitor, which runs for months, only takes the values over.
"""

from __future__ import annotations

import os
import pickle
from typing import TYPE_CHECKING, NoReturn

from monitor.settings.load import load

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from monitor.settings.values import Settings


def load_apart(path: Path, *, environ: Mapping[str, str]) -> Settings:
    """As `load`; to be called before any thread is started, for it forks.

    Args:
        path: The YAML file.
        environ: Where `${env:NAME}` is looked up.

    Returns:
        The same values as `load` gives.

    Raises:
        SettingsError: as `load`.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        _read_and_end(path, environ, writer)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        told = pipe.read()
    _, status = os.waitpid(child, 0)
    if status != 0:
        return load(path, environ=environ)  # whatever is wrong, it is told from here
    settings: Settings = pickle.loads(told)  # noqa: S301 - our own child wrote it, into our own pipe
    return settings


def _read_and_end(path: Path, environ: Mapping[str, str], writer: int) -> NoReturn:
    status = 1
    try:
        told = pickle.dumps(load(path, environ=environ), pickle.HIGHEST_PROTOCOL)
        with os.fdopen(writer, "wb") as pipe:
            pipe.write(told)
        status = 0
    finally:
        os._exit(status)  # nothing of the parent's is flushed or closed twice
