from __future__ import annotations

from dataclasses import replace

import pytest

from harness.gate.host import Host, look, noise, pressure
from tests.harness.gate.handmade import NOISY, QUIET

TEXT = """some avg10=12.50 avg60=3.00 avg300=1.00 total=1234
full avg10=0.00 avg60=0.00 avg300=0.00 total=0
"""


def test_a_quiet_machine_has_no_noise():
    assert noise(Host(QUIET, QUIET)) is None


@pytest.mark.parametrize("order", [1, -1])
def test_the_same_work_taking_longer_is_noise(order):
    slow = replace(QUIET, probe_s=QUIET.probe_s * 1.3)
    before, after = (QUIET, slow)[::order]
    assert "same work took 20 ms and 26 ms" in str(noise(Host(before, after)))


def test_waiting_for_a_cpu_is_noise():
    assert "60 % of the time" in str(noise(NOISY))


def test_a_kernel_that_tells_no_pressure_is_not_noisy():
    silent = replace(QUIET, pressure=None)
    assert noise(Host(silent, silent)) is None


def test_reads_the_pressure_of_the_last_ten_seconds():
    assert pressure(TEXT) == 12.5
    assert pressure("") is None


def test_looks_at_this_machine():
    seen = look()
    assert seen.probe_s > 0
    assert seen.load_average >= 0
