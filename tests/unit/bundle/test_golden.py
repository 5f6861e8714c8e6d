import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.bundle import golden
from mainstay.bundle.golden import APART, Golden, Replay
from mainstay.core.errors import Broken

INPUTS = np.array([[1.0, np.nan], [-0.0, np.inf], [0.1, 5e-324]])
SCORES = np.array([0.25, 0.5, 1 / 3])
KEPT = Golden((b'{"id":"a","temp":1.0}', b'{"id":"b","temp":null}', b'{"id":"c"}'), INPUTS, SCORES)


def replay(*, inputs=INPUTS, scores=SCORES):
    return golden.replay(KEPT, lambda _: inputs, lambda _: scores)


def test_missing_and_extreme_rows_are_always_chosen():
    inputs = np.zeros((10_000, 2))
    inputs[[17, 4_711, 5_003], 0] = [np.nan, -5.0, 7.0]
    inputs[:, 1] = np.nan

    chosen = golden.choose(inputs)

    assert {0, 17, 4_711, 5_003} <= set(chosen.tolist())
    assert len(chosen) == 256
    assert (np.diff(chosen) > 0).all()


@given(st.integers(0, 40), st.integers(1, 40), st.integers(0, 3))
def test_the_choice_is_distinct_rows_and_the_same_each_time(rows, count, columns):
    inputs = np.random.default_rng(0).normal(size=(rows, columns))

    chosen = golden.choose(inputs, count)

    assert len(set(chosen.tolist())) == len(chosen) == min(rows, count)
    assert (chosen == golden.choose(inputs.copy(), count)).all()


def test_golden_rows_survive_the_file_bit_for_bit(tmp_path):
    golden.written(tmp_path / "golden.json", KEPT)

    found = golden.read(tmp_path / "golden.json")

    assert found.rows == KEPT.rows
    assert found.inputs.tobytes() == INPUTS.tobytes()
    assert found.scores.tobytes() == SCORES.tobytes()


def test_scores_of_several_classes_keep_their_shape(tmp_path):
    kept = KEPT._replace(scores=np.arange(6.0).reshape(3, 2))
    golden.written(tmp_path / "golden.json", kept)

    found = golden.read(tmp_path / "golden.json")

    assert found.scores.tolist() == [[0, 1], [2, 3], [4, 5]]


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b"\xff", b"[" * 100_000])
def test_a_file_that_holds_no_golden_rows_is_broken(content, tmp_path):
    (tmp_path / "golden.json").write_bytes(content)

    with pytest.raises(Broken, match="holds no golden rows"):
        golden.read(tmp_path / "golden.json")


def test_a_missing_file_is_broken(tmp_path):
    with pytest.raises(Broken, match="holds no golden rows"):
        golden.read(tmp_path / "golden.json")


def test_fewer_scores_than_rows_is_broken(tmp_path):
    golden.written(tmp_path / "golden.json", KEPT._replace(scores=SCORES[:2]))

    with pytest.raises(Broken, match="holds 3 rows, 3 inputs, 2 scores"):
        golden.read(tmp_path / "golden.json")


def test_the_same_bits_are_an_exact_replay():
    found = replay()

    assert found == Replay(rows=3, encoded=0, encoded_ulp=0, scored=0, scored_ulp=0)
    assert found.exact


def test_every_row_that_differs_is_counted_with_its_distance():
    scores = SCORES.copy()
    scores[1] = np.nextafter(np.nextafter(0.5, 1), 1)

    found = replay(scores=scores)

    assert found == Replay(rows=3, encoded=0, encoded_ulp=0, scored=1, scored_ulp=2)
    assert not found.exact


def test_scores_are_asked_of_the_golden_inputs_whatever_the_rows_become():
    found = golden.replay(KEPT, lambda _: INPUTS + 1, lambda inputs: SCORES * inputs[0, 0])

    assert (found.encoded, found.scored) == (3, 0)


@pytest.mark.parametrize(("place", "value", "apart"), [((1, 0), 0.0, 1), ((0, 1), 1.0, APART)])
def test_a_sign_of_zero_and_a_number_for_nothing_are_differences(place, value, apart):
    inputs = INPUTS.copy()
    inputs[place] = value

    found = replay(inputs=inputs)

    assert (found.encoded, found.encoded_ulp) == (1, apart)


def test_an_answer_of_another_shape_is_broken():
    with pytest.raises(Broken, match="expected numbers of shape"):
        replay(scores=SCORES[:2])


@given(st.floats(max_value=1e308), st.integers(0, 1000))
def test_the_distance_counts_the_steps_between_two_numbers(start, steps):
    end = start
    for _ in range(steps):
        end = math.nextafter(end, math.inf)
    crossed = steps > 0 and math.copysign(1, start) < math.copysign(1, end)

    distance = golden.distances(np.array([start]), np.array([end]))

    assert distance.tolist() == [steps + crossed]
