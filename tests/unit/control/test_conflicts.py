"""Columns that are not what they seem, and what a person says of them."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import small_project
from pyarrow import parquet

from mainstay.control.commands import ProposeConflicts, SettleConflict
from mainstay.control.handle import answer, handle
from mainstay.control.queries import Conflicts, Sources
from mainstay.core.errors import Missing, Mistake
from mainstay.core.nouns import Verdict

TAKE = "take: [rain]}"
WARDS = "take: [rain]}\n    wards: {from: data/wards.csv, on: town, take: [beds]}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Beside the visits: their way in km, and the same in miles and elsewhere by other names."""
    made = small_project.written(tmp_path / "p")
    random = np.random.default_rng(3)
    visits = parquet.read_table(made / "data" / "visits.parquet")
    way = random.gamma(2.0, 9.0, len(visits))
    names = [f"doctor {at % 40}" for at in range(len(visits))]
    visits = visits.append_column("way", pa.array(way * 1.609344)).append_column(
        "seen_by", pa.array(names)
    )
    parquet.write_table(visits, made / "data" / "visits.parquet")
    lines = [
        f"{town}{at},{at % 7},{random.gamma(2.0, 9.0):.4f},doctor {at % 40},{at % 3}"
        for at, town in enumerate(["ward "] * 3_000)
    ]
    (made / "data" / "wards.csv").write_text("\n".join(["town,beds,way,head,kind", *lines]))
    (made / "contract.yaml").write_text(small_project.CONTRACT.replace(TAKE, WARDS))
    return made


def told(folder: Path) -> dict[tuple[str, str, str], str]:
    found = handle(folder, ProposeConflicts()).facts["conflicts"]
    return {(one["kind"], one["one"]["column"], one["other"]["column"]): one["id"] for one in found}


def test_each_kind_is_proposed_with_what_speaks_for_it(folder: Path) -> None:
    said = handle(folder, ProposeConflicts())

    assert said.verdict is Verdict.UNSURE
    assert set(told(folder)) == {
        ("another unit", "way", "way"),
        ("other content", "town", "town"),
        ("other content", "kind", "kind"),
        ("same content", "seen_by", "head"),
    }
    assert any("km to mile (0.621371) explains the other" in line for line in said.lines)
    assert any("100% of the texts of one are in the other" in line for line in said.lines)


def test_what_was_decided_is_remembered_and_proposed_no_more(folder: Path) -> None:
    ids = told(folder)
    every = {one["id"] for one in answer(folder, Conflicts()).facts["conflicts"]}
    way, town = ids["another unit", "way", "way"], ids["other content", "town", "town"]

    accepted = handle(folder, SettleConflict(way, accept=True, because="they drive in miles"))
    declined = handle(folder, SettleConflict(town, accept=False, because="towns and wards"))

    assert accepted.headline.endswith("another unit: accepted, and proposed no more.")
    assert declined.facts["verdict"] == "declined"
    left = answer(folder, Conflicts())
    assert {one["id"] for one in left.facts["conflicts"]} == every - {way, town}
    assert left.facts["settled"] == 2
    assert [(one["verdict"], one["because"]) for one in left.facts["decided"]] == [
        ("declined", "towns and wards"), ("accepted", "they drive in miles"),
    ]  # fmt: skip
    assert not {way, town} & set(told(folder).values())


def test_before_anybody_looked_nothing_is_known(folder: Path) -> None:
    found = answer(folder, Conflicts())

    assert (found.verdict, found.facts["at"]) == (Verdict.UNSURE, None)
    assert found.next == "mainstay catalog conflicts"


def test_what_was_found_is_read_from_the_record_and_no_source(folder: Path) -> None:
    found = handle(folder, ProposeConflicts()).facts["conflicts"]
    (folder / "data" / "wards.csv").unlink()

    known = answer(folder, Conflicts()).facts["conflicts"]

    assert [one["id"] for one in known] == [one["id"] for one in found]
    assert len(answer(folder, Sources()).facts["supply"]["conflicts"]) == len(found)


def test_a_decision_is_about_something_and_has_a_reason(folder: Path) -> None:
    with pytest.raises(Mistake, match="needs a reason"):
        handle(folder, SettleConflict("x", accept=True, because=" "))
    with pytest.raises(Missing, match="nothing proposes nobody"):
        handle(folder, SettleConflict("nobody", accept=True, because="why"))


def test_sources_that_agree_have_no_conflict(tmp_path: Path) -> None:
    said = handle(small_project.written(tmp_path / "q"), ProposeConflicts())

    assert said.verdict is Verdict.PASS
    assert said.headline == "0 conflicts between columns."
