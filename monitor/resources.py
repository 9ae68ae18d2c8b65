"""Where the files live that are not code: beside the code in a checkout, inside it in a wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


class ResourceError(Exception):
    """A folder the program cannot do without is missing; one sentence that says what to do."""


def folder(name: str) -> Path:
    """Find one of the folders that travel with the program.

    Args:
        name: `templates` or `config`.

    Returns:
        `monitor/_data/<name>` of an installed wheel, else `<name>` beside the package.

    Raises:
        ResourceError: it is in neither place.
    """
    for place in (_PACKAGE / "_data" / name, _PACKAGE.parent / name):
        if place.is_dir():
            return place
    raise ResourceError(f"the folder {name!r} of Govah is missing: install the program again")


def templates() -> Path:
    """Return the folder of pages, words and static files."""
    return folder("templates")


def config() -> Path:
    """Return the folder of configurations that ship with the program."""
    return folder("config")
