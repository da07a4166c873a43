"""Runs a few lines of Python in a process of their own and tells what they took.

Time is that of the processor, children included, so that a busy machine distorts no comparison.

Libraries that do the same work are compared that way: each starts from nothing, and the memory
of one is not that of another. What is measured of the processor is run so as well, since these
suites do not import what they measure.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from dataclasses import dataclass

import pytest

_PROGRAM = """
import json, resource, sys, time
def cpu():
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime
began = cpu()
{imports}
imported = cpu()
units = 0
argument = sys.argv[1]
{work}
done = cpu()
with open("/proc/self/status") as status:
    own = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss or own
print(json.dumps([imported - began, done - imported, peak / 1024, units]))
"""


@dataclass(frozen=True)
class Program:
    """needs: the module that must be there. work: reads `argument` and counts `units`."""

    needs: str
    imports: str
    work: str


@dataclass(frozen=True)
class Measured:
    """CPU seconds of importing and working, most resident memory, and what `work` counted.

    The memory is that of the child where the work is to start one, and not less than this one's.
    """

    import_s: float
    work_s: float
    peak_mb: float
    units: int


def run(program: Program, argument: str) -> Measured:
    """Run a program; the test is skipped where its library or `/proc` is missing."""
    if importlib.util.find_spec(program.needs) is None:
        pytest.skip(f"{program.needs} is not installed")
    if sys.platform != "linux":
        pytest.skip("peak memory is read from /proc")
    source = _PROGRAM.format(imports=program.imports, work=program.work)
    command = [sys.executable, "-c", source, argument]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    return Measured(*json.loads(done.stdout.splitlines()[-1]))
