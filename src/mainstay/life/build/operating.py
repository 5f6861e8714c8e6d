"""How a version is operated at a door, from its contract."""

from mainstay.bundle.operation import Breaker, Operation, Trial
from mainstay.contract.operation import Serve


def operation(stated: Serve) -> Operation:
    """The same in the words of a bundle, durations in seconds."""
    breaker, rollback = stated.breaker, stated.rollback
    over = breaker.over.total_seconds()
    return Operation(
        fallback=stated.fallback,
        latency=stated.latency_p99.total_seconds(),
        breaker=Breaker(breaker.breaches, over, breaker.least_rows, breaker.on_breach),
        trial=Trial(rollback.errors, rollback.slower, rollback.stopped, rollback.shift),
        concurrency=stated.resources.concurrency,
        priority=stated.resources.priority,
    )
