import msgspec
import pytest

from mainstay.bundle.judgement import Breach, Judgement, judgement, rejection


class Row(msgspec.Struct):
    c0: int = 0


def breach(on_breach, field="temp"):
    return Breach(f"$.records[0].{field}", field, "is 9", on_breach)


@pytest.mark.parametrize(
    ("broken", "outcome"),
    [
        ((), "score"),
        (("flag",), "score"),
        (("impute", "flag"), "score"),
        (("flag", "fallback", "impute"), "fallback"),
        (("fallback", "reject", "flag"), "reject"),
    ],
)
def test_the_worst_breach_decides(broken, outcome):
    found = judgement(Row(), tuple(map(breach, broken)))

    assert found.outcome == outcome


def test_flags_name_each_field_once_and_not_what_is_rejected():
    reasons = (breach("impute"), breach("flag"), breach("reject", "dewp"), breach("flag", "rain"))

    assert Judgement(Row(), "reject", reasons).flags == ("temp", "rain")


def test_a_refusal_of_the_whole_is_short():
    found = rejection(400, "$", "x" * 1000)

    assert (found.status, [len(one.what) for one in found.reasons]) == (400, [200])
