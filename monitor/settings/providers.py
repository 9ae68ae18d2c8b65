"""Providers' files: what an upstream's own codes mean, and which of its paths only read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor import resources
from monitor.model import CodeMeaning, Provider
from monitor.settings.models_provider import ProviderModel
from monitor.settings.places import refuse_nothing
from monitor.settings.plain import items, languages_of, text, texts
from monitor.settings.problems import SettingsError, shown
from monitor.settings.shape import shaped
from monitor.settings.text import read_text
from monitor.settings.tree import parse
from probes.letters import plain
from probes.pattern import PatternError, search

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterator, Mapping, Sequence

    from monitor.settings.problems import Path, Problem
    from monitor.settings.tree import Tree

_LIMIT_BYTES = 1024 * 1024
_SUFFIX = ".yaml"
FIRST_LINE = "govah-provider: 1"


def read_providers(
    tree: Tree, folder: pathlib.Path
) -> tuple[dict[str, Provider] | None, list[Problem]]:
    """Read the files that `providers` of a configuration lists.

    Args:
        tree: The configuration; what is wrong with the list itself is noted in its ledger.
        folder: What files of one's own are relative to.

    Returns:
        The providers by id, or None where one of them could not be read; and the problems inside
        the files, each with its place in that file.
    """
    found: dict[str, Provider] = {}
    problems: list[Problem] = []
    listed = tree.value.get("providers", [])
    whole = isinstance(listed, list) and all(isinstance(name, str) for name in listed)
    for index, name in texts(tree.value, "providers"):
        path = ("providers", index)
        file = folder / name if name.endswith(_SUFFIX) else _shipped() / f"{name}{_SUFFIX}"
        if not name.endswith(_SUFFIX) and name not in shipped_names():
            what = f"no provider {shown(name, 'of this name')} ships with Govah"
            expected = f"one of {', '.join(shipped_names())}, or a file ending in {_SUFFIX}"
            tree.problem(path, what, expected, "correct the name")
            whole = False
            continue
        try:
            provider = read_provider(file, languages_of(tree))
        except SettingsError as error:
            problems += error.problems
            whole = False
            continue
        if provider.id in found:
            what = f"the provider {shown(provider.id)} stands here already"
            tree.problem(path, what, "each provider once", "remove one of the two")
        found.setdefault(provider.id, provider)
    return (found if whole else None), problems


def read_provider(file: pathlib.Path, languages: Sequence[str]) -> Provider:
    """Read one provider's file.

    Args:
        file: YAML; see docs/configuration.md.
        languages: Those every sentence must have.

    Returns:
        The provider.

    Raises:
        SettingsError: with every problem in it, by position.
    """
    written = read_text(file, limit_bytes=_LIMIT_BYTES)
    tree = parse(written, str(file), first=FIRST_LINE)
    refuse_nothing(tree)
    model = shaped(tree.value, tree, ProviderModel)
    _judge(tree, languages)
    tree.ledger.raise_if_any()
    if model is None:
        raise AssertionError(file)  # `shaped` notes why
    return made(model)


def made(model: ProviderModel) -> Provider:
    """The plain value of a good model."""
    meanings = []
    for item in model.codes:
        says = {language: words for language, words in (("fa", item.fa), ("en", item.en)) if words}
        meanings += [CodeMeaning(item.class_, says, code=code) for code in item.codes or ()]
        if item.phrase is not None:
            meanings.append(CodeMeaning(item.class_, says, phrase=item.phrase))
    return Provider(
        id=model.id,
        name=model.name,
        code_path=model.code_path,
        message_path=model.message_path,
        meanings=tuple(meanings),
        unknown=model.unknown,
        reads=tuple(model.reads),
        writes=tuple(model.writes),
    )


def shipped_names() -> list[str]:
    """The names of the providers that ship with the program."""
    return sorted(file.stem for file in _shipped().glob(f"*{_SUFFIX}"))


def _shipped() -> pathlib.Path:
    return resources.config() / "providers"


def _judge(tree: Tree, languages: Sequence[str]) -> None:
    seen: dict[tuple[str, str], Path] = {}
    for key in ("name", "unknown"):
        if isinstance(tree.value.get(key), dict):
            _every_language(tree, (key,), tree.value[key], languages)
    for index, rule in texts(tree.value, "reads"):
        if _lets_through(rule):
            what = "this lets every POST through"
            tree.problem(("reads", index), what, "an expression of certain paths", "name them")
    for path, item in items(tree.value, ("codes",)):
        _every_language(tree, path, item, languages)
        ways = [way for way in ("codes", "phrase") if way in item]
        if len(ways) != 1:
            what = "`codes` and `phrase` stand together" if ways else "neither codes nor a phrase"
            do = "make two of it" if ways else "add one"
            tree.problem(path, what, "exactly one of codes, phrase", do)
        if "phrase" in item and "message_path" not in tree.value:
            what = "nobody knows where the provider's words stand"
            expected = "`message_path` for a provider with phrases"
            tree.problem((*path, "phrase"), what, expected, "add `message_path:`", key=True)
        if not plain(text(item, "phrase") or "x"):
            what = "nothing is left of this phrase when it is compared"
            tree.problem((*path, "phrase"), what, "a phrase with letters", "write it out")
        for place, kind, value in _told(path, item):
            if (kind, value) in seen:
                line, _ = tree.places.get(seen[kind, value], (1, 1))
                what = f"this {kind} stands on line {line} already"
                tree.problem(place, what, f"each {kind} once", "remove one of the two")
            seen.setdefault((kind, value), place)


def _lets_through(rule: str) -> bool:
    """Whether a path that nobody has matches an expression (one that is none is told elsewhere)."""
    try:
        return search(rule, "/of/nobody-0-at-all") is not None
    except PatternError:
        return False


def _told(path: Path, item: dict[str, Any]) -> Iterator[tuple[Path, str, str]]:
    for index, code in texts(item, "codes"):
        yield (*path, "codes", index), "code", code
    phrase = text(item, "phrase")
    if phrase is not None:
        yield (*path, "phrase"), "phrase", plain(phrase)  # as it is compared


def _every_language(
    tree: Tree, path: Path, words: Mapping[str, Any], languages: Sequence[str]
) -> None:
    for language in languages:
        if language not in words:
            what = f"the language {language} is missing"
            tree.problem((*path, language), what, "every language of `languages`", "add it")
