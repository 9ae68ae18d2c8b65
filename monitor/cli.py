"""The command line. Commands import what they need when they run: `--help` must be quick.

Exit 0: good. 1: the answer is "no". 2: wrong use or input. One clear line on standard error.
"""

from __future__ import annotations

import asyncio
import gc
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
    from datetime import datetime
    from typing import Any, TextIO

    from monitor.settings import Settings

NO, WRONG = 1, 2
INVITATION_MOST = 8192  # characters
EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)
OUT = click.Path(dir_okay=False, path_type=Path)
MOMENT = click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ"])


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
    from monitor.ports import StoreError
    from monitor.serving import serve
    from monitor.settings import SettingsError
    from monitor.settings.apart import load_apart

    try:
        settings = load_apart(config, environ=os.environ)
    except SettingsError as error:
        _refuse(str(error), WRONG)
    logs.configure(settings.secrets)
    # What is loaded now lives as long as we do: going through it again would only stall the looks.
    gc.collect()
    gc.freeze()
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


@main.command()
@click.option("-c", "--config", type=Path, required=True, help="The agent's own configuration.")
@click.option("--enrol", metavar="INVITATION", help="First start only; seen by all who may run ps.")
@click.option(
    "--enrol-file",
    type=click.File(encoding="utf-8"),
    help="The same from a file, or from standard input with -.",
)
def agent(config: Path, enrol: str | None, enrol_file: TextIO | None) -> None:
    """Be a vantage at another site.

    Example: govah agent -c agent.yaml --enrol-file -
    """
    from monitor import logs
    from monitor.agent.app import serve_agent
    from monitor.agent.identity import AgentError, EnrolRefusedError
    from monitor.ports import StoreError
    from monitor.settings import SettingsError
    from monitor.settings.agent import load_agent
    from monitor.wire.invitation import InvitationError, invitation_of

    if enrol is not None and enrol_file is not None:
        raise click.UsageError("--enrol and --enrol-file: only one of them")
    try:
        file = load_agent(config, environ=os.environ)
        line = enrol if enrol_file is None else enrol_file.read(INVITATION_MOST)
        invitation = None if line is None else invitation_of(line)
    except (SettingsError, InvitationError, UnicodeDecodeError) as error:
        _refuse(str(error), WRONG)
    logs.configure((*file.secrets, *(() if invitation is None else (invitation.token,))))
    refused = ""
    try:
        _until_stopped(serve_agent(file, invitation))
    except EnrolRefusedError as error:
        _refuse(str(error), NO)
    except (AgentError, StoreError) as error:
        refused = str(error)
    except OSError as error:
        refused = f"cannot serve the metrics: {error}; choose another metrics address"
    if refused:
        _refuse(refused, WRONG)


@main.command()
@click.option("-c", "--config", type=Path, required=True, help="The tail's own configuration.")
@click.option("--once", is_flag=True, help="End when all of the log was handed over.")
def tail(config: Path, once: bool) -> None:
    """Follow a log of the platform and tell what became of its calls.

    Example: govah tail -c tail.yaml
    """
    from threading import Event

    from monitor import logs
    from monitor.beside.tail import TailError
    from monitor.beside.tail import run as follow
    from monitor.clock import SystemClock
    from monitor.ports import StoreError
    from monitor.settings import SettingsError
    from monitor.settings.tail import load_tail

    try:
        file = load_tail(config, environ=os.environ)
    except SettingsError as error:
        _refuse(str(error), WRONG)
    logs.configure(file.secrets)
    stop = Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda _number, _frame: stop.set())
    try:
        told = follow(file, SystemClock(), stop, once=once)
    except (TailError, StoreError) as error:
        _refuse(str(error), WRONG)
    except OSError as error:
        _refuse(f"{file.log}: cannot be followed ({error.strerror}); check its permissions", WRONG)
    click.echo(", ".join(f"{name} {count}" for name, count in told.items()), err=True)


@main.group()
def agents() -> None:
    """Agents at other sites, beside a running core: invite, list, revoke.

    Example: govah agents invite mashhad -c config/govah.yaml
    """


