"""How much this machine was disturbed by others while the gate measured on it."""

from __future__ import annotations

import hashlib
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

DRIFT = 1.2
PRESSURE = 40.0
_ROUNDS = 200_000  # about 50 ms: what is shorter than a time slice shows nothing
_REPETITIONS = 5
_PRESSURE_FILE = Path("/proc/pressure/cpu")


@dataclass(frozen=True, slots=True)
class Probe:
    """probe_s: a fixed piece of work, the median of five. pressure: per cent of the last 10 s in
    which something waited for a CPU, None where the kernel does not tell.
    """

    probe_s: float
    pressure: float | None
    load_average: float


@dataclass(frozen=True, slots=True)
class Host:
    """The machine before and after the load."""

    before: Probe
    after: Probe


def look() -> Probe:
    return Probe(
        statistics.median(_work() for _ in range(_REPETITIONS)), _pressure(), psutil.getloadavg()[0]
    )


def _work() -> float:
    began = time.perf_counter()
    hashlib.pbkdf2_hmac("sha256", b"probe", b"salt", _ROUNDS)
    return time.perf_counter() - began


def _pressure() -> float | None:
    if not _PRESSURE_FILE.exists():
        return None
    return pressure(_PRESSURE_FILE.read_text(encoding="ascii"))


def pressure(text: str) -> float | None:
    """Return the per cent of the last ten seconds from the text of /proc/pressure/cpu."""
    words = dict(word.split("=") for word in text.partition("\n")[0].split() if "=" in word)
    return float(words["avg10"]) if "avg10" in words else None


def noise(host: Host) -> str | None:
    """Return what disturbed the measurement, None when nothing noticeable did."""
    slow, quick = (
        max(host.before.probe_s, host.after.probe_s),
        min(host.before.probe_s, host.after.probe_s),
    )
    if slow > quick * DRIFT:
        return f"the same work took {quick * 1000:.0f} ms and {slow * 1000:.0f} ms on this machine"
    told = [probe.pressure for probe in (host.before, host.after) if probe.pressure is not None]
    if told and max(told) > PRESSURE:
        return f"processes waited for a CPU {max(told):.0f} % of the time"
    return None
