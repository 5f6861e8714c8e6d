import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.contract import consistency
from mainstay.contract.mistakes import Slip

PLANES = "    planes:"
KEY_FIELD = "flight_id: {type: string, on_breach: impute, impute: x}\n"
GOAL = "{metric: roc_auc, at_least: 0.66}"
RATES = "{rate_by: [origin, hour]}"
MONEY = "value_over_baseline_per_1000"
GAINS = "true_positive: 40, false_positive: -12"
VALUE = f"  value: {{currency: USD, {GAINS}, per_retrain: -30, per_1000_predictions: -0.05}}\n"
WITHOUT = ("serve.context is lookup, but data.context declares none", "take it out")
EARLY = "    p: {from: decisions, on: dest, over: 7d, take: {r: mean(late)}}\n"


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        ([(GOAL, "{metric: mae, at_most: 9}")],
         "10:16: objective.good_enough[0].metric is mae, which does not measure a binary task"),
        ([("metric: roc_auc, at_least: 0.55", "metric: r2, at_least: 0.5")],
         "28:43: certify.slices.metric is r2, which does not measure a binary task"),
        ([(VALUE, "")],
         f"10:16: objective.good_enough[1].metric is {MONEY}, but objective.value is not stated"),
        ([(RATES, "{constant: 2}")], "12:24: objective.baseline.constant is 2"),
        ([(RATES, "{constant: late}")],
         '12:24: objective.baseline.constant is "late"'),
        ([("seasonal: [temp, dewp, humid]", "season: year")],
         "31:77: watch.season is year, but no column is seasonal"),
        ([("  lasts: 180d", "  accept_unsure: [roc_auc, slcies]")],
         '29:28: certify.accept_unsure[1] is "slcies", which is no gate that can be unsure'),
        ([("{rate_by: [origin, hour]}", "{rate_by: [late]}")],
         '12:24: objective.baseline.rate_by[0] is "late", the label'),
        ([("  lasts: 180d", "  fairness: {groups: [carrier]}")],
         "29:13: certify.fairness states no tolerance"),
        ([("  lasts: 180d", "  fairness: {groups: [late], error: {at_most: 0.1}}")],
         '29:23: certify.fairness.groups[0] is "late", the label'),
        ([("    distance:", "    late:")], "20:5: data.fields.late is the label"),
        ([("distance: {type: integer,", f"{KEY_FIELD}    distance: {{type: integer,")],
         "20:42: data.fields.flight_id.on_breach is impute, but flight_id is the key"),
        ([("between: [17, 6000]", "between_by: {late: {a: [1, 2]}}")],
         "20:56: data.fields.distance.between_by.late is by the label"),
        ([("between: [17, 6000]", "between_by: {carrier: {ZZ: [1, 2]}}"),
          ("one_of: observed", "one_of: [HA, UA]")],
         '20:66: data.fields.distance.between_by.carrier.ZZ is for "ZZ", which one_of of carrier'),
        ([("dewp <= temp", "dewp <= temp or late")],
         '25:16: data.rules[0].expect speaks of "late", the label'),
        ([(PLANES, EARLY + PLANES)],
         '17:8: data.context.p takes "late", which is known 12h later'),
        ([("take: [built,", "take: [built, temp,")],
         '17:64: data.context.planes.take[1] is "temp", which data.context.weather.take names'),
        ([("take: [built, seats, engine]", "take: {late: built}")],
         '17:57: data.context.planes.take.late is "late", which data.label.column names'),
    ],
)  # fmt: skip
def test_clauses_that_contradict_each_other_are_told_where_it_shows(told, pairs, said):
    found = told(*pairs)

    assert found[0].startswith(f"contract.yaml:{said}")
    assert found[1].startswith("hint: ")
    assert len(found) == 2


def test_money_of_right_and_wrong_is_for_a_binary_task(told):
    found = told(("task: binary", "task: multiclass"), (GOAL, "{metric: accuracy, at_least: 0.6}"))

    said = "objective.value.true_positive is for a binary task, not multiclass"
    assert f"contract.yaml:8:26: {said}" in found


def test_a_constant_of_regression_is_a_number_and_has_no_calibration(told):
    found = told(
        ("task: binary", "task: regression"),
        (RATES, "{constant: none}"),
        ("  lasts: 180d", "  calibration_error: {at_most: 0.2}"),
    )

    constant = 'objective.baseline.constant is "none", but a number is predicted'
    calibration = "certify.calibration_error is for probabilities, not regression"
    assert f"contract.yaml:12:24: {constant}" in found
    assert f"contract.yaml:29:3: {calibration}" in found


def test_contradictions_are_found_beside_mistakes_of_any_other_kind(told):
    found = told(
        ("decision: Rebook", "decison: Rebook"),
        (GOAL, "{metric: mae, at_most: 9}"),
        ("known_after: 12h", "known_after: soon"),
    )

    assert [line.split(": ")[1].split(" is ")[0] for line in found[::2]] == [
        "objective.decision",
        "objective.decison",
        "objective.good_enough[0].metric",
        "data.label.known_after",
    ]


NAMES = (
    "objective", "good_enough", "metric", "task", "value", "baseline", "constant", "data",
    "context", "label", "column", "take", "known_after", "fields", "rules", "expect", "certify",
    "slices", "accept_unsure", "from", "on", "decisions",
)  # fmt: skip
SINGLE = st.sampled_from([None, True, 3, 0.5, "binary", "late", "x(", "2h", "mae"])
VALUES = st.recursive(
    SINGLE,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5)
    ),
    max_leaves=30,
)


@given(VALUES)
def test_values_of_any_shape_are_looked_through(values):
    assert all(isinstance(slip, Slip) for slip in consistency.slips(values))


def test_only_a_yes_or_no_is_abstained_from(told):
    found = told(
        ("task: binary", "task: regression"),
        ("fallback: baseline", "abstain: {between: [0.4, 0.6], to: person}"),
    )

    (place,) = [line for line in found if "serve.abstain" in line]
    assert place == "contract.yaml:30:28: serve.abstain is for a binary task, not regression"
    assert "hint: take it out: only a yes or no has a probability to be unsure of" in found


def test_what_the_door_does_about_context_is_said_where_it_looks_it_up(told, read):
    found = told(("fallback: baseline", "cold: fallback"))

    assert "contract.yaml:30:28: serve.cold is for context that the door looks up" in found
    looked = read(("fallback: baseline", "context: lookup, cold: fallback, stale: fallback"))
    assert looked.contract.serve.stale == "fallback"


def test_one_file_of_answers_has_no_partitions(told, read):
    one, day = "score: {out: answers.parquet}", "score: {out: answers.parquet, partition: day}"

    found = told(("watch: {", f"{day}\nwatch: {{"))

    assert "contract.yaml:31:42: score.partition is day, but score.out is one file" in found
    assert read(("watch: {", f"{one}\nwatch: {{")).contract.score.partition is None


def test_what_is_looked_up_is_declared():
    slips = consistency.slips({"data": {}, "serve": {"context": "lookup"}})

    assert Slip(("serve", "context"), *WITHOUT) in slips
