"""What the YAML reader refuses, in our words: its own may quote the file, and with it a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ruamel.yaml.error import MarkedYAMLError

_SYNTAX = {
    "\\t": ("a tab indents this line", "spaces", "replace the tab by spaces"),
    "mapping values are not allowed": (
        "a second `: ` in one line",
        "one `key: value` a line",
        "put the value in quotes, or correct the indentation",
    ),
    "end of stream": (
        "the file ends inside a quoted text",
        "a closing quote",
        "close the quote",
    ),
    "stream end": (
        "the file ends inside a bracket",
        "a closing bracket",
        "close the bracket",
    ),
}


def words_for(error: MarkedYAMLError) -> tuple[str, str, str]:
    """What is wrong, what was expected, what to do."""
    problem = str(error.problem)
    for sign, words in _SYNTAX.items():
        if sign in problem:
            return words
    return "this is not YAML", "`key: value` lines", "look at this line and the one above"
