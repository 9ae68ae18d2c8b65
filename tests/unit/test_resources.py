"""The folders that travel with the program are found where they are."""

import pytest

from monitor import resources


def test_a_checkout_keeps_them_beside_the_code():
    assert (resources.templates() / "words" / "fa.yaml").is_file()
    assert (resources.config() / "demo.yaml").is_file()


def test_an_installed_wheel_keeps_them_inside_the_package(tmp_path, monkeypatch):
    inside = tmp_path / "monitor" / "_data" / "templates"
    inside.mkdir(parents=True)
    (tmp_path / "templates").mkdir()
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path / "monitor")
    assert resources.templates() == inside


def test_a_missing_folder_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path / "monitor")
    with pytest.raises(resources.ResourceError, match="install the program again"):
        resources.config()
