"""A tail's own file: which log it follows, and what the lines mean."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any

from monitor.model import OutcomeClass
from monitor.settings.models_tail import TailModel
from monitor.settings.places import refuse_nothing
from monitor.settings.plain import is_file, items, text
from monitor.settings.problems import SettingsError
from monitor.settings.secrets import longest_first, resolve
from monitor.settings.shape import shaped
from monitor.settings.text import read_text
from monitor.settings.tree import parse

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterator, Mapping

    from monitor.settings.models_tail import RuleModel
    from monitor.settings.problems import Path
    from monitor.settings.tree import Tree

_LIMIT_BYTES = 256 * 1024
FIRST_LINE = "govah-tail: 1"
_TIME_FORMS = ("iso", "unix", "unix_ms")


@dataclass(frozen=True, slots=True)
class Rule:
    """Lines that are calls of one operation, and what became of them."""

    when: tuple[tuple[str, re.Pattern[str]], ...]
    service: str
    operation: str
    meanings: tuple[tuple[str, Mapping[str, OutcomeClass]], ...]  # field, value -> outcome
    otherwise: OutcomeClass
    slow_field: str | None
    slow_over: float  # in the field's own unit
    code_field: str | None


@dataclass(frozen=True, slots=True)
class TailFile:
    """What a tail's own file says."""

    url: str
    key: str = field(repr=False)
    every_s: float
    timeout_s: float
    ca_file: pathlib.Path | None
    region: str | None
    network: str | None
    log: pathlib.Path
    from_start: bool
    data_directory: pathlib.Path
    regex: re.Pattern[str] | None  # None: the lines are JSON
    time_field: str
    time_form: str
    rules: tuple[Rule, ...]
    secrets: tuple[str, ...] = field(repr=False)  # every resolved secret, longest first


def load_tail(path: pathlib.Path, environ: Mapping[str, str] | None) -> TailFile:
    """Read a tail's file.

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
    model = shaped(values, tree, TailModel)
    _judge(tree, folder)
    if model is None:
        raise SettingsError(tree.ledger.problems())
    tree.ledger.raise_if_any()
    send = model.send
    return TailFile(
        url=send.url,
        key=send.key,
        every_s=send.every,
        timeout_s=send.timeout,
        ca_file=None if send.ca_file is None else folder / send.ca_file,
        region=send.region,
        network=send.network,
        log=folder / model.log,
        from_start=model.start == "beginning",
        data_directory=folder / model.data,
        regex=None if model.regex is None else re.compile(model.regex),
        time_field=model.time.field,
        time_form=model.time.form,
        rules=tuple(map(_rule, model.rules)),
        secrets=longest_first(chain.from_iterable(found.values())),
    )


def _rule(model: RuleModel) -> Rule:
    slow = model.slow
    return Rule(
        when=tuple((name, re.compile(pattern)) for name, pattern in model.when.items()),
        service=model.service,
        operation=model.operation,
        meanings=tuple(
            (each.field, {value: OutcomeClass(told) for value, told in each.table.items()})
            for each in model.outcomes
        ),
        otherwise=OutcomeClass(model.otherwise),
        slow_field=None if slow is None else slow.field,
        slow_over=0.0 if slow is None else slow.over * (1000 if slow.unit == "ms" else 1),
        code_field=model.code,
    )


def _judge(tree: Tree, folder: pathlib.Path) -> None:
    """Note what one part of the file owes another."""
    regex = text(tree.value, "regex")
    if ("lines" in tree.value) == ("regex" in tree.value):
        what, expected = "how to read a line is not clear", "either `lines: json` or `regex`"
        tree.problem((), what, expected, "write one of the two")
    elif regex is not None:
        _judge_groups(tree, regex)
    send = tree.value.get("send")
    name = text(send, "ca_file") if isinstance(send, dict) else None
    if name is not None and not is_file(folder / name):
        expected = "a file of certificate authorities (PEM), relative to this file"
        do = "put it there, or correct the path"
        tree.problem(("send", "ca_file"), "there is no such file", expected, do)
    _judge_time(tree)


def _judge_time(tree: Tree) -> None:
    time = tree.value.get("time")
    form = text(time, "form") if isinstance(time, dict) else None
    if form is not None and form not in _TIME_FORMS and "%z" not in form:
        what, expected = "a time without a zone", f"one of {', '.join(_TIME_FORMS)}, or a form"
        tree.problem(("time", "form"), what, f"{expected} with %z", "let the log tell the zone")


def _judge_groups(tree: Tree, regex: str) -> None:
    try:
        groups = re.compile(regex).groupindex
    except (re.error, RecursionError, OverflowError):
        return  # told already
    for path, name in _fields(tree.value):
        if name not in groups:
            known = ", ".join(groups) or "none"
            what, expected = "the regex has no group of this name", f"one of its groups ({known})"
            key = "when" in path
            tree.problem(path, what, expected, "correct the name, or name the group", key=key)


def _fields(values: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    """Every field of a line that the file names, with its place."""
    if isinstance(values.get("time"), dict):
        yield from _field(values["time"], ("time",), "field")
    for path, rule in items(values, ("rules",)):
        if isinstance(rule.get("when"), dict):
            yield from (((*path, "when", name), name) for name in rule["when"])
        for inner, meaning in items(values, (*path, "outcomes")):
            yield from _field(meaning, inner, "field")
        if isinstance(rule.get("slow"), dict):
            yield from _field(rule["slow"], (*path, "slow"), "field")
        yield from _field(rule, path, "code")


def _field(values: dict[str, Any], path: Path, key: str) -> Iterator[tuple[Path, str]]:
    name = text(values, key)
    if name is not None:
        yield (*path, key), name
