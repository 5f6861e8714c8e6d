"""The process that scores says what its engine says, and why it says nothing."""

from pathlib import Path

import numpy as np
import pytest

from mainstay.core.errors import Mistake, Unavailable
from mainstay.life.score import apart
from mainstay.life.score.apart import Apart
from mainstay.life.score.apart_process import answer


@pytest.mark.parametrize(
    ("error", "told"), [(Mistake("no such level"), Mistake), (ValueError("odd"), Unavailable)]
)
def test_refusals_and_failures_are_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, told: type[Exception]
) -> None:
    class Failing:
        def scores(self, _: object) -> None:
            raise error

    frame = b"".join(bytes(part) for part in answer(Failing(), np.zeros((1, 1))))  # type: ignore[arg-type]
    kind, rows, columns = apart.HEAD.unpack(frame[: apart.HEAD.size])
    found = apart._Answered(kind, rows, columns, frame[apart.HEAD.size :])
    monkeypatch.setattr(apart, "_answered", lambda *_: found)
    monkeypatch.setattr(Apart, "_started", lambda _: None)

    with pytest.raises(told, match=str(error)):
        Apart(tmp_path, tmp_path).scores(np.zeros((1, 1)))


def test_scores_of_several_classes_keep_their_shape() -> None:
    class Several:
        def scores(self, rows: np.ndarray) -> np.ndarray:
            return np.zeros((len(rows), 3))

    head, _ = answer(Several(), np.zeros((2, 5)))  # type: ignore[arg-type]

    assert apart.HEAD.unpack(head) == (apart.SAID, 2, 3)
