"""Refuse files over 400 lines, functions over 50, classes over 200, inheritance deeper than 2.

python tools/budget.py FOLDER...   Blank lines of a file and docstrings do not count.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

FILE, FUNCTION, CLASS, DEPTH = 400, 50, 200, 2
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
Bases = dict[str, list[str]]


def main(folders: list[Path]) -> int:
    """Prints every offence with its place; 1 if there is one."""
    paths = sorted(path for folder in folders for path in folder.rglob("*.py"))
    texts = {path: path.read_text(encoding="utf-8") for path in paths}
    trees = {path: ast.parse(text) for path, text in texts.items()}
    bases = dict(named for tree in trees.values() for named in ancestors(tree))
    bad = [line for path, text in texts.items() for line in long_file(path, text)]
    bad += [line for path, tree in trees.items() for line in offences(path, tree, bases)]
    sys.stdout.writelines(f"{line}\n" for line in bad)
    return int(bool(bad))


def ancestors(tree: ast.Module) -> Iterator[tuple[str, list[str]]]:
    """Each class of a file with the last names of what it inherits from."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield node.name, [ast.unparse(base).split(".")[-1] for base in node.bases]


def long_file(path: Path, text: str) -> Iterator[str]:
    lines = sum(bool(line.strip()) for line in text.splitlines())
    if lines > FILE:
        yield f"{path}: {lines} lines, budget {FILE}"


def offences(path: Path, tree: ast.Module, bases: Bases) -> Iterator[str]:
    for node in ast.walk(tree):
        if not isinstance(node, Definition):
            continue
        place, lines = f"{path}:{node.lineno}: {node.name}", length(node)
        budget = CLASS if isinstance(node, ast.ClassDef) else FUNCTION
        if lines > budget:
            yield f"{place} has {lines} lines, budget {budget}"
        if isinstance(node, ast.ClassDef) and depth(node.name, bases) > DEPTH:
            yield f"{place} inherits {depth(node.name, bases)} deep, budget {DEPTH}"


def length(node: Definition) -> int:
    """Lines of a definition, its docstring not counted."""
    text = ast.get_docstring(node, clean=False)
    said = text.count("\n") + 1 if text else 0
    return (node.end_lineno or node.lineno) - node.lineno + 1 - said


def depth(name: str, bases: Bases) -> int:
    """Ancestors of ours above a class on its longest line; outside classes count 0."""
    ours = [base for base in bases[name] if base in bases and base != name]
    return max((1 + depth(base, bases) for base in ours), default=0)


if __name__ == "__main__":
    sys.exit(main([Path(name) for name in sys.argv[1:]] or [Path("src")]))
