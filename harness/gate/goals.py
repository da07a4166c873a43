"""What has to hold, as declared in goals.toml: a strict schema, so a misspelt goal is no goal."""

from __future__ import annotations

import tomllib
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from itertools import combinations
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from harness.errors import UsageError
from harness.gate.metrics import COST, DOLLARS, EVENT, METRICS, SECONDS, OfDocuments, OfUploads

ALL = "all"


def _known(metric: str) -> str:
    if metric not in METRICS:
        raise ValueError(f"unknown metric {metric!r}, known are {', '.join(sorted(METRICS))}")
    return metric


MetricName = Annotated[str, AfterValidator(_known)]


class _Declared(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Stratum(_Declared):
    """A part of the samples, judged by itself: by size of the document, by start of the function.

    Sizes in bytes, the lower inclusive and the upper exclusive.
    """

    start: Literal["cold", "warm"] | None = None
    min_bytes: int = Field(default=0, ge=0)
    max_bytes: int | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if self.max_bytes is not None and self.max_bytes <= self.min_bytes:
            raise ValueError(
                f"no document has {self.min_bytes} bytes and fewer than {self.max_bytes}"
            )
        return self

    def holds(self, size: int) -> bool:
        return self.min_bytes <= size and (self.max_bytes is None or size < self.max_bytes)


class _Goal(_Declared):
    """name: shown in the report; source: who demands it; stratum: one of those declared, or all."""

    name: str = Field(min_length=1)
    source: str = Field(min_length=1)
    stratum: str
    minimum_samples: int = Field(default=1, ge=1)
    metric: MetricName

    @model_validator(mode="after")
    def _fits(self) -> Self:
        kind, kinds = METRICS[self.metric].kind, self.kinds()
        if kind not in kinds:
            raise ValueError(f"{self.metric} is not in {' or '.join(sorted(kinds))} but in {kind}")
        return self

    @abstractmethod
    def kinds(self) -> frozenset[str]:
        """Return what kinds of metric the method can judge."""
        ...

    @property
    @abstractmethod
    def label(self) -> str:
        """Return the goal in a few characters, as "p95 < 5 s"."""
        ...


class Quantile(_Goal):
    """`metric` stays under `limit_s` seconds at `quantile`; alpha: the risk of a wrong verdict."""

    method: Literal["quantile"]
    quantile: float = Field(gt=0, lt=1)
    limit_s: float = Field(gt=0, allow_inf_nan=False)
    alpha: float = Field(gt=0, lt=0.5)

    def kinds(self) -> frozenset[str]:
        return frozenset({SECONDS})

    @property
    def label(self) -> str:
        return f"p{self.quantile * 100:g} < {self.limit_s:g} s"


class Share(_Goal):
    """The event happens to at most `limit` (0.05: five in a hundred) of those it can happen to."""

    method: Literal["share"]
    limit: float = Field(gt=0, lt=1)
    alpha: float = Field(gt=0, lt=0.5)

    def kinds(self) -> frozenset[str]:
        return frozenset({EVENT})

    @property
    def label(self) -> str:
        return f"at most {self.limit * 100:g} %"


class Never(_Goal):
    """Not one sample of the run reaches `limit_s`, or the event never happens."""

    method: Literal["never"]
    limit_s: float | None = Field(default=None, gt=0, allow_inf_nan=False)

    @model_validator(mode="after")
    def _limited(self) -> Self:
        if (METRICS[self.metric].kind == SECONDS) is (self.limit_s is None):
            raise ValueError("limit_s is for seconds and needed there; an event has none")
        return self

    def kinds(self) -> frozenset[str]:
        return frozenset({SECONDS, EVENT})

    @property
    def label(self) -> str:
        return "never" if self.limit_s is None else f"all < {self.limit_s:g} s"


class Total(_Goal):
    """What the run cost, for 1,000 documents, stays within `limit_usd`: a sum, not a sample."""

    method: Literal["total"]
    limit_usd: float = Field(gt=0, allow_inf_nan=False)

    def kinds(self) -> frozenset[str]:
        return frozenset({DOLLARS})

    @property
    def label(self) -> str:
        return f"at most ${self.limit_usd:g}"


Goal = Quantile | Share | Never | Total


class Regression(_Declared):
    """The candidate's `quantile` is at most 1 + `margin` times the base's, the median over pairs.

    margin: above 0, for runs of the very same image differ as well.
    """

    name: str = Field(min_length=1)
    source: str = Field(min_length=1)
    metric: MetricName
    quantile: float = Field(gt=0, lt=1)
    margin: float = Field(gt=0, allow_inf_nan=False)
    alpha: float = Field(gt=0, lt=0.5)

    @model_validator(mode="after")
    def _of_uploads(self) -> Self:
        metric = METRICS[self.metric]
        if not isinstance(metric, OfUploads) or metric.kind != SECONDS:
            raise ValueError(f"pairs compare seconds of uploads, not {self.metric}")
        return self


class Prices(_Declared):
    """In US dollars; `tokens`: for a million of them, by model. as_of, source: whose prices."""

    region: str = Field(min_length=1)
    as_of: str = Field(min_length=1)
    source: str = Field(min_length=1)
    lambda_gb_second: float = Field(ge=0)
    million_invocations: float = Field(ge=0)
    million_api_requests: float = Field(ge=0)
    thousand_s3_writes: float = Field(ge=0)
    thousand_s3_reads: float = Field(ge=0)
    million_tokens: dict[str, float] = {}


class Claim(_Declared):
    """A line of somebody's table "before, after"; the report shows beside it what it measured."""

    what: str = Field(min_length=1)
    source: str = Field(min_length=1)
    before: str
    after: str
    metric: MetricName


class Waiver(_Declared):
    """A scenario that may be skipped without making the verdict inconclusive."""

    scenario: str = Field(min_length=1)
    reason: str = Field(min_length=1)


class Goals(_Declared):
    goal: list[Annotated[Goal, Field(discriminator="method")]] = Field(min_length=1)
    regression: list[Regression] = []
    stratum: dict[str, Stratum] = {}
    prices: Prices | None = None
    claim: list[Claim] = []
    may_skip: list[Waiver] = []

    def waives(self, scenario: str) -> bool:
        """Say whether `scenario` ("scenarios.test_upload.test_answers") may be skipped."""
        return any(scenario.startswith(waiver.scenario) for waiver in self.may_skip)

    def stratum_of(self, goal: Goal) -> Stratum:
        return Stratum() if goal.stratum == ALL else self.stratum[goal.stratum]


def load(path: Path) -> Goals:
    """Return the goals of `path`; raises `UsageError` naming every entry that is wrong."""
    try:
        declared = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"The goals {path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"The goals {path} are not TOML: {error}") from error
    try:
        goals = Goals.model_validate(declared)
    except ValidationError as error:
        raise UsageError(f"The goals {path} are wrong: {_reasons(error)}") from error
    if faults := list(_faults(goals)):
        raise UsageError(f"The goals {path} are wrong: {'; '.join(faults)}")
    return goals


def _reasons(error: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(map(str, detail['loc']))}: {detail['msg']}" for detail in error.errors()
    )


