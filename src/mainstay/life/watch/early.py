"""Early labels of a canary's trial: whether it surely loses more than who answers beside it.

Entities are divided by hash, so both arms meet the same world, and labels that come early come
early to both. Labels count in the order in which they were known, and a look is taken each time as
many of the canary's as at all looks before came in: so asking more often changes nothing, and all
looks together spend one part of the trial's budget of false alarms (stats.excess).
"""

from collections.abc import Iterator
from itertools import count
from typing import NamedTuple

import ibis
import ibis.expr.types as ir
import numpy as np

from mainstay.bundle.stakes import Payoff
from mainstay.contract.model import Contract
from mainstay.core.entries import NAMED, REST
from mainstay.core.nouns import Estimate, Evidence, Limit, known
from mainstay.core.typed import NUMBER, TEXT
from mainstay.data import columns as memory
from mainstay.data import live
from mainstay.data.expression import constant
from mainstay.data.records import DECISION, FLAGS, OUTCOME, SCORE, VERSION
from mainstay.life.watch import pairs
from mainstay.stats import excess
from mainstay.stats.excess import Arm
from mainstay.trainer import payoffs
from mainstay.trainer.scored import Abstained, Codes, Floats

CLAUSE = "canary, early labels"
METHOD = "loss of the canary above that beside it, by groups of entities and by rows, sequential"
FIRST = 50
"""Labelled rows of the canary at the first look; each later one at twice as many."""
GROUPS = 64
LIMIT = Limit("at_most", 0.0)
_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # Fibonacci hashing: ids that are multiples scatter too
_SAID = "mainstay_said"


class Arms(NamedTuple):
    """Labelled answers of both arms, as their labels came in. group: of entities, below GROUPS."""

    loss: Floats
    canary: Abstained
    group: Codes

    def of(self, chosen: slice | Abstained) -> "Arms":
        """Some of the rows."""
        return Arms(self.loss[chosen], self.canary[chosen], self.group[chosen])


def judged(table: ir.Table, contract: Contract, canary: str) -> Evidence:
    """The newest look, or the first one that fails; table: as data.live gives it, of one routing.

    A canary has no limit of its own to lose by: what is surely more than beside it is too much.
    """
    found = arms(table, contract, canary)
    told = tuple(looks(found))
    failed = next((one for one in told if LIMIT.judge(one).value == "fail"), None)
    newest = failed or (told[-1] if told else None)
    estimate = known(newest) if newest else None
    rows = int(found.canary.sum())
    return Evidence(
        clause=CLAUSE,
        subject=canary,
        population=f"{rows:,} labelled answers of its own, {len(found.loss) - rows:,} beside it",
        method=METHOD,
        estimate=estimate,
        limit=LIMIT,
        verdict=LIMIT.judge(newest) if newest else LIMIT.judge(Estimate(0, 0, 0, 0)),
        note=_note(canary, contract, estimate, rows),
    )


def arms(table: ir.Table, contract: Contract, canary: str) -> Arms:
    """Answers that the routing gave one of both, and whose label is known."""
    label, clause = contract.data.label.column, contract.data.decisions
    flags = table[FLAGS].split("\n")
    unjudged = [live.REJECTED] if _by_score(contract) else [live.REJECTED, live.PERSON]
    kept = table.filter(
        table[label].notnull(), table[OUTCOME].notin(unjudged), ~flags.contains(NAMED)
    )
    flags, label = kept[FLAGS].split("\n"), kept[label]
    own = (kept[VERSION] == constant(canary, TEXT)) & ~flags.contains(REST)
    names = tuple(dict.fromkeys(filter(None, (clause.entity, clause.key))))
    said = {"mainstay_own": own, _SAID: _loss(kept, contract).cast(NUMBER)}
    ordered = kept.order_by([live.LABELLED_AT, clause.key]).mutate(**said)
    columns = memory.fetched(ordered.select(*names, *said))
    return Arms(
        np.asarray(columns[_SAID], dtype=np.float64),
        np.asarray(columns["mainstay_own"], dtype=np.bool_),
        grouped(pairs.entities(columns, names)),
    )


def grouped(entity: Floats) -> Codes:
    """The group of each entity, given as a number; the same one in every look."""
    return ((entity.astype(np.int64).view(np.uint64) * _SPREAD) >> np.uint64(58)).astype(np.int64)


