"""Every language says the same things."""

import re

import pytest

from monitor import resources
from monitor.model import CodeClass, EntryKind, Failure, IncidentState, Scope, Sight, Void
from monitor.wording.catalogue import WordingError, read

LANGUAGES = sorted(path.stem for path in (resources.templates() / "words").glob("*.yaml"))


def test_persian_and_english_are_there():
    assert {"fa", "en"} <= set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_keys_and_the_places_of_persian(language):
    persian, other = read("fa"), read(language)
    assert set(other.texts) == set(persian.texts)
    assert {k: other.places(k) for k in other.texts} == {k: persian.places(k) for k in other.texts}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("prefix", "values"),
    [
        ("failure", Failure),
        ("void", Void),
        ("report.code_class", CodeClass),
        ("entry", EntryKind),
        ("sight", Sight),
        ("scope", Scope),
        ("incident_state", IncidentState),
    ],
)
def test_every_value_of_a_closed_list_has_its_words(language, prefix, values):
    words = read(language)
    assert [v for v in values if f"{prefix}.{v.value}" not in words] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_blames_shouts_or_promises_repair_of_others(language):
    banned = re.compile(r"مقصر|تقصیر|کوتاهی|بی‌کفایت|خراب|!|guilty|fault of|blame")
    assert [text for text in read(language).texts.values() if banned.search(text)] == []


def test_a_language_without_words_is_an_error():
    with pytest.raises(WordingError, match="no words for language 'xx'"):
        read("xx")


def test_a_missing_key_and_an_empty_place_are_errors():
    words = read("en")
    with pytest.raises(WordingError, match=r"no words for 'page\.nothing'"):
        words.text("page.nothing")
    with pytest.raises(WordingError, match="needs 'clock'"):
        words.text("page.since", duration="1 minute")


def test_words_that_are_not_words_are_an_error(tmp_path):
    (tmp_path / "xx.yaml").write_text("a: {b: 12}\n")
    with pytest.raises(WordingError, match=r"a\.b: 12 is not words"):
        read("xx", tmp_path)
