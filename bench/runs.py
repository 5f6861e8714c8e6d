"""Jobs under kills and stalls: whether each was done, and none twice.

Workers plan jobs, claim them and leave one event for each, together with its end. Meanwhile one of
them at a time is killed, or stopped for longer than its lease lasts and let go again. That counts
only because the same harness finds every mistake that is planted in the same work, which it does
first; a quick run leaves that to the tests.
"""

import tempfile
from argparse import Namespace
from pathlib import Path

from bench.form import Report, options, progress
from bench.working.killed import MUTANTS, Fate, found, lived


def main() -> None:
    """Measure, print."""
    parser = options("runs", __doc__)
    parser.add_argument("--jobs", type=int, default=100_000)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--ledger", default="", help="URL of a PostgreSQL; its schema must be new")
    chosen = parser.parse_args()
    chosen.jobs = min(chosen.jobs, 300) if chosen.quick else chosen.jobs
    report = Report("runs", chosen.out)
    with tempfile.TemporaryDirectory(prefix="bench-runs-") as folder:
        if not chosen.quick:
            prove(Path(folder) / "planted", chosen.ledger)
        fate = lived(
            Path(folder), chosen.jobs, workers=chosen.workers, seed=chosen.seed, url=chosen.ledger
        )
    tell(report, chosen, fate)


def prove(folder: Path, url: str) -> None:
    """Ends with 1 where a planted mistake does not show."""
    for mutant in MUTANTS:
        if not found(folder, mutant, url=url):
            raise SystemExit(f"the harness does not find {mutant}")
        progress(f"found: {mutant}")


def tell(report: Report, chosen: Namespace, fate: Fate) -> None:
    """The figures, and the summary; ends with 1 where a job was lost or doubled."""
    store = "postgresql" if chosen.ledger else "file"
    case = {"jobs": chosen.jobs, "workers": chosen.workers, "ledger": store}
    report.figure(case, "jobs_per_second", [fate.done / fate.seconds], "1/s")
    report.summary(fate._asdict())
    if fate.wrong:
        raise SystemExit(f"{fate}")


if __name__ == "__main__":
    main()
