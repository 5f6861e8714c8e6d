"""The measures a contract may bound: their possible range, their better side, their tasks."""

import math
from typing import Literal, NamedTuple

Task = Literal["binary", "multiclass", "regression"]
Metric = Literal[
    "roc_auc", "average_precision", "log_loss", "brier", "accuracy", "precision", "recall", "f1",
    "mae", "rmse", "r2", "calibration_error", "value_per_1000", "value_over_baseline_per_1000",
]  # fmt: skip


class Measure(NamedTuple):
    """Where a metric can lie, [low, high]; of `better` a contract asks enough."""

    low: float
    high: float
    better: Literal["more", "less"]
    tasks: tuple[Task, ...]

    @property
    def side(self) -> Literal["at_least", "at_most"]:
        """The bound that asks for enough."""
        return "at_least" if self.better == "more" else "at_most"

    @property
    def range(self) -> str:
        """`[0, 1]`, for people; an open end is infinite."""
        opening = "(" if math.isinf(self.low) else "["
        closing = ")" if math.isinf(self.high) else "]"
        return f"{opening}{self.low:g}, {self.high:g}{closing}"


_BINARY: tuple[Task, ...] = ("binary",)
_CLASSES: tuple[Task, ...] = ("binary", "multiclass")
_PRICED: tuple[Task, ...] = ("binary", "multiclass", "regression")
_NUMBER: tuple[Task, ...] = ("regression",)

MEASURES: dict[Metric, Measure] = {
    "roc_auc": Measure(0, 1, "more", _BINARY),
    "average_precision": Measure(0, 1, "more", _BINARY),
    "log_loss": Measure(0, math.inf, "less", _CLASSES),
    "brier": Measure(0, 1, "less", _BINARY),
    "accuracy": Measure(0, 1, "more", _CLASSES),
    "precision": Measure(0, 1, "more", _BINARY),
    "recall": Measure(0, 1, "more", _BINARY),
    "f1": Measure(0, 1, "more", _BINARY),
    "mae": Measure(0, math.inf, "less", _NUMBER),
    "rmse": Measure(0, math.inf, "less", _NUMBER),
    "r2": Measure(-math.inf, 1, "more", _NUMBER),
    "calibration_error": Measure(0, 1, "less", _CLASSES),
    "value_per_1000": Measure(-math.inf, math.inf, "more", _PRICED),
    "value_over_baseline_per_1000": Measure(-math.inf, math.inf, "more", _PRICED),
}
VALUE: tuple[Metric, ...] = ("value_per_1000", "value_over_baseline_per_1000")
"""Those counted in money: they need `objective.value`."""
