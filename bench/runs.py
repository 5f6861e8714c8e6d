"""Jobs under kills and stalls: whether each was done, and none twice.

Workers plan jobs, claim them and leave one event for each, together with its end. Meanwhile one of
them at a time is killed, or stopped for longer than its lease lasts and let go again.
"""

import tempfile
from argparse import Namespace
from pathlib import Path

from bench.form import Report, options
from bench.working.killed import Fate, lived


def main() -> None:
    """Measure, print."""
    parser = options("runs", __doc__)
    parser.add_argument("--jobs", type=int, default=100_000)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--ledger", default="", help="URL of a PostgreSQL; its schema must be new")
    chosen = parser.parse_args()
    jobs = min(chosen.jobs, 300) if chosen.quick else chosen.jobs
    report = Report("runs", chosen.out)
    with tempfile.TemporaryDirectory(prefix="bench-runs-") as folder:
        fate = lived(
            Path(folder), jobs, workers=chosen.workers, seed=chosen.seed, url=chosen.ledger
        )
    tell(report, chosen, fate)


def tell(report: Report, chosen: Namespace, fate: Fate) -> None:
    """The figures, and the summary; ends with 1 where a job was lost or doubled."""
    store = "postgresql" if chosen.ledger else "file"
    case = {"jobs": fate.done + fate.lost, "workers": chosen.workers, "ledger": store}
    report.figure(case, "jobs_per_second", [fate.done / fate.seconds], "1/s")
    report.summary(fate._asdict())
    if fate.lost or fate.doubled or fate.flaws:
        raise SystemExit(f"{fate.lost} lost, {fate.doubled} doubled, {fate.flaws} flaws")


if __name__ == "__main__":
    main()
