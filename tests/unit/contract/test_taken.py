import time

import pytest
from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticCustomError

from mainstay.contract import taken
from mainstay.contract.sources import Context
from mainstay.contract.taken import Taken
from mainstay.contract.wording import path_text


def said(**given: object) -> list[str]:
    """Place and mistake of each wrong column of a context."""
    with pytest.raises(ValidationError) as caught:
        Context.model_validate({"from": "x.csv", "on": "id", **given})
    found = [(one["loc"], one["ctx"]) for one in caught.value.errors()]
    return [f"{path_text((*place, *told['at']))} {told['says']}" for place, told in found]


@pytest.mark.parametrize(
    ("stated", "columns"),
    [
        (["temp", "size (m)"], (Taken("temp", "temp"), Taken("size (m)", "size (m)"))),
        ({"built": "year"}, (Taken("built", "year"),)),
        ({"rate": "mean(late)", "n": " count ( id ) "}, (
            Taken("rate", "late", "mean"), Taken("n", "id", "count"))),
    ],
)  # fmt: skip
def test_columns_are_taken_as_they_stand_or_by_a_function(stated, columns):
    assert taken.taken(stated) == columns
    assert taken.taken(taken.written(columns)) == columns


def test_columns_that_were_read_already_are_left_alone():
    columns = (Taken("a", "b", "max"),)

    assert taken.taken(columns) == columns


@pytest.mark.parametrize("stated", [[], {}, "temp", 3, None])
def test_there_is_at_least_one_column(stated):
    with pytest.raises(PydanticCustomError) as caught:
        taken.taken(stated)

    assert caught.value.context["hint"] == "for example [temp, dewp]"


def test_every_wrong_column_is_told():
    assert said(take=[1, "a", ""]) == [
        "take[0] is 1, but the name of a column is wanted",
        'take[2] is "", but the name of a column is wanted',
    ]
    assert said(take={"a": "avg(x)", "b": 3, "c": "mean( )", "d": "mean(x) + 1"}) == [
        'take.a is "avg(x)"',
        "take.b is 3, but a column or a function of one is wanted",
        'take.c is "mean( )"',
        'take.d is "mean(x) + 1"',
    ]
    assert said(take=["a", "a"]) == ['take[1] is "a", which stands there already']


def test_an_unknown_function_is_compared_with_the_known():
    with pytest.raises(ValidationError) as caught:
        taken.taken({"a": "maen(x)"})

    hint = caught.value.errors()[0]["ctx"]["hint"]
    assert hint == "did you mean mean? known: count, max, mean, min, sum"


def test_a_function_needs_over_and_over_needs_functions():
    timed = {"as_of": "seen", "over": "7d"}

    assert said(take={"n": "count(id)", "seats": "seats"}) == ["take.n is the count of many rows"]
    assert said(take=["a", "b"], **timed) == [
        'take[0] is "a", but over needs a function of it',
        'take[1] is "b", but over needs a function of it',
    ]
    assert said(take={"n": "count(id)", "seats": "seats"}, **timed) == [
        'take.seats is "seats", but over needs a function of it'
    ]


def test_whether_functions_fit_is_not_asked_where_over_is_wrong_itself():
    class Holder(BaseModel):
        context: Context

    with pytest.raises(ValidationError) as caught:
        Holder.model_validate(
            {"context": {"from": "x", "on": "y", "as_of": "z", "over": 7, "take": ["a"]}}
        )

    assert [one["loc"] for one in caught.value.errors()] == [("context", "over")]


def test_a_long_row_of_spaces_is_read_at_once():
    started = time.process_time()

    with pytest.raises(ValidationError):
        taken.taken({"a": "mean(" + " " * 100_000})

    assert time.process_time() - started < 0.5
