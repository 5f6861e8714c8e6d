"""Proposals that a person accepts."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pytest
import small_project
from pyarrow import parquet

from mainstay.control.commands import Assess
from mainstay.control.handle import handle
from mainstay.core.errors import Conflict, Mistake


def odd(folder: Path) -> None:
    """The table of visits with a code for missing and waits below nothing."""
    path = folder / "data" / "visits.parquet"
    table = parquet.read_table(path)
    wait = table["wait"].to_numpy().copy()
    wait[::200] = -999
    place = table.column_names.index("wait")
    parquet.write_table(table.set_column(place, "wait", pa.array(wait)), path)


def test_what_is_accepted_cleans_its_source_and_is_proposed_no_more(as_author: Path) -> None:
    odd(as_author)
    contract = as_author / "contract.yaml"
    text = contract.read_text()
    proposed = handle(as_author, Assess())

    answer = handle(as_author, Assess(accept=(1,)))
    again = handle(as_author, Assess())

    assert [one["column"] for one in proposed.facts["proposals"]] == ["wait"]
    assert proposed.lines[-2] == "accept one by its number: mainstay assess --accept 1"
    assert answer.headline == "no-show: 1 proposal accepted; no row was changed."
    assert answer.lines == ("contract.yaml: data.decisions.clean: wait: {missing: [-999]}",)
    assert contract.read_text() == text.replace(
        "entity: patient}", "entity: patient, clean: {wait: {missing: [-999]}}}"
    )
    assert [one["oddity"]["kind"] for one in again.facts["proposals"]] == ["nulls"]
    assert "decisions: 15 of 3,000 values of wait codes for missing made null" in again.lines


def test_codes_that_are_accepted_stand_beside_those_that_stood_there(as_author: Path) -> None:
    contract = as_author / "contract.yaml"
    before = contract.read_text().replace(
        "entity: patient}", "entity: patient, clean: {wait: {missing: [-1, 7.5]}}}"
    )
    contract.write_text(before)
    odd(as_author)
    handle(as_author, Assess())

    handle(as_author, Assess(accept=(1,)))

    assert contract.read_text() == before.replace("[-1, 7.5]", "[-1, 7.5, -999]")


def test_a_step_that_no_clause_can_say_is_remarked_and_proposed_no_more(as_author: Path) -> None:
    path = as_author / "data" / "visits.parquet"
    table = parquet.read_table(path)
    kind = ["yes" if at % 2 else "No" if at % 4 else "no" for at in range(len(table))]
    place = table.column_names.index("kind")
    parquet.write_table(table.set_column(place, "kind", pa.array(kind)), path)
    contract = as_author / "contract.yaml"
    contract.write_text(contract.read_text().replace("string, one_of: observed", "string"))
    handle(as_author, Assess())

    answer = handle(as_author, Assess(accept=(1,)))
    again = handle(as_author, Assess())

    code = (as_author / "model.py").read_text()
    assert "# Cleaning, accepted: kind, flag: yes and no in several words" in code
    assert code.endswith(small_project.MODEL[small_project.MODEL.index("def train") :])
    assert answer.lines[0].startswith("model.py: remark above train()")
    assert again.facts["proposals"] == []


def test_a_clause_that_is_accepted_stands_in_the_contract(as_author: Path) -> None:
    contract = as_author / "contract.yaml"
    text = contract.read_text()
    contract.write_text(text.replace("nulls: allowed, on_breach: fallback", "on_breach: fallback"))
    database = as_author / "data" / "weather.db"
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE hourly SET rain = NULL WHERE rowid % 20 = 0")
    handle(as_author, Assess())

    answer = handle(as_author, Assess(accept=(1,)))

    assert answer.lines == (
        "contract.yaml: data.fields: rain: {type: number, nulls: allowed, on_breach: flag}",
    )
    assert contract.read_text() == text.replace(
        "nulls: allowed, on_breach: fallback", "on_breach: fallback, nulls: allowed"
    )


def test_nothing_is_accepted_unread(as_author: Path) -> None:
    with pytest.raises(Conflict, match="nothing was proposed as things stand now"):
        handle(as_author, Assess(accept=(1,)))


def test_a_number_that_was_not_proposed_is_a_mistake(as_author: Path) -> None:
    handle(as_author, Assess())

    with pytest.raises(Mistake, match="there is no proposal 1"):
        handle(as_author, Assess(accept=(1,)))


def test_what_was_proposed_beside_forecasts_is_accepted_too(as_author: Path) -> None:
    odd(as_author)
    handle(as_author, Assess(foresee=True))

    answer = handle(as_author, Assess(accept=(1,)))

    assert answer.lines == ("contract.yaml: data.decisions.clean: wait: {missing: [-999]}",)
