"""What differs between two contracts, and what it re-opens."""

import re

import pytest

from mainstay.contract import clauses, diff
from mainstay.contract.model import Contract


def changes(read, *pairs):
    return diff.changes(read().contract, read(*pairs).contract)


def test_a_contract_does_not_differ_from_itself_and_a_stated_default_is_no_change(read):
    assert changes(read) == ()
    assert changes(read, ("  lasts: 180d", "  lasts: 180d\n  accept_unsure: []")) == ()


@pytest.mark.parametrize(
    ("old", "new", "words", "opens"),
    [
        ("lasts: 180d", "lasts: 90d", 'certify.lasts: "180d" -> "90d"', "recertify"),
        ("hold_out: 31d", "hold_out: 28d", 'certify.hold_out: "31d" -> "28d"', "rebuild"),
        ("at_least: 0.66", "at_least: 0.7",
         "objective.good_enough[0].at_least: 0.66 -> 0.7", "recertify"),
        ("between: [17, 6000]", "between: [17, 5000]",
         "data.fields.distance.between: [17.0,6000.0] -> [17.0,5000.0]", "rebuild"),
        ("window: 1d", "window: 2d", 'watch.window: "1d" -> "2d"', "watch"),
        ("freshness: 2h, ", "", 'data.context.weather.freshness: "2h" -> none', "watch"),
        ("decision: Rebook connecting passengers before departure.", "decision: Rebook.",
         'objective.decision: "Rebook connecting passengers before departure." -> "Rebook."',
         "nothing"),
        ("approver: operations-lead", "approver: risk",
         'access.approver: "operations-lead" -> "risk"', "re-approve"),
    ],
)  # fmt: skip
def test_a_change_is_told_with_what_it_re_opens(read, old, new, words, opens):
    (found,) = changes(read, (old, new))

    assert (found.words, found.opens) == (words, opens)
    assert found.meaning


def test_what_weighs_most_comes_first(read):
    found = changes(read, ("window: 1d", "window: 2d"), ("latency_p99: 20ms", "latency_p99: 30ms"))

    assert [one.opens for one in found] == ["rebuild", "watch"]


def test_what_came_or_went_is_one_change(read):
    unit = ("unit: hPa, between: [870, 1090]", "unit: hPa")

    (found,) = changes(read, unit)

    assert found.path == "data.fields.pressure.between"
    assert found.after is None


def test_every_clause_there_is_re_opens_something_known():
    for one in clauses.known(Contract):
        path = tuple(re.sub(r"\[\]$", "", part) for part in one.path.split("."))
        assert diff.opened(path) in diff.ORDER


def test_every_line_of_the_table_is_about_a_clause_there_is():
    known = {one.path for one in clauses.known(Contract)}

    assert set(diff.OPENS) <= known


def test_a_section_that_nobody_thought_of_is_an_error():
    with pytest.raises(LookupError, match="nothing says what later re-opens"):
        diff.opened(("later",))
