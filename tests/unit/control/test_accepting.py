"""Proposals that a person accepts."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pytest
import small_project
from pyarrow import parquet

from mainstay.control import accepting
from mainstay.control.commands import Assess
from mainstay.control.handle import handle
from mainstay.core.errors import Conflict, Mistake
from mainstay.life.assess.proposals import Oddity, Proposal


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


def test_a_step_that_no_clause_can_say_is_code_of_features_and_proposed_no_more(
    as_author: Path,
) -> None:
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

    step = 'row = row.mutate(kind=row.kind.isin(["yes"]))  # Cleaning, accepted: kind, flag: '
    code = (as_author / "features.py").read_text().splitlines()
    assert code[1] == f"    {step}yes and no in several words"
    assert [code[0], *code[2:]] == small_project.FEATURES.splitlines()
    assert answer.lines == (f"features.py:2: {code[1].strip()}",)
    assert (as_author / "model.py").read_text() == small_project.MODEL
    assert not again.facts["proposals"]


def proposal(column: str, step: str) -> Proposal:
    return Proposal(column, "string", 9, Oddity("spelling", 3, "odd", step=step))


def test_what_only_words_can_say_is_listed_above_features() -> None:
    code = '"""What."""\n\n\ndef features(row):\n    return row.select("kind")\n'

    assert accepting._place(code, proposal("kind", "row.kind: one spelling a level")) == (
        3, "", "# Cleaning, to be done: kind, spelling: odd; row.kind: one spelling a level",
    )  # fmt: skip


def test_steps_stand_below_docstring_and_steps_before_them() -> None:
    before = f"    row = row.mutate(a=row.b)  {accepting.MARK}a, spelling: odd\n"
    code = f'def features(row):\n    """Says."""\n{before}    return row.select("kind")\n'

    at, indent, line = accepting._place(code, proposal("the kind", 'row["the kind"].lower()'))

    assert (at, indent) == (3, "    ")
    assert line.startswith("""row = row.mutate(**{'the kind': row["the kind"].lower()})""")


@pytest.mark.parametrize(
    "code",
    ["def features(table):\n    return table\n", "def features(row): return row\n", "x = 1\n"],
)
def test_features_that_is_written_in_another_way_gets_a_list(code: str) -> None:
    at, indent, line = accepting._place(code, proposal("kind", "row.kind.lower()"))

    assert (at, indent) == (0, "")
    assert line.startswith(accepting.OPEN)


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
