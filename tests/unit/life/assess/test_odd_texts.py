import pytest

from mainstay.life.assess.odd_texts import odd
from mainstay.life.assess.proposals import Oddity


def found(counts: dict[str, int]) -> list[Oddity]:
    return list(odd("row.x", counts))


@pytest.mark.parametrize(
    "counts",
    [
        {"EWR": 900, "JFK": 800, "LGA": 700},
        {"A320-200": 90, "A321-200": 80, "737-824": 70},
        {"Monday": 90, "Sunday": 80, "Friday": 70},
        {"yes": 50, "no": 60},
        {"02139": 50, "10115": 60},
        {"Zürich": 40, "São Paulo": 30, "Çeşme": 20},
        {"Austin": 400, "Justin": 300},
        {"none": 10, "some": 90},
    ],
)
def test_clean_levels_are_silent(counts: dict[str, int]) -> None:
    assert found(counts) == []


def test_a_word_for_missing_is_found() -> None:
    (one,) = found({"north": 50, "south": 60, "N/A": 12, "": 3})

    assert (one.kind, one.rows) == ("missing", 15)
    assert one.clean == {"missing": ["N/A", ""]}
    assert one.step == 'row.x.isin(["N/A", ""]).ifelse(None, row.x)'


def test_spellings_that_differ_in_case_and_blanks_are_one() -> None:
    (one,) = found({"New York": 500, "new york ": 40, "NEW-YORK": 20, "Boston": 300})

    assert (one.kind, one.rows) == ("spelling", 60)
    assert '"new york " for "New York"' in one.says
    assert one.clean == {"spelled": {"new york ": "New York", "NEW-YORK": "New York"}}
    assert one.step == 'row.x.isin(["new york ", "NEW-YORK"]).ifelse("New York", row.x)'


def test_what_is_meant_is_never_written_otherwise_itself() -> None:
    (one,) = found({"Chicago": 50_000, "chicago": 9_000, "chciago": 20, "Boston": 300})

    assert one.clean == {"spelled": {"chciago": "Chicago", "chicago": "Chicago"}}


def test_a_slip_in_a_long_word_is_found_and_not_told_where_it_may_be_somebody() -> None:
    (one,) = found({"Chicago": 5000, "Chciago": 2, "Boston": 3000, "Bosston": 3})

    assert (one.kind, one.rows) == ("spelling", 5)
    assert "Chciago" not in one.says + one.step
    assert one.clean == {}


def test_numbers_and_days_in_text_are_told() -> None:
    numbers = {f"{at / 7:.2f}": 3 for at in range(200)} | {"unknown": 2}
    days = {f"2024-01-{at:02d}": 3 for at in range(1, 30)}

    moments = {f"{day} 10:00": rows for day, rows in days.items()}

    assert [(one.kind, one.rows) for one in found(numbers)] == [("type", 600)]
    assert [one.clean for one in found(numbers)] == [{"type": "number"}]
    assert [(one.kind, one.clean) for one in found(days)] == [("type", {"type": "date"})]
    assert [(one.kind, one.clean) for one in found(moments)] == [("type", {})]


def test_yes_and_no_in_several_words_are_one_flag() -> None:
    (one,) = found({"yes": 50, "Y": 20, "no": 60, "N": 10})

    assert (one.kind, one.step) == ("flag", 'row.x.isin(["Y", "yes"])') or one.step == (
        'row.x.isin(["yes", "Y"])'
    )
    assert one.clean == {"type": "boolean"}


def test_text_read_as_another_encoding_is_found() -> None:
    broken = "Zürich".encode().decode("cp1252")

    one = found({"Zürich": 90, broken: 20, "Genf": 50})[0]

    assert (one.kind, one.clean) == ("encoding", {"spelled": {broken: "Zürich"}})
    assert found({"Zürich": 90, broken: 2, "Genf": 50})[0].clean == {}
