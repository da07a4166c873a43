from __future__ import annotations

import json
import shlex
import subprocess
from dataclasses import replace

from tests.harness.test_environment import ENVIRONMENT

ODD = replace(ENVIRONMENT, token="it's $HOME; `id`")


def test_the_exports_can_be_evaluated_by_a_shell(harness, state):
    state.claim()
    ODD.save(state)
    script = harness("env").out + "\nenv -0"
    done = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=True)
    variables = dict(pair.split("=", 1) for pair in done.stdout.rstrip("\0").split("\0"))
    assert ODD.exports().items() <= variables.items()


def test_as_an_object(harness, state):
    state.claim()
    ODD.save(state)
    assert json.loads(harness("env", "--json").out) == ODD.exports()


def test_without_an_environment_it_says_so_and_exports_nothing(harness):
    result = harness("env")
    assert (result.code, result.out) == (4, "")
    assert result.err.startswith("harness: no environment is running")
    assert len(result.err.splitlines()) == 1
    assert shlex.quote("harness up").strip("'") in result.err
