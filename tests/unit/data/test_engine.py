from pathlib import Path

from mainstay.data import engine


def test_nothing_is_fetched_and_times_are_utc(tmp_path: Path) -> None:
    made = engine.connect(tmp_path)

    names = ("TimeZone", "threads", "autoinstall_known_extensions", "autoload_known_extensions")
    asked = ", ".join(f"current_setting('{name}')" for name in (*names, "temp_directory"))
    found = made.raw_sql(f"select {asked}").fetchone()
    assert found == ("UTC", 2, False, False, str(tmp_path))
