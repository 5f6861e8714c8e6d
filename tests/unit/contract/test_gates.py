from mainstay.contract.gates import gates


def test_goals_come_first_then_what_every_version_is_asked(read):
    assert gates(read().contract) == (
        "roc_auc",
        "value_over_baseline_per_1000",
        "calibration_error",
        "stopped",
        "latency_p99",
        "slices",
    )


def test_without_slices_they_are_no_gate(read):
    by = "  slices: {by: [origin, carrier], metric: roc_auc, at_least: 0.55, least_rows: 2500}\n"

    assert "slices" not in gates(read((by, "")).contract)


def test_regression_has_no_calibration(read):
    contract = read(
        ("task: binary", "task: regression"),
        ("true_positive: 40, false_positive: -12, ", ""),
        ("{metric: roc_auc, at_least: 0.66}", "{metric: mae, at_most: 9}"),
        ("    - {metric: value_over_baseline_per_1000, at_least: 100}\n", ""),
        ("metric: roc_auc, at_least: 0.55", "metric: mae, at_most: 12"),
    ).contract

    assert gates(contract) == ("mae", "stopped", "latency_p99", "slices")
