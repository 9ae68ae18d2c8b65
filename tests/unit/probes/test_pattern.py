"""Expressions over hostile text: linear, whatever they are."""

from __future__ import annotations

import time

import pytest

from probes.pattern import PatternError, compiled, search

EVIL = (".*a.*token", "(a+)+$", "(.*)*x", "(a|aa)+$", "(?:.*,){20}x")


@pytest.mark.parametrize("expression", EVIL)
def test_no_expression_holds_the_program_up(expression):
    text = "a" * 65_536 + "!"

    best_s = min(_taken_s(expression, text) for _ in range(3))

    assert best_s < 0.25  # with `re`: minutes to the end of the universe


def _taken_s(expression, text):
    begun_s = time.process_time()
    search(expression, text)
    return time.process_time() - begun_s


@pytest.mark.parametrize("expression", ["(", "(?=a)", "(?<!b)c", r"(a)\1", "a{1001}", "\ud800"])
def test_what_is_not_of_the_syntax_is_refused_with_our_own_words(expression, capfd):
    with pytest.raises(PatternError, match="RE2"):
        compiled(expression)

    assert capfd.readouterr().err == ""


def test_groups_and_persian_text_are_found():
    found = search(r"کد رهگیری: (\d+)", "پاسخ\u200cنامه — کد رهگیری: 4417")

    assert found is not None
    assert found.group(1) == "4417"
    assert compiled("(a)(b)").groups == 2


def test_any_text_may_be_searched_half_a_surrogate_pair_too():
    assert search("b", "a\ud800b") is not None
    assert search("[^a]", "\udcff") is not None


def test_letters_match_whatever_their_case_where_that_is_asked():
    assert compiled("/SAVE", any_case=True).search("/prescription/save") is not None
    assert compiled("/SAVE").search("/prescription/save") is None
