"""What is watched and what comes out; none of it touches the ledger."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

import ibis.expr.types as ir
import msgspec
from ibis.backends.duckdb import Backend

from mainstay.contract.document import Document
from mainstay.contract.metrics import VALUE
from mainstay.contract.model import Contract
from mainstay.core.nouns import Estimate, Evidence, Verdict, Window
from mainstay.core.places import Places
from mainstay.data import live, rows
from mainstay.data.changes import Changed
from mainstay.data.cleaning import Cleaned
from mainstay.data.lineage import Born
from mainstay.data.live import Counts
from mainstay.data.profile import Moments, Profile
from mainstay.data.source import Once, Reader
from mainstay.life.watch.audits import Audited
from mainstay.life.watch.design import Ask
from mainstay.life.watch.pairs import Paired
from mainstay.trainer.skill import Scale

POOLED = 30
"""Windows that are judged together at most."""
WHOLE = 8
"""Windows with all their labels, that tell how long labels take, see watch.maturity."""
LABELS, LABELS_OWNER = "labels", "owner of the labels"
"""The clause of what is wrong with labels, by kinds, and whose it is."""
STRETCH = 21
"""Windows that one fresh model, fitted on what was known before them, is compared over."""


class Serving(NamedTuple):
    """A version by its name, the digest of its bundle, and when it became champion."""

    name: str
    bundle: str
    since: datetime


class Subject(Protocol):
    """A version whose windows are asked for, whether or not anybody asked it anything yet."""

    @property
    def contract(self) -> Contract: ...
    @property
    def places(self) -> Places: ...
    @property
    def engine(self) -> Backend: ...
    @property
    def champion(self) -> Serving: ...
    @property
    def width(self) -> timedelta: ...
    @property
    def unfit(self) -> frozenset[str]: ...
    @property
    def reader(self) -> Reader: ...


class Stopped(msgspec.Struct, frozen=True):
    """Decisions of a window that broke the rule of a field which keeps rows from the model.

    values: moments of what was there instead, None where nothing finite was.
    """

    field: str
    broken: int
    rows: int
    values: Moments | None


class Late(msgspec.Struct, frozen=True):
    """How late a window was. asked: of the logarithm of how long after their moment decisions were

    asked for, see lateness; ages: of the newest row of each source when the window ended, as a
    share of the freshness agreed on, None where nothing was to be seen.
    """

    asked: Moments | None
    ages: dict[str, float | None]


class Profiled(msgspec.Struct, frozen=True):
    """One window of live decisions in counts, in the bins of the version that was champion.

    profile: of the rows that its rules let through, as those it was trained on. scores: of the
    answers that its model gave, None where its bundle has nothing to compare them with. late: None
    where it was not measured. cleaned: what cleaning did, see watch.mended.
    """

    window: Window
    version: str
    profile: Profile
    counts: Counts
    stopped: tuple[Stopped, ...] = ()
    scores: Profile | None = None
    late: Late | None = None
    cleaned: tuple[Cleaned, ...] = ()


class Earned(msgspec.Struct, frozen=True):
    """A window no more labels will come for: money of its labelled answers, as given and by the

    rule alone. unlabelled: answers whose label never came. serving, labelling: what its answers and
    labels cost, negative; windows of earlier looks hold the serving in `answered`. above: answered
    less ruled as if its rows were drawn, None for too few. stands: for how many answers its labels
    stand where they were asked for, and its money with them; None where for themselves.
    """

    window: Window
    rows: int
    unlabelled: int
    answered: float
    ruled: float
    serving: float = 0.0
    labelling: float = 0.0
    above: Estimate | None = None
    stands: float | None = None

    @property
    def answers(self) -> float:
        """Whose money this is."""
        return self.rows if self.stands is None else self.stands

    @property
    def net(self) -> float:
        """Above the rule, serving and labelling taken off."""
        return self.answered - self.ruled + self.serving + self.labelling


class Balance(msgspec.Struct, frozen=True):
    """Money since the first answer, until when no more labels come.

    worth = decided + serving + labelling + retraining. decided: above the rule by decisions alone;
    costs are negative. None while too few windows tell it. answers: whose money it is, None in
    looks that knew only of `labels`.
    """

    until: datetime
    worth: Estimate | None
    decided: Estimate | None
    serving: float
    labelling: float
    retraining: float
    labels: int
    unlabelled: int
    answers: float | None = None

    @property
    def spoken(self) -> float:
        """Answers whose money it is."""
        return self.labels if self.answers is None else self.answers


class Vouched(NamedTuple):
    """Labels of decisions of a window that somebody said are right, whatever one kind of fault or

    doubt says.
    """

    kind: str
    window: Window


class Awaited(NamedTuple):
    """Periods that are over and that something was foretold of, by the age of the champion.

    scale: what its score is measured on; its metric says which answers are the model's own.
    """

    periods: dict[int, Window]
    scale: Scale


class Came(NamedTuple):
    """What the champion scored in such a period; None where too few of its answers have labels."""

    age: int
    score: float | None
    rows: int


class Order(NamedTuple):
    """What to watch, as of now.

    table, labels: the journal and the labels, see data.journal and data.labels. certified: the
    gates of the champion's certificate. since: where the first window begins that was not profiled
    yet, first: the first of all. earlier, paired, earned, audited: what earlier runs gave, of the
    champion and of those before it. event: the unforeseen one that is open. born: what the champion
    was made of, None: not known. unfit: sources of which nothing can be made now. joined: the
    decisions of `span` with their labels, computed once; several questions follow. said: what
    labels said of their keys before, see data.labels; None where none ever came. asks: for labels,
    oldest first; whole: the decisions of `span` with all labels, also those that do not count in
    `joined`. vouched: labels that count although they look wrong. awaited: what was foretold of
    the champion and can be known by now; None: nothing. silos: what reads sources on an engine
    elsewhere. once: what a look opened already. looks_up: the contract of the champion where its
    door looks context up, else None; hidden: columns that the journal hides.
    """

    document: Document
    places: Places
    engine: Backend
    table: ir.Table
    labels: ir.Table
    champion: Serving
    previous: Serving | None
    certified: tuple[Evidence, ...]
    not_after: datetime
    since: datetime
    first: datetime
    now: datetime
    earlier: tuple[Profiled, ...] = ()
    paired: tuple[Paired, ...] = ()
    earned: tuple[Earned, ...] = ()
    audited: tuple[Audited, ...] = ()
    event: "Finding | None" = None
    born: Born | None = None
    unfit: frozenset[str] = frozenset()
    joined: ir.Table | None = None
    said: ir.Table | None = None
    asks: tuple[Ask, ...] = ()
    whole: ir.Table | None = None
    vouched: tuple[Vouched, ...] = ()
    awaited: Awaited | None = None
    silos: Reader | None = None
    once: Once | None = None
    looks_up: Contract | None = None
    hidden: frozenset[str] = frozenset()
    tell: Callable[[str], None] = lambda _: None

    @property
    def contract(self) -> Contract:
        return self.document.contract

    @property
    def reader(self) -> Reader:
        """Of the sources; those of a look are opened once."""
        here = Reader(self.engine, self.places.folder, self.places.staged)
        return (self.silos or here)._replace(once=self.once)

    @property
    def metric(self) -> str:
        """That of the first goal which is not money; money has its own place."""
        stated = self.contract.objective.good_enough
        return next((one.metric for one in stated if one.metric not in VALUE), stated[0].metric)

    @property
    def width(self) -> timedelta:
        """Of a window."""
        return self.contract.watch.window

    @property
    def windows(self) -> tuple[Window, ...]:
        """The whole windows that are over and were not profiled yet."""
        count = max((self.now - self.since) // self.width, 0)
        starts = [self.since + at * self.width for at in range(count)]
        return tuple(Window(one, one + self.width) for one in starts)

    @property
    def pooled(self) -> Window:
        """The newest windows of the champion, together; they end now."""
        return Window(max(self.champion.since, self.now - POOLED * self.width), self.now)

    @property
    def span(self) -> Window:
        """From the oldest window that a look asks about until now."""
        counted = max((one.window.until for one in self.earned), default=self.first)
        whole = self.now - self.contract.data.label.never_after - WHOLE * self.width
        periods = self.awaited.periods.values() if self.awaited else ()
        first = min((one.since for one in periods), default=self.since)
        return Window(min(self.since, self.pooled.since, counted, whole, first), self.now)

    def grid(self, since: datetime) -> tuple[Window, ...]:
        """The whole windows that are over, from the first that begins then or later."""
        first = self.first + -((self.first - since) // self.width) * self.width
        count = max((self.now - first) // self.width, 0)
        starts = [first + at * self.width for at in range(count)]
        return tuple(Window(one, one + self.width) for one in starts)

    def decided(self, window: Window) -> ir.Table:
        """The decisions of a window within `span`, with their labels, see data.live."""
        if self.joined is None:
            return live.decisions(self.table, self.labels, self.contract, window, self.now)
        return rows.within(self.joined, self.contract.data.decisions.time, window)


class Finding(msgspec.Struct, frozen=True):
    """Something for a person: what, with numbers; why; whose it is; the first thing to do.

    verdict: fail is an incident. The same clause and columns in a later window are the same
    matter; it is closed when it is not found any more, or not open. blocks: nothing may be made of
    the source meanwhile. each: of every column in words of its own, empty where `what` is that.
    """

    clause: str
    columns: tuple[str, ...]
    what: str
    cause: str
    owner: str
    action: str
    verdict: Verdict
    window: Window
    open: bool = True
    blocks: bool = False
    each: tuple[str, ...] = ()

    @property
    def of_columns(self) -> dict[str, str]:
        """What is said of each column."""
        words = self.each or (self.what,) * len(self.columns)
        return dict(zip(self.columns, words, strict=True))


class Comparison(msgspec.Struct, frozen=True):
    """The live version, a fresh one and the one before it on the very same rows.

    Differences are paired and such that more is better: ageing is fresh minus live, and money,
    per 1,000 decisions, likewise; before and money_before are previous minus live; harder is what
    the fresh one lacks to the certified value. None: not measured. expected: decisions until a new
    certificate would end. age: windows since the live version became champion.
    """

    metric: str
    window: Window
    rows: int
    live: Estimate | None
    fresh: Estimate | None
    ageing: Estimate | None
    money: Estimate | None
    before: Estimate | None
    money_before: Estimate | None
    harder: Estimate | None
    previous: str
    expected: float
    age: int


class Spell(msgspec.Struct, frozen=True):
    """A week of a stretch: the metric of the live version and of a fresh one, None under FEWEST."""

    since: datetime
    rows: int
    live: float | None
    fresh: float | None


class Watched(NamedTuple):
    """windows, paired, earned, audited: made now, to be given to the next run.

    evidence: worst first. newest: the first metric of the goals on the new windows alone; spells:
    the stretch by weeks. event: the unforeseen one that is open now, among the findings too. came:
    of the periods awaited those whose labels are known. changed: sources as their columns are now.
    """

    windows: tuple[Profiled, ...]
    paired: Paired | None
    earned: tuple[Earned, ...]
    evidence: tuple[Evidence, ...]
    findings: tuple[Finding, ...]
    comparison: Comparison | None
    newest: Estimate | None
    spells: tuple[Spell, ...]
    audited: Audited | None = None
    event: Finding | None = None
    came: tuple[Came, ...] = ()
    changed: tuple[Changed, ...] = ()


def source_of(contract: Contract, column: str) -> str:
    """Who must hear of a column: the context it is taken from, or the decisions."""
    for name, clause in contract.data.context.items():
        if column in (one.name for one in clause.take):
            return f"owner of {name}"
    return "owner of the decisions"
