"""What must hold on rows that nobody learned from."""

import pytest

LASTS = "  lasts: 180d"


def test_nothing_is_a_gate_that_is_not_stated(read):
    stated = read().contract.certify.generalises

    assert (stated.worse_by, stated.room, stated.told) == (None, None, None)
    assert stated.new_worse_by is None


def test_limits_are_stated_one_by_one(read):
    stated = read((LASTS, "  generalises: {worse_by: 0.03, told: 0.8}")).contract.certify

    assert (stated.generalises.worse_by, stated.generalises.told) == (0.03, 0.8)
    assert stated.generalises.room is None


@pytest.mark.parametrize(
    ("clause", "said"),
    [
        (
            "generalises: {worse_by: -1}",
            "certify.generalises.worse_by is -1, but must be at least 0",
        ),
        ("generalises: {told: 0.4}", "certify.generalises.told is 0.4, but must be at least 0.5"),
        ("copies: {at_most: 2}", "certify.copies.at_most is 2"),
        ("looks: 0", "certify.looks is 0, but must be at least 1"),
        (
            "accept_unsure: [looks]",
            'accept_unsure[0] is "looks", which is no gate that can be unsure',
        ),
    ],
)
def test_what_cannot_be_is_a_mistake(told, clause, said):
    assert said in told((LASTS, f"  {clause}"))[0]
