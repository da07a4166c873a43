"""The main job, shown: real documents through the whole pipeline, found again, measured.

Brings up an environment of its own and takes it down again, whatever happens. Exits with 0 when
every document was completed, a sentence of each was found and nothing was left running.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import httpx

from harness import settings
from harness.disposable import Disposable, disposable
from harness.errors import HarnessError, UsageError
from harness.first_call import first_call_s
from scenarios.client import Pipeline
from scenarios.demo import figures, show
from scenarios.demo.figures import Figure
from scenarios.demo.find import find
from scenarios.demo.timeline import passages
from scenarios.demo.upload import upload
from scenarios.documents import CORPORA, ROOT, SAMPLES, Document

MANUALS = ("maint-guide.zh-tw.pdf", "developers-reference.ja.pdf", "debian-faq.en.pdf")
SUFFIXES = {".pdf", ".docx", ".md", ".html", ".txt"}
INTERRUPTED = 130


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m scenarios.demo", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    files = parser.parse_args().files
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return 0 if demonstrate(files or documents()) else 1
    except HarnessError as error:
        print(f"demo: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("demo: interrupted", file=sys.stderr)
        return INTERRUPTED


def documents() -> list[Path]:
    """Return the samples, and those of the large manuals that are on this machine."""
    manuals = [CORPORA / "pdf" / name for name in MANUALS]
    absent = [path.name for path in manuals if not path.exists()]
    if absent:
        show.line(f"Not on this machine, so not shown: {', '.join(absent)}")
    samples = sorted(path for path in SAMPLES.iterdir() if path.suffix in SUFFIXES)
    return [*samples, *(path for path in manuals if path.exists())]


def demonstrate(files: Sequence[Path]) -> bool:
    """Run the demo and return whether everything came out as promised."""
    for path in files:
        if not path.is_file():
            raise UsageError(f"{path} is not a file that can be uploaded")
    show.heading("An environment of its own")
    template, inherited = ROOT / "template.yaml", settings.load().inherited
    seconds = first_call_s(template, inherited)
    first_call = Figure("first S3 call answered, from the start", seconds, 0.8, "s")
    with disposable("--template", str(template), inherited=inherited) as running:
        good = through_the_pipeline(running, files, first_call)
    leftovers = running.leftovers()
    show.line(f"Left running: {', '.join(leftovers) or 'nothing'}")
    return good and not leftovers


def through_the_pipeline(running: Disposable, files: Sequence[Path], first_call: Figure) -> bool:
    """Return whether every file was completed and is found again."""
    facts = running.facts
    show.line(f"AWS at {facts.endpoint_url}, the API at {facts.api_url}")
    idle_mb = running.status()["memory_mb"]
    show.heading(f"{len(files)} documents, uploaded as a client does")
    uploaded = upload(facts, files)
    with httpx.Client(base_url=facts.api_url, timeout=60.0) as http:
        pipeline = Pipeline(facts.exports(), http)
        ways = passages(pipeline, uploaded.ids)
        show.timeline(ways)
        finds = [find(pipeline, way) for way in ways if way.status == "completed"]
        show.finds(finds)
        put_object = figures.of_put_object(pipeline.aws("s3"))
        smallest = Document.read(min(files, key=lambda path: path.stat().st_size))
        journal = running.state_dir / "journal.jsonl"
        dispatched = figures.of_dispatch(pipeline, smallest, journal)
        warm = [figures.of_warm_uploads(pipeline, smallest, clients) for clients in (1, 8)]
    show.figures(
        [
            Figure("harness up", running.up_seconds, 3.0, "s"),
            first_call,
            *figures.of_uploads(uploaded.seconds),
            *chain.from_iterable(warm),
            *figures.of_processing(ways),
            put_object,
            *dispatched,
            Figure("memory of the environment, idle", idle_mb, 600.0, "MB"),
        ]
    )
    return len(finds) == len(files) and all(found.rank for found in finds)


if __name__ == "__main__":
    sys.exit(main())
