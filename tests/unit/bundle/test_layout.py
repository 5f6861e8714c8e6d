"""Where what lies in a bundle."""

from mainstay.bundle import layout, manifest, runtime


def test_no_two_parts_of_a_bundle_share_a_name() -> None:
    names = [
        layout.GOLDEN, layout.PROFILE, layout.PARITY, layout.ENGINE,
        manifest.FILE, runtime.LOCK, runtime.CODE,
    ]  # fmt: skip

    assert len(set(names)) == len(names)
