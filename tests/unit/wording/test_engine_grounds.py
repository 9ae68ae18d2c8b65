"""Every ground the engine can give has its sentence, with the facts the engine gives it."""

import ast
from pathlib import Path

import monitor.core.attribution
from monitor.wording.catalogue import read

ENGINE = Path(monitor.core.attribution.__file__).parent
WORDS = read("fa")


def given():
    """Key and facts of every `cite` and `own` call with a literal key and literal facts."""
    for path in sorted(ENGINE.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                continue
            key = node.args[0] if node.args else None
            if node.func.id in {"cite", "own"} and isinstance(key, ast.Constant):
                facts = {k.arg for k in node.keywords}
                yield key.value, facts, None in facts


def test_the_engine_gives_grounds():
    assert len({key for key, _, _ in given()}) >= 10


def test_every_ground_of_the_engine_has_words_and_the_facts_they_need():
    wanting = [
        key
        for key, facts, unpacked in given()
        if f"ground.{key}" not in WORDS or not (unpacked or WORDS.places(f"ground.{key}") <= facts)
    ]
    assert wanting == []
