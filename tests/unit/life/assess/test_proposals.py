import pytest

from mainstay.life.assess.proposals import Oddity, Proposal, written


def test_a_clause_is_written_as_the_contract_has_it() -> None:
    clause = {"between": [0.0, None]}
    one = Proposal("temp", "number", 10, Oddity("boundary", 1, "", clause=clause))

    assert one.stated == {"type": "number", "between": [0.0, None], "on_breach": "flag"}
    assert "temp: {type: number, between: [0, null], on_breach: flag}" in one.sentence


def test_a_step_has_no_clause_and_says_what_it_is() -> None:
    one = Proposal("temp", "number", 10, Oddity("missing", 2, "-9 is none", step="row.temp + 1"))

    assert one.stated == {}
    assert one.sentence == "temp: -9 is none (2 of 10 rows); step  row.temp + 1"
    assert one.name == "temp, missing"


@pytest.mark.parametrize(
    ("value", "said"),
    [("allowed", "allowed"), ("a b", '"a b"'), ([0, None], "[0, null]"), (2.0, "2"), (0.5, "0.5")],
)
def test_values_are_written_as_yaml_reads_them(value: object, said: str) -> None:
    assert written(value) == said
