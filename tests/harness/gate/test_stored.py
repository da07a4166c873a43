"""Evidence on disk is judged as it was, and whatever was touched is refused."""

from __future__ import annotations

import shutil
from dataclasses import replace

import orjson
import pytest

from harness.errors import UsageError
from harness.gate import pairs, reports, stored
from harness.gate.evidence import DOCUMENTS_FILE, SAMPLES_FILE, SCENARIOS_FILE, Load, Pair
from harness.gate.goals import load
from harness.gate.judgement import Judgement


def judged_again(directory):
    evidence = stored.load(directory)
    judgement = Judgement.of(load(directory / stored.GOALS_FILE), evidence)
    reports.demand_untouched(directory, judgement)
    return judgement


def test_reads_back_what_was_seen(directory, evidence):
    assert stored.load(directory) == evidence


def test_judging_again_gives_the_same_bytes(directory):
    assert judged_again(directory).verdict.outcome == "pass"


@pytest.mark.parametrize("name", stored.SEALED)
def test_a_changed_file_is_refused(directory, name):
    with (directory / name).open("a", encoding="utf-8") as file:
        file.write("\n")
    with pytest.raises(UsageError, match=f"{name} is not the file that the gate wrote"):
        judged_again(directory)


@pytest.mark.parametrize("name", stored.SEALED)
def test_a_missing_file_is_refused(directory, name):
    (directory / name).unlink()
    with pytest.raises(UsageError, match=f"{name} is not the file that the gate wrote"):
        judged_again(directory)


@pytest.mark.parametrize(
    ("old", "new"),
    [('"verdict": "pass"', '"verdict": "fail"'), ('"dirty": false', '"dirty": true')],
)
def test_an_edited_verdict_is_refused(directory, old, new):
    path = directory / reports.GATE_FILE
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(UsageError, match="does not say what its evidence yields"):
        judged_again(directory)


def test_edited_facts_are_refused(directory):
    path = directory / stored.EVIDENCE_FILE
    path.write_bytes(path.read_bytes().replace(b'"dirty": false', b'"dirty": null'))
    with pytest.raises(UsageError, match="does not say what its evidence yields"):
        judged_again(directory)


def test_a_gate_that_did_not_end_has_no_verdict(directory):
    (directory / reports.GATE_FILE).unlink()
    with pytest.raises(UsageError, match="did not end"):
        judged_again(directory)


def test_no_evidence_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError, match="name the directory of a gate that ended"):
        stored.load(tmp_path)


@pytest.mark.parametrize(
    ("field", "value"), [("schema_version", 99), ("seed", "one"), ("more", 1), ("plan", None)]
)
def test_evidence_of_another_kind_is_named(directory, field, value):
    path = directory / stored.EVIDENCE_FILE
    path.write_bytes(orjson.dumps({**orjson.loads(path.read_bytes()), field: value}))
    with pytest.raises(UsageError, match=f"not evidence that this gate can read: {field}"):
        stored.load(directory)


def test_evidence_that_is_no_json_is_named(directory):
    (directory / stored.EVIDENCE_FILE).write_text("pass")
    with pytest.raises(UsageError, match="not evidence that this gate can read: the file"):
        stored.load(directory)


def test_a_load_that_left_nothing_is_evidence_of_nothing(directory, evidence):
    for name in (SAMPLES_FILE, DOCUMENTS_FILE, SCENARIOS_FILE):
        (directory / name).unlink()
    stored.save(directory, evidence)
    seen = stored.load(directory)
    assert (seen.load.samples, seen.documents, seen.suite.scenarios) == ((), (), ())


def test_the_runs_of_a_comparison_are_kept_and_sealed(directory, evidence):
    run = Load(pairs.PLAN, 0, evidence.load.samples[:5])
    compared = replace(evidence, base={"commit": "1" * 40}, pairs=(Pair(run, run),))
    for name in pairs.files(1):
        (directory / name).parent.mkdir(parents=True)
        shutil.copyfile(directory / SAMPLES_FILE, directory / name)
    stored.save(directory, compared)
    seen = stored.load(directory)
    assert (seen.base, len(seen.pairs)) == (compared.base, 1)
    assert seen.pairs[0].candidate.samples == evidence.load.samples
    (directory / name).unlink()
    with pytest.raises(UsageError, match=r"00-candidate/samples.csv is not the file"):
        stored.load(directory)


def test_the_runs_of_an_older_comparison_are_removed(directory):
    for name in pairs.files(2):
        (directory / name).parent.mkdir(parents=True)
        (directory / name).touch()
    (directory / "pairs" / "mine").mkdir()
    reports.clear(directory)
    assert [path.name for path in (directory / "pairs").iterdir()] == ["mine"]
