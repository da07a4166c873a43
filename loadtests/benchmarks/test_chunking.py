"""Megabytes of text a second cut into chunks, ours against the splitters one would take.

All cut to about 400 tokens: 400 characters of Chinese, 1600 of English. Reading the text and the
imports are left out; the kept sentences are counted by where chunks end.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from loadtests.benchmarks.measured_program import Measured, Program, run

CORPORA = Path(__file__).parents[3] / "shared" / "corpora"
ROUNDS = 2

_CHINESE = "勞工繼續工作滿一定期間者，應依規定給予特別休假；其未休之日數，於年度終結時折發工資。"
_ENGLISH = "Employees who work beyond regular hours are paid overtime, or take time off instead. "

# A good end: of a sentence or of a paragraph.
_COUNT = (
    "good = sum(piece.rstrip()[-1:] in '。！？；.!?:：' for piece in pieces)\n"
    "units = round(1000 * good / max(len(pieces), 1))"
)
_READ = "text = open(argument, encoding='utf-8').read()"

PROGRAMS = {
    "processor": Program(
        "processor",
        f"from processor.chunk import chunk; from processor.pages import Page\nimport sys\n"
        f"{_READ.replace('argument', 'sys.argv[1]')}",
        f"pieces = [c.content for c in chunk([Page(None, text)])]\n{_COUNT}",
    ),
    "langchain-text-splitters": Program(
        "langchain_text_splitters",
        "from langchain_text_splitters import RecursiveCharacterTextSplitter\nimport sys\n"
        f"{_READ.replace('argument', 'sys.argv[1]')}\n"
        "size = 400 if '。' in text[:2000] else 1600\n"
        "splitter = RecursiveCharacterTextSplitter(chunk_size=size, chunk_overlap=size // 8,"
        " separators=['\\n\\n', '\\n', '。', '！', '？', '；', '. ', '，', ' ', ''])",
        f"pieces = splitter.split_text(text)\n{_COUNT}",
    ),
    "semantic-text-splitter": Program(
        "semantic_text_splitter",
        "from semantic_text_splitter import TextSplitter\nimport sys\n"
        f"{_READ.replace('argument', 'sys.argv[1]')}\n"
        "size = 400 if '。' in text[:2000] else 1600\n"
        "splitter = TextSplitter(size, overlap=size // 8)",
        f"pieces = splitter.chunks(text)\n{_COUNT}",
    ),
}


@pytest.fixture(scope="module", params=["zh-prose", "en-prose", "labour law"])
def text(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two megabytes of sentences in paragraphs; the statutes ten times over."""
    path = tmp_path_factory.mktemp("chunking") / "text.txt"
    if request.param == "labour law":
        path.write_text(_statutes() * 10, encoding="utf-8")
    else:
        sentence = _CHINESE if request.param == "zh-prose" else _ENGLISH
        paragraph = sentence * 5 + "\n"
        path.write_text(paragraph * (2_000_000 // len(paragraph.encode())), encoding="utf-8")
    return path


def _statutes() -> str:
    folder = CORPORA / "labor-law-tw" / "law_data"
    if not folder.is_dir():
        pytest.skip("the shared corpora are not on this machine")
    laws = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.rglob("*.json"))]
    return "".join(
        f"第 {article['article_no']} 條\n{article['content']}\n"
        for law in laws
        for article in law["articles"]
    )


@pytest.fixture(scope="module")
def ours(text: Path) -> Measured:
    measured = (run(PROGRAMS["processor"], str(text)) for _ in range(ROUNDS))
    return min(measured, key=lambda m: m.work_s)


@pytest.mark.parametrize("library", PROGRAMS)
def test_chunks(
    benchmark: BenchmarkFixture,
    text: Path,
    ours: Measured,
    library: str,
    request: pytest.FixtureRequest,
) -> None:
    """`extra_info` has the best round; the ratio is ours to this library's, in one run."""
    rounds: list[Measured] = []
    benchmark.pedantic(  # type: ignore[no-untyped-call]
        lambda: rounds.append(run(PROGRAMS[library], str(text))), rounds=ROUNDS
    )
    best = min(rounds, key=lambda m: m.work_s)
    megabytes = text.stat().st_size / 1e6
    name = re.sub(r".*\[|\]", "", request.node.name)
    benchmark.extra_info |= {
        "text": name,
        "mb_per_s": round(megabytes / best.work_s, 1),
        "ends_at_sentence": best.units / 1000,
        "import_s": round(best.import_s, 3),
        "peak_mb": round(best.peak_mb, 1),
        "times_as_fast_as_this": round(best.work_s / ours.work_s, 2),
    }
