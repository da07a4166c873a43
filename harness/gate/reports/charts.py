"""Charts as SVG text, drawn for a page that may load nothing from elsewhere (pure)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape

from harness.gate.documents import Document
from harness.gate.quantile import quantile
from harness.gate.samples import ANSWERED, Sample

WIDTH, HEIGHT = 860, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 12, 12, 34
_BLOCKS = 12
_SHORTEST_S = 0.001

Scale = Callable[[float], float]


@dataclass(frozen=True, slots=True)
class Tick:
    """A labelled place on an axis; at: in the chart's coordinates."""

    at: float
    label: str


def latencies(samples: Sequence[Sample], limits: Iterable[float]) -> str:
    """Draw each upload's time, and p50 and p95 of every twelfth of the run, over a log scale.

    limits: in seconds, drawn as dashed lines. What failed is drawn at the time it took to fail.
    """
    drawn = sorted(limits)
    longest = max([*(one.latency for one in samples), *drawn, 1.0])
    x = _linear(0.0, max((one.intended_start for one in samples), default=1.0), _across())
    y = _logarithmic(_SHORTEST_S, longest, _upwards())
    points = (_point(x(one.intended_start), y(one.latency), one) for one in samples)
    lines = (_dashed(y(limit), f"limit {limit:g} s") for limit in drawn)
    powers = range(round(math.log10(_SHORTEST_S)), math.floor(math.log10(longest)) + 1)
    ticks = [Tick(y(10.0**power), f"{10.0**power:g} s") for power in powers]
    blocks = (_blocks(samples, q, x, y) for q in (0.5, 0.95))
    body = [*points, *lines, *blocks, *_bottom(x, samples[-1].intended_start if samples else 1.0)]
    return _svg("Time of each upload from its intended start", HEIGHT, [*_side(ticks), *body])


def _blocks(samples: Sequence[Sample], q: float, x: Scale, y: Scale) -> str:
    """Return the quantile of each block of the run as one line with its name at the end."""
    size = max(1, math.ceil(len(samples) / _BLOCKS))
    blocks = [samples[start : start + size] for start in range(0, len(samples), size)]
    places = []
    for block in blocks:
        value = quantile((one.latency for one in block), q)
        assert value is not None
        middle = (block[0].intended_start + block[-1].intended_start) / 2
        places.append(f"{x(middle):.1f},{y(value):.1f}")
    name = f"p{q * 100:g}"
    return f'<polyline class="{name}" points="{" ".join(places)}"><title>{name}</title></polyline>'


def _point(x: float, y: float, sample: Sample) -> str:
    kind = "good" if sample.outcome == ANSWERED else "bad"
    title = escape(f"{sample.outcome}, {sample.latency:.3f} s, {sample.size} bytes")
    return f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="2"><title>{title}</title></circle>'


def passages(documents: Sequence[Document]) -> str:
    """Draw a column for each document: it waited, its sandbox started, its function ran."""
    parts = [_parts(one) for one in documents]
    tallest = max((sum(seconds for _, seconds in part) for part in parts), default=0.0) or 1.0
    x, y = _linear(0.0, max(len(parts), 1), _across()), _linear(0.0, tallest, _upwards())
    width = max(0.5, (x(1) - x(0)) * 0.8)
    body = [
        column
        for number, part in enumerate(parts)
        for column in _column(x(number), width, part, documents[number], y)
    ]
    ticks = [
        Tick(y(tallest * share), f"{tallest * share:.2g} s") for share in (0, 0.25, 0.5, 0.75, 1)
    ]
    return _svg("Where each document's time went", HEIGHT, [*_side(ticks), *body])


def _parts(document: Document) -> list[tuple[str, float]]:
    """Return seconds of waiting, start of the sandbox and running; to its end only if it came."""
    if document.started is None:
        return []
    init = document.init_s if document.cold else 0.0
    waited = max(0.0, document.started - document.stored - init)
    ran = 0.0 if document.ended is None else max(0.0, document.ended - document.started)
    return [("waiting", waited), ("init", init), ("running", ran)]


def _column(
    x: float, width: float, parts: list[tuple[str, float]], document: Document, y: Scale
) -> Iterable[str]:
    below = 0.0
    for kind, seconds in parts:
        top, bottom = y(below + seconds), y(below)
        title = escape(f"{kind} {seconds:.3f} s, {document.size} bytes, {document.outcome}")
        yield (
            f'<rect class="{kind}" x="{x:.1f}" y="{top:.1f}" width="{width:.1f}" '
            f'height="{bottom - top:.1f}"><title>{title}</title></rect>'
        )
        below += seconds


def _across() -> tuple[float, float]:
    return _LEFT, WIDTH - _RIGHT


def _upwards() -> tuple[float, float]:
    return HEIGHT - _BOTTOM, _TOP


def _linear(low: float, high: float, place: tuple[float, float]) -> Scale:
    begin, end = place
    span = (high - low) or 1.0
    return lambda value: begin + (value - low) / span * (end - begin)


def _logarithmic(low: float, high: float, place: tuple[float, float]) -> Scale:
    linear = _linear(math.log10(low), math.log10(high), place)
    return lambda value: linear(math.log10(max(value, low)))


def _side(ticks: Iterable[Tick]) -> Iterable[str]:
    for tick in ticks:
        yield _across_at(tick.at, "grid")
        yield f'<text class="end" x="{_LEFT - 6}" y="{tick.at + 4:.1f}">{escape(tick.label)}</text>'


def _bottom(x: Scale, seconds: float) -> Iterable[str]:
    for share in (0.0, 0.5, 1.0):
        at = seconds * share
        yield f'<text class="middle" x="{x(at):.1f}" y="{HEIGHT - 12}">{at:.0f} s</text>'


def _dashed(y: float, label: str) -> str:
    return (
        _across_at(y, "limit")
        + f'<text class="end" x="{WIDTH - _RIGHT}" y="{y - 4:.1f}">{escape(label)}</text>'
    )


def _across_at(y: float, kind: str) -> str:
    return f'<line class="{kind}" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'


def _svg(title: str, height: float, body: Iterable[str]) -> str:
    name = escape(title)
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{name}">'
        f"<title>{name}</title>{''.join(body)}</svg>"
    )
