"""The user's own files that a version is made of."""

import ast
import shutil
from collections.abc import Iterator
from pathlib import Path

from mainstay.core import digest
from mainstay.core.errors import Finding, Missing, Mistakes


def sources(program: Path) -> tuple[Path, ...]:
    """A file and every Python file beside it that it imports, directly or through another.

    Raises Missing for a file that is not there, Mistakes for one that is no Python.
    """
    if not program.is_file():
        raise Missing(f"there is no {program.name} in {program.parent}", hint="mainstay init")
    found = [program]
    for path in found:
        found += [other for other in _beside(path) if other not in found]
    return tuple(found)


def digests(paths: tuple[Path, ...]) -> dict[str, str]:
    """Name -> digest."""
    return {path.name: digest.of_file(path) for path in paths}


def copied(paths: tuple[Path, ...], folder: Path) -> Path:
    """The files alone in a folder made anew: what runs there is what a bundle carries."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for path in paths:
        shutil.copy(path, folder)
    return folder


def _beside(path: Path) -> Iterator[Path]:
    for name in _imported(path):
        other = path.with_name(f"{name.partition('.')[0]}.py")
        if other.is_file():
            yield other


def _imported(path: Path) -> Iterator[str]:
    try:
        tree = ast.parse(path.read_bytes())
    except SyntaxError as error:
        place = error.lineno or 0, error.offset or 0
        raise Mistakes([Finding(path.name, *place, error.msg or "is no Python")]) from error
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from [node.module] if node.module else [alias.name for alias in node.names]
