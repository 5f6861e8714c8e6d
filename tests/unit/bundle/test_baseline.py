import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.bundle import baseline
from mainstay.bundle.baseline import Cell, Constant, OfColumn, Rates
from mainstay.core.columns import Columns, Text
from mainstay.core.errors import Mistake

LEVELS = ("EWR", "JFK")
FLIGHTS: Columns = {
    "origin": Text(np.array([0, 0, 1, 1, -1], dtype=np.int32), LEVELS),
    "hour": np.array([6, 6, 6, 7, 7], dtype=np.int64),
    "temp": np.array([1.0, 1.0, np.nan, np.nan, 2.0]),
    "late": np.array([True, False, True, False, True]),
}
LABEL = np.array([1.0, 0.0, 1.0, np.nan, 1.0])


def row(**values):
    kind = msgspec.defstruct("Record", [f"c{at}" for at in range(len(values))])
    return kind(*values.values())


def test_a_rate_is_the_mean_of_the_known_labels_of_its_cell():
    fitted = baseline.fitted(("origin", "hour"), FLIGHTS, LABEL)

    assert fitted == Rates(
        ("origin", "hour"),
        (Cell(("EWR", 6), 0.5), Cell(("JFK", 6), 1.0), Cell((None, 7), 1.0)),
        default=0.75,
    )


def test_an_unseen_combination_gets_the_mean_of_all():
    fitted = baseline.fitted(("origin", "hour"), FLIGHTS, LABEL)

    rate = baseline.rate(fitted, ("hour", "origin"))

    assert rate(row(hour=6, origin="EWR")) == 0.5
    assert rate(row(hour=7, origin=None)) == 1.0
    assert rate(row(hour=7, origin="JFK")) == 0.75
    assert rate(row(hour=6, origin="LGA")) == 0.75


def test_one_column_and_a_missing_number_have_their_own_rate():
    fitted = baseline.fitted(("temp",), FLIGHTS, LABEL)

    rate = baseline.rate(fitted, ("temp",))

    assert [rate(row(temp=value)) for value in (1.0, 2.0, None, 9.0)] == [0.5, 1.0, 1.0, 0.75]


def test_no_known_label_is_a_mistake():
    with pytest.raises(Mistake, match="no row has a known label"):
        baseline.fitted(("hour",), FLIGHTS, np.full(5, np.nan))


def test_a_constant_answers_everybody_alike():
    answer = Constant(0.25)

    assert baseline.rate(answer, ())(row()) == 0.25
    assert baseline.rates(answer, FLIGHTS).tolist() == [0.25] * 5


def test_a_column_answers_with_its_value_or_the_default():
    answer = OfColumn("temp", default=0.5)

    assert [baseline.rate(answer, ("temp",))(row(temp=value)) for value in (2.0, None)] == [
        2.0,
        0.5,
    ]
    assert baseline.rates(answer, FLIGHTS).tolist() == [1.0, 1.0, 0.5, 0.5, 2.0]
    assert baseline.rates(OfColumn("late", 0.5), FLIGHTS).tolist() == [1.0, 0.0, 1.0, 0.0, 1.0]


def test_a_column_of_text_is_no_baseline():
    with pytest.raises(Mistake, match="origin holds text"):
        baseline.rates(OfColumn("origin", 0.5), FLIGHTS)


@pytest.mark.parametrize(
    "kept",
    [Constant(0.1), OfColumn("temp", 0.1), Rates(("a", "b"), (Cell(("x", None), 0.1),), 1 / 3)],
)
def test_a_baseline_survives_json(kept):
    content = msgspec.json.encode(kept)

    assert msgspec.json.decode(content, type=baseline.Baseline) == kept


@given(
    st.lists(
        st.tuples(st.integers(-1, 1), st.integers(0, 2), st.sampled_from([np.nan, 0.0, 1.0, 0.3])),
        min_size=1,
    ),
    st.sampled_from([("origin",), ("hour",), ("temp", "origin"), ("late", "temp", "hour")]),
)
def test_the_door_and_a_table_give_the_same_rates_bit_for_bit(drawn, by):
    codes, hours, labels = map(np.array, zip(*drawn, strict=True))
    columns: Columns = {
        "origin": Text(codes.astype(np.int32), LEVELS),
        "hour": hours.astype(np.int64),
        "temp": np.where(hours == 0, np.nan, hours + 0.5),
        "late": hours > 1,
    }
    known = np.where(np.isnan(labels).all(), 1.0, labels)
    fitted = baseline.fitted(by, columns, known)
    asked = baseline.rate(fitted, tuple(columns))

    table = baseline.rates(fitted, columns)

    assert table.tolist() == [
        asked(
            row(
                origin=LEVELS[code] if code >= 0 else None,
                hour=int(hour),
                temp=None if hour == 0 else hour + 0.5,
                late=bool(hour > 1),
            )
        )
        for code, hour in zip(codes, hours, strict=True)
    ]
