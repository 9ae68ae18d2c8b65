"""The JSON schema of a configuration, for editors: `python -m monitor.settings.schema`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.settings.models import FileModel

if TYPE_CHECKING:
    from pydantic import BaseModel

CHECKED_IN = Path(__file__).parents[2] / "config" / "schema.json"


def json_schema(model: type[BaseModel] = FileModel) -> dict[str, Any]:
    """The schema of a file, made of its model.

    Args:
        model: Of the whole file; the default is a configuration.

    Returns:
        JSON Schema 2020-12. References between the parts of a file, and the files it names, are
        beyond it: those are judged by `load`.
    """
    schema = model.model_json_schema(by_alias=True)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "Govah"
    _tidy(schema)
    return schema


def as_text() -> str:
    """The schema as it is checked in."""
    return json.dumps(json_schema(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _tidy(node: Any) -> None:
    """Remove what pydantic adds and no editor needs: made-up titles, null for "not given"."""
    if isinstance(node, list):
        for item in node:
            _tidy(item)
    elif isinstance(node, dict):
        for name in ("properties", "$defs"):
            for part in node.get(name, {}).values():
                _tidy_part(part)
        for item in node.values():
            _tidy(item)


def _tidy_part(part: dict[str, Any]) -> None:
    part.pop("title", None)
    if part.get("default", 0) is None:
        del part["default"]
    options = [option for option in part.get("anyOf", ()) if option != {"type": "null"}]
    if len(options) == 1:
        del part["anyOf"]
        part.update({**options[0], **part})


if __name__ == "__main__":
    CHECKED_IN.write_text(as_text(), encoding="utf-8")
