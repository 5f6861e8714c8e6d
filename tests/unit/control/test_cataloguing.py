"""What is known of sources and their columns."""

from pathlib import Path

import pytest
import small_project

from mainstay.control.handle import answer
from mainstay.control.queries import Catalogue

KNOWN = (
    "entity: patient,\n    about: {meaning: Visits., owner: desk, classification: restricted,"
    " use: [no-show]},\n    columns: {patient: {meaning: Who comes., personal: true},"
    " kind: {classification: internal}}}"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = small_project.written(tmp_path / "p")
    text = small_project.CONTRACT.replace("entity: patient}", KNOWN)
    (made / "contract.yaml").write_text(text)
    return made


def test_every_source_and_column_says_what_is_stated_of_it_or_of_its_source(folder: Path) -> None:
    said = answer(folder, Catalogue())

    assert said.lines == (
        "decisions: Visits.; restricted; owner desk; for no-show; data/visits.parquet",
        "decisions.patient: Who comes.; restricted; personal; owner desk; for no-show",
        "decisions.kind: string; internal; owner desk; for no-show",
        "decisions.wait: integer day; restricted; owner desk; for no-show",
        "weather: owner clinic; sqlite:///data/weather.db#hourly",
        "weather.rain: number mm; owner clinic",
    )
    assert said.headline == "6 sources and columns; 4 of them without a meaning."


def test_what_holds_all_words_is_found(folder: Path) -> None:
    assert [
        one["column"] for one in answer(folder, Catalogue("PERSONAL comes")).facts["entries"]
    ] == ["patient"]
    assert answer(folder, Catalogue("nobody")).lines == ()
