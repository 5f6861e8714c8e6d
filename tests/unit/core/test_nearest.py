from mainstay.core import nearest


def test_the_nearest_name_comes_first() -> None:
    assert nearest.hint("tmp", ["dewp", "temp"]) == "did you mean temp? known: dewp, temp"


def test_a_name_like_none_gets_the_list_only() -> None:
    assert nearest.hint("xyz", ["temp"]) == "known: temp"


def test_a_long_list_is_cut() -> None:
    names = [f"column_{at:02}" for at in range(15)]

    assert nearest.hint("?", names).endswith("column_11 and 3 more")


def test_nothing_known_is_said() -> None:
    assert nearest.hint("temp", []) == "there are none"
