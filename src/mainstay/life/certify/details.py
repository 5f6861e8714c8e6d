"""What a certificate's page shows beside the gates: curves and tables, from the same rows."""

from typing import NamedTuple

import msgspec
import numpy as np

from mainstay.bundle.manifest import Manifest
from mainstay.core.nouns import known
from mainstay.life.certify.errors import Confused, Errors, confused, errors, off
from mainstay.life.certify.found_slices import Found
from mainstay.life.certify.gates import Asked
from mainstay.life.certify.robust import Shaken
from mainstay.life.certify.simplest import Ladder
from mainstay.stats import calibration, value
from mainstay.stats.calibration import Bin
from mainstay.stats.mistaken import Side
from mainstay.stats.value import Curve
from mainstay.trainer.measures import worth


class Details(msgspec.Struct, frozen=True):
    """curve: money by threshold of what the model decides, None without money.

    reliability: scores against shares. threshold: the one in use. stopped, unlabelled: held-out
    decisions that were not judged. errors: where a threshold decides; confused: of several classes;
    off: of values. shaken: what errors of inputs come to. found: slices that nobody declared.
    ladder: simpler models.
    """

    curve: Curve | None
    threshold: float | None
    currency: str
    reliability: tuple[Bin, ...]
    in_all: int
    stopped: int
    unlabelled: int
    python: str
    platform: str
    packages: dict[str, str]
    errors: Errors | None = None
    shaken: Shaken | None = None
    found: Found | None = None
    ladder: Ladder | None = None
    confused: Confused | None = None
    off: tuple[Side, ...] = ()


class Beside(NamedTuple):
    """What was measured on the way to the gates, None where it was left out."""

    found: Found | None = None
    shaken: Shaken | None = None
    ladder: Ladder | None = None


def details(asked: Asked, stated: Manifest, beside: Beside) -> Details:
    """All of it, for the held-out rows."""
    held = asked.held
    return Details(
        curve=_curve(asked, stated),
        threshold=stated.threshold,
        currency=_currency(asked),
        reliability=_reliability(asked),
        in_all=held.in_all,
        stopped=held.stopped,
        unlabelled=held.unlabelled,
        python=stated.python,
        platform=stated.platform,
        packages=stated.versions,
        errors=errors(asked, stated),
        shaken=beside.shaken,
        found=beside.found,
        ladder=beside.ladder,
        confused=confused(asked, stated),
        off=off(asked),
    )


def _curve(asked: Asked, stated: Manifest) -> Curve | None:
    if stated.threshold is None or asked.contract.objective.value is None:
        return None
    held = asked.held.of(np.flatnonzero(~asked.held.abstained))
    return value.curve(
        held.label,
        held.weighed,
        worth(asked.contract, held.payoffs),
        held.blocks,
        at=value.thresholds(held.weighed, stated.threshold),
        seed=asked.seed,
    )


def _reliability(asked: Asked) -> tuple[Bin, ...]:
    held = asked.held.measured("calibration_error")
    if asked.contract.objective.task != "binary":
        return ()
    found = calibration.reliability(held.label, held.score, held.blocks, seed=asked.seed)
    return tuple(one for one in found if known(one.positive))


def _currency(asked: Asked) -> str:
    stated = asked.contract.objective.value
    return stated.currency if stated else ""
