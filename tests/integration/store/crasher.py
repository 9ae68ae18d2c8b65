"""A monitor in small: it commits and claims without end, and says what is on disk. To be killed."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

from monitor.model import DeliveryState
from monitor.store.sqlite import SqliteStore
from tests.contract.store_values import NOW, StillClock, delivery, incident, look

PEOPLE = 20


def say(word: str, ref: int) -> None:
    sys.stdout.write(f"{word} {ref}\n")
    sys.stdout.flush()


async def main(directory: Path) -> None:
    store = SqliteStore(directory, clock=StillClock())
    await store.open()
    while True:
        ref = await store.next_ref()
        say("given", ref)
        people = [f"{ref}-{n}" for n in range(PEOPLE)]
        await store.commit([incident(ref)], [delivery(key, incident=ref) for key in people])
        say("committed", ref)
        await store.record([look(f"{ref}-{n}", vantage=f"v{ref}") for n in range(PEOPLE)])
        say("recorded", ref)
        claimed = await store.claim(PEOPLE, now=NOW)
        say("claimed", ref)
        await store.settle([replace(each, state=DeliveryState.ACCEPTED) for each in claimed])
        say("settled", ref)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
