from collections.abc import Callable
from typing import Any

import ibis.expr.types as ir
import pytest

from mainstay.core.errors import Mistake
from mainstay.life.assess import roles
from mainstay.life.assess.survey import Survey, surveyed

Table = Callable[..., ir.Table]
Columns = Callable[..., dict[str, Any]]


def survey(table: ir.Table) -> Survey:
    return surveyed(table, "stays", "seen_at")


def test_the_only_timestamp_is_the_time(visits: ir.Table) -> None:
    assert roles.time_of(visits, None) == "seen_at"


def test_of_two_timestamps_none_is_chosen(table: Table, columns: Columns) -> None:
    made = columns(10)
    two = table(**made, left_at=made["seen_at"])

    with pytest.raises(Mistake, match="seen_at and left_at are times") as caught:
        roles.time_of(two, None)

    assert caught.value.hint == "say --time seen_at or left_at"


def test_without_a_timestamp_the_dates_are_named(visits: ir.Table) -> None:
    dated = visits.mutate(seen_at=visits.seen_at.date())

    with pytest.raises(Mistake, match="none is a time") as caught:
        roles.time_of(dated, None)

    assert caught.value.hint == "say --time seen_at"
    assert roles.time_of(dated, "seen_at") == "seen_at"


def test_text_is_no_time(visits: ir.Table) -> None:
    with pytest.raises(Mistake, match="ward is string, no time"):
        roles.time_of(visits, "ward")


def test_a_name_that_is_not_there_gets_the_nearest(visits: ir.Table) -> None:
    with pytest.raises(Mistake, match="no column seen") as caught:
        roles.time_of(visits, "seen")

    assert caught.value.hint.startswith("did you mean seen_at?")


def test_the_first_unique_column_is_the_key(visits: ir.Table) -> None:
    assert roles.key_of(visits, survey(visits), None) == "visit"


def test_without_a_unique_column_the_nearest_are_counted(visits: ir.Table) -> None:
    without = visits.drop("visit")

    with pytest.raises(Mistake, match=r"nearest to it: age \(77\), ward \(4\)"):
        roles.key_of(without, survey(without), None)


def test_a_key_that_repeats_is_refused_with_its_counts(visits: ir.Table) -> None:
    with pytest.raises(Mistake, match="it has 4 values in 2,400 rows") as caught:
        roles.key_of(visits, survey(visits), "ward")

    assert caught.value.hint == "these do: visit"


def test_a_key_with_nulls_is_refused(table: Table, columns: Columns) -> None:
    holed = table(**columns(20), code=[None, *(f"c{at}" for at in range(19))])

    with pytest.raises(Mistake, match="it has 1 nulls"):
        roles.key_of(holed, survey(holed), "code")


@pytest.mark.parametrize(
    ("labels", "task"),
    [
        ([True, False], "binary"),
        ([0, 1], "binary"),
        ([1, 2, 3], "multiclass"),
        (["home", "ward", "theatre"], "multiclass"),
        ([0.5, 1.5, 9.0], "regression"),
        (list(range(30)), "regression"),
    ],
)
def test_the_label_sets_the_task(table: Table, labels: list[object], task: str) -> None:
    rows = [labels[at % len(labels)] for at in range(60)]
    made = table(key=[f"k{at}" for at in range(60)], label=rows)
    facts = surveyed(made.mutate(at=made.count().over().cast("timestamp")), "label", "at")

    assert roles.task_of(made, facts, "label") == task


@pytest.mark.parametrize(
    ("labels", "said", "hint"),
    [
        (["x", "x"], "1 different values", ""),
        (["no", "yes"], "string with 2 values", "as a boolean"),
        ([1, 2], "int64 with 2 values", "as a boolean"),
        ([0.0, 1.0], "float64 with 2 values", "as a boolean"),
        ([f"t{at}" for at in range(200)], "string with 200 values", "at most 100 classes"),
    ],
)
def test_a_label_that_is_none_is_refused(
    table: Table, labels: list[object], said: str, hint: str
) -> None:
    made = table(label=labels)
    facts = surveyed(made.mutate(at=made.count().over().cast("timestamp")), "label", "at")

    with pytest.raises(Mistake, match=said) as caught:
        roles.task_of(made, facts, "label")

    assert hint in caught.value.hint


def test_a_text_that_comes_back_under_many_names_is_the_entity(
    table: Table, columns: Columns
) -> None:
    named = table(**columns(600), patient=[f"p{at % 200}" for at in range(600)])

    assert roles.entity_of(survey(named), "visit", "stays", "seen_at") == "patient"


def test_a_text_that_hardly_ever_comes_back_is_no_entity(table: Table, columns: Columns) -> None:
    noted = table(**columns(600), note=[f"n{at % 590}" for at in range(600)])

    assert roles.entity_of(survey(noted), "visit", "stays", "seen_at") is None


def test_without_such_a_text_there_is_no_entity(visits: ir.Table) -> None:
    assert roles.entity_of(survey(visits), "visit", "stays", "seen_at") is None


def test_a_few_texts_in_a_small_table_are_no_names(table: Table, columns: Columns) -> None:
    small = table(**columns(100), town=[f"t{at % 20}" for at in range(100)])

    assert not roles.is_name(survey(small), "town")
