"""Reads tapes from files, gzipped or not; replays one to standard output."""

from __future__ import annotations

import gzip
import json
import zlib
from functools import partial
from time import process_time
from typing import TYPE_CHECKING, Any, BinaryIO

from monitor.core.attribution.reasons import grounds_of
from monitor.core.inference.bayes import BayesReasoner
from monitor.core.replay.play import play
from monitor.core.replay.read import TapeError, read
from monitor.core.replay.tell import changes
from monitor.wording.explaining import explain_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from monitor.core.inference.finding import Claim
    from monitor.core.inference.layout import Layout
    from monitor.core.replay.reel import Reel
    from monitor.model import Ground

LINE_LONGEST = 32 * 1024 * 1024  # bytes
GZIP_MAGIC = b"\x1f\x8b"
WEIGHT_DIGITS = 2


class TapeFileError(Exception):
    """A tape that cannot be replayed: file, line and fault in one line."""


def read_tape(path: Path, *, with_truth: bool = True) -> Reel:
    """Read a tape; gzip is told by its first bytes, not by the file's name.

    Args:
        path: The file.
        with_truth: Whether its truth is read. A replay does without; scoring needs it.

    Returns:
        The tape in memory.

    Raises:
        TapeFileError: It cannot be read or is malformed.
    """
    try:
        with path.open("rb") as file:
            packed = file.read(len(GZIP_MAGIC)) == GZIP_MAGIC
            file.seek(0)
            if not packed:
                return _read(path, file, with_truth=with_truth)
            with gzip.GzipFile(fileobj=file) as unpacked:
                return _read(path, unpacked, with_truth=with_truth)
    except OSError as error:
        raise TapeFileError(f"{path}: cannot be read ({error.strerror or error})") from None


def _read(path: Path, file: BinaryIO | gzip.GzipFile, *, with_truth: bool) -> Reel:
    try:
        return read(_lines(file), with_truth=with_truth)
    except TapeError as error:
        raise TapeFileError(f"{path}: {error}") from None


def _lines(file: BinaryIO | gzip.GzipFile) -> Iterator[str]:
    number = 0
    while True:
        number += 1
        try:
            line = file.readline(LINE_LONGEST + 1)
            if len(line) > LINE_LONGEST:
                raise TapeError(number, f"longer than {LINE_LONGEST} bytes")
            text = line.decode()
        except UnicodeDecodeError:
            raise TapeError(number, "not UTF-8") from None
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise TapeError(number, f"damaged gzip ({error})") from None
        if not text:
            return
        yield text


def replay(path: Path, *, language: str | None = None) -> Iterator[str]:
    """Replay a tape through our own reasoner.

    Args:
        path: The file.
        language: In which the grounds are told; None: no grounds.

    Yields:
        A JSON line per change, and one at the end.

    Raises:
        TapeFileError: As of `read_tape`.
    """
    reel = read_tape(path, with_truth=False)
    reasoner = BayesReasoner(reel.layout)
    explain = None if language is None else partial(grounds, layout=reel.layout, language=language)
    for line in changes(play(reel, reasoner, process_time), explain):
        yield json.dumps(line, ensure_ascii=False)


def grounds(claim: Claim, layout: Layout, language: str) -> list[dict[str, Any]]:
    """All that speaks for and against a claim, in words: strongest first, then what it leaves open.

    Args:
        claim: With its reasons.
        layout: What the tape declares; its parties are called by their ids.
        language: `en` or `fa`.

    Returns:
        For each ground: its `class` of evidence, whether it speaks `for` the claim, its `weight`
        (nats; 0: it was not weighed) and its `text`.
    """
    said = explain_text(claim, layout, {}, language)
    return [
        {
            "class": ground.evidence.value,
            "for": ground.supports,
            "weight": _nats(ground),
            "text": text,
        }
        for ground, text in zip(grounds_of(claim, layout), said, strict=True)
    ]


def _nats(ground: Ground) -> float:
    nats = ground.facts.get("nats")
    return round(abs(nats), WEIGHT_DIGITS) if isinstance(nats, float) else 0.0
