from __future__ import annotations

import pytest

from harness.services.lambda_.executors.exit_status import KILLED, return_code


@pytest.mark.parametrize(("told", "code"), [(0, 0), (3, 3), (128, 128), (KILLED, -9), (139, -11)])
def test_a_signal_is_told_as_a_shell_does(told, code):
    assert return_code(told) == code
