"""What the watch will hold live answers against, and how much each column counts there."""

import msgspec
import numpy as np

from mainstay.bundle import stakes
from mainstay.bundle.worker import Worker
from mainstay.contract.model import Contract
from mainstay.core.expressions import columns
from mainstay.core.nouns import Window
from mainstay.data import answered, live
from mainstay.data.answered import Answered
from mainstay.life.build.fitting import FOLDS, Prepared
from mainstay.stats import chances
from mainstay.stats.chances import Chances, Known
from mainstay.trainer import fit, payoffs
from mainstay.trainer import importance as hanging
from mainstay.trainer.scored import Abstained, Floats, abstained, days, numbers
from mainstay.trainer.scored import band as abstain
from mainstay.trainer.skill import coded
from mainstay.trainer.training import Learned


def scores(
    contract: Contract,
    prepared: Prepared,
    learned: Learned,
    score: Floats,
    threshold: float | None,
) -> Answered:
    """Answers about the newest training rows by models that did not see them.

    A model's answers about rows it learned from are too extreme; the held-out rows stay closed
    until the bundle is sealed. score: of these rows, multiclass (rows, classes). Where a version
    abstains a person is given its score and no decision, the baseline answers without either.
    """
    span, band = learned.dataset.window, abstain(contract)
    away = abstained(band, score)
    kept = ~away if band and band.to == "baseline" else np.full(len(score), fill_value=True)
    moments = numbers(prepared.columns[contract.data.decisions.time])[-len(score) :]
    leans, matrix = _leaning(contract, prepared, score)[kept], payoffs.by_class(contract)
    decided = _decisions(prepared, leans, threshold, matrix)
    return answered.answered(
        moments[kept].astype("int64"),
        score[kept] if score.ndim == 1 else _of_decided(score, payoffs.by_class(contract)),
        _undecided(decided, away[kept]),
        live.cut(_known(span), contract.watch.window),
        FOLDS,
    )


def outcomes(contract: Contract, prepared: Prepared, score: Floats) -> Chances:
    """How likely each outcome is by these scores, out of fold as they are; see stats.chances."""
    newest = slice(-len(score), None)
    known = Known(
        label=coded(prepared.training.label, prepared.training.task)[newest],
        score=score,
        day=days(prepared.columns[contract.data.decisions.time])[newest],
        features=prepared.training.rows[newest],
    )
    if contract.objective.task == "regression":
        return chances.of_numbers(known)
    return chances.of_classes(known)


def importance(worker: Worker, prepared: Prepared, learned: Learned) -> dict[str, float]:
    """Of each column of a request that is no key, time or entity, for the model just fitted."""
    read = {one.name: set(columns(one.expression)) for one in learned.meaning.outputs}
    places = {
        column.name: tuple(
            at for at, one in enumerate(prepared.inputs) if column.name in read[one.name]
        )
        for column in learned.meaning.request
        if column.role == "field"
    }
    return hanging.importances(worker, prepared.training, places)


def _of_decided(score: Floats, matrix: tuple[tuple[float, ...], ...]) -> Floats:
    """The probability of the class that is decided for, as a door gives it."""
    return np.asarray(score[np.arange(len(score)), stakes.likeliest(score, matrix)])


def _decisions(
    prepared: Prepared,
    score: Floats,
    threshold: float | None,
    matrix: tuple[tuple[float, ...], ...],
) -> list[str] | None:
    """As the journal writes them; None where the score is the decision."""
    if score.ndim == 2:
        known = fit.classes(prepared.training.label, prepared.training.task)
        told = [one if isinstance(one, str) else msgspec.json.encode(one).decode() for one in known]
        return [told[at] for at in stakes.likeliest(score, matrix).tolist()]
    if threshold is None:
        return None
    return ["true" if yes else "false" for yes in (score >= threshold).tolist()]


def _leaning(contract: Contract, prepared: Prepared, score: Floats) -> Floats:
    """What is held against the threshold, where money hangs on the row; else the scores."""
    if contract.objective.task != "binary":
        return score
    by_row = payoffs.by_row(contract, prepared.columns)
    return score if by_row is None else stakes.leanings(score, by_row[-len(score) :])


def _undecided(decided: list[str] | None, away: Abstained) -> list[str | None] | None:
    if decided is None:
        return None
    return [None if left else one for one, left in zip(decided, away.tolist(), strict=True)]


def _known(span: Window | None) -> Window:
    assert span is not None, "rows to learn from have a time"
    return span