@agents.command("invite")
@click.argument("vantage")
@click.option("-c", "--config", type=Path, required=True, help="The core's configuration.")
@click.option("--hours", type=click.IntRange(1, 720), default=24, show_default=True)
def agents_invite(vantage: str, config: Path, hours: int) -> None:
    """Print an invitation for the agent of VANTAGE: one line, shown once, good for one use.

    Example: govah agents invite mashhad -c config/govah.yaml
    """
    from monitor.clock import SystemClock
    from monitor.console.certificate import CertificateError
    from monitor.console.command import CommandError, invite

    settings = _settings_without_secrets(config)
    try:
        click.echo(invite(settings, vantage, lives_s=hours * 3600.0, clock=SystemClock()))
    except (CommandError, CertificateError) as error:
        _refuse(str(error), WRONG)


@agents.command("list")
@click.option("-c", "--config", type=Path, required=True, help="The core's configuration.")
def agents_list(config: Path) -> None:
    """List the agents as of their last batch.

    Example: govah agents list -c config/govah.yaml
    """
    from monitor.console.command import listing
    from monitor.ports import StoreError
    from monitor.store.agents import read_agents
    from monitor.store.sqlite import DATABASE

    settings = _settings_without_secrets(config)
    try:
        enrolled = read_agents(settings.data_directory / DATABASE)
    except StoreError as error:
        _refuse(str(error), WRONG)
    for line in listing(settings, enrolled):
        click.echo(line)


@agents.command("revoke")
@click.argument("vantage")
@click.option("-c", "--config", type=Path, required=True, help="The core's configuration.")
def agents_revoke(vantage: str, config: Path) -> None:
    """Never believe the agent of VANTAGE again, from its next request on.

    Example: govah agents revoke mashhad -c config/govah.yaml
    """
    from monitor.console.command import CommandError, revoke

    try:
        revoke(_settings_without_secrets(config), vantage)
    except CommandError as error:
        _refuse(str(error), WRONG)
    click.echo(f"{vantage}: revoked; a new invitation lets an agent in again", err=True)


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


@main.group()
def tape() -> None:
    """Tapes: recorded looks for replay and scoring.

    Example: govah tape export --help
    """


@tape.command("export")
@click.option("--data", type=FOLDER, required=True, help="The directory with the data.")
@click.option("-c", "--config", type=Path, help="The configuration; default: DATA/demo.yaml.")
@click.option("--since", type=MOMENT, required=True, help="Begin, UTC: 2026-11-22T06:00.")
@click.option("--until", type=MOMENT, required=True, help="End, UTC.")
@click.option("--out", type=OUT, required=True, help="The file; gzipped where it ends in .gz.")
def tape_export(
    data: Path, config: Path | None, since: datetime, until: datetime, out: Path
) -> None:
    """Write a stretch of recorded looks as a tape.

    Example: govah tape export --data build/tour --since 2026-11-22T06:00 --until 2026-11-22T07:00
    --out morning.jsonl.gz
    """
    from datetime import UTC

    from monitor.ports import StoreError
    from monitor.settings import SettingsError
    from monitor.taping import write_tape

    begin, end = since.replace(tzinfo=UTC), until.replace(tzinfo=UTC)
    if end <= begin:
        raise click.UsageError("--until must be later than --since")
    try:
        looks = asyncio.run(write_tape(data, config, out, since=begin, until=end))
    except (SettingsError, StoreError) as error:
        _refuse(str(error), WRONG)
    except LookupError as error:
        _refuse(str(error.args[0]), NO)
    except OSError as error:
        _refuse(f"{out}: cannot be written ({error.strerror}); choose another --out", WRONG)
    click.echo(f"{out}: {looks} looks", err=True)


@main.command()
@click.argument("tape", type=Path)
@click.option("--explain", is_flag=True, help="Tell the grounds for and against, too.")
@click.option("--language", type=click.Choice(["en", "fa"]), default="en", show_default=True)
def replay(tape: Path, explain: bool, language: str) -> None:
    """Tell whom we would have blamed over TAPE: a JSON line per change.

    Example: govah replay morning.jsonl.gz --explain
    """
    from monitor.replaying import TapeFileError
    from monitor.replaying import replay as replayed

    try:
        for line in replayed(tape, language=language if explain else None):
            click.echo(line)
    except TapeFileError as error:
        _refuse(str(error), WRONG)


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


def _settings_without_secrets(config: Path) -> Settings:
    from monitor.settings import SettingsError, load

    try:
        return load(config, environ=None, check_files=False)
    except SettingsError as error:
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
