"""What `govah demo` does: the small world with its buttons, or a tour through its faults."""

from __future__ import annotations

import contextlib
import json
import tempfile
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import click

from monitor.demo import control
from monitor.demo.errors import DemoError
from monitor.demo.faults import FAULTS
from monitor.demo.neighbourhood import is_free
from monitor.demo.places import DEFAULT_NEIGHBOURHOOD
from monitor.demo.tour import order, until_calm, walk
from monitor.demo.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

HERE = "127.0.0.1"
PORTS = MappingProxyType({"page": 8080, "control": 8081, "phone": 8082})


async def run_demo(
    *,
    data: Path | None,
    neighbourhood: int = DEFAULT_NEIGHBOURHOOD,
    ports: Mapping[str, int] = PORTS,
) -> None:
    """Start the world, print its addresses, run until cancelled.

    Args:
        data: Where certificates, configuration and store go; None: a directory that is removed
            at the end.
        neighbourhood: N of 127.N.0.0/16 to try first.
        ports: On 127.0.0.1: of the monitor's `page`, of the `control` page with the buttons, of
            the doctor's `phone`.

    Raises:
        DemoError: it cannot start, or a process ended by itself; one sentence.
    """
    page, phone = f"{HERE}:{ports['page']}", f"{HERE}:{ports['phone']}"
    with _directory(data) as directory:
        world = World(directory, first_neighbourhood=neighbourhood, page=page, phone=phone)
        async with world, control.serving(world, HERE, ports["control"]):
            click.echo(
                f"page      http://{page}/fa   http://{page}/en\n"
                f"buttons   http://{HERE}:{ports['control']}/\n"
                f"phone     http://{phone}/\n"
                f"metrics   http://{page}/metrics\n"
                f"data      {world.data}\n"
                "Ctrl-C ends it."
            )
            raise DemoError(await world.until_one_ends())


async def run_tour(
    *,
    only: Sequence[str],
    data: Path | None,
    as_json: bool,
    neighbourhood: int = DEFAULT_NEIGHBOURHOOD,
    ports: Mapping[str, int] = PORTS,
) -> int:
    """Walk through faults unattended; one line per fault on standard output.

    Args:
        only: Names of faults; empty: all.
        data: Gets the world's files; the monitor's store is `data/data`. None: removed at the end.
        as_json: JSON lines instead of words.
        neighbourhood: N of 127.N.0.0/16 to try first.
        ports: Of `page` and `phone` on 127.0.0.1, for whoever watches; where one is taken, that
            page lives in the neighbourhood instead. A tour has no control page.

    Returns:
        1 if an upstream was named that the fault did not touch, at any moment; else 0.

    Raises:
        DemoError: an unknown fault, or the world cannot start; one sentence.
    """
    faults = order(FAULTS.values(), only)
    wrong = False
    with _directory(data) as directory:
        async with World(
            directory,
            first_neighbourhood=neighbourhood,
            page=_if_free(ports["page"]),
            phone=_if_free(ports["phone"]),
        ) as world:
            click.echo(f"page http://{world.page}/fa phone http://{world.phone}/", err=True)
            await until_calm(world)
            for fault in faults:
                leg = await walk(world, fault)
                wrong = wrong or leg.wrong_upstream
                click.echo(json.dumps(leg.to_json(), ensure_ascii=False) if as_json else str(leg))
    return 1 if wrong else 0


def _if_free(port: int) -> str | None:
    return f"{HERE}:{port}" if is_free(HERE, port) else None


@contextlib.contextmanager
def _directory(data: Path | None) -> Iterator[Path]:
    if data is not None:
        yield data
    else:
        with tempfile.TemporaryDirectory(prefix="govah-demo-") as made:
            yield Path(made)
