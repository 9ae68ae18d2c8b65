"""Secrets to be planted, and the search for them afterwards."""

from __future__ import annotations

import random
import string
from itertools import cycle

SIGNS = "_-"
SHORTEST = 10  # of all kinds; the search looks at windows of this length


def made(count: int, seed: int) -> list[str]:
    """Tokens, passwords, phone numbers and national ids, `count` different ones."""
    chance = random.Random(seed)
    letters = string.ascii_letters + string.digits
    found: dict[str, None] = {}
    kinds = cycle("tpfn")
    while len(found) < count:
        match next(kinds):
            case "t":
                secret = "".join(chance.choice(letters + SIGNS) for _ in range(31)) + "7"
            case "p":
                secret = "".join(chance.choice(letters) for _ in range(11)) + chance.choice("0123")
            case "f":
                secret = f"09{chance.randrange(10**9):09d}"
            case _:
                secret = f"{chance.randrange(10**9, 10**10)}"
        found[secret] = None
    return list(found)


class Planted:
    """Gives the secrets out, round and round, and remembers what went where."""

    def __init__(self, secrets: list[str]) -> None:
        self._next = cycle(secrets)
        self.out: dict[str, set[str]] = {}  # place -> what was sent there

    def one(self, place: str) -> str:
        secret = next(self._next)
        self.out.setdefault(place, set()).add(secret)
        return secret

    def some(self, place: str, count: int) -> list[str]:
        return [self.one(place) for _ in range(count)]

    @property
    def sent(self) -> set[str]:
        return set().union(*self.out.values())


def found_in(blob: bytes, secrets: set[str]) -> set[str]:
    """Which of the secrets stand anywhere in `blob`, as UTF-8 text."""
    starts: dict[bytes, list[bytes]] = {}
    for secret in secrets:
        raw = secret.encode()
        starts.setdefault(raw[:SHORTEST], []).append(raw)
    hits = set()
    for at in range(len(blob) - SHORTEST + 1):
        for raw in starts.get(blob[at : at + SHORTEST], ()):
            if blob.startswith(raw, at):
                hits.add(raw.decode())
    return hits
