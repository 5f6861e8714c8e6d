"""Errors that say what, where and what next."""

import msgspec
import pytest

from mainstay.core import errors
from mainstay.core.errors import (
    Bug,
    Conflict,
    Crowded,
    Facts,
    Finding,
    MainstayError,
    MissingExtra,
    Mistakes,
    Unavailable,
)


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


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (Conflict("not now", "later"), Conflict),
        (Crowded("full"), Unavailable),
        (Mistakes([Finding("a", 1, 1, "x", "y")], "both"), Mistakes),
    ],
)
def test_an_error_that_travelled_says_the_same(
    error: MainstayError, kind: type[MainstayError]
) -> None:
    sent = msgspec.json.encode(errors.facts(error))

    found = errors.of_facts(msgspec.json.decode(sent, type=Facts))

    assert type(found) is kind
    assert (str(found), found.hint, found.retryable) == (str(error), error.hint, error.retryable)


def test_an_error_of_a_kind_nobody_knows_is_a_bug() -> None:
    assert isinstance(errors.of_facts(Facts("strange", "what")), Bug)
