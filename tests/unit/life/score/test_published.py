"""An output in a store follows the one here; its manifest never names what is not there whole."""

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec import structs
from pyarrow import fs
from scored import SOME, Killed, Scene, spoil

from mainstay.core import digest
from mainstay.core.errors import Mistake
from mainstay.data.silos.folder import Folder
from mainstay.life.score import manifest
from mainstay.life.score.layout import Layout
from mainstay.life.score.published import published


class Mortal(Folder):
    """A folder of Arrow's local file system, whose user is killed before its n-th act."""

    left: list[int]

    def put(self, file: Path, name: str) -> None:
        self._lives()
        super().put(file, name)

    def write(self, content: bytes, name: str) -> None:
        self._lives()
        super().write(content, name)

    def remove(self, name: str) -> None:
        self._lives()
        super().remove(name)

    def _lives(self) -> None:
        self.left[0] -= 1
        if self.left[0] < 0:
            raise Killed


@pytest.fixture
def target(tmp_path: Path) -> Callable[[int], Mortal]:
    """How often something may be done before the kill."""
    place = tmp_path / "store"
    (place / "quarantine").mkdir(parents=True)

    def made(left: int) -> Mortal:
        one = Mortal("s3://lake/scores", fs.LocalFileSystem(), str(place))
        one.left = [left]
        return one

    return made


def there(target: Mortal) -> dict[str, bytes]:
    place = Path(target.path)
    return {
        str(one.relative_to(place)): one.read_bytes() for one in place.rglob("*") if one.is_file()
    }


def promised(target: Mortal) -> list[str]:
    """Files that a reader who follows the manifest finds missing or otherwise."""
    known = manifest.read(Path(target.path) / "manifest.json")
    files = [one for part in known.partitions for one in part.files.items()] if known else []
    found = there(target)
    return [
        name
        for name, sha in files
        if sha and (name not in found or digest.of_file(Path(target.path) / name) != sha)
    ]


def test_what_is_finished_is_put_once(scene: Scene, target: Callable[[int], Mortal]) -> None:
    scene.scored(asked=SOME)
    one = target(99)

    first, again = published(Layout(scene.out), one), published(Layout(scene.out), one)

    assert sorted(first) == sorted(scene.files())
    assert again == ()
    assert {name: one for name, one in there(one).items() if name != "manifest.json"} == (
        scene.files()
    )


def test_a_kill_at_any_act_leaves_a_true_manifest_and_the_next_run_the_whole(
    scene: Scene, target: Callable[[int], Mortal]
) -> None:
    scene.scored(asked=SOME)
    published(Layout(scene.out), target(99))
    spoil(scene)
    scene.scored(asked=SOME)
    kills = 0

    for left in range(99):
        one = target(left)
        try:
            published(Layout(scene.out), one)
            break
        except Killed:
            kills += 1
        assert promised(one) == []

    assert kills > 3
    found = there(target(0))
    assert found.pop("manifest.json") == (scene.out / "manifest.json").read_bytes()
    assert found == scene.files()


def test_a_folder_of_another_model_is_left_alone(
    scene: Scene, target: Callable[[int], Mortal]
) -> None:
    scene.scored(asked=SOME)
    one = target(99)
    published(Layout(scene.out), one)
    path = Path(one.path) / "manifest.json"
    other = structs.replace(manifest.read(path), model="other")
    path.write_bytes(digest.canonical(other))

    with pytest.raises(Mistake, match="s3://lake/scores holds other by the day"):
        published(Layout(scene.out), one)
