"""Whether there are rows enough for a first fit: a floor, not a promise that a model will be good.

Each input counts as one parameter, text as well: trees merge levels. Flexible learners want more.
Sources: Riley et al. (2020), BMJ 368:m441 (its four criteria, with R2 at 15 % of its largest value
where nothing is known before); Peduzzi et al. (1996), J. Clin. Epidemiol. 49:1373 (ten events per
variable).
"""

import math

from mainstay.contract.metrics import Task

SHRINKAGE = 0.9
EXPECTED = 0.15  # of the largest R2 there can be
PRECISION = 0.05  # of the overall rate
EVENTS_EACH = 10
NUMBER_ROWS = 234  # for the spread of what is left over, within 10 %


def least_rows(task: Task, inputs: int, rate: float) -> int:
    """How many labelled rows a first fit needs; rate: share of the rarer or rarest class, above 0.

    >>> least_rows("binary", 16, 0.22)
    1393
    """
    if task == "regression":
        return max(NUMBER_ROWS + inputs, EVENTS_EACH * inputs)
    precise = (1.96 / PRECISION) ** 2 * rate * (1 - rate)
    return math.ceil(max(precise, _not_overfitted(inputs, rate)))


def least_events(inputs: int) -> int:
    """How many rows of the rarer class."""
    return EVENTS_EACH * inputs


def _not_overfitted(inputs: int, rate: float) -> float:
    """Rows with which a tenth of what was fitted is lost on new rows (criterion 3)."""
    entropy = -rate * math.log(rate) - (1 - rate) * math.log(1 - rate)
    expected = EXPECTED * (1 - math.exp(-2 * entropy))
    return inputs / ((SHRINKAGE - 1) * math.log(1 - expected / SHRINKAGE))
