"""What a door loads is a promise: beside the standard library only what is listed here."""

import subprocess
import sys

import pytest

# typing_extensions is loaded by others where something else has installed it.
PROMISES = {
    "import mainstay": {"mainstay"},
    "import mainstay.core.nouns": {"mainstay", "msgspec", "typing_extensions"},
    "sys.argv = ['mainstay', '--help']; from mainstay.cli.main import main; main()": {
        "mainstay", "click", "typing_extensions",
    },
    "sys.argv = ['mainstay-verify', '--help']; from mainstay.seal.verify import main; main()": {
        "mainstay", "msgspec", "cryptography", "typing_extensions",
    },
    "import mainstay.life.serve.process": {
        "mainstay", "msgspec", "numpy", "cryptography", "uvicorn", "click", "typing_extensions",
        "httptools", "cython_runtime",  # reads HTTP; what the limits of a connection build on
        "anyio", "watchfiles",  # uvicorn loads them where they are, for reloads never done here
    },
    # What a terminal takes that asks a control plane elsewhere: the base install is enough.
    "import mainstay.cli.status, mainstay.cli.approval, mainstay.cli.people, mainstay.cli.incident,"
    " mainstay.cli.ledger, mainstay.cli.deploy, mainstay.cli.labels, mainstay.cli.verify,"
    " mainstay.cli.explain": {
        "mainstay", "click", "rich", "msgspec", "cryptography", "typing_extensions",
    },
    "import mainstay.bundle.runtime": {"mainstay", "msgspec", "numpy", "typing_extensions"},
}  # fmt: skip


def modules(statement: str) -> set[str]:
    """All in memory after a statement, in a process without coverage or plugins."""
    done = f"import sys\ntry:\n    {statement}\nfinally:\n    print(); print(*sys.modules)"
    run = subprocess.run(
        ["env", "-u", "COVERAGE_PROCESS_START", "-u", "COVERAGE_PROCESS_CONFIG",
         sys.executable, "-c", done], capture_output=True, text=True, check=True,
    )  # fmt: skip
    return set(run.stdout.splitlines()[-1].split())


def packages(statement: str) -> set[str]:
    """The top-level ones among them."""
    return {name.partition(".")[0] for name in modules(statement)}


@pytest.mark.parametrize("statement", PROMISES)
def test_a_door_loads_nothing_it_does_not_need(statement: str) -> None:
    loaded = packages(statement) - packages("pass") - sys.stdlib_module_names

    assert {name for name in loaded if not name.startswith("_")} <= PROMISES[statement]


def test_a_heavy_import_would_be_seen() -> None:
    assert {"numpy", "pyarrow"} <= packages("import pyarrow") - sys.stdlib_module_names


@pytest.mark.parametrize("heavy", ["scipy.special", "scipy.stats", "pandas", "pyarrow.dataset"])
def test_no_command_waits_for_what_few_of_them_use(heavy: str) -> None:
    """Of 2.6 s of CPU these took 1.1, with the distributions of SciPy 1.8."""
    assert heavy not in modules("import mainstay.control.handle")
