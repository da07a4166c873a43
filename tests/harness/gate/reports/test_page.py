from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

from harness.gate.documents import UNFINISHED
from harness.gate.evidence import Load, Suite
from harness.gate.judgement import Judgement
from harness.gate.junit import FAILED
from harness.gate.reports.page import render
from harness.gate.samples import FAILED as NOT_PROMISED
from tests.harness.gate.handmade import PLAN, document_at, sample_at, scenario
from tests.harness.gate.test_pairs import NO_SLOWER, pair

VOID = {"meta"}
DRAWN = {"circle", "line", "rect", "polyline"}


class Reader(HTMLParser):
    """Collects elements and text, and demands that elements are closed in order."""

    def __init__(self, text):
        super().__init__()
        self.open, self.seen, self.words = [], [], []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.seen.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.seen.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    def classes(self, name):
        return [one.get("class") for tag, one in self.seen if tag == name]


def page_of(goals, evidence):
    return Reader(render(Judgement.of(goals, evidence)))


def test_draws_every_upload_and_every_document(goals, evidence):
    page = page_of(goals, evidence)
    assert page.classes("circle") == ["good"] * 120
    assert page.classes("rect").count("running") == 120
    assert page.classes("polyline") == ["p50", "p95"]
    assert "limit 5 s" in page.words


def test_charts_stay_within_their_frame(goals, evidence):
    slow = (*evidence.load.samples[:119], sample_at(119, latency=700.0))
    stuck = (*evidence.documents[:119], document_at(119, seconds=900.0))
    page = page_of(goals, replace(evidence, load=Load(PLAN, 0, slow), documents=stuck))
    ordinates = [
        float(one[name])
        for tag, one in page.seen
        if tag in DRAWN
        for name in ("y", "cy", "y1")
        if name in one
    ]
    assert min(ordinates) >= 0
    assert max(ordinates) <= 260


def test_loads_and_runs_nothing(goals, evidence):
    text = render(Judgement.of(goals, evidence))
    tags = {tag for tag, _ in Reader(text).seen}
    assert tags.isdisjoint({"script", "link", "img", "iframe", "object"})
    assert not re.search(r"https?:|url\(|@import|\bon\w+=", text)


def test_what_others_wrote_is_text_and_not_markup(goals, evidence):
    evil = "<script>alert(1)</script>"
    suite = Suite(1, (scenario("test_a.test_x", FAILED, evil),))
    page = page_of(goals, replace(evidence, suite=suite))
    assert evil in page.words
    assert "script" not in {tag for tag, _ in page.seen}


def test_failed_uploads_stand_out_and_unfinished_documents_are_not_hidden(goals, evidence):
    failed = (replace(sample_at(0), outcome=NOT_PROMISED), *evidence.load.samples[1:])
    waiting = replace(document_at(0), ended=None, outcome=UNFINISHED)
    documents = (waiting, *evidence.documents[1:])
    page = page_of(goals, replace(evidence, load=Load(PLAN, 0, failed), documents=documents))
    assert page.classes("circle").count("bad") == 1
    assert any(UNFINISHED in word for word in page.words)


def test_without_samples_it_says_so(goals, evidence):
    page = page_of(goals, replace(evidence, load=Load(PLAN, 0, ()), documents=()))
    assert "No upload was recorded." in page.words
    assert "No document was stored." in page.words
    assert "inconclusive" in page.words


def test_shows_every_ratio_of_a_comparison(goals, evidence):
    compared = replace(
        evidence, base={"commit": "2" * 40}, pairs=tuple(pair(times) for times in (1.5, 1.25))
    )
    declared = goals.model_copy(update={"regression": [NO_SLOWER]})
    page = page_of(declared, compared)
    assert "1.25, 1.50" in page.words
    assert f"Base: {'2' * 40}." in page.words
    assert "Compared with the base" not in page_of(declared, evidence).words
