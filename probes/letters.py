"""Persian as people type it, brought to one form before it is compared."""

from __future__ import annotations

# Arabic keyboards and old code pages have letters of their own for the same sound; the joiners,
# the stretcher and the vowel marks are matters of taste.
_SAME: dict[int, int | str | None] = {
    **str.maketrans("يىكةۀأإؤ", "ییکههااو"),
    **dict.fromkeys(map(ord, "\u200c\u200d\u200e\u200f\u0640")),
    **dict.fromkeys(range(0x064B, 0x0653)),
    **{ord("۰") + digit: str(digit) for digit in range(10)},
    **{ord("٠") + digit: str(digit) for digit in range(10)},
}


def plain(text: str) -> str:
    """The text with one form per letter and digit, in lower case, without any space.

    Spaces go because one writer's zero-width joiner is another's space and a third's nothing.

    Source: DOMAIN §3, "normalise before matching".
    """
    return "".join(text.translate(_SAME).casefold().split())
