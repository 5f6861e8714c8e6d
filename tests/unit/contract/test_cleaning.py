"""The clean clauses of a contract as values, and what they contradict."""

import pytest

from mainstay.contract import cleaning
from mainstay.core.cleaning import Cleaning, Conversion

LATE = "late: {from: decisions, on: carrier, over: 7d, take: {far: mean(distance)}"
DECISIONS = ("entity: tailnum}", "entity: tailnum, clean: {distance: {missing: [-1]}}}")
CLEAN = "clean: {pressure: {possible: [870, null]}, station: {spelled: {a: b}}}"
TAKEN = ("precip, pressure, visib]}", f"precip, pressure, visib], {CLEAN}}}")


def test_a_request_is_cleaned_as_the_sources_of_its_columns_are(read) -> None:
    contract = read(DECISIONS, TAKEN).contract

    request = cleaning.cleanings(cleaning.of_request(contract))

    assert request == (
        Cleaning("distance", missing=(-1,)), Cleaning("pressure", possible=(870, None)),
    )  # fmt: skip
    assert cleaning.of_source(contract, "decisions") == request[:1]
    assert [one.name for one in cleaning.of_source(contract, "weather")] == ["pressure", "station"]


def test_a_column_is_called_as_it_is_taken_and_an_aggregate_is_not_cleaned(read) -> None:
    named = "take: {air: pressure, wet: precip}, clean: {pressure: {missing: [0]}}}"
    contract = read(
        ("take: [temp, dewp, humid, wind_speed, precip, pressure, visib]}", named),
        ("    planes:", f"    {LATE}}}\n    planes:"),
        DECISIONS,
    ).contract  # fmt: skip

    assert set(cleaning.of_request(contract)) == {"distance", "air"}
    assert cleaning.of_source(contract, "late") == cleaning.of_source(contract, "decisions")


def test_a_conversion_is_a_value(read) -> None:
    unit = "clean: {distance: {convert: {between: [1, 2], times: 10, plus: -1}}}}"

    (one,) = cleaning.of_source(
        read((DECISIONS[0], f"entity: tailnum, {unit}")).contract, "decisions"
    )

    assert one.convert == Conversion(1, 2, 10, -1)


@pytest.mark.parametrize(
    ("clean", "says"),
    [
        ("flight_id: {missing: [x]}", "is the key, which stays as it comes"),
        ("sched_dep: {missing: [x]}", "is the time"),
        ("late: {missing: [-1]}", "is the label"),
    ],
)
def test_what_rows_are_found_by_stays_as_it_comes(told, clean: str, says: str) -> None:
    found = told((DECISIONS[0], f"entity: tailnum, clean: {{{clean}}}}}"))

    assert says in found[0]


def test_what_the_journal_hides_is_not_cleaned(told) -> None:
    hidden = ("serve: {", "serve: {journal: {pseudonymise: [distance]}, ")

    found = told(DECISIONS, hidden)

    assert any("which serve.journal hides" in one for one in found)


def test_decisions_that_are_context_are_cleaned_as_decisions(told) -> None:
    clean = "clean: {distance: {missing: [0]}}}"

    found = told(("    planes:", f"    {LATE}, {clean}\n    planes:"))

    assert "says nothing of decisions" in found[0]
