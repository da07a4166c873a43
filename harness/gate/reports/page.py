"""report.html: one file with everything in it, which loads and runs nothing."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path

from harness.gate.goals import Never, Quantile
from harness.gate.judgement import Judgement
from harness.gate.junit import PASSED
from harness.gate.reports import charts
from harness.gate.reports.claims import compared
from harness.gate.reports.markdown import seconds

_STYLE = Path(__file__).with_name("page.css").read_text(encoding="utf-8")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def render(judgement: Judgement) -> str:
    outcome = judgement.verdict.outcome
    about = f"{escape(judgement.commit)}, {escape(judgement.scope)}"
    parts = [
        f'<h1>Gate: <span class="{outcome}">{outcome}</span></h1>',
        f"<p>{about}. Times hold on this machine against the emulated AWS, not on AWS.</p>",
        _findings(judgement),
        *_charts(judgement),
        *_compared(judgement),
        *_claims(judgement),
        *_cost(judgement),
        *_scenarios(judgement),
        "<h2>Not exercised</h2>",
        _table(("what", "why"), [(gap.what, gap.why) for gap in judgement.gaps]),
        "<h2>What the verdict is bound to</h2>",
        _table(("", ""), _subject(judgement)),
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>Gate: {outcome}</title><style>{_STYLE}</style></head>"
        f"<body>{''.join(parts)}</body></html>\n"
    )


def _findings(judgement: Judgement) -> str:
    rows = "".join(
        f'<tr><td class="{one.outcome}">{one.outcome}</td><td>{escape(one.subject)}</td>'
        f"<td>{escape(one.reason)}</td></tr>"
        for one in judgement.verdict.findings
    )
    return f"<table><tr><th>verdict</th><th>finding</th><th>why</th></tr>{rows}</table>"


def _charts(judgement: Judgement) -> Iterable[str]:
    samples = sorted(judgement.evidence.load.samples, key=lambda one: one.intended_start)
    documents = judgement.evidence.documents
    limits = {
        goal.limit_s
        for goal in judgement.goals.goal
        if isinstance(goal, Quantile | Never)
        and goal.metric == "upload.latency"
        and goal.limit_s is not None
    }
    yield "<h2>Uploads over time</h2>"
    if samples:
        yield charts.latencies(samples, limits)
        yield _key({"upload": "var(--upload)", "p50": "var(--good)", "p95": "var(--doubt)"})
    else:
        yield "<p>No upload was recorded.</p>"
    yield "<h2>Where each document's time went</h2>"
    if documents:
        yield charts.passages(documents)
        colours = {"it waited": "var(--waiting)", "its sandbox started": "var(--init)"}
        yield _key({**colours, "its function ran": "var(--upload)"})
    else:
        yield "<p>No document was stored.</p>"


def _key(colours: Mapping[str, str]) -> str:
    marks = (f'<i style="background:{colour}"></i>{name}' for name, colour in colours.items())
    return f'<p class="key">{"".join(marks)}</p>'


def _compared(judgement: Judgement) -> Iterable[str]:
    rows = [
        (one.subject, ", ".join(f"{ratio:.2f}" for ratio in one.figures["ratios"]))
        for one in judgement.verdict.findings
        if "ratios" in one.figures
    ]
    if rows and judgement.evidence.base:
        commit = judgement.evidence.base["commit"] or "without a commit"
        yield f"<h2>Compared with the base</h2><p>Base: {escape(commit)}.</p>"
        yield _table(("", "candidate in units of the base, pair by pair, sorted"), rows)


def _claims(judgement: Judgement) -> Iterable[str]:
    rows = [
        (one.claim.what, one.claim.before, one.claim.after, one.measured, one.claim.source)
        for one in compared(judgement.goals, judgement.evidence)
    ]
    if rows:
        yield "<h2>Claimed and measured</h2>"
        yield _table(("claimed", "before", "after", "measured here", "source"), rows)


def _cost(judgement: Judgement) -> Iterable[str]:
    prices = judgement.goals.prices
    for finding in judgement.verdict.findings:
        if prices and "parts_usd" in finding.figures:
            rows = [(name, f"${usd:.4f}") for name, usd in finding.figures["parts_usd"].items()]
            yield "<h2>What 1,000 documents cost</h2>"
            yield _table(("", "US dollars"), rows)
            origin = f"{prices.as_of}, {prices.region}: {prices.source}"
            yield f"<p>Prices of {escape(origin)}.</p>"


def _scenarios(judgement: Judgement) -> Iterable[str]:
    scenarios = judgement.evidence.suite.scenarios
    passed = [one for one in scenarios if one.outcome == PASSED]
    yield f"<h2>Scenarios</h2><p>{len(passed)} of {len(scenarios)} passed.</p>"
    rows = [(one.outcome, one.name, one.message) for one in scenarios if one.outcome != PASSED]
    if rows:
        yield _table(("", "scenario", "why"), rows)
    measured = [
        (one.name, name, value) for one in passed for name, value in sorted(one.properties.items())
    ]
    if measured:
        yield "<details><summary>What scenarios measured on the way</summary>"
        yield _table(("scenario", "figure", "value"), measured)
        yield "</details>"


def _subject(judgement: Judgement) -> list[tuple[str, str]]:
    subject, machine = judgement.evidence.subject, judgement.evidence.machine
    lag = max((one.lag for one in judgement.evidence.load.samples), default=math.nan)
    return [
        ("commit", judgement.commit),
        *((f"image {name}", image["id"]) for name, image in subject["images"].items()),
        *((f"content of {name}", one["content_digest"]) for name, one in subject["images"].items()),
        *((f"SHA-256 of {name}", str(value)) for name, value in subject["sha256"].items()),
        ("machine", f"{machine['cpu']}, {machine['cores']} cores, {machine['kernel']}"),
        ("load generator late", seconds(None if math.isnan(lag) else lag)),
    ]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    titles = "".join(f"<th>{escape(title)}</th>" for title in head)
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows
    )
    return f"<table><tr>{titles}</tr>{body}</table>"
