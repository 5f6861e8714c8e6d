"""Errors that say what, where and what next."""

from mainstay.core.errors import Finding, MissingExtra, Mistakes


def test_a_finding_reads_like_a_compilers() -> None:
    finding = Finding("contract.yaml", 6, 3, "goood is not a clause", "did you mean good?")

    assert str(finding) == "contract.yaml:6:3: goood is not a clause\n  hint: did you mean good?"
    assert str(Finding("contract.yaml", 0, 0, "is empty")) == "contract.yaml: is empty"


def test_many_mistakes_are_told_in_order() -> None:
    error = Mistakes([Finding("a", 1, 1, "x"), Finding("a", 2, 1, "y")])

    assert str(error) == "a:1:1: x\na:2:1: y"
    assert len(error.findings) == 2


def test_a_missing_extra_says_how_to_get_it() -> None:
    assert MissingExtra("full").hint == "pip install 'mainstay[full]'"
