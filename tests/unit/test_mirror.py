"""Every module has its tests at the same place, and no test file has lost its module."""

import ast
import re
from pathlib import Path

SRC, UNIT = Path("src/mainstay"), Path("tests/unit")
ABOUT_THE_HOUSE = {
    Path(name)
    for name in (
        "budget",
        "ci",
        "docs",
        "errors",
        "examples",
        "exports",
        "guides",
        "imports",
        "layers",
        "mirror",
        "next",
    )
}


def test_tests_mirror_the_modules() -> None:
    modules = {
        path.relative_to(SRC).with_suffix("") for path in SRC.rglob("*.py") if has_code(path)
    }
    tests = {
        path.relative_to(UNIT).with_name(path.stem.removeprefix("test_"))
        for path in UNIT.rglob("test_*.py")
    } - ABOUT_THE_HOUSE

    assert not sorted(map(str, modules - tests)), "modules without a test file"
    assert not sorted(map(str, tests - modules)), "test files without a module"


def test_every_test_file_tests_something() -> None:
    empty = [path for path in Path("tests").rglob("test_*.py") if not cases(path)]

    assert not empty


def test_every_stray_python_file_below_tests_serves_a_test() -> None:
    files = list(Path("tests").rglob("*.py"))
    named = {word for path in files for word in words_besides_its_own(path)}
    run = ("test_*.py", "conftest.py", "client_*.py")  # by pytest, and by name of the library

    stray = [
        path
        for path in files
        if path.stem not in named and not any(path.match(pattern) for pattern in run)
    ]

    assert not stray, "neither a test nor named by one"


def has_code(path: Path) -> bool:
    """Whether a file holds more than a docstring and constants of the package itself."""
    return path.name != "__init__.py" and any(
        not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        for node in ast.parse(path.read_text(encoding="utf-8")).body
    )


def words_besides_its_own(path: Path) -> set[str]:
    return set(re.findall(r"\w+", path.read_text(encoding="utf-8"))) - {path.stem}


def cases(path: Path) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return [name for name in functions if name.startswith("test_")]
