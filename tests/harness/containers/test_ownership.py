from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest

from harness.containers.ownership import LABEL, Owner
from harness.process_id import ProcessId


def test_labels_lead_back_to_the_owner():
    owner = Owner.ours()

    assert Owner.of(owner.labels()) == owner
    assert owner.process.pid == os.getpid()


@pytest.mark.parametrize(
    "labels",
    [{}, {LABEL: "1"}, {**Owner.ours().labels(), LABEL: "x"}],
)
def test_what_has_other_labels_is_nobody_s(labels):
    assert Owner.of(labels) is None


def test_a_process_that_runs_is_not_gone():
    assert not Owner.ours().gone(socket.gethostname())


def test_a_process_that_has_ended_is_gone_on_its_own_machine_only():
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    owner = Owner(ProcessId.of(child.pid), "here")
    child.communicate()

    assert owner.gone("here")
    assert not owner.gone("there")


def test_a_process_that_was_given_the_number_of_the_owner_is_another():
    earlier = Owner(ProcessId(os.getpid(), 1.0), "here")

    assert earlier.gone("here")
