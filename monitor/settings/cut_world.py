"""What an agent got from the core becomes a world, or every error in it is told."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from monitor.model import Credential, Party, World
from monitor.settings import build
from monitor.settings.build_logins import budget_of
from monitor.settings.cross import judge_targets, unique
from monitor.settings.cross_looks import judge_checks
from monitor.settings.files import with_authorities
from monitor.settings.models_cut import CutModel
from monitor.settings.plain import Known
from monitor.settings.problems import Ledger
from monitor.settings.providers import made
from monitor.settings.secrets import longest_first
from monitor.settings.shape import shaped
from monitor.settings.tree import Tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from monitor.settings.models_cut import TokenModel

VERSION = "govah-cut"  # the key that holds the version of the format
_NAME = "(configuration from the core)"
_SECTIONS = ("parties", "services", "targets", "checks", "credentials", "providers")


@dataclass(frozen=True, slots=True)
class AtTheCore:
    """The login of a credential that the core keeps: it is asked for tokens, not this."""

    kind: Literal["core"] = "core"


def world_of_cut(document: Mapping[str, Any], folder: Path) -> tuple[World, tuple[str, ...]]:
    """The world an agent looks at.

    Args:
        document: What `monitor.settings.cut.cut` made at the core.
        folder: Where the certificate authorities are written to, each in a file of mode 0600;
            made (mode 0700) where absent.

    Returns:
        The world, with the agent's vantage alone and without advice and logins; and the secrets
        to be scrubbed from logs, longest first.

    Raises:
        SettingsError: The document cannot be used; nothing was written.
        OSError: The files cannot be written.
    """
    tree = Tree(Ledger(_NAME))
    tree.value = dict(document)
    model = shaped(tree.value, tree, CutModel)
    tree.ledger.raise_if_any()
    if model is None:
        raise AssertionError(_NAME)  # `shaped` notes why
    _judge(tree, model)
    tree.ledger.raise_if_any()
    _write(model.authorities, folder)
    return _world_of(model, folder), longest_first(model.secrets)


def _judge(tree: Tree, model: CutModel) -> None:
    """Note what the parts owe each other, as for a whole configuration."""
    # The agent's own vantage is the only one, and may do without a section `agents`.
    tree.value = {**tree.value, "vantages": [tree.value["vantage"]]}
    known = Known(tree)
    for section in _SECTIONS:
        unique(tree, (section,))
    known.must_have(("platform",), "parties", model.platform)
    for index, service in enumerate(model.services):
        known.must_have(("services", index, "party"), "parties", service.party)
    for index, credential in enumerate(model.credentials):
        known.must_have(("credentials", index, "service"), "services", credential.service)
    judge_targets(tree, known)
    judge_checks(tree, known, {item.id: made(item) for item in model.providers})
    for path, name in _authorities(tree):
        if name not in model.authorities:
            what, do = "these certificate authorities did not come along", "ask the core again"
            tree.problem(path, what, "a name among `authorities`", do)


def _authorities(tree: Tree) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for path, item in with_authorities(tree.value):
        if "ca_file" in item:
            yield (*path, "ca_file"), item["ca_file"]


def _write(authorities: Mapping[str, str], folder: Path) -> None:
    if not authorities:
        return
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, pem in authorities.items():
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        with os.fdopen(os.open(folder / name, flags, 0o600), "w", encoding="ascii") as file:
            file.write(pem)


def _world_of(model: CutModel, folder: Path) -> World:
    services = build.services_of(model.services)
    providers = {item.id: made(item) for item in model.providers}
    return World(
        platform=model.platform,
        parties={item.id: Party(item.id, item.kind, item.name) for item in model.parties},
        services=services,
        targets={
            item.id: build.target_of(item, model.platform, model.country, services)
            for item in model.targets
        },
        vantages={model.vantage.id: build.vantage_of(model.vantage, model.private_networks)},
        checks=build.checks_by_id(model.checks, (model.vantage.id,), folder, providers),
        advice=(),
        rules=build.rules_of(model.rules),
        languages=tuple(model.languages),
        time_zone=model.time_zone,
        country=model.country,
        credentials={item.id: _credential_of(item) for item in model.credentials},
        providers=providers,
    )


def _credential_of(item: TokenModel) -> Credential:
    return Credential(
        id=item.id,
        service=item.service,
        login=AtTheCore(),
        token_path="",
        lifetime_path=None,
        lifetime_s=0.0,
        looks=budget_of(item.looks),
    )
