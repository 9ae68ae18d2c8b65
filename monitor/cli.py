"""The command line. Commands import what they need when they run: `--help` must be quick.

Exit 0: good. 1: the answer is "no". 2: wrong use or input. One clear line on standard error.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from monitor import __version__
from monitor.usage import OneLineGroup

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any

NO, WRONG = 1, 2
EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)


@click.group(cls=OneLineGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="govah")
def main() -> None:
    """Govah: whose fault it is when a prescription does not go through, with evidence."""


@main.command()
@click.option("-c", "--config", type=Path, required=True, help="The configuration.")
def run(config: Path) -> None:
    """Run the monitor.

    Example: govah run -c config/govah.yaml
    """
    from monitor import logs
    from monitor.app import serve
    from monitor.ports import StoreError
    from monitor.settings import SettingsError, load

    try:
        settings = load(config, environ=os.environ)
    except SettingsError as error:
        _refuse(str(error), WRONG)
    logs.configure(settings.secrets)
    refused = ""
    try:
        _until_stopped(serve(settings))
    except* StoreError as errors:
        refused = str(_first(errors))
    except* OSError as errors:
        address = f"{settings.page.host}:{settings.page.port}"
        refused = f"{address}: cannot serve the page: {_first(errors)}; choose another page.listen"
    if refused:
        _refuse(refused, WRONG)


@main.command("check-config")
@click.argument("file", type=Path)
def check_config(file: Path) -> None:
    """Check a configuration: every error at once, with line and column.

    Example: govah check-config config/govah.yaml
    """
    from monitor.settings import SettingsError, load

    try:
        settings = load(file, environ=os.environ)
    except SettingsError as error:
        _refuse(str(error), NO)
    world = settings.world
    looks = sum(len(check.vantages) for check in world.checks.values())
    click.echo(
        f"{file}: good: {len(world.services)} services, {len(world.checks)} checks "
        f"from {len(world.vantages)} vantages ({looks} pairs), "
        f"{len(settings.recipients)} recipients"
    )


@main.command()
@click.argument("ref", type=int)
@click.option("--data", type=FOLDER, required=True, help="The directory with the data.")
@click.option("-c", "--config", type=Path, help="The configuration; default: DATA/demo.yaml.")
@click.option("--format", "form", type=click.Choice(["html", "json"]), default="html")
@click.option("--language", help="Default: the page's own.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Default: stdout.")
def report(
    ref: int, data: Path, config: Path | None, form: str, language: str | None, out: Path | None
) -> None:
    """Write the report of incident REF.

    Example: govah report 1001 --data build/tour --format html --out 1001.html
    """
    from monitor.ports import StoreError
    from monitor.reporting import write_report
    from monitor.settings import SettingsError

    try:
        text = asyncio.run(write_report(ref, data, config, form, language))
    except (SettingsError, StoreError) as error:
        _refuse(str(error), WRONG)
    except LookupError as error:
        _refuse(str(error.args[0]), NO)
    if out is None:
        click.echo(text)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        _refuse(f"{out}: cannot be written ({error.strerror}); choose another --out", WRONG)
    click.echo(f"{out}: incident {ref}", err=True)


@main.command()
@click.option("--tour", is_flag=True, help="Walk through the faults unattended.")
@click.option("--only", multiple=True, metavar="FAULT", help="With --tour: these faults only.")
@click.option("--data", type=FOLDER, help="Keep the data here; default: a temporary directory.")
@click.option("--json", "as_json", is_flag=True, help="With --tour: a JSON line per fault.")
@click.option(
    "--neighbourhood",
    type=click.IntRange(2, 254),
    default=77,
    show_default=True,
    help="The world lives in 127.N.0.0/16.",
)
@click.option("--page-port", type=click.IntRange(1, 65535), default=8080, show_default=True)
@click.option("--control-port", type=click.IntRange(1, 65535), default=8081, show_default=True)
@click.option("--phone-port", type=click.IntRange(1, 65535), default=8082, show_default=True)
def demo(
    tour: bool,
    only: tuple[str, ...],
    data: Path | None,
    as_json: bool,
    neighbourhood: int,
    page_port: int,
    control_port: int,
    phone_port: int,
) -> None:
    """A small world on loopback, with buttons to break it.

    Example: govah demo --tour --only tamin-5xx --only dns-dead
    """
    from monitor.demo.command import run_demo, run_tour
    from monitor.demo.errors import DemoError

    if (only or as_json) and not tour:
        raise click.UsageError("--only and --json go with --tour")
    ports = {"page": page_port, "control": control_port, "phone": phone_port}
    try:
        if tour:
            doing = run_tour(
                only=only, data=data, as_json=as_json, neighbourhood=neighbourhood, ports=ports
            )
            sys.exit(asyncio.run(doing))
        _until_stopped(run_demo(data=data, neighbourhood=neighbourhood, ports=ports))
    except DemoError as error:
        _refuse(str(error), WRONG)


def _until_stopped(main_task: Coroutine[Any, Any, None]) -> None:
    """Run until it ends or SIGINT or SIGTERM asks it to; stopping is no error."""

    async def guarded() -> None:
        task = asyncio.ensure_future(main_task)
        loop = asyncio.get_running_loop()
        for name in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(name, task.cancel)
        try:
            await task
        except asyncio.CancelledError:
            return

    asyncio.run(guarded())


def _first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    found: BaseException = errors
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return found


def _refuse(why: str, code: int) -> NoReturn:
    click.echo(why, err=True)
    sys.exit(code)
