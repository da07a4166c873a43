"""One run of the gate: exercise what is judged and bring home the evidence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from harness.disposable import Disposable, disposable
from harness.errors import UsageError
from harness.gate import exercise, host, images, pairs, stored, subject
from harness.gate.aftermath import Aftermath, gather, settled
from harness.gate.evidence import Evidence, Load, Pair, Plan, read_load, read_suite
from harness.gate.host import Host
from harness.gate.samples import ANSWERED

Images = dict[str, dict[str, str]]
PLANS = {
    "quick": Plan(rate=2.0, seconds=60.0, warm_up=10.0),
    "full": Plan(rate=2.0, seconds=300.0, warm_up=10.0),
}


@dataclass(frozen=True, slots=True)
class Run:
    """What to exercise and where the evidence goes.

    runtime: "process" or "docker". files: those that decide what is judged, by name; "template" and
    "goals" are among them. base: template of what it is compared with, in that many pairs of runs;
    None without a comparison. variables: the environment of every program that is started.
    """

    scenarios: Path
    load: Path
    plan: Plan
    seed: int
    runtime: str
    docker_host: str
    files: Mapping[str, Path]
    base: Path | None
    pairs: int
    output: Path
    variables: Mapping[str, str]


def collect(run: Run, say: Callable[[str], None]) -> None:
    """Exercise the load first: it finds out at once whether the environment starts at all.

    Leaves what it saw in the output directory. Raises `EnvironmentFailedError` when it does not
    start, `UsageError` when what is judged was changed meanwhile.
    """
    machine, before = subject.machine(), host.look()
    source, goals = subject.source(run.files), run.files["goals"].read_bytes()
    images, load, aftermath = _load(run, say)
    base, compared = _compare(run, say)
    after = host.look()
    say(f"scenarios: {run.scenarios}")
    exit_code = exercise.run_scenarios(run.scenarios, run.runtime, run.output, run.variables)
    subject.demand_same(source, subject.source(run.files))
    if _images(run) != images:
        raise UsageError("an image was built anew while the gate ran; run it again")
    evidence = Evidence(
        subject={
            **asdict(source),
            "runtime": run.runtime,
            "images": images,
            "scenarios": str(run.scenarios),
            "load": str(run.load),
        },
        machine=machine,
        host=Host(before, after),
        limits=aftermath.limits,
        seed=run.seed,
        load=load,
        documents=aftermath.documents,
        usage=aftermath.usage,
        suite=read_suite(run.output, exit_code),
        base=base,
        pairs=compared,
    )
    (run.output / stored.GOALS_FILE).write_bytes(goals)
    stored.save(run.output, evidence)


def _images(run: Run) -> Images:
    return _images_of(run.files["template"], run)


def _images_of(template: Path, run: Run) -> Images:
    if run.runtime != "docker":
        return {}
    return images.exercised(template, run.docker_host)


def _load(run: Run, say: Callable[[str], None]) -> tuple[Images, Load, Aftermath]:
    """Return the images, the load as it ran, and what it left behind in its environment."""
    say("load: starting an environment")
    options = ("--template", str(run.files["template"]), "--runtime", run.runtime)
    with disposable(*options, inherited=run.variables) as environment:
        say(f"load: {run.plan.rate:g} uploads/s for {run.plan.seconds:g} s")
        variables = {**run.variables, **environment.facts.exports()}
        exit_code = exercise.run_load(run.load, run.plan, run.seed, run.output, variables)
        load = read_load(run.output, run.plan, exit_code)
        answered = sum(sample.outcome == ANSWERED for sample in load.samples)
        return _images(run), load, gather(environment, answered, run.output)


def _compare(
    run: Run, say: Callable[[str], None]
) -> tuple[dict[str, Any] | None, tuple[Pair, ...]]:
    """Return the subject of the base and its pairs with the candidate; none without a base."""
    if run.base is None:
        return None, ()
    say(f"comparison: starting {run.base} beside {run.files['template']}")
    options = ("--runtime", run.runtime)
    templates = {pairs.BASE: run.base, pairs.CANDIDATE: run.files["template"]}
    with ExitStack() as stack:
        running = {
            side: stack.enter_context(
                disposable("--template", str(template), *options, inherited=run.variables)
            )
            for side, template in templates.items()
        }
        codes = [_pair(run, running, number, say) for number in range(run.pairs)]
        images = _images_of(run.base, run)
    files = {"template": run.base, "lock": run.base.parent / "requirements.lock"}
    described = {**asdict(subject.source(files)), "runtime": run.runtime, "images": images}
    return described, pairs.read(run.output, pairs.PLAN, codes)


def _pair(
    run: Run, running: Mapping[str, Disposable], number: int, say: Callable[[str], None]
) -> list[int | None]:
    """Send the same load to both and return the generators' exit codes, the base's first.

    What the first still processes would slow the second down, so that is awaited.
    """
    say(f"comparison: pair {number + 1} of {run.pairs}")
    codes = {}
    for side in pairs.order(number):
        directory = run.output / pairs.place(number, side)
        directory.mkdir(parents=True)
        variables = {**run.variables, **running[side].facts.exports()}
        codes[side] = exercise.run_load(
            run.load, pairs.PLAN, run.seed + number, directory, variables
        )
        settled(running[side])
    return [codes[pairs.BASE], codes[pairs.CANDIDATE]]
