"""Checks that can be carried out: one way to look, limits that leave room, from a fit place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.settings.cross_requests import judge_request
from monitor.settings.cross_steps import judge_steps, judge_transaction
from monitor.settings.kinds import seconds_in
from monitor.settings.models_logins import LOGIN_TIMEOUT
from monitor.settings.places import requests
from monitor.settings.plain import Known, items, text, texts
from monitor.settings.review import judge_login, judge_look

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.model import Provider
    from monitor.settings.problems import Path
    from monitor.settings.tree import Tree

WAYS = ("http", "tcp", "tls", "dns", "icmp", "heartbeat", "promql", "transaction")
_HERE_ONLY = ("heartbeat", "promql")


def judge_checks(tree: Tree, known: Known, providers: Mapping[str, Provider] | None) -> None:
    """Note what is wrong between the parts of each check, and with what it refers to.

    Args:
        tree: What was read.
        known: The ids there are.
        providers: By id; None: not all of them could be read.
    """
    agents = {
        text(item, "id")
        for _, item in items(tree.value, ("vantages",))
        if item.get("agent") is True
    }
    for path, item in items(tree.value, ("checks",)):
        known.must_have((*path, "target"), "targets", text(item, "target"))
        for index, vantage in texts(item, "vantages"):
            known.must_have((*path, "vantages", index), "vantages", vantage)
            if vantage in item["vantages"][:index]:
                what = "this vantage stands here already"
                tree.problem((*path, "vantages", index), what, "each once", "remove it")
        ways = [way for way in WAYS if way in item]
        if len(ways) != 1:
            what = f"{' and '.join(ways)} stand here together" if ways else "no way to look"
            do = "keep one" if ways else "add one"
            tree.problem(path, what, f"exactly one of {', '.join(WAYS)}", do)
        _judge_slow(tree, path, item, item)
        for way in _HERE_ONLY:
            if way in item:
                _judge_place(tree, path, item, agents, way)
        _judge_ways(tree, path, item, known)
        http = item.get("http")
        if isinstance(http, dict):
            judge_look(tree, (*path, "http"), http, providers)
            _judge_client(tree, (*path, "http"), http)
        if isinstance(item.get("transaction"), dict):
            judge_transaction(tree, path, item, known, providers)
            _judge_login(tree, path, item)
            for place, step in items(item, ("transaction", "steps")):
                _judge_slow(tree, (*path, *place), step, {**item, **step})
                _judge_patience(tree, (*path, *place), step, item)
    judge_steps(tree)
    for path, request in requests(tree.value):
        judge_request(tree, path, request, providers)
        if path[0] == "credentials":
            judge_login(tree, path, request, providers)


def _judge_slow(tree: Tree, path: Path, item: dict[str, Any], limits: dict[str, Any]) -> None:
    slow, timeout = seconds_in(item, "slow_after"), seconds_in(limits, "timeout")
    if slow is not None and timeout is not None and slow >= timeout:
        what = "a look this slow has timed out already"
        tree.problem((*path, "slow_after"), what, "less than `timeout`", "lower it")


def _judge_patience(tree: Tree, path: Path, step: dict[str, Any], item: dict[str, Any]) -> None:
    own, whole = seconds_in(step, "timeout"), seconds_in(item, "timeout")
    if own is not None and whole is not None and own > whole:
        what = "the whole look has timed out by then"
        tree.problem((*path, "timeout"), what, "at most the check's `timeout`", "lower it")


def _judge_login(tree: Tree, path: Path, item: dict[str, Any]) -> None:
    """A login that hangs for longer than the look is never told: each look ends before it does."""
    wanted, whole_s = text(item["transaction"], "credential"), seconds_in(item, "timeout")
    for _, one in items(tree.value, ("credentials",)):
        if text(one, "id") != wanted or "login" not in one:  # an agent's logins are the core's
            continue
        login_s = seconds_in(one, "timeout", LOGIN_TIMEOUT)
        if login_s is not None and whole_s is not None and login_s >= whole_s:
            what = "a login that hangs would outlast the look"
            expected = f"more than the `timeout` of the credential, {login_s:g}s"
            tree.problem((*path, "timeout"), what, expected, "raise it, or lower that one")


def _judge_place(
    tree: Tree, path: Path, item: dict[str, Any], agents: set[str | None], way: str
) -> None:
    named = item.get("vantages")
    expected, do = "vantages without `agent: true`", "name those"
    what = f"an agent takes no look of the kind {way}"
    if named == "all" and agents:
        tree.problem((*path, "vantages"), what, expected, do)
    for index, vantage in texts(item, "vantages"):
        if vantage in agents:
            tree.problem((*path, "vantages", index), what, expected, do)


def _judge_ways(tree: Tree, path: Path, item: dict[str, Any], known: Known) -> None:
    icmp, promql, heartbeat = (item.get(way) for way in ("icmp", "promql", "heartbeat"))
    if isinstance(icmp, dict):
        _judge_icmp(tree, (*path, "icmp"), icmp, seconds_in(item, "timeout"))
    if isinstance(promql, dict):
        least, most = promql.get("at_least"), promql.get("at_most")
        if isinstance(least, int | float) and isinstance(most, int | float) and least > most:
            what = "no number is right"
            tree.problem((*path, "promql", "at_least"), what, "at_least <= at_most", "correct one")
    if isinstance(heartbeat, dict):
        known.must_have((*path, "heartbeat", "source"), "heartbeats", text(heartbeat, "source"))


def _judge_icmp(tree: Tree, path: Path, icmp: dict[str, Any], timeout_s: float | None) -> None:
    count, lost = icmp.get("count", 3), icmp.get("most_lost", 1)
    interval_s = seconds_in(icmp, "interval", "200ms")
    if not isinstance(count, int):
        return
    if isinstance(lost, int) and lost >= count:
        name = "most_lost" if "most_lost" in icmp else "count"
        what = "all may be lost"
        tree.problem((*path, name), what, "most_lost < count", "change one of the two")
    if interval_s is None or timeout_s is None:
        return
    if (count - 1) * interval_s >= timeout_s:
        what = "the last request would leave after the time-out"
        expected = "(count - 1) x interval < timeout"
        tree.problem(path, what, expected, "lower count or interval", key=True)


def _judge_client(tree: Tree, path: Path, item: dict[str, Any]) -> None:
    if item.get("version") in ("2", "3") and item.get("client", "aiohttp") == "aiohttp":
        what = "the client aiohttp speaks HTTP/1.1 only"
        tree.problem((*path, "version"), what, "`client: curl` beside it", "add `client: curl`")
    if item.get("version") == "3" and (text(item, "url") or "").startswith("http://"):
        what = "HTTP/3 is never spoken without TLS"
        tree.problem((*path, "version"), what, "an https URL", "use https, or another version")
