"""No command, hint or page names a command that does not exist."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from mainstay.cli.main import COMMANDS, Table

SHOWN = re.compile(r"mainstay ((?:[a-z]+ )?[a-z]+)(?![a-z.:-])")


def texts(path: Path) -> Iterator[str]:
    """Every string of a file but its docstrings; what an f-string fills in stands as `V`."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inner = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in node.values
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(
                str(one.value) if isinstance(one, ast.Constant) else "V" for one in node.values
            )
        elif (
            isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inner
        ):
            yield node.value


def known(words: list[str], table: Table = COMMANDS) -> bool:
    """Whether the words begin a command; what follows a whole one are its arguments."""
    if not words:
        return True
    if words[0] not in table:
        return False
    _, target = table[words[0]]
    return isinstance(target, str) or known(words[1:], target)


def commands(text: str) -> list[str]:
    return [match[1] for match in SHOWN.finditer(text)]


@pytest.mark.parametrize("path", sorted(Path("src").rglob("*.py")), ids=str)
def test_every_command_that_is_named_exists(path: Path) -> None:
    named = [words for text in texts(path) for words in commands(text)]

    assert not [words for words in named if not known(words.split())]


def test_a_planted_command_is_caught() -> None:
    assert commands("run  mainstay sabotage now") == ["sabotage now"]
    assert not known(["sabotage", "now"])
    assert not known(["contract", "sabotage"])
    assert known(["contract", "check"])
    assert known(["approve"])
