"""What holds a word."""

from pathlib import Path

import small_project

from mainstay.control.handle import answer
from mainstay.control.queries import Find


def test_names_come_before_words_and_no_more_than_fifty(tmp_path: Path) -> None:
    (tmp_path / "contract.yaml").write_text(small_project.CONTRACT)

    found = answer(tmp_path, Find("rain")).facts["found"]
    everything = answer(tmp_path, Find("a"))

    assert found[0]["name"] == "rain"
    assert {one["model"] for one in found} == {"no-show"}
    assert len(everything.facts["found"]) == 50
    assert "the first 50 of them" in everything.headline


def test_every_word_must_be_there_in_whatever_case(tmp_path: Path) -> None:
    (tmp_path / "contract.yaml").write_text(small_project.CONTRACT)

    assert answer(tmp_path, Find("NO-SHOW")).facts["found"][0]["kind"] == "model"
    assert answer(tmp_path, Find("rain zebra")).facts["found"] == []


def test_a_column_is_found_by_what_it_means(tmp_path: Path) -> None:
    known = "entity: patient, columns: {patient: {meaning: Who comes., personal: true}}}"
    text = small_project.CONTRACT.replace("entity: patient}", known)
    (tmp_path / "contract.yaml").write_text(text)

    (one,) = answer(tmp_path, Find("who comes personal")).facts["found"]

    assert (one["kind"], one["name"]) == ("column", "decisions.patient")
