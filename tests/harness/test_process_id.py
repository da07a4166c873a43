from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

from harness.process_id import ProcessId


def test_a_process_is_alive_until_it_has_ended():
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        identity = ProcessId.of(process.pid)
        assert identity.alive()
    assert not identity.alive()


def test_a_process_that_nobody_waited_for_is_not_alive():
    process = subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE)
    identity = ProcessId.of(process.pid)
    assert process.stdout is not None
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert not identity.alive()
    process.communicate()


def test_a_later_process_with_the_same_number_is_another():
    this = ProcessId.of(os.getpid())
    assert this.alive()
    assert not replace(this, started=this.started - 3600).alive()


def test_it_survives_being_written_down():
    this = ProcessId.of(os.getpid())
    assert ProcessId.from_dict(this.as_dict()) == this
