"""Every module has its tests at the same place, and no test file has lost its module."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

SRC, UNIT, ENGINES = Path("src/mainstay"), Path("tests/unit"), Path("tests/engines")
WITHIN = {  # an operation on tables -> the one of tests/engines that asks for it
    "aside.kept": "rows.kept", "brought.brought": "batch.found", "context.joined": "rows.joined",
    "expression.to_ibis": "features.inputs", "keys.refuse": "rows.joined",
    "live.labelled_where": "live.settled", "live.selected": "live.profiles",
    "live.sums": "live.counts", "measured.late": "rows.kept",
    "measured.seen": "measured.found", "measured.there": "rows.kept",
    "measured.visible": "measured.found", "portable.facts": "profile.profile",
    "profile.grouped": "live.profiles", "profile.selected": "live.profiles",
    "rows.check_label": "rows.joined", "rows.cleaned": "rows.joined",
    "rows.context_of": "rows.joined", "rows.of": "batch.found", "rows.within": "live.decisions",
    "schema.column": "rows.joined", "schema.columns": "snapshot.written",
    "sla.judged": "rows.kept",
}  # fmt: skip
ON_DUCKDB = {  # journals, labels and what is brought lie here; a graph and marks are no question
    "answered.theirs", "observation.of_labels", "engine.streamed", "graph.check_rowwise",
    "graph.output", "cleaning.marks",
}  # fmt: skip
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


def test_every_operation_on_tables_is_run_on_every_engine() -> None:
    """Or stands within one that is, or takes only tables of DuckDB: then it is named above."""
    known, run = set(operations()), set(run_on_engines())

    assert known - run == WITHIN.keys() | ON_DUCKDB
    assert not set(WITHIN.values()) - run


def operations() -> Iterator[str]:
    """What data offers that takes tables, as `module.function`."""
    for path in (SRC / "data").glob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                taken = " ".join(map(ast.unparse, (node.args, *node.args.kwonlyargs)))
                if re.search(r"\b(ir\.Table|Sources|Decisions)\b", taken):
                    yield f"{path.stem}.{node.name}"


def run_on_engines() -> Iterator[str]:
    """What tests/engines names of data in the same way, whatever they call the module."""
    for path in ENGINES.glob("test_*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        froms = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        ours = [one for each in froms if each.module == "mainstay.data" for one in each.names]
        named = {one.asname or one.name: one.name for one in ours}
        for node in ast.walk(tree):
            match node:
                case ast.Attribute(value=ast.Name(id=module), attr=name) if module in named:
                    yield f"{named[module]}.{name}"


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
