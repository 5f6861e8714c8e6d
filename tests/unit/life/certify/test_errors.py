"""Errors of held-out rows, as the certificate tells them."""

from pathlib import Path

import msgspec
import pytest

from mainstay.bundle import manifest
from mainstay.contract.objective import Value
from mainstay.control import papers, versions
from mainstay.control import project as projects
from mainstay.core.nouns import known
from mainstay.life.certify import errors
from mainstay.life.certify.gates import Asked


def test_the_table_holds_the_threshold_in_use_and_no_number_without_an_interval(born: Path) -> None:
    with projects.opened(born) as opened:
        details = papers.record(opened, versions.found(opened)).details
    found = details.errors

    assert found.threshold == details.threshold
    assert found.threshold in [one.threshold for one in found.points]
    assert len(found.kinds) == 4
    assert len(found.bands) == 3
    assert not found.declared
    for one in found.points:
        assert all(each is None or known(each) for each in (one.acted, one.precision, one.recall))


def test_a_record_from_before_there_were_errors_is_read(born: Path) -> None:
    with projects.opened(born) as opened:
        record = msgspec.to_builtins(papers.record(opened, versions.found(opened)))
    del record["details"]["errors"]

    assert msgspec.convert(record, papers.Record, strict=False).details.errors is None


def of_task(asked: Asked, task: str, **value: float) -> Asked:
    """The same rows as if they were of another task, values in euro."""
    update = {"task": task, "value": Value(currency="EUR", **value)}
    objective = asked.contract.objective.model_copy(update=update)
    return asked._replace(contract=asked.contract.model_copy(update={"objective": objective}))


def test_several_classes_are_told_pair_by_pair(asked: Asked, born: Path) -> None:
    with projects.opened(born) as opened:
        version = versions.found(opened)
        read = manifest.read(opened.places.bundle(version.bundle), version.bundle)
    stated = msgspec.structs.replace(read, task="multiclass", classes=("a", "b"))

    found = errors.confused(of_task(asked, "multiclass"), stated)

    matrix = ((3.0, -1.0), (-7.0, 4.0))
    priced = errors.confused(asked, msgspec.structs.replace(stated, matrix=matrix))

    assert errors.confused(asked, read) is None
    assert {one.worth for one in priced.cells} <= {3.0, -1.0, -7.0, 4.0}
    assert found is not None
    assert found.classes == ("a", "b")
    assert sum(one.often.value for one in found.cells if one.often) == pytest.approx(1000)


def test_values_are_told_by_how_far_they_are_off_to_each_side(asked: Asked) -> None:
    held = asked.held._replace(decided=asked.held.score)
    under = {"per_unit_over": -2.0, "per_unit_under": -5.0}

    found = errors.off(of_task(asked._replace(held=held), "regression", **under))

    over, under_, either = found
    assert errors.off(asked) == ()
    assert over.share.value + under_.share.value == pytest.approx(1)
    assert over.cost.value == pytest.approx(-2000 * over.by.value * over.share.value)
    assert under_.cost.value == pytest.approx(-5000 * under_.by.value * under_.share.value)
    assert either.cost.unit == "EUR"


def test_without_costs_of_being_off_only_sizes_are_told(asked: Asked) -> None:
    found = errors.off(of_task(asked, "regression", per_retrain=-30.0))

    assert [one.cost for one in found] == [None] * 3
