"""What a certificate's page shows beside the gates."""

from pathlib import Path

from mainstay.control import papers, versions
from mainstay.control import project as projects


def test_the_money_curve_is_highest_near_the_threshold_in_use(born: Path) -> None:
    with projects.opened(born) as opened:
        details = papers.record(opened, versions.found(opened)).details
    assert details.curve is not None
    assert details.threshold is not None
    best = details.curve.threshold[details.curve.money.index(max(details.curve.money))]

    assert abs(best - details.threshold) < 0.25
    assert all(
        low <= money <= high
        for low, money, high in zip(
            details.curve.low, details.curve.money, details.curve.high, strict=True
        )
    )


def test_the_environment_is_told_by_its_packages(born: Path) -> None:
    with projects.opened(born) as opened:
        details = papers.record(opened, versions.found(opened)).details

    assert {"lightgbm", "pandas", "scikit-learn"} <= {name.lower() for name in details.packages}
    assert details.in_all >= details.stopped
