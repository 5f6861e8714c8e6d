"""Money by classes: the matrix says what every decision is worth, and the rule is one class.

Reads plain values, as `consistency` does. Which classes there are the training rows say: a build
holds the matrix against them.
"""

from collections.abc import Iterator

from mainstay.contract.mistakes import Slip
from mainstay.contract.paths import found, slip
from mainstay.contract.payoffs import ordered
from mainstay.contract.wording import shown

MATRIX = "matrix: {cat: {cat: 5, dog: -20}, dog: {cat: -8, dog: 5}}"
_FEWEST = 2


def slips(contract: object) -> Iterator[Slip]:
    """What leaves open what a decision is worth, or what is decided without the model."""
    task = next(found(contract, "objective.task"), ((), None))[1]
    for path, _ in found(contract, "objective.value.matrix") if task != "multiclass" else ():
        yield slip(path, f"is for several classes, not {shown(task)}", "take it out", on_key=True)
    matrix = next(found(contract, "objective.value.matrix"), ((), None))[1]
    for path, beside in found(contract, "objective.value.unnamed"):
        if beside is not None and matrix is None:
            yield slip(path, "speaks of a matrix that is not stated", MATRIX, on_key=True)
    if task == "multiclass" and isinstance(matrix, dict):
        yield from _named(contract, matrix)
        yield from _rule(contract, matrix)


def _named(contract: object, matrix: dict[str, object]) -> Iterator[Slip]:
    """Every pair, unless something says what the others are worth."""
    path, _ = next(found(contract, "objective.value.matrix"))
    known = _classes(matrix)
    if len(known) < _FEWEST:
        yield slip(path, f"names {len(known)} classes", MATRIX, on_key=True)
    if next(found(contract, "objective.value.unnamed"), ((), None))[1] is not None:
        return
    for was in known:
        row = matrix.get(was, {})
        if was not in matrix:
            yield slip(
                path,
                f"does not say what {shown(was)} decided as each class is worth",
                f"{was}: {{{', '.join(f'{one}: 0' for one in known)}}}, or unnamed: 0",
                on_key=True,
            )
        elif isinstance(row, dict) and (left := [one for one in known if one not in row]):
            hint = f"{', '.join(f'{one}: 0' for one in left)}, or unnamed: 0 beside the matrix"
            yield slip((*path, was), f"leaves out {', '.join(left)}", hint, on_key=True)


def _rule(contract: object, matrix: dict[str, object]) -> Iterator[Slip]:
    """What is done without the model is one class: a rate of classes decides none."""
    hint = "name a class, constant: ..., or leave it out for the class that earned most"
    for path, names in found(contract, "objective.baseline.rate_by"):
        if names:
            yield slip(path, "gives no class, of which money is counted", hint, on_key=True)
    for path, _ in found(contract, "objective.baseline.column"):
        yield slip(path, "gives no class, of which money is counted", hint, on_key=True)
    for path, one in found(contract, "objective.baseline.constant"):
        if one is not None and str(one) not in _classes(matrix):
            yield slip(path, f"is {shown(one)}, which objective.value.matrix does not name", hint)


def _classes(matrix: dict[str, object]) -> tuple[str, ...]:
    return ordered({was: row if isinstance(row, dict) else {} for was, row in matrix.items()})
