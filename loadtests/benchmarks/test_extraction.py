"""Pages a second and peak memory of PDF text extraction, ours against the libraries one would take.

Every figure includes the start of Python and the imports, as a document waits for them too.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from loadtests.benchmarks.measured_program import Measured, Program, run
from loadtests.benchmarks.test_processing import chinese_pdf

CORPORA = Path(__file__).parents[3] / "shared" / "corpora" / "pdf"
ROUNDS = 2

_CHARACTERS = "units += sum(map(len, texts))"

PROGRAMS = {
    # What the child process does: type by content, pdfium, repair of letters and lines.
    "processor": Program(
        "processor",
        "from pathlib import Path; from processor.extract import extract",
        f"texts = [page.text for page in extract(Path(argument), '.pdf')]; {_CHARACTERS}",
    ),
    "pypdfium2": Program(
        "pypdfium2",
        "import pypdfium2",
        "document = pypdfium2.PdfDocument(argument)\n"
        "texts = [document[i].get_textpage().get_text_range() for i in range(len(document))]\n"
        f"{_CHARACTERS}",
    ),
    "pypdf": Program(
        "pypdf",
        "import pypdf",
        f"texts = [page.extract_text() for page in pypdf.PdfReader(argument).pages]; {_CHARACTERS}",
    ),
    "pdfminer.six": Program(
        "pdfminer",
        "from pdfminer.high_level import extract_text",
        "units += len(extract_text(argument))",
    ),
    "pdftotext": Program(
        "subprocess",
        "import subprocess",
        "units += len(subprocess.run(['pdftotext', argument, '-'], capture_output=True,"
        " check=True).stdout.decode())",
    ),
}


@pytest.fixture(scope="module", params=["generated", "maint-guide.zh-tw.pdf", "policy.pdf"])
def document(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made PDF of 60 Chinese pages, and real manuals where the shared corpora are."""
    if request.param != "generated":
        path: Path = CORPORA / request.param
        if not path.exists():
            pytest.skip("the shared corpora are not on this machine")
        return path
    path = tmp_path_factory.mktemp("extraction") / "sixty.pdf"
    path.write_bytes(chinese_pdf().content)
    return path


@pytest.fixture(scope="module")
def ours(document: Path) -> Measured:
    return min((run(PROGRAMS["processor"], str(document)) for _ in range(ROUNDS)), key=_seconds)


@pytest.mark.parametrize("library", PROGRAMS)
def test_pdf(benchmark: BenchmarkFixture, document: Path, ours: Measured, library: str) -> None:
    """`extra_info` has the best round; ratios are ours to this library's, in one run."""
    if library == "pdftotext" and shutil.which("pdftotext") is None:
        pytest.skip("poppler's pdftotext is not installed")
    rounds: list[Measured] = []
    benchmark.pedantic(  # type: ignore[no-untyped-call]
        lambda: rounds.append(run(PROGRAMS[library], str(document))), rounds=ROUNDS
    )
    best = min(rounds, key=_seconds)
    pages = page_count(document)
    benchmark.extra_info |= {
        "document": document.name,
        "pages_per_s": round(pages / _seconds(best), 1),
        "import_s": round(best.import_s, 3),
        "peak_mb": round(best.peak_mb, 1),
        "characters": best.units,
        "times_as_fast_as_this": round(_seconds(best) / _seconds(ours), 2),
        "share_of_its_memory": round(ours.peak_mb / best.peak_mb, 2),
    }


def page_count(path: Path) -> int:
    import pypdf

    with pypdf.PdfReader(path) as reader:
        return len(reader.pages)


def _seconds(measured: Measured) -> float:
    return measured.import_s + measured.work_s
