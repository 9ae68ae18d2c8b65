"""Network namespaces on a bridge of their own: sites with an address, loss, and a cut when told."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

TABLE = "inet govah"


@dataclass(frozen=True, slots=True)
class Namespace:
    """One site's network."""

    name: str
    address: str

    def inside(self, arguments: Sequence[str]) -> tuple[str, ...]:
        """Arguments for a Python that becomes a Python in this namespace; the process stays one."""
        become = "import os, sys; os.execvp('ip', ['ip', 'netns', 'exec', *sys.argv[1:]])"
        return ("-c", become, self.name, sys.executable, *arguments)

    async def lose(self, percent: int) -> None:
        """Drop so many of a hundred packets on their way out, from now on."""
        await self._rule("out", f"numgen random mod 100 < {percent} drop")

    async def cut(self, port: int) -> None:
        """Let nothing out to this TCP port of anybody."""
        await self._rule("gate", f"tcp dport {port} drop")

    async def mend(self) -> None:
        """Undo `cut`."""
        await self._nft(f"flush chain {TABLE} gate")

    async def _rule(self, chain: str, rule: str) -> None:
        await self._nft(f"add rule {TABLE} {chain} {rule}")

    async def _nft(self, line: str) -> None:
        await run("ip", "netns", "exec", self.name, "nft", line)

    async def make_table(self) -> None:
        """Prepare for `lose` and `cut`."""
        await self._nft(f"add table {TABLE}")
        for chain in ("out", "gate"):
            await self._nft(f"add chain {TABLE} {chain} {{ type filter hook output priority 0; }}")


def missing() -> str | None:
    """What keeps us from making namespaces here; None if nothing does."""
    if os.geteuid() != 0:
        return "not root"
    for tool in ("ip", "nft"):
        if shutil.which(tool) is None:
            return f"no {tool}"
    return None


@asynccontextmanager
async def bridge(count: int) -> AsyncIterator[tuple[str, list[Namespace]]]:
    """A bridge with `count` namespaces on it.

    Yields:
        Our own address on the bridge, and the namespaces; all of it is gone afterwards.
    """
    mark = os.getpid() % 60_000
    name, net = f"gvb{mark}", f"10.{200 + mark // 250 % 50}.{mark % 250}"
    spaces = [Namespace(f"gv{mark}n{i}", f"{net}.{i + 2}") for i in range(count)]
    try:
        await run("ip", "link", "add", name, "type", "bridge")
        await run("ip", "address", "add", f"{net}.1/24", "dev", name)
        await run("ip", "link", "set", name, "up")
        for i, space in enumerate(spaces):
            await _add(space, f"gv{mark}v{i}", name)
        yield f"{net}.1", spaces
    finally:
        for i, space in enumerate(spaces):
            # Links first: sockets that still wait for an answer keep a namespace for minutes.
            await run("ip", "link", "delete", f"gv{mark}v{i}", check=False)
            await run("ip", "netns", "delete", space.name, check=False)
        await run("ip", "link", "delete", name, check=False)


async def _add(space: Namespace, link: str, bridge_name: str) -> None:
    inside = ("ip", "-n", space.name)
    await run("ip", "netns", "add", space.name)
    await run(
        "ip", "link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", space.name
    )
    await run("ip", "link", "set", link, "master", bridge_name, "up")
    await run(*inside, "address", "add", f"{space.address}/24", "dev", "eth0")
    await run(*inside, "link", "set", "eth0", "up")
    await run(*inside, "link", "set", "lo", "up")
    await space.make_table()


async def run(*command: str, check: bool = True) -> None:
    """Run a command to its end.

    Raises:
        RuntimeError: it failed, and that was not expected.
    """
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )
    _, said = await process.communicate()
    if check and process.returncode:
        raise RuntimeError(f"{' '.join(command)}: {said.decode().strip()}")
