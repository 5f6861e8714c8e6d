from datetime import timedelta

import pytest

from mainstay.life.assess.left_out import LeftOut, follows, is_calendar, is_input, left_out
from mainstay.life.assess.roles import Roles
from mainstay.life.assess.survey import Facts, Survey

ROLES = Roles("key", "at", "whom", "won", "binary")
OWN = (
    Facts("key", "string", 0, 0, 1000),
    Facts("at", "timestamp", 0, 0, 900),
    Facts("whom", "string", 0, 0, 200),
    Facts("won", "boolean", 50, 0, 2),
)


def survey(*facts: Facts) -> Survey:
    columns = {one.name: one for one in (*OWN, *facts)}
    return Survey(1000, 950, columns, ("key", "row"), timedelta(days=90))


def reason(facts: Facts, alone: dict[str, str] | None = None) -> LeftOut | None:
    found = left_out(survey(facts), ROLES, alone or {})
    return next((one for one in found if one.column == facts.name), None)


def test_key_time_entity_and_label_are_no_inputs() -> None:
    found = {one.column: one.why for one in left_out(survey(), ROLES, {})}

    assert found == {
        "key": "the key",
        "at": "the decision time",
        "whom": "the entity: it names whom a decision is about",
        "won": "the label",
    }


def test_numbers_written_as_text_are_no_names_but_numbers_to_be() -> None:
    found = reason(Facts("paid", "string", 0, 0, 990, numbers=0.99))

    assert found is not None
    assert found.why == (
        "text that holds numbers: data.decisions.clean: {paid: {type: number}} makes it one"
    )


def test_what_is_missing_exactly_with_the_label_came_after() -> None:
    found = reason(Facts("paid", "number", 50, 0, 300))

    assert found == LeftOut("paid", "missing exactly where won is missing", after=True)


def test_what_is_missing_only_with_the_label_came_after() -> None:
    found = reason(Facts("paid", "number", 40, 0, 300))

    assert found == LeftOut("paid", "missing only where won is missing", after=True)


@pytest.mark.parametrize(("nulls", "nulls_known"), [(0, 0), (3, 0), (40, 1), (900, 870)])
def test_nulls_that_chance_may_have_dealt_are_kept(nulls: int, nulls_known: int) -> None:
    assert reason(Facts("paid", "number", nulls, nulls_known, 300)) is None


def test_without_nulls_nothing_follows_the_label() -> None:
    assert not follows(0, 0, known=95, rows=100)
    assert follows(5, 0, known=95, rows=100)


def test_a_time_after_most_decisions_came_after() -> None:
    found = reason(Facts("left", "timestamp", 0, 0, 800, later=0.97))

    assert found == LeftOut("left", "later than at in 97 % of rows", after=True)


def test_what_tells_the_label_alone_came_after() -> None:
    found = reason(Facts("bill", "number", 0, 0, 800), {"bill": "predicts won alone"})

    assert found == LeftOut("bill", "predicts won alone", after=True)


def test_every_reason_is_given() -> None:
    found = reason(Facts("left", "timestamp", 50, 0, 800, later=0.9), {"left": "tells"})

    assert found is not None
    assert found.why.count(", ") == 2


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        (Facts("tags", None, 0, 0, 5), "no number, text, flag or time"),
        (Facts("old", "number", 1000, 950, 0), "empty"),
        (Facts("row", "integer", 0, 0, 1000), "different in every row, like the key"),
        (Facts("name", "string", 0, 0, 5000), "5,000 different texts: names, no description"),
        (Facts("city", "string", 0, 0, 1), "the same in every row"),
        (Facts("born", "date", 0, 0, 700), "a time: take what matters of it"),
    ],
)
def test_what_is_no_input_was_still_known_in_time(facts: Facts, why: str) -> None:
    found = reason(facts)

    assert found is not None
    assert found.why.startswith(why)
    assert not found.after
    assert facts.kind == "date" or not is_input(survey(facts), facts.name)


def test_the_day_of_the_decision_is_kept_as_a_calendar() -> None:
    day = Facts("day", "date", 0, 0, 90, near=0.98)

    assert reason(day) is None
    assert is_calendar(day)
    assert not is_input(survey(day), "day")
