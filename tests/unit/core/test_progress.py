"""Who is told of progress, and who is not."""

from mainstay.core.progress import nothing


def test_nobody_is_told(capsys):
    nothing("fitting", done=1, of=3)

    assert capsys.readouterr() == ("", "")
