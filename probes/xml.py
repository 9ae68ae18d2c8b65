"""XML answers: parsed without entities, asked by XPath 1.0, bounded in the time it takes."""

from __future__ import annotations

import codecs
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError

import elementpath
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from monitor.model import Failure
from probes.failures import LookFailedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from probes.spec import XmlExpectation

# An XPath over as much as this takes at most 50 ms (measured); a body at its cap could hold forty
# times as much, and the whole monitor would stand still for it. What looks from everywhere to
# everywhere takes the square of it: with as much markup, 1 s.
_MARKUP_LIMIT = 2_000
_STEEP_LIMIT = 300
_STEEP = re.compile(
    r"(?:following|preceding)(?:-sibling)?\s*::|(?://|descendant)[^|]*(?://|descendant)"
)
_DEPTH_LIMIT = 24
_DECLARED = re.compile(rb"""^<\?xml[^>]{0,80}?\bencoding\s*=\s*["']([\w.:-]{1,40})["']""")
_MARKS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def charset_of(body: bytes, charset: str | None) -> str | None:
    """The charset of an XML body: HTTP's word, then its byte order mark, then its own.

    Source: RFC 7303 §3.
    """
    declared = _DECLARED.match(body)
    own = None if declared is None else declared[1].decode("ascii", "replace")
    return charset or _MARKS.get(body[:2]) or own


def parse_xml(text: str, paths: Iterable[str]) -> Any:
    """The root element of an XML answer.

    Args:
        text: A body of at most `probes.body.BODY_CAP_BYTES`, read in the charset it names.
        paths: The XPaths it will be asked.

    Raises:
        LookFailedError: `xml_parse_error`: no XML, a document type (with it every entity), or so
            much markup or so deep that looking through it would hold up everything else.
    """
    text = text.lstrip()
    limit = _STEEP_LIMIT if any(map(_STEEP.search, paths)) else _MARKUP_LIMIT
    if text.count("<") > limit:
        raise LookFailedError(Failure.XML_UNREADABLE, "too much markup")
    try:
        root = fromstring(text, forbid_dtd=True)
    except DefusedXmlException as error:
        raise LookFailedError(Failure.XML_UNREADABLE, "document type refused") from error
    except (ParseError, ValueError, RecursionError) as error:
        raise LookFailedError(Failure.XML_UNREADABLE) from error
    level = [root]
    for _ in range(_DEPTH_LIMIT):
        level = [child for each in level for child in each]
    if level:
        raise LookFailedError(Failure.XML_UNREADABLE, "too deep")
    return root


def ask_xml(root: Any, path: str, namespaces: Mapping[str, str]) -> str | None:
    """What an XPath gives, as text without the space around it.

    Args:
        root: From `parse_xml`.
        path: XPath 1.0.
        namespaces: Prefix -> URI, as the path uses them.

    Returns:
        The text of the first thing found; None if nothing was (or the truth asked for is false).
    """
    try:
        found = _compiled(path, tuple(sorted(namespaces.items()))).select(root)
    except (elementpath.ElementPathError, ValueError, ArithmeticError, RecursionError):
        return None  # the document gave it something the path cannot reckon with
    match found:
        case False | None | []:
            return None
        case True:
            return "true"
        case [first, *_]:
            return _text(first).strip()
        case _:
            return _text(found).strip()


def xml_holds(wanted: XmlExpectation, root: Any) -> bool:
    """Whether an answer meets one expectation."""
    text = ask_xml(root, wanted.path, wanted.namespaces)
    if wanted.exists is not None and (text is not None) is not wanted.exists:
        return False
    if wanted.one_of:
        return text in wanted.one_of
    return wanted.exists is not None or bool(text)


def _text(found: Any) -> str:
    """XPath's `string()` of what Python was given."""
    if isinstance(found, float) and found.is_integer():
        return str(int(found))
    return "".join(found.itertext()) if hasattr(found, "itertext") else str(found)


@lru_cache(maxsize=256)
def _compiled(path: str, namespaces: tuple[tuple[str, str], ...]) -> elementpath.Selector:
    return elementpath.Selector(path, dict(namespaces), parser=elementpath.XPath1Parser)
