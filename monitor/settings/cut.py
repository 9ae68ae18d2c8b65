"""The part of a configuration that one agent needs, and nothing else of it.

    document = cut(settings, "mashhad")          # at the core; JSON-able
    world, secrets = world_of_cut(document, folder)  # at the agent

It is put together of what the agent's checks name, never by leaving things out: what nobody here
thought of stays at the core. Logins stay there too: tokens come from the core.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from monitor.settings.cut_world import VERSION, AtTheCore, world_of_cut
from monitor.settings.files import with_authorities
from monitor.settings.places import requests
from monitor.settings.plain import items
from monitor.settings.problems import Ledger, SettingsError
from monitor.settings.secrets import longest_first

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from monitor.model import Provider
    from monitor.settings.values import Settings

__all__ = ["VERSION", "AtTheCore", "cut", "world_of_cut"]

_TOP = ("platform", "country", "time_zone", "languages", "rules", "private_networks")
_VANTAGE = ("id", "name", "country", "region", "network", "resolvers", "agent")
_CREDENTIAL = ("id", "service", "looks")


def cut(settings: Settings, vantage_id: str) -> dict[str, Any]:
    """What an agent has to know.

    Args:
        settings: A checked configuration, its references resolved.
        vantage_id: Whose.

    Returns:
        Values of the configuration's own format, fit for JSON: the vantage, what is looked at
        from there, how, and `secrets`, those among them that must be scrubbed from logs. Files of
        certificate authorities are inside, as PEM text.

    Raises:
        LookupError: There is no such vantage, or it is no agent's.
        SettingsError: A file of certificate authorities cannot be read any more.
    """
    values = settings.values
    vantage = settings.world.vantages[vantage_id]
    if not vantage.agent:
        raise LookupError(vantage_id)
    checks = [
        {**item, "vantages": [vantage_id]}
        for _, item in items(values, ("checks",))
        if vantage_id in settings.world.checks[item["id"]].vantages
    ]
    chains = [item["transaction"] for item in checks if "transaction" in item]
    wanted = _targets_of(checks)
    targets = [item for item in values["targets"] if item["id"] in wanted]
    credentials = {chain.get("credential") for chain in chains}
    services = {item["service"] for item in targets if "service" in item} | {
        credential.service
        for credential in settings.world.credentials.values()
        if credential.id in credentials
    }
    kept = [item for item in values["services"] if item["id"] in services]
    parties = {item["party"] for item in kept} | {values["platform"]}
    providers = _providers_of(checks)
    document: dict[str, Any] = {
        VERSION: 1,
        **{key: values[key] for key in _TOP if key in values},
        "vantage": _only(next(_by_id(values["vantages"], {vantage_id})), _VANTAGE),
        "parties": [*_by_id(values["parties"], parties)],
        "services": kept,
        "targets": targets,
        "checks": checks,
        "credentials": [
            _only(item, _CREDENTIAL) for item in _by_id(values.get("credentials", []), credentials)
        ],
        "providers": [
            _provider_values(provider)
            for name, provider in settings.world.providers.items()
            if name in providers
        ],
    }
    document = _plain(document)
    document["authorities"] = _take_in(document, settings)
    document["secrets"] = [*_secrets_of(settings, checks)]
    return document


def _secrets_of(settings: Settings, checks: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """The secrets that stand in these checks; nothing else of a document holds any."""
    ids = {item["id"] for item in checks}
    indices = {index for index, item in enumerate(settings.values["checks"]) if item["id"] in ids}
    return longest_first(
        secret
        for path, secrets in settings.secret_places.items()
        if path[0] == "checks" and path[1] in indices
        for secret in secrets
    )


def _targets_of(checks: Sequence[Mapping[str, Any]]) -> set[str]:
    targets = {str(item["target"]) for item in checks}
    for item in checks:
        steps = item.get("transaction", {}).get("steps", ())
        targets |= {str(step["target"]) for step in steps if "target" in step}
    return targets


def _providers_of(checks: list[dict[str, Any]]) -> set[str]:
    named = {item["transaction"].get("provider") for item in checks if "transaction" in item}
    for _, request in requests({"checks": checks}):
        named.add(request.get("expect", {}).get("codes", {}).get("provider"))
    return {name for name in named if name is not None}


def _provider_values(provider: Provider) -> dict[str, Any]:
    """A provider as its file would say it."""
    told: dict[str, Any] = {
        "govah-provider": 1,
        "id": provider.id,
        "name": dict(provider.name),
        "code_path": provider.code_path,
        "unknown": dict(provider.unknown),
        "reads": [*provider.reads],
        "writes": [*provider.writes],
        "codes": [],
    }
    if provider.message_path is not None:
        told["message_path"] = provider.message_path
    for one in provider.meanings:
        way = {"phrase": one.phrase} if one.code is None else {"codes": [one.code]}
        told["codes"].append({**way, "class": str(one.meaning), **one.says})
    return told


def _take_in(document: dict[str, Any], settings: Settings) -> dict[str, str]:
    """Put names in the place of files, and the files' text under these names."""
    folder = settings.source.absolute().parent
    found: dict[str, str] = {}
    for _, item in with_authorities(document):
        if "ca_file" not in item:
            continue
        pem = _read(folder / item["ca_file"], settings.source)
        name = f"{hashlib.sha256(pem.encode()).hexdigest()[:16]}.pem"
        found[name] = pem
        item["ca_file"] = name
    return found


def _read(path: Path, source: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except (OSError, ValueError):
        ledger = Ledger(str(source))
        what = "a file of certificate authorities cannot be read as PEM"
        ledger.add((1, 1), ("checks",), what, "what was there at the start", "put it back")
        raise SettingsError(ledger.problems()) from None


def _by_id(listed: Sequence[dict[str, Any]], ids: set[Any]) -> Iterator[dict[str, Any]]:
    return (item for item in listed if item["id"] in ids)


def _only(item: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    return {key: item[key] for key in keys if key in item}


def _plain(value: Any) -> Any:
    """A copy of its own: aliases of the file may share parts."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value
