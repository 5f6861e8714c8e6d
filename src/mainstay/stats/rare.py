"""Evidence from counts too rare for a normal value: a null where there was none, a seldom level.

Nothing happened: reference rows and windows have one unknown rate. Something did: from window k on
another. Each is a beta-binomial of the counts, exact however few they are, and their ratio is what
the e-detector sums. What came in bursts counts as fewer: counts and rows are divided by how much
more counts differ from window to window than independent rows would. One window alone is an outage
and is cut where it alone would be an alarm.
"""

import numpy as np
import scipy
from numpy.typing import NDArray

from mainstay.stats.blocks import Floats
from mainstay.stats.components import EXPECTED, SHARES, Reference, Windows

RATES = ((0.5, 0.5), (0.5, 9.5), (0.5, 99.5))
"""What the new rate may be: anything, about 5 %, about 0.5 %; equal parts."""
_PRIOR = 0.5, 0.5  # of the rate so far: Jeffreys (1946)
_MOST = 64  # of a window; further counts say nothing more


def rare(reference: Reference, rows: float) -> NDArray[np.bool_]:
    """Which components are shares of which a window of so many rows holds fewer than EXPECTED."""
    share = np.array([one.kind in SHARES for one in reference.components])
    return np.asarray(share & (reference.mean * rows < EXPECTED))


def ratios(reference: Reference, live: Windows, at: NDArray[np.int64], most: float) -> Floats:
    """Likelihood ratios of another rate from each window on, (windows, components `at`).

    most: no window alone says more than this. Of what never came nothing is said.
    """
    found = np.zeros((len(live.rows), len(at)))
    came = (live.mean[:, at] > 0).any(axis=0) | (reference.mean[at] > 0)
    if came.any():
        found[:, came] = _of(reference, live, at[came], most)
    return found


def _of(reference: Reference, live: Windows, at: NDArray[np.int64], most: float) -> Floats:
    past, now = _counts(reference.windows, at), _counts(live, at)
    before = reference.mean[at] * reference.rows
    longer = 1 + float(live.rows.sum()) / reference.rows  # a rate that is better known by now
    alone = _alone(before * longer, reference.rows * longer, live.rows, most)
    spread = np.maximum(_dispersion(past, now), 1.0)
    usual = reference.mean[at] * (live.rows - _median(live.rows))[:, None]  # of larger windows
    cut = np.clip(now, 0, np.maximum(alone + usual, 0))
    counts, rows = cut / spread, live.rows[:, None] / spread
    return np.exp(np.minimum(_logs(counts, rows, before / spread, reference.rows / spread), 600.0))


def _counts(windows: Windows, at: NDArray[np.int64]) -> Floats:
    return np.asarray(windows.mean[:, at] * windows.rows[:, None])


def _logs(counts: Floats, rows: Floats, past: Floats, past_rows: Floats | float) -> Floats:
    """Logarithms of the ratios; counts, rows: (windows, components)."""
    before = past + counts.sum(axis=0), past_rows + rows.sum(axis=0)
    return _ratio(_suffix_sums(counts), _suffix_sums(rows), *before)


def _ratio(after: Floats, size: Floats | float, whole: Floats, every: Floats | float) -> Floats:
    """Of counts and rows from a window on to those of all windows."""
    one, other = _PRIOR
    known = scipy.special.betaln(one + whole - after, other + every - whole - size + after)
    same = scipy.special.betaln(one + whole, other + every - whole) - known
    new = [
        scipy.special.betaln(a + after, b + size - after) - scipy.special.betaln(a, b)
        for a, b in RATES
    ]
    return np.asarray(scipy.special.logsumexp(new, axis=0) - np.log(len(RATES)) - same)


def _alone(past: Floats, past_rows: float, rows: Floats, most: float) -> Floats:
    """The largest count of each component that one window of the usual size may add."""
    if not (rows > 0).any():
        return np.zeros(len(past))
    count = np.arange(_MOST, dtype=np.float64)[:, None]
    size = max(_median(rows), _MOST)
    said = _ratio(count, size, past + count, past_rows + size)
    more = (said > np.log(most)) & (count > past / past_rows * size)
    return np.asarray(np.where(more.any(axis=0), np.maximum(more.argmax(axis=0) - 1.0, 0), _MOST))


def _median(rows: Floats) -> float:
    """Of the windows with rows; 0 without one."""
    seen = rows[rows > 0]
    return float(np.median(seen)) if len(seen) else 0.0


def _dispersion(past: Floats, now: Floats) -> Floats:
    """Squared differences between neighbours to those of independent rows; 0 where nothing came.

    The largest difference of later windows is left out: a lasting shift makes one.
    """
    before = np.square(np.diff(past, axis=0)).sum(axis=0)
    after = np.square(np.diff(now, axis=0))
    after = after.sum(axis=0) - after.max(axis=0, initial=0)
    came = past[:-1].sum(axis=0) + now[:-1].sum(axis=0) + past[-1:].sum(axis=0)
    return np.asarray((before + after) / 2 / np.maximum(came, 1e-9) * (came > 0))


def _suffix_sums(values: Floats) -> Floats:
    return np.cumsum(values[::-1], axis=0)[::-1]