def _faults(goals: Goals) -> Iterator[str]:
    """Yield what no entry shows by itself: names used twice or for nothing, contradictions."""
    names = [one.name for one in (*goals.goal, *goals.regression)]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"{name} is declared more than once; rename one"
    if ALL in goals.stratum:
        yield f"the stratum {ALL} is that of all samples; rename yours"
    for goal in goals.goal:
        yield from _unusable(goal, goals.stratum)
        if goal.metric == COST and goals.prices is None:
            yield f"{goal.name} needs the table [prices]"
    for one, other in combinations(goals.goal, 2):
        if (one.metric, one.stratum) == (other.metric, other.stratum) and _contradict(one, other):
            yield f"{one.name} ({one.label}) and {other.name} ({other.label}) contradict each other"


def _unusable(goal: Goal, strata: Mapping[str, Stratum]) -> Iterator[str]:
    if goal.stratum == ALL:
        return
    metric, stratum = METRICS[goal.metric], strata.get(goal.stratum)
    if stratum is None:
        known = ", ".join([ALL, *sorted(strata)])
        yield f"{goal.name} names the unknown stratum {goal.stratum!r}, known are {known}"
    elif not isinstance(metric, OfUploads | OfDocuments):
        yield f"{goal.name}: {goal.metric} is of the whole run and has no strata"
    elif stratum.start and not isinstance(metric, OfDocuments):
        yield f"{goal.name}: whether a start was cold is known of documents, not of {goal.metric}"


def _contradict(one: Goal, other: Goal) -> bool:
    """Tell whether two goals about the same values cannot both be meant.

    The same method with another limit, or a limit at a lower quantile that a stricter limit at a
    higher one makes meaningless.
    """
    if isinstance(one, Quantile) and isinstance(other, Quantile):
        low, high = sorted((one, other), key=lambda goal: goal.quantile)
        return low.limit_s >= high.limit_s or low.quantile == high.quantile
    if isinstance(one, Never) and isinstance(other, Quantile):
        one, other = other, one
    if isinstance(one, Quantile) and isinstance(other, Never) and other.limit_s is not None:
        return one.limit_s >= other.limit_s
    return type(one) is type(other)
