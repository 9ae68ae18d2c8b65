"""How many parts an SMS takes, and so what it costs.

Rules of 3GPP TS 23.038 (alphabets) and 23.040 (joined messages): 160 septets or 70 UTF-16 units
in one part; 153 or 67 in each part of several. A character is never split between two parts.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")  # an escape and a letter: two septets
_LAST_OF_BMP = 0xFFFF


class Alphabet(StrEnum):
    """How the letters travel."""

    GSM_7 = "gsm-7"
    UCS_2 = "ucs-2"


_ALONE = {Alphabet.GSM_7: 160, Alphabet.UCS_2: 70}
_JOINED = {Alphabet.GSM_7: 153, Alphabet.UCS_2: 67}


@dataclass(frozen=True, slots=True)
class Segments:
    """What a text takes on the air."""

    encoding: Alphabet
    units: int  # septets, or UTF-16 units
    segments: int


def count(text: str) -> Segments:
    """Count the parts of an SMS.

    Args:
        text: What is sent, to the letter.

    Returns:
        The alphabet it needs, its length in that alphabet's units, and the number of parts
        (an empty text takes one).
    """
    letters = set(text)
    if letters <= _BASIC | _EXTENDED:
        encoding = Alphabet.GSM_7
        widths = [2 if letter in _EXTENDED else 1 for letter in text]
    else:
        encoding = Alphabet.UCS_2
        widths = [2 if ord(letter) > _LAST_OF_BMP else 1 for letter in text]
    units = sum(widths)
    if units <= _ALONE[encoding]:
        return Segments(encoding, units, 1)
    parts, room = 1, _JOINED[encoding]
    for width in widths:
        if width > room:
            parts, room = parts + 1, _JOINED[encoding]
        room -= width
    return Segments(encoding, units, parts)
