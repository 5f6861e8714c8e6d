from collections.abc import Mapping
from typing import Annotated

import pytest
from pydantic import Field

from mainstay.contract import clauses
from mainstay.contract.clauses import Clause, Section


class Leaf(Section):
    size: Annotated[int, Clause("how big", ("door",))] = 3


class Tree(Section):
    leaves: Annotated[Mapping[str, Leaf], Clause("by name")] = {}
    fallen: Annotated[tuple[Leaf, ...], Clause("in order")] = ()
    best: Annotated[Leaf | None, Clause("one, or none")] = None
    source: Annotated[str, Field(alias="from"), Clause("where it grew")]


def test_every_clause_is_listed_with_its_default_and_under_the_name_a_contract_uses():
    listed = {known.path: (known.required, known.default) for known in clauses.known(Tree)}

    assert listed == {
        "leaves": (False, {}),
        "leaves.NAME.size": (False, 3),
        "fallen": (False, []),
        "fallen[].size": (False, 3),
        "best": (False, None),
        "best.size": (False, 3),
        "from": (True, None),
    }


@pytest.mark.parametrize(
    ("path", "meaning"),
    [
        (("leaves",), "by name"),
        (("leaves", "size"), "by name"),
        (("leaves", "size", "size"), "how big"),
        (("fallen", 0, "size"), "how big"),
        (("best", "size"), "how big"),
        (("from",), "where it grew"),
        (("best", "nothing"), "one, or none"),
    ],
)
def test_the_clause_of_a_place_is_the_deepest_known(path, meaning):
    clause, _ = clauses.at(Tree, path)

    assert clause.meaning == meaning


def test_the_section_of_a_place_says_what_could_stand_there():
    assert clauses.at(Tree, ("fallen", 0))[1] is Leaf
    assert clauses.at(Tree, ())[1] is Tree
    assert clauses.at(Tree, ("from",))[1] is None


def test_a_field_without_a_clause_is_our_mistake():
    class Bare(Section):
        size: int

    with pytest.raises(LookupError):
        list(clauses.known(Bare))
