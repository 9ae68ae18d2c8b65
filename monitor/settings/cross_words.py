"""Names in every language, advice that is always at hand and fits an SMS."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from monitor.settings.cross_hooks import hook_names
from monitor.settings.cross_notices import notice_names
from monitor.settings.plain import Known, items, languages_of, text, texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.settings.problems import Path
    from monitor.settings.tree import Tree

_SHORT_LIMITS = {"fa": 17}  # a Persian SMS has 70 letters to a segment: docs/configuration.md
_SHORT_LIMIT = 40


def judge_names(tree: Tree) -> None:
    """Every name has every language, and no language is listed twice."""
    seen: set[str] = set()
    for index, language in texts(tree.value, "languages"):
        if language in seen:
            what = "this language stands here already"
            tree.problem(("languages", index), what, "each language once", "remove it")
        seen.add(language)
    for path, names in _names(tree):
        _every_language(tree, path, names)


def judge_advice(tree: Tree, known: Known) -> None:
    """Advice is in every language, dated, short enough; a neutral one never ends."""
    neutral = False
    for path, item in items(tree.value, ("advice",)):
        neutral = neutral or not item.keys() & {"domains", "services", "expires_on"}
        for index, service in texts(item, "services"):
            known.must_have((*path, "services", index), "services", service)
        for key in ("page", "short"):
            if isinstance(item.get(key), dict):
                _every_language(tree, (*path, key), item[key])
        _judge_short(tree, path, item)
        _judge_dates(tree, path, item)
    if isinstance(tree.value.get("advice"), list) and not neutral:
        what = "there is no neutral advice"
        expected = "one without domains, services and expires_on, for when no other is valid"
        tree.problem(("advice",), what, expected, "add one", key=True)


def _names(tree: Tree) -> Iterator[tuple[Path, dict[str, Any]]]:
    for section in ("parties", "services", "vantages", "shared"):
        for path, item in items(tree.value, (section,)):
            if isinstance(item.get("name"), dict):
                yield (*path, "name"), item["name"]
            for inner, operation in items(tree.value, (*path, "operations")):
                if isinstance(operation.get("name"), dict):
                    yield (*inner, "name"), operation["name"]
    yield from hook_names(tree)
    yield from notice_names(tree)


def _every_language(tree: Tree, path: Path, words: dict[str, Any]) -> None:
    for language in languages_of(tree):
        if language not in words:
            what = f"the language {language} is missing"
            tree.problem((*path, language), what, "every language of `languages`", "add it")


def _judge_short(tree: Tree, path: Path, item: dict[str, Any]) -> None:
    short = item.get("short")
    if not isinstance(short, dict):
        return
    for language, clause in short.items():
        limit = _SHORT_LIMITS.get(language, _SHORT_LIMIT)
        if isinstance(clause, str) and len(clause) > limit:
            what = f"{len(clause)} characters stand here"
            expected = f"at most {limit}, the room there is in an SMS"
            tree.problem((*path, "short", language), what, expected, "shorten it")


def _judge_dates(tree: Tree, path: Path, item: dict[str, Any]) -> None:
    if "expires_on" not in item and item.keys() & {"domains", "services"}:
        what = "this advice has no end"
        expected = "a date, for every advice with domains or services"
        tree.problem((*path, "expires_on"), what, expected, "add `expires_on:`")
    approved, expires = _day(item, "approved_on"), _day(item, "expires_on")
    if approved is not None and expires is not None and expires <= approved:
        what = "this advice ends before it begins"
        tree.problem((*path, "expires_on"), what, "a day after approved_on", "correct the date")


def _day(item: dict[str, Any], key: str) -> date | None:
    value = text(item, key)
    try:
        return date.fromisoformat(value) if value is not None else None
    except ValueError:
        return None
