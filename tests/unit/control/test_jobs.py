"""The jobs: what each does is tried by the worker's tests; here, that all can be scheduled."""

from mainstay.control import rhythm
from mainstay.control.jobs import JOBS


def test_every_job_has_a_rhythm_that_can_be_read_or_none() -> None:
    for job in JOBS.values():
        assert not job.rhythm or rhythm.checked(job.rhythm, "UTC")
        assert job.says.endswith(".")


def test_labels_come_before_what_judges_by_them() -> None:
    names = list(JOBS)

    assert names.index("labels") < names.index("run")
