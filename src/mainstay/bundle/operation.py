"""How a version is to be operated at a door, as its contract says: durations in seconds."""

from typing import Literal, get_args

import msgspec

Fallback = Literal["baseline", "previous"]
Priority = Literal["high", "normal", "low"]
PRIORITIES: tuple[Priority, ...] = get_args(Priority)
"""The highest first."""


class Breaker(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which share of rows that rules stop is too many: of the newest `over` seconds.

    on_breach: whether the model's answers are flagged then, or the fallback answers.
    """

    breaches: float = 0.5
    over: float = 60.0
    least_rows: int = 50
    on_breach: Literal["flag", "fallback"] = "flag"


class Trial(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """By how much a canary may do worse than who answers beside it.

    errors, slower, stopped: shares of rows. shift: of the mean score, in standard deviations.
    """

    errors: float = 0.01
    slower: float = 0.01
    stopped: float = 0.01
    shift: float = 0.5


class Operation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """latency: seconds that 99 of 100 single answers stay under.

    concurrency: requests that may be under way for a model in a process of its own. priority:
    among the models of one door.
    """

    fallback: Fallback = "baseline"
    latency: float = 0.02
    breaker: Breaker = Breaker()
    trial: Trial = Trial()
    concurrency: int = 256
    priority: Priority = "normal"
