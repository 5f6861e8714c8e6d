"""What cleaning set right in the newest window, beside the windows before it, for a person."""

from collections.abc import Iterator

import msgspec

from mainstay.contract.model import Contract
from mainstay.control import field, looks
from mainstay.control.project import Project
from mainstay.core.answers import GLYPHS, RANK
from mainstay.core.nouns import Estimate, Verdict, Window
from mainstay.life.watch import mended
from mainstay.life.watch.beats import CLEANING
from mainstay.life.watch.mended import Series
from mainstay.life.watch.order import POOLED
from mainstay.stats import proportion
from mainstay.stats.blocks import Floats


class Mended(msgspec.Struct, frozen=True):
    """A column and a step of `clean`. what: its values, in words. newest, before: shares of values.

    newest: None where nobody counted in the newest window; before: None where no window was
    before. verdict: as the newest look found it.
    """

    source: str
    column: str
    what: str
    window: Window
    newest: Estimate | None
    before: Estimate | None
    verdict: Verdict

    @property
    def sentence(self) -> str:
        """In one line."""
        usual = f", {_told(self.before)} before" if self.before else ""
        return (
            f"{GLYPHS[self.verdict]} {self.source}: {_told(self.newest)} of the values of"
            f" {self.column} {self.what}{usual}"
        )


def found(project: Project) -> tuple[Mended, ...]:
    """Of the version that answers, worst first; none before a look, or where nothing is cleaned."""
    if not _cleans(project.document.contract):
        return ()
    lived, seen = field.champions(project), looks.newest(project)
    if not lived or not seen:
        return ()
    windows = looks.lately(project, lived[-1].name, lived[-1].since, POOLED)
    judged = {one.clause: one.verdict for one in seen.evidence}
    some = _found(mended.series_of(windows), windows[-1].window, judged) if windows else ()
    return tuple(sorted(some, key=lambda one: RANK[one.verdict]))


def _cleans(contract: Contract) -> bool:
    """Where it does not no look is read: each holds the profiles of its windows."""
    data = contract.data
    return bool(data.decisions.clean) or any(one.clean for one in data.context.values())


def _found(
    series: dict[str, Series], window: Window, judged: dict[str, Verdict | None]
) -> Iterator[Mended]:
    for name, one in series.items():
        source, column, what = mended.named(name)
        yield Mended(
            source,
            column,
            what,
            window,
            newest=_share(one.hits[-1:], one.rows[-1:]),
            before=_share(one.hits[:-1], one.rows[:-1]),
            verdict=judged.get(f"{CLEANING}, {name}") or Verdict.UNSURE,
        )


def _share(hits: Floats, rows: Floats) -> Estimate | None:
    """Windows differ by more than chance; of one alone its rows tell."""
    if not rows.any():
        return None
    if len(rows) == 1:
        return proportion.clopper_pearson(int(hits[0]), int(rows[0]))
    return proportion.clustered(hits, rows)


def _told(share: Estimate | None) -> str:
    if share is None:
        return "nobody knows how many"
    return f"{share.value:.1%} ({share.low:.1%} to {share.high:.1%})"
