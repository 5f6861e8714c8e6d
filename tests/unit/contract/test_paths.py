"""Where plain values of a contract stand."""

from mainstay.contract import paths


def test_values_are_found_by_a_pattern_with_their_paths():
    values = {"a": [{"b": 1}, {"b": 2}, {"c": 3}], "d": {"x": {"b": 4}}}

    assert list(paths.found(values, "a.*.b")) == [(("a", 0, "b"), 1), (("a", 1, "b"), 2)]
    assert list(paths.found(values, "d.*.b")) == [(("d", "x", "b"), 4)]
    assert list(paths.found(values, "a.b")) == []
