from typing import Annotated

import pytest
from pydantic import Field, ValidationError

from mainstay.contract import mistakes
from mainstay.contract.clauses import Clause, Section
from mainstay.contract.metrics import MEASURES
from mainstay.contract.model import Contract
from mainstay.contract.terms import OneOrMore


class Odd(Section):
    even: Annotated[int, Field(multiple_of=2), Clause("how many pairs")]


def slips(section: type[Section], values: object) -> list[tuple[str, str]]:
    with pytest.raises(ValidationError) as caught:
        section.model_validate(values)
    return [(slip.what, slip.hint) for slip in mistakes.slips(caught.value, section)]


KNOWN = "access, certify, data, mainstay, model, objective, owner, score, serve, train, watch"


@pytest.mark.parametrize(
    ("old", "new", "said", "hint"),
    [
        ("  good_enough:", "  good_enuogh:", "9:3: objective.good_enuogh is not a clause",
         "did you mean good_enough?"),
        ("freshness: 2h", "freshness: 2hr", '16:108: data.context.weather.freshness is "2hr"',
         "write 2h"),
        ("at_least: 0.66", "at_least: 1.2",
         "10:35: objective.good_enough[0].at_least is 1.2, but roc_auc lies in [0, 1]",
         'write 0.75 for "at least 0.75"'),
        ("at_least: 0.66", 'at_least: "66%"',
         '10:35: objective.good_enough[0].at_least is "66%", but a number is wanted', "write 0.66"),
        ("owner: operations-analytics", "owner: 12", "3:8: owner is 12, but text is wanted",
         'write "12"'),
        ("owner: operations-analytics", 'owner: ""', "3:8: owner is an empty text",
         "who answers for it, and hears of incidents"),
        ("rate_by: [origin, hour]", "rate_by: hour",
         '12:23: objective.baseline.rate_by is "hour", but a list is wanted', "write [hour]"),
        ("  hold_out: 31d", "  calibration_error: 0.1\n  hold_out: 31d",
         "27:22: certify.calibration_error is 0.1, but a mapping of clauses is wanted",
         "write {at_most: 0.1}"),
        ("key: flight_id, ", "", "14:3: data.decisions.key is missing",
         "names the decision; unique"),
        ("serve:", "srv: 1\nserve:", "30:1: srv is not a clause", "did you mean serve?"),
        ("serve:", "zzz: 1\nserve:", "30:1: zzz is not a clause",
         f"known: {KNOWN}"),
        ("metric: roc_auc, at_least: 0.66", "metric: auc, at_least: 0.66",
         '10:16: objective.good_enough[0].metric is "auc"',
         f"did you mean roc_auc? known: {', '.join(sorted(MEASURES)[:12])} and 2 more"),
    ],
)  # fmt: skip
def test_a_mistake_says_what_where_and_what_next(told, old, new, said, hint):
    assert told((old, new)) == [f"contract.yaml:{said}", f"hint: {hint}"]


def test_an_unknown_clause_is_compared_with_those_that_could_stand_there():
    context = {"from": "x", "on": "y", "take": ["z"], "withn": "2h"}
    with pytest.raises(ValidationError) as caught:
        Contract.model_validate({"data": {"context": {"within": context}}})

    found = {slip.what: slip for slip in mistakes.slips(caught.value, Contract)}

    assert found["data.context.within.withn is not a clause"].hint == "did you mean within?"
    assert found["data.context.within.withn is not a clause"].on_key


def test_what_pydantic_says_is_never_passed_on():
    assert slips(Odd, {"even": 3}) == [("even is 3, which does not fit", "how many pairs")]


def test_of_very_many_mistakes_a_thousand_are_put_into_words():
    assert len(slips(Odd, {f"e{n}": 1 for n in range(1_500)})) == 1_000


def test_an_empty_name_is_told_at_its_place():
    class Names(Section):
        names: Annotated[OneOrMore, Clause("who")]

    assert slips(Names, {"names": ["a", ""]}) == [("names[1] is an empty text", "who")]
