"""The size budget catches what it promises to catch, and nothing that it allows."""

import subprocess
import sys
from pathlib import Path

import pytest

PLANTED = {
    "a long file": "x = 1\n" * 401,
    "a long function": "def f():\n" + "    x = 1\n" * 50,
    "a long coroutine": "async def f():\n" + "    x = 1\n" * 50,
    "a long class": "class C:\n" + "    x = 1\n" * 200,
    "deep inheritance": "class A: ...\nclass B(A): ...\nclass C(B): ...\nclass D(C): ...\n",
}
ALLOWED = {
    "a file at the limit": "x = 1\n\n" * 400,
    "a function at the limit": "def f():\n" + "    x = 1\n" * 49,
    "a long docstring": 'def f():\n    """' + "word\n    " * 60 + '"""\n    return 1\n',
    "inheritance at the limit": "class A: ...\nclass B(A): ...\nclass C(B, Protocol): ...\n",
}


def budget(*folders: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "tools/budget.py", *map(str, folders)]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_offence_is_refused_with_its_place(name: str, tmp_path: Path) -> None:
    (tmp_path / "planted.py").write_text(PLANTED[name])

    done = budget(tmp_path)

    assert done.returncode == 1
    assert str(tmp_path / "planted.py") in done.stdout


@pytest.mark.parametrize("name", ALLOWED)
def test_what_is_allowed_passes(name: str, tmp_path: Path) -> None:
    (tmp_path / "fine.py").write_text(ALLOWED[name])

    done = budget(tmp_path)

    assert (done.returncode, done.stdout) == (0, "")


def test_every_folder_given_is_read(tmp_path: Path) -> None:
    for name, text in (("fine", "x = 1\n"), ("long", PLANTED["a long file"])):
        (tmp_path / name).mkdir()
        (tmp_path / name / "module.py").write_text(text)

    assert budget(tmp_path / "fine", tmp_path / "long").returncode == 1


def test_a_class_of_another_file_counts_as_an_ancestor(tmp_path: Path) -> None:
    (tmp_path / "above.py").write_text("class A: ...\nclass B(A): ...\nclass C(B): ...\n")
    (tmp_path / "below.py").write_text("import above\n\nclass D(above.C): ...\n")

    assert "D inherits 3 deep" in budget(tmp_path).stdout
