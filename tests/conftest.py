"""What holds for every test."""

from __future__ import annotations


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name bytes after their argument, never after themselves.

    Bytes made while a module is read (compressed, signed) may differ from one
    worker to the next, which then disagree about the names of the tests.
    """
    return argname if isinstance(val, bytes) else None
