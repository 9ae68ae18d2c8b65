"""RSS 2.0 and Atom: an upstream's history of incidents, or anybody's list of releases.

The state of an incident is the first of Statuspage's words in bold, newest first, as its readers
take it. Without one nobody knows more than that something was written.
"""

from __future__ import annotations

import re
from datetime import UTC, timedelta
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from monitor.core.notices.sources import (
    OVER,
    Aside,
    AsideError,
    Listing,
    NoticeError,
    Told,
    Unreadable,
)
from monitor.core.notices.times import moment
from monitor.model import NoticeKind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from monitor.core.notices.sources import Source

_MOST_ENTRIES = 1000
_ENTRY = {"item", "entry"}
_WORD = re.compile(r"<(?:strong|b)>\s*([A-Za-z ]{1,20}?)\s*</(?:strong|b)>", re.ASCII)
_STATES = {
    "investigating": "unknown",
    "identified": "unknown",
    "monitoring": "unknown",
    "update": "unknown",
    "scheduled": "planned",
    "in progress": "maintenance",
    "verifying": "maintenance",
    "resolved": "resolved",
    "completed": "resolved",
    "postmortem": "resolved",
}


def read_feed(source: Source, data: bytes) -> Listing:
    """Read a feed of either form.

    Args:
        source: Whose `components` are looked for in an entry's title, categories and text.
        data: XML without a document type.

    Raises:
        NoticeError: it is none.
    """
    try:
        root = ElementTree.fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException):
        raise NoticeError(Unreadable.SYNTAX) from None
    except (ValueError, LookupError, UnicodeError):  # an encoding nobody knows
        raise NoticeError(Unreadable.ENCODING) from None
    if _name(root) not in {"rss", "feed", "RDF"}:
        raise NoticeError(Unreadable.SHAPE)
    told: list[Told] = []
    aside: list[Aside] = []
    for number, entry in enumerate(_entries(root)):
        if number >= _MOST_ENTRIES:
            aside.append(Aside.TOO_MANY)
            break
        try:
            told.append(_told(source, entry))
        except AsideError as error:
            aside.append(error.why)
    return Listing(tuple(told), tuple(aside), whole=False)


def _entries(root: Element) -> Iterator[Element]:
    return (each for each in root.iter() if _name(each) in _ENTRY)


def _told(source: Source, entry: Element) -> Told:
    texts: dict[str, str] = {}
    for part in entry:
        said = part.text or part.get("term") or part.get("href") or ""
        texts.setdefault(_name(part), said.strip())
    key = texts.get("guid") or texts.get("id") or texts.get("link")
    if not key:
        raise AsideError(Aside.SHAPE)
    written = [texts[name] for name in ("content", "encoded", "description", "summary")
               if texts.get(name)]  # fmt: skip
    about = [part.text or part.get("term") or "" for part in entry
             if _name(part) in {"title", "category"}]  # fmt: skip
    services = source.services_in([*about, *written])
    begin = moment(texts.get("published") or texts.get("pubDate") or texts.get("date")
                   or texts.get("updated"), UTC)  # fmt: skip
    if source.kind is not NoticeKind.STATUS:
        says, end = "planned", None
    else:
        says = _state(source, " ".join(written))
        last = moment(texts.get("updated") or begin.isoformat(), UTC)
        # A feed that forgets its incidents must not hold one open for ever.
        end = last if says in OVER else last + timedelta(seconds=source.lasts_s)
    return Told(key, source.kind, says, begin, end, services, source.region)


def _state(source: Source, text: str) -> str:
    states = {**_STATES, **{word.lower(): says for word, says in source.states.items()}}
    for found in _WORD.finditer(text):
        says = states.get(found[1].lower())
        if says is not None:
            return says
    return "unknown"


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]
