import numpy as np
import planted_forms

from mainstay.bundle import form, interpret
from mainstay.bundle.edges import edges


def test_a_tree_turns_at_its_thresholds_not_at_its_categories() -> None:
    assert edges(planted_forms.grown()) == {0: [2.0], 1: []}


def test_rows_beside_an_edge_really_part_through_scaling_and_a_cast() -> None:
    steps = form.Arithmetic("subtract", 0.3), form.Arithmetic("divide", 7.0), form.Cast()
    member = planted_forms.grown().members[0]
    features = (form.Feature(0, steps), *member.features[1:])
    scaled = form.Form(2, 1, (form.Member(features, member.body, "none"),))
    found = np.array(edges(scaled)[0])

    scores = interpret.scores(scaled, np.column_stack([found, np.ones(len(found))]))

    assert {10.5, 30.5} == set(scores)
    (last,) = np.flatnonzero(np.diff(scores))
    assert np.nextafter(found[last], np.inf) == found[last + 1]


def test_bins_categories_and_ends_are_edges_too() -> None:
    steps = form.Clip(0.0, 9.0), form.Bins((1.0, 2.0)), form.OneOf((1.0,), missing=False)

    assert edges(planted_forms.line(*steps)) == {0: [0.0, 1.0, 2.0, 9.0]}
