"""The other side of the whole corpus as a process of its own: `python -m … DIRECTORY`.

Says in one line of JSON where each case stands, and stays until its standard input ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from dataclasses import astuple
from pathlib import Path

from tests.integration.probes.authority import make_trust
from tests.integration.probes.corpus import standing
from tests.integration.probes.corpus_all import CASES
from tests.integration.probes.world import answers, serving


async def main(directory: Path) -> None:
    trust = make_trust(directory)
    async with contextlib.AsyncExitStack() as stack:
        places = {
            case.name: astuple(await stack.enter_async_context(standing(case, trust)))
            for case in CASES
        }
        innocent = await stack.enter_async_context(serving(answers(b'{"ok":true}')))
        sys.stdout.write(json.dumps({"places": places, "innocent": innocent}) + "\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
