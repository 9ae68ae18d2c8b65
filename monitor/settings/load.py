"""From a file to settings, or to every error in it at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.settings.problems import SettingsError
from monitor.settings.values import Settings

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Mapping

    from monitor.model import Recipient
    from monitor.settings.problems import Path, Problem
    from monitor.settings.tree import Tree

_LIMIT_BYTES = 1024 * 1024


def load(
    path: pathlib.Path, *, environ: Mapping[str, str] | None, check_files: bool = True
) -> Settings:
    """Read a configuration.

    Args:
        path: The YAML file; what it names by a relative path is looked for beside it.
        environ: Where `${env:NAME}` is looked up; None: secrets are not wanted, no reference to
            one is followed, and a stand-in takes its place.
        check_files: Whether a `ca_file` that is not there is an error. (The recipients and the
            files of secrets are needed in any case.)

    Returns:
        Frozen values; every reference in them leads somewhere.

    Raises:
        SettingsError: with every problem, by file and position. No problem holds a secret's
            value or a phone number.
    """
    # Only who loads a configuration pays for pydantic and ruamel (0.2 s).
    from monitor.settings import build, cross, cross_looks, secrets, shape, tree  # noqa: PLC0415
    from monitor.settings.text import read_text  # noqa: PLC0415

    grown = tree.parse(read_text(path, limit_bytes=_LIMIT_BYTES), str(path))
    folder = path.absolute().parent
    values, found = secrets.resolve(grown, folder=folder, environ=environ)
    _refuse_nothing(grown, grown.value, ())
    file = shape.shaped(values, grown)
    cross.judge(grown)
    if check_files:
        cross_looks.judge_ca_files(grown, folder)
    recipients, problems = _recipients(grown, path)
    problems = [*grown.ledger.problems(), *problems]
    if problems or file is None:
        raise SettingsError(problems)
    return Settings(
        world=build.world_of(file, folder),
        page=build.page_of(file.page),
        data_directory=folder / file.data.directory,
        retention=build.retention_of(file.data),
        sender=build.sender_of(file),
        recipients=recipients,
        secrets=found,
        source=path,
    )


def _refuse_nothing(tree: Tree, value: Any, path: Path) -> None:
    """A key without a value is an accident, but for where null is a value: in JSON."""
    match path:
        case ("checks", int(), "http", "json", *_):
            return
        case ("checks", int(), "http", "expect", "json", int(), "one_of", int()):
            return
        case _:
            pass
    if isinstance(value, dict):
        for key, item in value.items():
            _refuse_nothing(tree, item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _refuse_nothing(tree, item, (*path, index))
    elif value is None:
        tree.problem(path, "nothing is written here", "a value", "write it, or remove the key")


def _recipients(tree: Tree, path: pathlib.Path) -> tuple[tuple[Recipient, ...], list[Problem]]:
    from monitor.settings.people import read_recipients  # noqa: PLC0415 - as in `load`
    from monitor.settings.plain import is_file, items, languages_of, text  # noqa: PLC0415 - as in `load`

    named = tree.value.get("recipients")
    name = text(named, "file") if isinstance(named, dict) else None
    if not name:
        return (), []
    file = path.parent / name
    if not is_file(file):
        what, do = "there is no such file", "put it there, or correct the path"
        tree.problem(("recipients", "file"), what, "a CSV file, relative to this file", do)
        return (), []
    services = [text(item, "id") for _, item in items(tree.value, ("services",))]
    return read_recipients(
        file,
        services=[service for service in services if service is not None],
        languages=languages_of(tree),
    )
