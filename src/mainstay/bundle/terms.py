"""A linear member of the portable form as terms in order, and what they add up to for many rows.

What one text chooses among is one term: the coefficients of all others would be added times zero.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mainstay.bundle import interpret
from mainstay.bundle.form import Arithmetic, Feature, Form, Impute, Linear, Member, OneOf, Step

Matrix = NDArray[np.float64]


class Choice(NamedTuple):
    """An input whose value chooses a coefficient. values: rising.

    slopes: shape (values + 2, outputs); the last two are for any other value and a missing one.
    """

    input: int
    values: Matrix
    slopes: Matrix

    def products(self, column: Matrix) -> Matrix:
        """Shape (rows, outputs); column: the input's values."""
        known = len(self.values)
        at = np.minimum(self.values.searchsorted(column), known - 1)
        at[self.values.take(at) != column] = known
        at[np.isnan(column)] = known + 1
        return self.slopes.take(at, axis=0)


class Number(NamedTuple):
    """What the model sees of an input, times coefficients, shape (outputs,)."""

    feature: Feature
    slopes: Matrix


Term = Choice | Number


class Block(NamedTuple):
    """Features whose steps are taken side by side."""

    inputs: NDArray[np.intp]
    steps: Sequence[Sequence[Step]]

    def seen(self, turned: Matrix) -> Matrix:
        """Shape (features, rows); turned: inputs, likewise."""
        values = turned[self.inputs]
        for some in self.steps:
            values = _stepped(values, some)
        return values


class Sum:
    """One member: its terms and what they add up to; no number where its library takes no row.

    finite: features that must be finite numbers for it, no_infinite: that may be missing too.
    """

    def __init__(self, member: Member, body: Linear) -> None:
        slopes = body.coefficients.array.astype(np.float64).T
        self.member, self.intercept = member, np.array(body.intercept)
        self.terms = tuple(_terms(member.features, slopes))
        self.numbers = tuple(one for one in self.terms if isinstance(one, Number))
        self.finite = tuple(one for one in member.numbers if not _is_choice(one))
        self.no_infinite = tuple(one for one in member.finite if not _is_told(one, self.finite))
        features = [one.feature for one in self.numbers]
        self._own = [at for at, one in enumerate(features) if one in self.finite]
        others = [one for one in self.finite if one not in features]
        self._seen, self._others = _Seen(features), _Seen(others)
        self._no_infinite = _Seen(self.no_infinite)

    def margins(self, turned: Matrix) -> Matrix:
        """Shape (rows, outputs); turned: inputs, shape (inputs, rows)."""
        seen = self._seen(turned)
        total = np.zeros((turned.shape[1], len(self.intercept)))
        numbers = iter(seen)
        for term in self.terms:
            total += (
                term.products(turned[term.input])
                if isinstance(term, Choice)
                else next(numbers)[:, None] * term.slopes
            )
        total += self.intercept
        for some in (seen[self._own], self._others(turned)):
            total[~np.isfinite(some).all(axis=0)] = np.nan
        total[np.isinf(self._no_infinite(turned)).any(axis=0)] = np.nan
        return total


class _Seen:
    """Some features of many rows, shape (features, rows)."""

    def __init__(self, features: Sequence[Feature]) -> None:
        order = sorted(range(len(features)), key=lambda at: _likeness(features[at]))
        alike = groupby(order, key=lambda at: _likeness(features[at]))
        parts = [list(some) for _, some in alike]
        self._parts = [(part, _block([features[at] for at in part])) for part in parts]
        self._count = len(features)

    def __call__(self, turned: Matrix) -> Matrix:
        made = np.empty((self._count, turned.shape[1]))
        for places, block in self._parts:
            made[places] = block.seen(turned)
        return made


def are(model: Form) -> bool:
    """Whether a form is nothing but terms that can be added: no trees, no division by zero."""
    if not all(isinstance(one.body, Linear) for one in model.members):
        return False
    steps = (step for one in model.members for feature in one.features for step in feature.steps)
    return not any(
        isinstance(one, Arithmetic) and one.operation == "divide" and not one.value for one in steps
    )


def _terms(features: Sequence[Feature], slopes: Matrix) -> Iterator[Term]:
    """In order; what one input chooses among is one. slopes: shape (features, outputs)."""
    numbered = [(one, slope) for one, slope in zip(features, slopes, strict=True)]
    for (chosen, at), some in groupby(numbered, lambda one: (_is_choice(one[0]), one[0].input)):
        if chosen:
            yield _choice(at, list(some))
        else:
            yield from (Number(*one) for one in some)


def _is_choice(feature: Feature) -> bool:
    """Whether it says no more than that an input has one of some values."""
    match feature.steps:
        case (OneOf(values),):
            return bool(values)
        case _:
            return False


def _choice(chosen: int, some: Sequence[tuple[Feature, Matrix]]) -> Choice:
    stated = [(step, slope) for one, slope in some for step in one.steps if isinstance(step, OneOf)]
    values = sorted({value for step, _ in stated for value in step.values})
    at = {value: place for place, value in enumerate(values)}
    table = np.zeros((len(values) + 2, len(some[0][1])))
    for step, slope in stated:
        for value in step.values:
            table[at[value]] += slope
        if step.missing:
            table[-1] += slope
    return Choice(chosen, np.array(values), table)


def _is_told(feature: Feature, finite: Sequence[Feature]) -> bool:
    """Whether an infinite value of it leaves another one infinite or no number."""
    return not feature.steps and any(
        one.input == feature.input
        and all(isinstance(step, Impute | Arithmetic) for step in one.steps)
        for one in finite
    )


def _likeness(feature: Feature) -> tuple[str, ...]:
    return tuple(
        f"{type(one).__name__} {one.operation if isinstance(one, Arithmetic) else ''}"
        for one in feature.steps
    )


def _block(features: Sequence[Feature]) -> Block:
    inputs = np.array([one.input for one in features], np.intp)
    return Block(inputs, list(zip(*(one.steps for one in features), strict=True)))


def _stepped(values: Matrix, steps: Sequence[Step]) -> Matrix:
    """Each row of values after a step of its own."""
    by = np.array([getattr(one, "value", np.nan) for one in steps])[:, None]
    match steps[0]:
        case Impute():
            return np.where(np.isnan(values), by, values)
        case Arithmetic(operation):
            made: Matrix = interpret.ARITHMETIC[operation](values, by)
            return made
        case _:
            return np.array(
                [interpret.stepped(row, (step,)) for row, step in zip(values, steps, strict=True)]
            )
