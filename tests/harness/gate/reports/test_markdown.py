from __future__ import annotations

from dataclasses import replace

from harness.gate.evidence import Load, Suite
from harness.gate.goals import Claim
from harness.gate.judgement import Judgement
from harness.gate.junit import ERRED, FAILED
from harness.gate.reports.markdown import render
from harness.gate.samples import UNFINISHED
from tests.harness.gate.handmade import NOISY, PLAN, scenario


def text_of(goals, evidence):
    return render(Judgement.of(goals, evidence))


def test_names_the_failed_scenario_and_the_dirty_tree(goals, evidence):
    suite = Suite(1, (scenario("test_b.test_breaks", FAILED, "401 instead of 200"),))
    subject = {**evidence.subject, "dirty": True}
    text = text_of(goals, replace(evidence, suite=suite, subject=subject))
    assert "# Gate: fail" in text
    assert "failed: 401 instead of 200: `scenarios.test_b.test_breaks`" in text
    assert "with uncommitted changes" in text


def test_says_a_common_reason_once(goals, evidence):
    many = tuple(scenario(f"test_b.test_{number}", ERRED, "no port") for number in range(8))
    text = text_of(goals, replace(evidence, suite=Suite(1, many)))
    findings = text.partition("Not exercised:")[0]
    assert findings.count("no port") == 1
    assert "`scenarios.test_b.test_0`" in findings
    assert "and 3 more" in findings


def test_without_samples_shows_no_times(goals, evidence):
    text = text_of(goals, replace(evidence, load=Load(PLAN, 0, ())))
    assert "# Gate: inconclusive" in text
    assert "no samples" in text
    assert "p50" not in text


def test_a_quantile_that_never_ended_says_never(goals, evidence):
    lost = tuple(replace(sample, outcome=UNFINISHED) for sample in evidence.load.samples)
    assert "| never |" in text_of(goals, replace(evidence, load=Load(PLAN, 0, lost)))


def test_a_release_without_a_commit(goals, evidence):
    subject = {**evidence.subject, "commit": None}
    assert "No commit" in text_of(goals, replace(evidence, subject=subject))


def test_names_the_images_that_were_exercised(goals, evidence):
    image = {"reference": "p:1", "id": f"sha256:{'ab' * 32}", "content_digest": "sha256:cd"}
    subject = {**evidence.subject, "images": {"processor": image}}
    text = text_of(goals, replace(evidence, subject=subject))
    assert "images processor sha256:abababababab" in text
    assert "not exercised: this" not in text


def test_shows_a_claim_beside_what_was_measured(goals, evidence):
    fields = {"what": "response", "source": "a report", "before": "30 s", "after": "2 s"}
    claims = [Claim(**fields, metric="upload.latency"), Claim(**fields, metric="processing.lost")]
    text = text_of(goals.model_copy(update={"claim": claims}), evidence)
    assert "| response | 30 s | 2 s | p50 0.05 s, p95 0.05 s of 120 |" in text
    assert "| 0 of 120 lost |" in text


def test_a_claim_that_nothing_measured_says_so(goals, evidence):
    fields = {"what": "x", "source": "a report", "before": "", "after": ""}
    metrics = ("processing.run", "cost.per_1000_documents")
    claims = [Claim(**fields, metric=metric) for metric in metrics]
    declared = goals.model_copy(update={"claim": claims})
    text = text_of(declared, replace(evidence, documents=()))
    assert text.count("| not measured |") == 2


def test_lists_what_was_not_exercised_and_how_quiet_it_was(goals, evidence):
    assert "- limit: IAM: not enforced" in text_of(goals, evidence)
    assert "Not noticeably disturbed" in text_of(goals, evidence)
    assert "Disturbed: processes waited" in text_of(goals, replace(evidence, host=NOISY))
