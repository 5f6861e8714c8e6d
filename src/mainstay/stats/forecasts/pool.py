"""Experts pooled by their own past at this very series, and the spread they have earned.

Each forecast is made as of its origin; those of earlier origins are then scored by what is known
now, and say how much each expert counts and how much the whole has to be widened.
Measured on 16 series of 8 data sets (bench.forecasts), reference paths of other data: the nominal
80 % interval covers 0.85, that of "nothing changes" with its own noise 0.75.
Sources: Vovk (1990), aggregating strategies; Angelopoulos and Bates (2021), conformal prediction,
for the scale, with overlap taken into account by hand.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from mainstay.stats.blocks import Floats
from mainstay.stats.forecasts import backtest, dependence, scoring
from mainstay.stats.forecasts.backtest import Backtest
from mainstay.stats.forecasts.decomposed import decomposed, seasonal
from mainstay.stats.forecasts.past import Past, past, scored
from mainstay.stats.forecasts.paths import DRAWS
from mainstay.stats.forecasts.resampled import resampled
from mainstay.stats.forecasts.straight import slopes, straight
from mainstay.stats.forecasts.unchanged import unchanged

EXPERTS = {
    "unchanged": 0.30, "straight": 0.08, "resampled": 0.27, "decomposed": 0.12, "seasonal": 0.15,
    "slopes": 0.08,
}  # fmt: skip
"""What each counts before it has a past. Equal shares do as well within noise."""
SHARPNESS, HABIT = 6.0, 3.0
"""How fast a worse expert loses weight, and independent forecasts until that is half believed."""
WIDEN, CAUTION = 1.05, 4.0
"""The scale before there is a past, and independent forecasts that it counts as."""
NARROWEST, WIDEST = 0.6, 3.0
FEWEST = 6
"""Periods that must have been scored before anything is forecast."""


class Forecast(NamedTuple):
    """What was said at `origin`: by each expert, by the pool, and in its final form.

    draws: (draws, ages), of the final form; said: name -> (3, ages), low, median, high.
    weights: of the experts; scale: what the pool's spread was multiplied by.
    cells, covered: of its own past that is known by then, and how many of them were inside.
    """

    past: Past
    draws: Floats
    said: dict[str, Floats]
    weights: Floats
    scale: float
    cells: int
    covered: int

    @property
    def origin(self) -> int:
        """The cut whose model it speaks of."""
        return self.past.now


POOLED, FINAL = "pooled", "final"
WHOLE = "resampled"
"""The expert of whole paths, which lends what ages share."""


def forecasts(
    whole: Backtest, ages: int, reference: Floats, *, seed: int, until: int | None = None
) -> Iterator[Forecast]:
    """One for each origin that has a past, up to and with `until`, else as far as cuts go.

    Each knows nothing of later periods. Origins whose models have no skill are left out.
    """
    generator, made = np.random.default_rng(seed), list[Forecast]()
    last = whole.periods - 1 if until is None else until
    for origin in range(whole.first + max(FEWEST, ages // 3), last + 1):
        known = past(whole, origin, ages, reference)
        if np.isfinite(known.skill) and len(known.paths) and scored(known) >= FEWEST:
            made.append(_forecast(known, made, generator))
            yield made[-1]


def latest(
    whole: Backtest, now: int, ages: int, reference: Floats, *, seed: int
) -> Forecast | None:
    """Of the model cut now, from everything forecast before it; None where it has no past."""
    every = list(forecasts(whole, ages, reference, seed=seed, until=now))
    return every[-1] if every and every[-1].origin == now else None


def _forecast(known: Past, made: Sequence[Forecast], generator: np.random.Generator) -> Forecast:
    by_expert = _experts(known, generator)
    said = {name: scoring.quantiles(draws) for name, draws in by_expert.items()}
    outcomes = [(one, _came(known, one.origin)) for one in made]
    weights = _weights(outcomes, known.ages)
    pooled = _pooled(by_expert, said, weights, generator)
    said[POOLED] = scoring.quantiles(pooled)
    scale = _scale(outcomes, known.ages)
    scaled = said[POOLED][1] + (pooled - said[POOLED][1]) * scale
    final = dependence.reordered(scaled, by_expert[WHOLE])
    said[FINAL] = scoring.quantiles(final)
    kept = np.array([scoring.inside(one.said[FINAL], came) for one, came in outcomes])
    return Forecast(
        known, final, said, weights, scale, int(np.isfinite(kept).sum()), int(np.nansum(kept))
    )


def _experts(known: Past, generator: np.random.Generator) -> dict[str, Floats]:
    plain = decomposed(known, generator)
    return {
        "unchanged": unchanged(known, generator),
        "straight": straight(known, generator),
        "resampled": resampled(known, generator),
        "decomposed": plain,
        "seasonal": seasonal(known, plain),
        "slopes": slopes(known, generator),
    }


def _came(known: Past, origin: int) -> Floats:
    """(ages,): what is known by now of a model cut earlier."""
    return np.asarray(backtest.aged(known.known.scores, np.array([origin]), known.ages)[0])


def _weights(outcomes: Sequence[tuple[Forecast, Floats]], ages: int) -> Floats:
    """Of each expert, by interval score + 2 |median error| over all cells seen; they sum to 1."""
    losses, cells = np.zeros(len(EXPERTS)), 0
    for one, came in outcomes:
        seen = np.isfinite(came)
        cells += int(seen.sum())
        losses += [_loss(one.said[name][:, seen], came[seen]) for name in EXPERTS]
    weights = np.log(list(EXPERTS.values()))
    if cells:
        independent = cells / max(1.0, 2.0 * ages)
        worse = losses / max(float(losses.min()), 1e-300) - 1
        weights = weights - SHARPNESS * independent / (independent + HABIT) * worse
    shares = np.exp(weights - weights.max())
    return np.asarray(shares / shares.sum())


def _loss(said: Floats, came: Floats) -> float:
    return float(np.sum(scoring.interval_score(said, came) + 2 * np.abs(said[1] - came)))


def _pooled(
    by_expert: dict[str, Floats],
    said: dict[str, Floats],
    weights: Floats,
    generator: np.random.Generator,
) -> Floats:
    """Around the weighted mean of medians; of each expert as many draws as it counts.

    A draw keeps its distance from the median of its expert, and half of that median's own.
    """
    middle = sum(share * said[name][1] for name, share in zip(EXPERTS, weights, strict=True))
    parts = []
    for name, count in zip(EXPERTS, generator.multinomial(DRAWS, weights), strict=True):
        chosen = by_expert[name][generator.choice(DRAWS, count)]
        parts.append(chosen - said[name][1] + (said[name][1] - middle) / 2)
    return np.asarray(middle + np.concatenate(parts))


def _scale(outcomes: Sequence[tuple[Forecast, Floats]], ages: int) -> float:
    """The factor that makes 80 % of what came fit into what was pooled, as far as it is known."""
    found = [scoring.off(one.said[POOLED], came)[np.isfinite(came)] for one, came in outcomes]
    own = np.concatenate(found) if found else np.zeros(0)
    if not len(own):
        return WIDEN
    independent = len(own) / max(1.0, 1.5 * ages)
    earned = float(np.clip(np.quantile(own, 0.8), NARROWEST, WIDEST))
    return (independent * earned + CAUTION * WIDEN) / (independent + CAUTION)
