"""The import contracts of pyproject.toml keep the tree, and each catches the breach it is for.

All breaches stand in one copy of the tree, each in a file of its own, and the linter runs once.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

UNDER_TYPES = "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    import {}\n"
IN_FUNCTION = "def late():\n    import {}\n"
PLAIN = "import {}\n"
DOWN = "Every import points downwards"
STAGES = "Every stage is a stage: life holds these seven"
LEDGER = "Stages return evidence; only control writes the ledger"
CONTRACT = "The bundle does not know the contract"
CORE_ONLY = "Contract and ledger know only the core"
SMALL = "The bundle stays as small as the door"
DOOR = "The door stays small"
PLAIN_VALUES = "Core and stats are plain values and arithmetic"

BREACHES = [  # the importing package, how, what, the contract that must break
    ("core", UNDER_TYPES, "mainstay.control", DOWN),
    ("stats", IN_FUNCTION, "mainstay.contract", DOWN),
    ("data", PLAIN, "mainstay.bundle", DOWN),
    ("seal", PLAIN, "mainstay.stats", DOWN),
    ("trainer", PLAIN, "mainstay.life.build", DOWN),
    ("control", PLAIN, "mainstay.cli", DOWN),
    ("control", PLAIN, "mainstay.web", DOWN),
    ("web", PLAIN, "mainstay.cli", DOWN),
    ("cli", IN_FUNCTION, "mainstay.web", DOWN),
    ("life.assess", IN_FUNCTION, "mainstay.life.build", STAGES),
    ("life.certify", UNDER_TYPES, "mainstay.life.assess", STAGES),
    ("life.certify", PLAIN, "mainstay.ledger", LEDGER),
    ("trainer", IN_FUNCTION, "mainstay.ledger", LEDGER),
    ("data", PLAIN, "mainstay.ledger", LEDGER),
    ("bundle", PLAIN, "mainstay.contract", CONTRACT),
    ("ledger", PLAIN, "mainstay.stats", CORE_ONLY),
    ("contract", UNDER_TYPES, "mainstay.seal", CORE_ONLY),
    ("bundle", PLAIN, "duckdb", SMALL),
    ("bundle", IN_FUNCTION, "pandas", SMALL),
    ("seal", PLAIN, "scipy", SMALL),
    ("life.serve", PLAIN, "mainstay.data", DOOR),
    ("life.serve", IN_FUNCTION, "pydantic", DOOR),
    ("stats", PLAIN, "pandas", PLAIN_VALUES),
    ("core", PLAIN, "pydantic", PLAIN_VALUES),
]
FOLDERS = [("reports", DOWN), ("life.retrain", STAGES)]


def linted(root: Path) -> dict[str, str]:
    """Name of each broken contract -> what the linter says of it, as one line."""
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        ["env", f"PYTHONPATH={root / 'src'}", lint, "--no-cache", "--config", "pyproject.toml"],
        cwd=root, capture_output=True, text=True,
    )  # fmt: skip
    details = done.stdout.partition("Broken contracts\n")[2]
    assert details or not done.returncode, done.stdout + done.stderr
    _, *parts = re.split(r"^([A-Z].+)\n---+\n", details, flags=re.MULTILINE)
    return {
        name: " ".join(said.split()) for name, said in zip(parts[::2], parts[1::2], strict=True)
    }


def copied(root: Path) -> Path:
    shutil.copytree("src", root / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy("pyproject.toml", root)
    return root


def folder(root: Path, package: str) -> Path:
    return root / "src/mainstay" / package.replace(".", "/")


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    root = copied(tmp_path_factory.mktemp("planted"))
    for number, (package, how, target, _) in enumerate(BREACHES):
        (folder(root, package) / f"planted_{number}.py").write_text(how.format(target))
    (folder(root, "core") / "through.py").write_text("import sklearn\n")
    (folder(root, "bundle") / "through.py").write_text("import mainstay.core.through\n")
    return linted(root)


def test_the_tree_keeps_every_contract(tmp_path: Path) -> None:
    assert linted(copied(tmp_path)) == {}


@pytest.mark.parametrize("number", range(len(BREACHES)))
def test_a_planted_breach_breaks_the_contract_meant(number: int, planted: dict[str, str]) -> None:
    package, _, target, contract = BREACHES[number]

    assert f"mainstay.{package}.planted_{number} -> {target} (l." in planted[contract]


def test_a_breach_through_another_module_is_found(planted: dict[str, str]) -> None:
    chain = r"mainstay\.bundle\.through -> mainstay\.core\.through .*?core\.through -> sklearn"

    assert re.search(chain, planted[SMALL])


@pytest.mark.parametrize(("package", "contract"), FOLDERS)
def test_a_folder_nobody_declared_is_found(package: str, contract: str, tmp_path: Path) -> None:
    made = folder(copied(tmp_path), package)
    made.mkdir()
    (made / "__init__.py").write_text("")

    assert package.rpartition(".")[2] in linted(tmp_path)[contract]
