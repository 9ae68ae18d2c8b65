"""SMS parts, against an implementation we did not write."""

import smsutil
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.segments import Alphabet, Segments, count

GSM_7 = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#%&'()*+,-./0123456789:;<=>?ABCabc^{}\\[~]|€"


def test_a_persian_text_of_seventy_letters_fits_one_part_and_one_more_takes_two():
    assert count("ا" * 70) == Segments(Alphabet.UCS_2, 70, 1)
    assert count("ا" * 71) == Segments(Alphabet.UCS_2, 71, 2)
    assert count("ا" * 134).segments == 2
    assert count("ا" * 135).segments == 3


def test_a_half_space_costs_a_unit():
    assert count("می‌شود" * 14) == Segments(Alphabet.UCS_2, 84, 2)


def test_an_english_text_has_the_larger_room():
    assert count("a" * 160) == Segments(Alphabet.GSM_7, 160, 1)
    assert count("a" * 161).segments == 2
    assert count("€" * 81) == Segments(Alphabet.GSM_7, 162, 2)


def test_an_escape_pair_is_not_split_between_two_parts():
    assert count("a" * 152 + "€" + "a" * 152).segments == 3  # 306 septets would fit two


def test_a_surrogate_pair_is_not_split_between_two_parts():
    assert count("ا" * 66 + "😀" + "ا" * 66).segments == 3


def test_an_empty_text_is_one_part():
    assert count("") == Segments(Alphabet.GSM_7, 0, 1)


@given(st.text(alphabet=GSM_7, max_size=400))
def test_latin_texts_take_as_many_parts_as_the_other_implementation_says(text):
    assert count(text).segments == max(1, len(smsutil.split(text).parts))


@given(st.text(alphabet=st.sampled_from("ابپتثجچ ۱۲۳؛،.‌😀"), min_size=1, max_size=300))
def test_persian_texts_take_as_many_parts_as_the_other_implementation_says(text):
    oracle = smsutil.split(text)
    if oracle.encoding == "utf_16_be":
        assert count(text).segments == len(oracle.parts)
    else:
        assert count(text).encoding is Alphabet.GSM_7
