"""From a file to settings, or to every error in it at once."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from monitor.settings.problems import SettingsError
from monitor.settings.values import Settings

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Mapping

    from monitor.model import Recipient
    from monitor.settings.problems import Problem
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
        check_files: Whether certificate files that are not there, and a client that is not
            installed, are errors. (Recipients, providers' files and the files of secrets are
            needed in any case.)

    Returns:
        Frozen values; every reference in them leads somewhere.

    Raises:
        SettingsError: with every problem, by file and position. No problem holds a secret's
            value or a phone number.
    """
    # Only who loads a configuration pays for pydantic and ruamel (0.2 s).
    from monitor.settings import (  # noqa: PLC0415
        build,
        build_hooks,
        build_notices,
        build_traffic,
        cross,
        files,
        secrets,
        shape,
        tree,
    )
    from monitor.settings.models import FileModel  # noqa: PLC0415
    from monitor.settings.places import refuse_nothing  # noqa: PLC0415
    from monitor.settings.providers import read_providers  # noqa: PLC0415
    from monitor.settings.text import read_text  # noqa: PLC0415

    grown = tree.parse(read_text(path, limit_bytes=_LIMIT_BYTES), str(path))
    folder = path.absolute().parent
    values, found = secrets.resolve(grown, folder=folder, environ=environ)
    refuse_nothing(grown)
    file = shape.shaped(values, grown, FileModel)
    providers, foreign = read_providers(grown, path.parent)
    cross.judge(grown, providers)
    if check_files:
        files.judge_clients(grown)
        files.judge_files(grown, folder)
    recipients, people = _recipients(grown, path)
    problems = [*grown.ledger.problems(), *foreign, *people]
    if problems or file is None:
        raise SettingsError(problems)
    return Settings(
        world=build.world_of(file, folder, providers or {}),
        page=build.page_of(file.page),
        data_directory=folder / file.data.directory,
        retention=build.retention_of(file.data),
        sender=build.sender_of(file),
        recipients=recipients,
        secrets=secrets.longest_first(chain.from_iterable(found.values())),
        source=path,
        values=values,
        secret_places=found,
        agents=build.agents_of(file.agents, folder),
        operators=build.listen_of(file.operators.listen) if file.operators is not None else None,
        outcomes_key=file.outcomes.key if file.outcomes is not None else None,
        traffic=build_traffic.traffic_of(file, folder),
        hooks=build_hooks.hooks_of(file),
        notices=build_notices.notices_of(file, folder),
    )


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
