"""Which slices of rows a certificate speaks of: those with too few rows were not judged."""

from collections.abc import Callable, Iterable

from mainstay.bundle import encoder
from mainstay.bundle.encoder import Row
from mainstay.bundle.manifest import Manifest
from mainstay.core.columns import level
from mainstay.seal.certificate import Certificate

SLICES = "slices, "
"""How the clause of a gate on one slice begins."""


def judged(certificate: Certificate) -> dict[str, frozenset[str]]:
    """By column, the levels whose rows were judged; a row is covered where it has one of each."""
    clauses = (gate.clause for gate in certificate.gates)
    found = _levels(one.removeprefix(SLICES) for one in clauses if one.startswith(SLICES))
    return {**dict.fromkeys(_levels(certificate.not_covered), frozenset[str]()), **found}


def known(stated: Manifest, levels: Iterable[str]) -> bool:
    """Whether features() or a request has all these columns; else nobody is covered."""
    return set(levels) <= {*stated.columns, *(output.name for output in stated.outputs)}


def covered(stated: Manifest, certificate: Certificate) -> Callable[[Row], bool]:
    """Whether every slice that a row is in was judged."""
    found = judged(certificate)
    names = tuple(found)
    if not names:
        return lambda _: True
    if not known(stated, names):
        return nowhere
    values = encoder.values(names, stated.outputs, stated.columns)
    levels = tuple(found.values())
    return lambda row: all(
        level(value) in some for value, some in zip(values(row), levels, strict=True)
    )


def nowhere(_: Row) -> bool:
    """Of a version without a certificate that holds."""
    return False


def _levels(names: Iterable[str]) -> dict[str, frozenset[str]]:
    """Levels by column, of names like `kind = scan`."""
    found: dict[str, frozenset[str]] = {}
    for name in names:
        column, _, value = name.partition(" = ")
        found[column] = found.get(column, frozenset()) | {value}
    return found
