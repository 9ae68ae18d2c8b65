"""An agent's own file: what belongs to its machine. The rest comes from the core."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

from monitor.settings.build import listen_of
from monitor.settings.models_agent import AgentModel
from monitor.settings.places import refuse_nothing
from monitor.settings.plain import is_file, text
from monitor.settings.problems import SettingsError
from monitor.settings.secrets import longest_first, resolve
from monitor.settings.shape import shaped
from monitor.settings.text import read_text
from monitor.settings.tree import parse

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Mapping

    from monitor.settings.tree import Tree
    from monitor.settings.values import Listen

_LIMIT_BYTES = 64 * 1024
FIRST_LINE = "govah-agent: 1"


@dataclass(frozen=True, slots=True)
class AgentFile:
    """What an agent's own file says."""

    core_url: str  # https, without a slash at the end
    data_directory: pathlib.Path
    spool_limit_bytes: int
    ca_file: pathlib.Path | None  # None: the fingerprint pinned at enrolment
    source_address: str | None
    interface: str | None
    resolvers: tuple[str, ...]  # "address:port"; empty: those the core sends, else the system's
    metrics: Listen | None
    secrets: tuple[str, ...] = field(repr=False)  # every resolved secret, longest first
    source: pathlib.Path


def load_agent(path: pathlib.Path, environ: Mapping[str, str] | None) -> AgentFile:
    """Read an agent's file.

    Args:
        path: The YAML file; what it names by a relative path is looked for beside it.
        environ: As in `load`.

    Returns:
        What it says.

    Raises:
        SettingsError: with every problem in it, by position.
    """
    tree = parse(read_text(path, limit_bytes=_LIMIT_BYTES), str(path), first=FIRST_LINE)
    folder = path.absolute().parent
    values, found = resolve(tree, folder=folder, environ=environ)
    refuse_nothing(tree)
    model = shaped(values, tree, AgentModel)
    _judge_file(tree, folder)
    if model is None:
        raise SettingsError(tree.ledger.problems())
    tree.ledger.raise_if_any()
    return AgentFile(
        core_url=model.core,
        data_directory=folder / model.data.directory,
        spool_limit_bytes=model.data.spool,
        ca_file=None if model.ca_file is None else folder / model.ca_file,
        source_address=model.source_address,
        interface=model.interface,
        resolvers=tuple(model.resolvers),
        metrics=None if model.metrics is None else listen_of(model.metrics),
        secrets=longest_first(chain.from_iterable(found.values())),
        source=path,
    )


def _judge_file(tree: Tree, folder: pathlib.Path) -> None:
    name = text(tree.value, "ca_file")
    if name is not None and not is_file(folder / name):
        what, do = "there is no such file", "put it there, or correct the path"
        expected = "a file of certificate authorities (PEM), relative to this file"
        tree.problem(("ca_file",), what, expected, do)
