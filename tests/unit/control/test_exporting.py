import ast
import re
import shutil
from pathlib import Path

import pytest
import yaml

from mainstay.control.handle import answer
from mainstay.control.queries import Export


def exported(folder: Path, scheduler: str) -> str:
    return str(answer(folder, Export(scheduler)).facts["text"])  # type: ignore[arg-type]


@pytest.mark.parametrize("scheduler", ["airflow", "dagster"])
def test_a_file_of_python_names_the_folder_and_what_it_runs(
    as_author: Path, scheduler: str
) -> None:
    said = ast.parse(exported(as_author, scheduler))

    known = {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in said.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        if node.targets[0].id.isupper()
    }
    assert known["FOLDER"] == str(as_author.resolve())
    assert known["STEPS"] == {"run": "mainstay run", "verify": "mainstay verify ledger"}


def with_batch(folder: Path) -> None:
    contract = folder / "contract.yaml"
    contract.write_text(contract.read_text() + 'score: {every: "0 2 * * *"}\n')


def test_a_batch_is_scored_when_the_contract_says_and_else_nowhere(as_author: Path) -> None:
    for scheduler in ("cron", "github", "airflow", "dagster"):
        assert not re.search(r"mainstay .*score", exported(as_author, scheduler))

    with_batch(as_author)

    assert "\n0 2 * * * cd " in exported(as_author, "cron")
    for scheduler in ("airflow", "dagster"):
        ast.parse(exported(as_author, scheduler))
        assert "0 2 * * *" in exported(as_author, scheduler)
    workflow = yaml.safe_load(exported(as_author, "github"))
    assert workflow[True]["schedule"] == [{"cron": "0 2 * * *"}]  # YAML 1.1: on is true
    assert workflow["jobs"]["score"]["if"] == "github.event_name == 'schedule'"


def test_a_day_long_window_is_looked_at_once_a_day(as_author: Path) -> None:
    assert "\n15 0 * * * cd " in exported(as_author, "cron")

    contract = as_author / "contract.yaml"
    contract.write_text(contract.read_text() + "watch: {window: 6h}\n")

    assert "\n15 * * * * cd " in exported(as_author, "cron")


def test_a_folder_with_a_percent_sign_and_a_space_stays_one_word(as_author: Path) -> None:
    odd = as_author.with_name("50 % off")
    shutil.copytree(as_author, odd, symlinks=True)

    line = exported(odd, "cron").splitlines()[-2]

    assert r"50 \% off'" in line


def test_nothing_is_left_to_fill_in(as_author: Path) -> None:
    with_batch(as_author)
    for scheduler in ("cron", "github", "airflow", "dagster"):
        assert not re.search("@[A-Z]", exported(as_author, scheduler))

    assert yaml.safe_load(exported(as_author, "github"))["name"] == "no-show"
