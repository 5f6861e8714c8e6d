import numpy as np
import pytest

from mainstay.stats import blocks

DAY = np.array([0, 0, 0, 1, 1, 1])
TAIL = np.array([0, 1, 1, 0, 1, 2])


def test_one_way_is_one_structure_with_compact_codes():
    (found,) = blocks.structures([(np.array([7, 7, 3]),)])

    assert found.blocks == 2
    assert found.codes[0].tolist() == [1, 1, 0]


def test_two_ways_that_cross_add_their_pairs_with_the_opposite_sign():
    found = blocks.structures([(DAY, TAIL)])

    assert [(one.blocks, one.sign, one.crossed) for one in found] == [
        (2, 1, False),
        (3, 1, False),
        (5, -1, True),
    ]


@pytest.mark.parametrize("ways", [(DAY, np.arange(6)), (np.arange(6), DAY)])
def test_entities_that_never_return_add_nothing_to_days(ways):
    found = blocks.structures([ways])

    assert [one.blocks for one in found] == [2]


def test_the_same_blocks_twice_count_once():
    found = blocks.structures([(DAY, 5 - DAY)])

    assert [one.blocks for one in found] == [2]


def test_a_block_is_the_same_block_in_every_group():
    (found,) = blocks.structures([(np.array([4, 9]),), (np.array([9, 9, 4]),)])

    assert found.blocks == 2
    assert [codes.tolist() for codes in found.codes] == [[0, 1], [1, 1, 0]]


@pytest.mark.parametrize(
    "groups", [[(DAY,), (DAY, TAIL)], [(DAY, TAIL[:3])], [()]], ids=["ways", "rows", "none"]
)
def test_groups_that_do_not_fit_together_are_refused(groups):
    with pytest.raises(ValueError, match="the same ways"):
        blocks.structures(groups)


def test_equal_blocks_count_in_full_and_one_large_block_hardly_counts():
    assert blocks.effective(np.repeat(np.arange(31), 5)) == pytest.approx(31)
    assert blocks.effective(np.repeat([0, 1, 2], [1000, 1, 1])) == pytest.approx(1.004, abs=1e-3)
    assert blocks.effective(np.array([], dtype=int)) == 0


def test_a_resample_draws_whole_blocks_as_many_as_there_are():
    (day,) = blocks.structures([(DAY,)])

    found = np.concatenate(list(blocks.drawn(day, 600_000, np.random.default_rng(1))))

    assert found.shape == (600_000, 2)
    assert (found.sum(axis=1) == 2).all()
    assert found.mean(axis=0) == pytest.approx(1, abs=0.01)
    assert np.bincount(found[:, 0]) / 600_000 == pytest.approx([0.25, 0.5, 0.25], abs=0.01)


def test_sums_of_blocks_without_rows_are_zero():
    found = blocks.sums(np.array([0, 2, 2]), np.array([1.0, 2.0, 3.0]), 4)

    assert found.tolist() == [1, 0, 5, 0]
