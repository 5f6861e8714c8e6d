"""A process that keeps memory asks the system for the same pages once."""

import subprocess
import sys

import pytest

PROGRAM = """
import resource
from mainstay.life.serve import memory

if {kept} and not memory.keep():
    raise SystemExit("not told")

def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

def request():
    parts = [bytearray(500_000) for _ in range(16)]
    del parts

request()
before = faults()
for _ in range(20):
    request()
print(faults() - before)
"""


def faults(*, kept: bool) -> int:
    """Pages that a process asks for while it takes and gives back 8 MB twenty times."""
    command = [sys.executable, "-c", PROGRAM.format(kept=kept)]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="another C library")
def test_pages_are_asked_for_once() -> None:
    assert faults(kept=True) < 2_000 < faults(kept=False)
