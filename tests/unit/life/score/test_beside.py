"""A batch in counts: the rows of what was written, in the bins of training."""

import msgspec
from scored import DAY, SOME, Scene, changed
from small_project import START

from mainstay.bundle.layout import PROFILE
from mainstay.core.nouns import Window
from mainstay.data.profile import Profile
from mainstay.life.score.beside import Counting


def test_the_rows_of_what_was_written_are_counted_as_training_was(scene: Scene) -> None:
    first = scene.scored(asked=SOME)
    trained = msgspec.json.decode((scene.serving.bundle / PROFILE).read_bytes(), type=Profile)

    assert first.counted is not None
    assert first.counted.window == Window(START, START + 4 * DAY)
    assert first.counted.profile.rows == sum(one.rows for one in first.partitions)
    bins = {one.name: one for one in trained.columns}
    for one in first.counted.profile.columns:
        wanted = bins[one.name]
        same = "edges" if hasattr(wanted, "edges") else "levels"
        assert getattr(one, same) == getattr(wanted, same)
    assert "visit" not in {one.name for one in first.counted.profile.columns}

    changed(scene, {"wait": 30}, day=1)
    again = scene.scored(asked=SOME)

    assert again.written == ("2024-01-02",)
    assert again.counted is not None
    assert again.counted.window == Window(START + DAY, START + 2 * DAY)
    assert scene.scored(asked=SOME).counted is None


def test_a_bundle_without_a_profile_compares_nothing(scene: Scene) -> None:
    order, stated = scene.order(), scene.runtime.manifest
    came = dict.fromkeys(stated.columns, "0")
    day = Window(START, START + DAY)

    assert Counting(scene.folder, stated, came).counted([day]) is None
    assert Counting(order.bundle, stated, came).counted([]) is None
