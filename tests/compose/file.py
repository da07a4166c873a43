"""compose.yaml, as it is written and with its variables filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml

from tests.docs.pages import ROOT

COMPOSE = ROOT / "compose.yaml"
_VARIABLE = re.compile(r"\$\{(\w+):-([^}]*)\}")


def content(variables: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return what compose makes of the file; `variables` are those of its environment."""
    given = variables or {}
    text = _VARIABLE.sub(lambda found: given.get(found[1], found[2]), COMPOSE.read_text())
    filled: dict[str, Any] = yaml.safe_load(text.replace("$$", "$"))
    return filled


def variables() -> dict[str, str]:
    """Return the variables that the file can be given, with their defaults."""
    return dict(_VARIABLE.findall(COMPOSE.read_text()))
