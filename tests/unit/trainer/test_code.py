"""The user's own files."""

from pathlib import Path

import pytest

from mainstay.core.errors import Missing, Mistakes
from mainstay.trainer import code


def project(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text)
    return folder / "model.py"


def test_files_imported_beside_it_belong_to_a_program(tmp_path: Path) -> None:
    program = project(
        tmp_path,
        model="import lightgbm\nfrom parts import cut\n",
        parts="from . import deep\n",
        deep="import parts\n",
        other="",
    )

    assert [path.name for path in code.sources(program)] == ["model.py", "parts.py", "deep.py"]


def test_every_file_is_part_of_the_digest(tmp_path: Path) -> None:
    program = project(tmp_path, model="import parts", parts="")
    before = code.digests(code.sources(program))
    project(tmp_path, parts="x = 1")

    assert code.digests(code.sources(program)) != before
    assert before.keys() == {"model.py", "parts.py"}


def test_only_these_files_are_copied(tmp_path: Path) -> None:
    program = project(tmp_path, model="", secret="")

    made = code.copied(code.sources(program), tmp_path / "copy")

    assert [path.name for path in made.iterdir()] == ["model.py"]


def test_a_file_that_is_no_python_is_told_at_its_line(tmp_path: Path) -> None:
    program = project(tmp_path, model="import os\ndef train(:\n")

    with pytest.raises(Mistakes, match=r"model\.py:2:11"):
        code.sources(program)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(Missing, match=r"no model\.py"):
        code.sources(tmp_path / "model.py")
