"""Which windows and which doubts somebody settled by vouching for labels."""

from datetime import timedelta

import pytest
import small_project
from receiving import finding

from mainstay.core.nouns import Window
from mainstay.life.watch import faults, vouched
from mainstay.life.watch.order import Vouched

DAY = timedelta(days=1)
DAYS = tuple(
    Window(small_project.END + at * DAY, small_project.END + (at + 1) * DAY) for at in range(4)
)
TWO = Window(DAYS[1].since, DAYS[2].until)


def test_windows_count_that_lie_where_labels_were_vouched_for_by_kind() -> None:
    known = (Vouched(faults.TURNED, TWO),)

    assert vouched.windows(known, faults.TURNED, DAYS).tolist() == [False, True, True, False]
    assert not vouched.windows(known, faults.ALIKE, DAYS).any()
    assert vouched.windows(known, faults.TURNED, ()).tolist() == []


@pytest.mark.parametrize(
    ("kind", "doubt", "settled"),
    [
        ("rate", "rate", True),
        (faults.TURNED, "rate", True),
        ("corrected", "corrected", True),
        ("corrected", "contradicted", False),
    ],
)
def test_a_doubt_is_settled_by_its_kind_and_a_rate_by_any(
    kind: str, doubt: str, *, settled: bool
) -> None:
    span = Window(small_project.START, small_project.AFTER)

    assert vouched.is_settled((Vouched(kind, span),), finding("labels", doubt)) is settled


def test_a_doubt_that_began_later_is_a_new_one() -> None:
    before = Window(small_project.START, small_project.END)

    assert not vouched.is_settled((Vouched("rate", before),), finding("labels", "rate"))


def test_what_is_no_doubt_of_labels_is_never_settled() -> None:
    whole = Window(small_project.START, small_project.AFTER)

    assert not vouched.is_settled((Vouched("rate", whole),), finding("drift", "rate"))
