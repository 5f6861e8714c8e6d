"""By what age labels are there."""

import numpy as np

from mainstay.stats import maturity, proportion


def whole(windows: int, ages: int) -> np.ndarray:
    return np.ones((windows, ages), dtype=bool)


def test_a_window_is_mature_from_where_the_curve_stays_up() -> None:
    labelled = np.tile([40, 90, 99, 100, 100], (10, 1))

    found = maturity.curve(np.full(10, 120), labelled, whole(10, 5))

    assert [round(one.value, 2) for one in found.shares] == [0.4, 0.9, 0.99, 1, 1]
    assert found.mature == 2
    assert round(found.ever.value, 3) == 0.833


def test_windows_too_young_for_an_age_do_not_tell_of_it() -> None:
    labelled = np.array([[50, 100], [50, 100], [50, 50]])
    full = np.array([[True, True], [True, True], [True, False]])

    found = maturity.curve(np.full(3, 100), labelled, full)

    assert [one.value for one in found.shares] == [0.5, 1.0]
    assert [one.n for one in found.shares] == [300, 200]
    assert found.ever is None


def test_answers_without_label_keep_everything_waiting_until_windows_are_whole() -> None:
    labelled, full = np.full((6, 3), 90), whole(6, 3)

    few = maturity.curve(np.full(6, 100), labelled, full)
    enough = maturity.curve(np.full(7, 100), np.full((7, 3), 90), whole(7, 3))

    assert (few.mature, enough.mature) == (None, 0)


def test_without_windows_nothing_is_known() -> None:
    none = np.zeros((0, 3), dtype=np.int64)

    found = maturity.curve(np.zeros(0, dtype=np.int64), none, none.astype(bool))

    assert (found.mature, found.ever) == (None, None)


def test_a_window_is_short_only_where_it_surely_is() -> None:
    usual = proportion.clopper_pearson(980, 1000)

    assert not maturity.short(100, 92, usual)
    assert maturity.short(100, 70, usual)
    assert not maturity.short(0, 0, usual)