def looks(found: Arms) -> Iterator[Estimate]:
    """How much more the canary loses, at every look that the labels allow by now."""
    own = np.cumsum(found.canary)
    for look in count():
        rows = FIRST << look
        if not len(own) or rows > own[-1]:
            return
        end = int(np.searchsorted(own, rows)) + 1
        yield _above(found.of(slice(end)), excess.spent(excess.PART, look))


def _above(found: Arms, alpha: float) -> Estimate:
    both = [found.of(side) for side in (found.canary, ~found.canary)]
    sums = [
        Arm(
            np.bincount(one.group, minlength=GROUPS).tolist(),
            np.bincount(one.group, one.loss, GROUPS).tolist(),
        )
        for one in both
    ]
    deviations = [float(one.loss.std()) if len(one.loss) else 0.0 for one in both]
    return excess.more(sums[0], sums[1], (deviations[0], deviations[1]), alpha)


def _by_score(contract: Contract) -> bool:
    """Whether scores are judged, not decisions: without a value matrix, or where a person decides
    some rows, in one arm perhaps others than in the other.
    """
    abstain = contract.serve.abstain
    people = abstain is not None and abstain.to == "person"
    return contract.objective.value is None or people


def _loss(table: ir.Table, contract: Contract) -> ir.Value:
    """Of each row: money not earned; else the squared error of a probability, the size of the
    error of a value, 1 for a wrong class.
    """
    label, decision = table[contract.data.label.column], table[DECISION]
    match contract.objective.task:
        case "multiclass" if payoffs.by_class(contract):
            return _unearned_of_class(label.cast(TEXT), decision, contract)
        case "multiclass":
            return decision.fill_null("") != label.cast(TEXT)
        case "regression":
            return _missed(table[SCORE], label, table, contract)
        case _ if _by_score(contract):
            return (table[SCORE] - label.cast("int64")) ** 2
        case _:
            return _unearned(label.cast("int64") == 1, decision == "true", table, contract)


def _unearned(yes: ir.Value, acted: ir.Value, table: ir.Table, contract: Contract) -> ir.Value:
    """Money of each row by the value matrix, negative where it was earned."""
    acting, wrongly, left, missed = (_money(one, table) for one in payoffs.payoffs(contract))
    return -ibis.cases((acted & yes, acting), (acted, wrongly), (yes, missed), else_=left)


def _unearned_of_class(was: ir.Value, said: ir.Value, contract: Contract) -> ir.Value:
    """Money of each row by the matrix, negative where it was earned; 0 for what it does not name"""
    value = contract.objective.value
    assert value is not None, "a matrix stands in it"
    pairs = zip(value.classes, value.by_class, strict=True)
    found = [
        ((was == one) & (said == other), constant(-money, NUMBER))
        for one, row in pairs
        for other, money in zip(value.classes, row, strict=True)
    ]
    return ibis.cases(*found, else_=constant(0.0, NUMBER))


def _missed(said: ir.Value, label: ir.Value, table: ir.Table, contract: Contract) -> ir.Value:
    """What a value costs by how far it was off; where that costs nothing, how far it was."""
    stated = payoffs.payoffs(contract)
    if all(one == Payoff() for one in stated):
        return (said - label).abs()
    over, under = (_money(one, table) for one in stated)
    nothing = constant(0.0, NUMBER)
    return -(
        over * ibis.greatest(said - label, nothing) + under * ibis.greatest(label - said, nothing)
    )


def _money(one: Payoff, table: ir.Table) -> ir.Value:
    """Of each row, as bundle.stakes counts it."""
    if not one.column:
        return constant(one.plus, NUMBER)
    amount = ibis.greatest(table[one.column].cast(NUMBER), constant(0.0, NUMBER))
    return constant(one.plus, NUMBER) + constant(one.times, NUMBER) * ibis.ifelse(
        table[one.column].isnull(), constant(one.missing, NUMBER), amount
    )


def _note(canary: str, contract: Contract, found: Estimate | None, rows: int) -> str:
    if found is None:
        return f"{rows:,} labelled answers of {canary}, {FIRST} are needed for a look"
    stated = contract.objective.value
    wrong = contract.objective.task == "multiclass" and not payoffs.by_class(contract)
    unit = f" {stated.currency}" if stated and not wrong and not _by_score(contract) else ""
    side = "more" if found.value > 0 else "less"
    return (
        f"labels say that {canary} loses {abs(found.value):.3g}{unit} an answer {side} than who"
        f" answers beside it, at least {found.low:.3g} over {found.n:,} of its labelled answers"
    )
