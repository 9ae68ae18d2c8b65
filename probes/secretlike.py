"""Takes out of somebody else's text what could be a secret or a person's number.

We cannot know what another side's secrets are, only what they look like. Hiding too much costs a
word in a report; the fingerprint and the code's class stay as evidence.
"""

from __future__ import annotations

import re

HIDDEN = "[hidden]"
UNLISTED = "unlisted"

_PERSON = re.compile(r"\d(?:-?\d){6,}|\d{4}(?: \d{4}){3}")  # telephone, national and card numbers
_WORD = re.compile(r"[^\s,.=]+")
_LONG_WITH_DIGITS = 10  # a token or password has digits; long words of language have none
_LONG = 32


def without_secrets(text: str) -> str:
    """`text` with every word hidden that could be a secret or a person's number."""
    return _WORD.sub(_judged, _PERSON.sub(HIDDEN, text))


def shown_code(code: str) -> str:
    """A provider's code as it may be kept; one that nobody listed may carry anything."""
    return code if without_secrets(code) == code else UNLISTED


def _judged(word: re.Match[str]) -> str:
    text = word.group()
    if len(text) >= _LONG or (len(text) >= _LONG_WITH_DIGITS and any(map(str.isdigit, text))):
        return HIDDEN
    return text
