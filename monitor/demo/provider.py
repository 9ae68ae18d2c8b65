"""A fake SMS provider with a memory: Twilio's Messages API, an inbox, and a phone to look at.

Its own process, `python -m monitor.demo.provider`: what it took must outlive whatever is killed.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from pathlib import Path

from aiohttp import web

from monitor.demo.provider_api import Messages
from monitor.demo.provider_ledger import Ledger
from monitor.demo.provider_phone import Inbox, Phone, guarded

STOP_S = 0.2  # how long a stop waits for answers under way; a hanging one never comes


def api_app(ledger: Ledger, token: str) -> web.Application:
    """The provider: Messages API, inbox, `/_ledger`, `/_faults`.

    Args:
        ledger: Where accepted messages go.
        token: The only password; the user is the account id in the path.
    """
    app = web.Application()
    app.add_routes(Messages(ledger, token).routes())
    app.add_routes(Inbox(ledger).routes())
    return app


def phone_app(ledger: Ledger) -> web.Application:
    """The phone."""
    app = web.Application(middlewares=[guarded])
    app.add_routes(Phone(ledger).routes())
    return app


async def listen(app: web.Application, host: str, port: int) -> tuple[web.AppRunner, str]:
    """Serve on one address.

    Returns:
        The runner, to be cleaned up by the caller, and the URL it answers at.

    Raises:
        OSError: the address or port cannot be had.
    """
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=STOP_S)
    await runner.setup()
    site = web.TCPSite(runner, host, port)
    try:
        await site.start()
    except OSError:
        await runner.cleanup()
        raise
    address = runner.addresses[0]
    return runner, f"http://{address[0]}:{address[1]}"


async def serve(
    ledger: Ledger, token: str, at: tuple[str, int], phone_at: tuple[str, int] | None
) -> None:
    """Serve until SIGTERM or SIGINT; prints the addresses once both answer."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    runners = []
    try:
        runner, url = await listen(api_app(ledger, token), *at)
        runners.append(runner)
        line = f"provider {url}"
        if phone_at is not None:
            runner, phone_url = await listen(phone_app(ledger), *phone_at)
            runners.append(runner)
            line += f" phone {phone_url}"
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
        await stop.wait()
    finally:
        for runner in reversed(runners):
            await runner.cleanup()


def main(arguments: list[str] | None = None) -> int:
    """Read the arguments and serve; 2 when they make no sense, 1 when an address is taken."""
    parser = argparse.ArgumentParser(prog="monitor.demo.provider", description=__doc__)
    parser.add_argument("--listen", required=True, type=_address, metavar="HOST:PORT")
    parser.add_argument("--phone-listen", type=_address, metavar="HOST:PORT")
    parser.add_argument("--token-env", required=True, metavar="NAME")
    parser.add_argument("--ledger", type=Path, metavar="FILE", help="keep what was taken")
    chosen = parser.parse_args(arguments)
    token = os.environ.get(chosen.token_env)
    if not token:
        parser.error(f"--token-env: the variable {chosen.token_env} is not set")
    try:
        ledger = Ledger(chosen.ledger)
    except (OSError, ValueError, TypeError) as error:
        parser.error(f"--ledger: cannot be read: {error}")
    try:
        asyncio.run(serve(ledger, token, chosen.listen, chosen.phone_listen))
    except OSError as error:
        sys.stderr.write(f"provider: {error.strerror or error}\n")
        return 1
    finally:
        ledger.close()
    return 0


def _address(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdigit():
        raise argparse.ArgumentTypeError("expected HOST:PORT")
    return host, int(port)


if __name__ == "__main__":
    sys.exit(main())
