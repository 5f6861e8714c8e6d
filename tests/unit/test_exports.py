"""A package is its modules: `__init__.py` files are empty, and the root offers what it says."""

from pathlib import Path

import mainstay


def test_every_package_file_below_the_root_is_empty() -> None:
    full = [
        path
        for path in Path("src/mainstay").rglob("__init__.py")
        if path.read_text(encoding="utf-8") and path.parent.name != "mainstay"
    ]

    assert not full


def test_every_folder_with_modules_is_a_package() -> None:
    folders = {path.parent for path in Path("src/mainstay").rglob("*.py")}

    assert not [folder for folder in folders if not (folder / "__init__.py").exists()]


def test_the_root_offers_exactly_what_it_says() -> None:
    own = Path("src/mainstay")
    parts = {path.stem for path in own.iterdir()}
    visible = {name for name in vars(mainstay) if not name.startswith("_")} - parts

    assert visible == set(mainstay.__all__)
