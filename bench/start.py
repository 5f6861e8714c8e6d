"""What it costs to start: `mainstay --help` and the import of the core, against bare Python.

CPU seconds of whole processes, in turn (A B A B), so that a busy machine slows both alike.
"""

import resource
import subprocess
import sys
from pathlib import Path

from bench.form import Report, options, progress

BARE = (sys.executable, "-c", "pass")
STARTS = {
    "help_ratio": (str(Path(sys.executable).with_name("mainstay")), "--help"),
    "core_import_ratio": (sys.executable, "-c", "import mainstay.core.nouns"),
}
MOST = {"help_ratio": 12.0}  # a promise; beyond it the bench fails


def main() -> int:
    """Measure, print; 1 where a promise is not kept."""
    chosen = options("start", __doc__).parse_args()
    repeat, turns = (min(chosen.repeat, 3), 3) if chosen.quick else (chosen.repeat, 10)
    report = Report("start", chosen.out)
    found = {}
    for name, command in STARTS.items():
        ratios = [ratio(command, turns) for _ in range(repeat)]
        case = {"command": " ".join([Path(command[0]).name, *command[1:]])}
        found[name] = report.figure(case, name, ratios, "x").value
    report.summary(found)
    broken = [name for name, most in MOST.items() if found[name] > most]
    for name in broken:
        progress(f"{name} is {found[name]:.1f}, promised at most {MOST[name]:g}")
    return int(bool(broken))


def ratio(command: tuple[str, ...], turns: int) -> float:
    """CPU seconds of a command over those of bare Python, summed over turns of both."""
    for warm in (BARE, command):
        seconds(warm)
    pairs = [(seconds(BARE), seconds(command)) for _ in range(turns)]
    bare, whole = map(sum, zip(*pairs, strict=True))
    return whole / bare


def seconds(command: tuple[str, ...]) -> float:
    """User and system time of one process and its children."""
    before = spent()
    subprocess.run(command, check=True, capture_output=True)
    return spent() - before


def spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(main())
