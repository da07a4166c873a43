"""Are the sample corpora there that some tests read?"""

from __future__ import annotations

from collections.abc import Iterator

from harness.doctor.finding import Checkup, Finding, Level

_PLACE = "../shared/corpora"


def check(checkup: Checkup) -> Iterator[Finding]:
    corpora = checkup.template.absolute().parent / _PLACE
    if corpora.is_dir():
        yield Finding(Level.OK, "corpora", str(corpora.resolve()))
    else:
        detail = f"no {_PLACE} beside the project; tests on real documents are skipped"
        yield Finding(Level.WARNING, "corpora", detail)
