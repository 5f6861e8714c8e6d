"""The files of a journal."""

import os
from pathlib import Path

from mainstay.core import frames, journals


def test_every_file_has_a_number_of_its_own(tmp_path: Path) -> None:
    made = [journals.created(tmp_path) for _ in range(3)]
    for number, (_, handle) in enumerate(made):
        os.write(handle, frames.framed(b"%d" % number))
        os.close(handle)

    assert [file.number for file, _ in made] == [1, 2, 3]
    assert journals.files(tmp_path) == tuple(file for file, _ in made)
    assert list(journals.read(tmp_path)) == [b"0", b"1", b"2"]


def test_a_file_is_closed_when_its_writer_is_done(tmp_path: Path) -> None:
    file, handle = journals.created(tmp_path)
    before = journals.is_closed(file)
    os.close(handle)

    assert (before, journals.is_closed(file)) == (False, True)


def test_other_names_are_no_files_of_it(tmp_path: Path) -> None:
    for name in ("requests.journal", "requests-1.journal", ".new-x", "sequence"):
        (tmp_path / name).touch()

    assert journals.files(tmp_path) == ()
    assert journals.files(tmp_path / "none") == ()
