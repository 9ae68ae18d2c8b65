"""We only read: what could register something is not sent, however its address is written."""

from __future__ import annotations

import posixpath
import re
import unicodedata
from typing import TYPE_CHECKING
from urllib.parse import unquote

from monitor.model import Failure
from probes.failures import LookFailedError
from probes.pattern import compiled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yarl import URL

_METHODS = ("GET", "HEAD", "POST")
_DECODINGS = 4  # who encodes an address more often than this has something to hide
_PARAMETERS = re.compile(r";[^/]*")
_OBSCURE = re.compile(r"[%\x00-\x1f\x7f\ufffd]")


class ReadOnly:
    """Stands before every request of a transaction, redirects included."""

    def __init__(self, reads: Sequence[str], writes: Sequence[str]) -> None:
        """Take the rules.

        Args:
            reads: Regular expressions (search) of paths that only read; a POST must match one,
                unless there are none.
            writes: Regular expressions (search, whatever the case) of paths never asked.
        """
        self._reads = [compiled(pattern) for pattern in reads]
        self._writes = [compiled(pattern, any_case=True) for pattern in writes]

    def __call__(self, method: str, url: URL) -> None:
        """Let a request pass or not.

        Raises:
            LookFailedError: `write_refused`.
        """
        if method not in _METHODS:
            raise LookFailedError(Failure.WRITE_REFUSED, "method")
        forms = forms_of(url.raw_path)
        if not forms or any(rule.search(form) for rule in self._writes for form in forms):
            raise LookFailedError(Failure.WRITE_REFUSED, "path")
        if method == "POST" and self._reads and not any(r.search(forms[-1]) for r in self._reads):
            raise LookFailedError(Failure.WRITE_REFUSED, "path not known to read only")


def forms_of(path: str) -> list[str]:
    """What a server may make of a path.

    Args:
        path: As it stands in the request, percent-encoded.

    Returns:
        Each way to read it, the plainest last: decoded once or more often, without parameters,
        without detours, letters brought to one form. Nothing if it is never plain, is no UTF-8 or
        hides control characters: nobody can say where such a path leads.
    """
    forms = [path]
    decoded = path
    for _ in range(_DECODINGS):
        forms += _read_by(decoded)
        further = unquote(decoded)
        if further == decoded:
            return [] if _OBSCURE.search(decoded) else forms
        decoded = further
    return []


def _read_by(path: str) -> list[str]:
    forms = [path]
    plain = unicodedata.normalize("NFKC", path).replace("\\", "/")
    for form in (plain, _PARAMETERS.sub("", plain)):
        straight = posixpath.normpath("/" + form.lstrip("/"))
        short = "/".join(part.rstrip(". ") for part in straight.split("/"))
        forms += [form, short, straight]
    return forms
