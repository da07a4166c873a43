"""A verdict with what it was made of, as the reports show it."""

from __future__ import annotations

from dataclasses import dataclass

from harness.gate.evidence import Evidence
from harness.gate.goals import Goals
from harness.gate.unexercised import Gap, gaps
from harness.gate.verdict import Verdict, judge


@dataclass(frozen=True, slots=True)
class Judgement:
    goals: Goals
    evidence: Evidence
    verdict: Verdict

    @classmethod
    def of(cls, goals: Goals, evidence: Evidence) -> Judgement:
        return cls(goals, evidence, judge(goals, evidence))

    @property
    def gaps(self) -> list[Gap]:
        return gaps(self.evidence, self.verdict)

    @property
    def scope(self) -> str:
        """Return what the verdict is about, and what it is not."""
        images, runtime = self.evidence.subject["images"], self.evidence.subject["runtime"]
        if not images:
            unclear = "this does not clear an image for promotion"
            return f"{runtime} runtime, image not exercised: {unclear}"
        named = ", ".join(f"{name} {image['id'][:19]}" for name, image in sorted(images.items()))
        return f"{runtime} runtime, images {named}"

    @property
    def commit(self) -> str:
        commit = self.evidence.subject["commit"]
        if commit is None:
            return "no commit"
        changed = " with uncommitted changes" if self.evidence.subject["dirty"] else ""
        return f"commit {commit[:12]}{changed}"
