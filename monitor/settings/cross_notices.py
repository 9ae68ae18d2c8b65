"""What sources of notices owe the rest of the file, and their own parts each other."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

from monitor.settings.jmespaths import is_jmespath
from monitor.settings.plain import Known, items, text, texts
from monitor.settings.problems import shown

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from monitor.settings.problems import Path
    from monitor.settings.tree import Tree

_TABLES = frozenset({"csv", "json"})
_KINDS = {
    "statuspage": ("status",),
    "gematik": ("status",),
    "rss": ("status", "deploy"),
    "atom": ("status", "deploy"),
}
_LONGEST = timedelta(days=31)


def judge_notices(tree: Tree, known: Known) -> None:
    """Note what cannot work in `notices` and `maintenance`."""
    parties = {
        text(item, "id"): text(item, "party") for _, item in items(tree.value, ("services",))
    }
    regions = {text(item, "region") for _, item in items(tree.value, ("vantages",))}
    for path, item in items(tree.value, ("notices",)):
        known.must_have((*path, "party"), "parties", text(item, "party"))
        _judge_services(tree, known, path, item, parties)
        _judge_regions(tree, path, item, regions)
        _judge_whom(tree, path, item)
        _judge_place(tree, path, item)
        _judge_kind(tree, path, item)
        _judge_fields(tree, path, item)
    for path, item in items(tree.value, ("maintenance",)):
        known.must_have((*path, "party"), "parties", text(item, "party"))
        _judge_services(tree, known, path, item, parties)
        _judge_stretch(tree, path, item)


def notice_names(tree: Tree) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The names of sources, each with its path."""
    for path, item in items(tree.value, ("notices",)):
        if isinstance(item.get("name"), dict):
            yield (*path, "name"), item["name"]


def _judge_services(
    tree: Tree,
    known: Known,
    path: Path,
    item: dict[str, Any],
    parties: Mapping[str | None, str | None],
) -> None:
    named: list[tuple[Path, str]] = [
        ((*path, "services", index), service) for index, service in texts(item, "services")
    ]
    components = item.get("components")
    if isinstance(components, dict):
        named += [
            ((*path, "components", theirs), service)
            for theirs, service in components.items()
            if isinstance(service, str)
        ]
    party = text(item, "party")
    if party is None and text(item, "kind") == "deploy":
        party = text(tree.value, "platform")
    for place, service in named:
        known.must_have(place, "services", service)
        if None not in {party, parties.get(service)} and parties[service] != party:
            what = f"the service {shown(service)} is another party's"
            tree.problem(place, what, "a service of `party`", "correct one")


def _judge_regions(
    tree: Tree, path: Path, item: dict[str, Any], regions: Collection[str | None]
) -> None:
    named = [((*path, "region"), text(item, "region"))]
    theirs = item.get("regions")
    if isinstance(theirs, dict):
        named += [((*path, "regions", key), text(theirs, key)) for key in theirs]
    for place, region in named:
        if region is not None and region not in regions:
            what = f"no vantage is in the region {shown(region, 'of this id')}"
            tree.problem(place, what, "the region of a vantage", "correct it")


def _judge_whom(tree: Tree, path: Path, item: dict[str, Any]) -> None:
    kind = text(item, "kind")
    if kind in {"maintenance", "status"} and "party" not in item:
        what = f"nobody knows whose {kind} this is"
        tree.problem((*path, "party"), what, "the id of a party", "add `party:`")
    if kind == "power_cut" and not item.keys() & {"region", "regions"}:
        what = "nobody knows where power is cut"
        tree.problem((*path, "region"), what, "`region`, or `regions`", "add one of them")
    fields = item.get("fields")
    told = isinstance(fields, dict) and "region" in fields
    if "regions" in item and text(item, "format") in _TABLES and not told:
        what = "no field tells the region"
        tree.problem((*path, "regions"), what, "`fields.region`", "add it", key=True)


def _judge_place(tree: Tree, path: Path, item: dict[str, Any]) -> None:
    if ("file" in item) == ("url" in item):
        both = "file" in item
        what = "both a file and a URL" if both else "neither a file nor a URL"
        do = "remove one of them" if both else "add one of them"
        tree.problem((*path, "url"), what, "either `file` or `url`", do, key=True)
    if "headers" in item and "url" not in item:
        what = "nothing is sent to a file"
        tree.problem((*path, "headers"), what, "headers with `url` only", "remove it", key=True)


def _judge_kind(tree: Tree, path: Path, item: dict[str, Any]) -> None:
    form, kind = text(item, "format"), text(item, "kind")
    allowed = _KINDS.get(form or "")
    if allowed is not None and kind is not None and kind not in allowed:
        what = f"the format {form} does not tell this"
        tree.problem((*path, "kind"), what, f"kind: {' or '.join(allowed)}", "correct one")


def _judge_fields(tree: Tree, path: Path, item: dict[str, Any]) -> None:
    form, fields = text(item, "format"), item.get("fields")
    if form is not None and form not in _TABLES and fields is not None:
        what = f"the format {form} has no fields"
        tree.problem((*path, "fields"), what, "it with csv and json only", "remove it", key=True)
    if form is not None and form != "json" and "entries" in item:
        what = "only JSON has entries somewhere"
        tree.problem((*path, "entries"), what, "it with json only", "remove it", key=True)
    if form not in _TABLES:
        return
    if not isinstance(fields, dict):
        what = "nobody knows where the times stand"
        tree.problem((*path, "fields"), what, "`fields` with csv and json", "add it")
        return
    if form == "json":
        paths = {**fields, "entries": item.get("entries")}
        for key, value in paths.items():
            if isinstance(value, str) and not is_jmespath(value):
                place = (*path, "entries") if key == "entries" else (*path, "fields", key)
                do = "try it on a real answer, then copy it"
                tree.problem(place, "this is not a JMESPath", "a JMESPath", do)
    _judge_times(tree, (*path, "fields"), item, fields)


def _judge_times(tree: Tree, path: Path, item: dict[str, Any], fields: dict[str, Any]) -> None:
    if "hours" in fields and ("day" not in fields or fields.keys() & {"from", "to"}):
        what = "`hours` are both times of a day"
        expected = "`day` and `hours`, without `from` and `to`"
        tree.problem((*path, "hours"), what, expected, "correct it", key=True)
    elif "day" in fields and not fields.keys() & {"from", "hours"}:
        what = "nobody knows when on that day"
        tree.problem((*path, "day"), what, "`from` or `hours` with it", "add one", key=True)
    elif text(item, "kind") != "status" and not fields.keys() & {"from", "day"}:
        what = "nobody knows when it begins"
        tree.problem(path, what, "`from`, or `day` with `from` or `hours`", "add it")


def _judge_stretch(tree: Tree, path: Path, item: dict[str, Any]) -> None:
    from monitor.core.notices.sources import AsideError  # noqa: PLC0415 - only where one is written
    from monitor.core.notices.times import moment  # noqa: PLC0415 - likewise

    try:
        long = moment(item.get("to"), UTC) - moment(item.get("from"), UTC)
    except AsideError:
        return
    if not timedelta() < long <= _LONGEST:
        what = "this is not a stretch of time"
        tree.problem((*path, "to"), what, "a time after `from`, at most 31 days", "correct it")
