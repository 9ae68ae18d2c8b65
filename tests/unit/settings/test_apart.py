"""Reading in a process of its own gives the same values, and tells the same errors."""

from __future__ import annotations

import pytest

from monitor.settings import SettingsError, load
from monitor.settings.apart import load_apart
from tests.support.command import example_with_its_secrets, small_configuration


def test_the_values_are_those_of_reading_here(tmp_path):
    path, environ = example_with_its_secrets(tmp_path)

    assert load_apart(path, environ=environ) == load(path, environ=environ)


def test_errors_are_those_of_reading_here(tmp_path):
    path = small_configuration(tmp_path, 8080)
    path.write_text(path.read_text().replace("every: 60s", "every: never"), encoding="utf-8")
    with pytest.raises(SettingsError) as here:
        load(path, environ={})

    with pytest.raises(SettingsError) as apart:
        load_apart(path, environ={})

    assert str(apart.value) == str(here.value)
