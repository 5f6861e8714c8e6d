import sys
from pathlib import Path

import msgspec
import pytest

from mainstay.core.errors import Mistake, Mistakes
from mainstay.data.asked import asked


def said(code: str, folder: Path, seconds: float = 20) -> object:
    """What a program answers, given [1]."""
    command = [sys.executable, "-I", "-c", code]
    file = folder / "features.py"
    return asked(command, b"[1]", file, msgspec.json.decode, seconds=seconds, hint="less")


def test_a_program_reads_what_it_is_given_without_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_SECRET", "1")
    read = "import json, os, sys; given = json.load(sys.stdin)"

    found = said(f"{read}; print(json.dumps([given, 'A_SECRET' in os.environ]))", tmp_path)

    assert found == [[1], False]


def test_one_that_ends_without_an_answer_is_named_with_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(Mistakes, match=r"features\.py ended its process with code 3: no more"):
        said("import sys; print('no more', file=sys.stderr); sys.exit(3)", tmp_path)


def test_one_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match=r"features\.py took more than 0\.2 s") as mistake:
        said("import time; time.sleep(60)", tmp_path, seconds=0.2)

    assert mistake.value.hint == "less"
