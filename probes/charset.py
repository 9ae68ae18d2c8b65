"""Is a body written in the letters it says it is?"""

from __future__ import annotations

import codecs
import re

_TOLERATED = 2  # a text cut in the middle of a letter is cut, not in another charset
_SHARE = 10  # one in so many
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# Half of a letter in UTF-16, for ASCII and for Persian: bytes that no other text has.
_HALVES = re.compile(r"[\x00-\x08\x0e-\x1a]")
_HALF = re.compile(rb"[\x00-\x08\x0e-\x1a]")
_META = re.compile(rb"""<meta\b[^<>]{0,200}\bcharset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)
_META_WITHIN = 1024  # where HTML wants it
_REPLACED = "\N{REPLACEMENT CHARACTER}"


def said_by_page(body: bytes) -> str | None:
    """The charset that a page names itself; None if it names none.

    Source: HTML, "Specifying the document's character encoding".
    """
    meta = _META.search(body[:_META_WITHIN])
    return None if meta is None else meta[1].decode("ascii", "replace")


def is_wrong(body: bytes, text: str, charset: str | None) -> bool:
    """Whether a body is in another charset than it was read in.

    Args:
        body: As it came.
        text: The same, as `probes.body.text_of` reads it.
        charset: What it was said to be; None if nothing was said.

    Returns:
        True for UTF-16 that does not say so, for UTF-8 that says it is UTF-16, and where more than
        a tenth of the letters beyond ASCII (and more than two) mean nothing in that charset.
    """
    said_utf16 = (charset or "").strip("\"' ").lower().startswith("utf-16")
    if said_utf16:
        return bool(body) and not _HALF.search(body)
    if body.startswith(_UTF16_MARKS) or _many(len(text) - len(_HALVES.sub("", text)), len(text)):
        return True
    if text.isascii():
        return False
    unread = text.count(_REPLACED) - body.count(_REPLACED.encode())
    return unread > _TOLERATED and _many(unread, len(text) - len(text.encode("ascii", "ignore")))


def _many(some: int, whole: int) -> bool:
    return some > _TOLERATED and some * _SHARE > whole
