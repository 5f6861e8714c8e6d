from mainstay.contract import nodes
from mainstay.contract.nodes import Mark, Node
from mainstay.core.errors import Finding

LEAF = Node("x", Mark(2, 6), Mark(2, 3))
ROOT = Node({"a": Node((LEAF,), Mark(1, 4), Mark(1, 1))}, Mark(1, 1), Mark(1, 1))


def test_plain_values_have_no_places():
    assert nodes.plain(ROOT) == {"a": ["x"]}


def test_every_single_value_comes_with_its_path():
    assert list(nodes.scalars(ROOT)) == [(("a", 0), "x")]


def test_a_path_that_ends_early_gives_the_deepest_node_on_the_way():
    assert nodes.node_at(ROOT, ("a", 0)) == (LEAF, True)
    assert nodes.node_at(ROOT, ("a", 0, "b")) == (LEAF, False)
    assert nodes.node_at(ROOT, ("a", 7)) == (ROOT.value["a"], False)
    assert nodes.node_at(ROOT, ("z", "y")) == (ROOT, False)


def test_mistakes_are_told_in_the_order_of_the_file():
    late, early = Finding("f", 3, 1, "late"), Finding("f", 2, 9, "early")

    mistakes = nodes.told([late, early])

    assert mistakes.findings == (early, late)
    assert mistakes.hint == ""
