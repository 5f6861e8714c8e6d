import re
from collections.abc import Callable

import ibis.expr.types as ir
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.core import patterns
from mainstay.data import dialect

Stored = Callable[..., ir.Table]
NUMBERS = [0.0, -0.0, 1.0, 0.5, -2.5, 2.0**53, 1e15 + 0.5, 1e308, 5e-324, float("inf"), None]


@pytest.mark.parametrize(
    ("pattern", "texts", "others"),
    [
        ("a{300}", ["a" * 300], ["a" * 299, "a" * 301, ""]),
        ("(a|bc){254,490}", ["a" * 254, "bc" * 490], ["a" * 253, "a" * 491, "b" * 300]),
        ("x{260,}", ["x" * 260, "x" * 999], ["x" * 259]),
        ("x{0,256}y?", ["", "y", "x" * 256 + "y"], ["x" * 257, "yx"]),
        (r"[^\d]|😀", ["a", "é", "\n", "😀"], ["1", "", "ab"]),
    ],
)
def test_patterns_are_said_in_parts_that_postgres_repeats(
    pattern: str, texts: list[str], others: list[str]
) -> None:
    said = dialect._text(patterns.pattern(pattern))

    assert all(re.fullmatch(said, one) for one in texts)
    assert not any(re.fullmatch(said, one) for one in others)
    assert max(map(int, re.findall(r"\d+(?=[,}])", said)), default=0) <= 255


@given(least=st.integers(0, 900), more=st.none() | st.integers(0, 900))
def test_parts_of_a_repetition_add_up(least: int, more: int | None) -> None:
    parts = dialect._times(least, None if more is None else least + more)

    ends = [(one[1:-1].split(",") * 2)[:2] for one in parts]
    assert sum(int(low) for low, _ in ends) == least
    assert any(high == "" for _, high in ends) == (more is None)
    assert more is None or sum(int(high) for _, high in ends) == least + more


def test_here_a_number_is_whole_or_finite_as_duckdb_says(stored: Stored) -> None:
    table = stored({"number": "float64"}, number=NUMBERS)

    found = table.select(
        "number", whole=dialect.whole(table.number), finite=dialect.finite(table.number)
    ).to_pyarrow().to_pylist()  # fmt: skip

    finite = [one for one in found if one["finite"]]
    assert len(finite) == len(NUMBERS) - 2
    assert all(one["whole"] == one["number"].is_integer() for one in finite)
    assert [one["finite"] for one in found if one["number"] is None] == [None]
