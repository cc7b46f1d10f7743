"""Small plots as inline SVG: no script, no style attribute, titles for those who do not see them."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

_WIDTH = 640
_HEIGHT = 150
_LEFT, _BOTTOM, _TOP = 34, 22, 8


def bars(title: str, labels: Sequence[str], series: Sequence[tuple[str, Sequence[float]]]) -> Markup:
    """Stacked bars, one for each label; each series has a name and a value for every label."""
    totals = [sum(values[place] for _, values in series) for place in range(len(labels))]
    top = _nice(max(totals, default=0.0))
    parts = [_frame(top)]
    width = (_WIDTH - _LEFT) / max(1, len(labels))
    for place, label in enumerate(labels):
        base = 0.0
        left = _LEFT + place * width
        for kind, (name, values) in enumerate(series):
            height = _scale(values[place], top)
            if height:
                shape = f'x="{left + width * 0.15:.1f}" y="{_y(base + values[place], top):.1f}"'
                what = f"{escape(label)} {escape(name)}: {values[place]:g}"
                parts.append(
                    f'<rect class="series-{kind}" {shape} width="{min(width * 0.7, 46):.1f}" '
                    f'height="{height:.1f}"><title>{what}</title></rect>'
                )
            base += values[place]
    parts.append(_labels(labels, width))
    return _svg(title, parts)


def lines(title: str, labels: Sequence[str], series: Sequence[tuple[str, Sequence[float | None]]]) -> Markup:
    """One line for each series over the labels; None leaves a gap."""
    top = _nice(max((value for _, values in series for value in values if value is not None), default=0.0))
    parts = [_frame(top)]
    width = (_WIDTH - _LEFT) / max(1, len(labels))
    for kind, (name, values) in enumerate(series):
        points = [
            (_LEFT + (place + 0.5) * width, _y(value, top), value, labels[place])
            for place, value in enumerate(values)
            if value is not None
        ]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y, _, _ in points)
        parts.append(f'<polyline class="line-{kind}" points="{path}"/>')
        parts += [
            f'<circle class="dot-{kind}" cx="{x:.1f}" cy="{y:.1f}" r="3">'
            f"<title>{escape(label)} {escape(name)}: {value:g}</title></circle>"
            for x, y, value, label in points
        ]
    parts.append(_labels(labels, width))
    return _svg(title, parts)


def _svg(title: str, parts: Sequence[str]) -> Markup:
    inner = "".join(parts)
    return Markup(  # noqa: S704 - made of numbers and escaped texts
        f'<svg class="chart" role="img" aria-label="{escape(title)}" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'preserveAspectRatio="xMidYMid meet">{inner}</svg>'
    )


def _frame(top: float) -> str:
    out = []
    for share in (0.0, 0.5, 1.0):
        y = _y(top * share, top)
        out.append(f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>')
        out.append(
            f'<text class="axis" x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{top * share:g}</text>'
        )
    return "".join(out)


def _labels(labels: Sequence[str], width: float) -> str:
    every = max(1, round(len(labels) / 8))
    return "".join(
        f'<text class="axis" x="{_LEFT + (place + 0.5) * width:.1f}" y="{_HEIGHT - 6}" text-anchor="middle">'
        f"{escape(label)}</text>"
        for place, label in enumerate(labels)
        if place % every == 0
    )


def _y(value: float, top: float) -> float:
    return _HEIGHT - _BOTTOM - _scale(value, top)


def _scale(value: float, top: float) -> float:
    return value / top * (_HEIGHT - _BOTTOM - _TOP) if top else 0.0


def _nice(value: float) -> float:
    """The next round number above a value, so that an axis reads well."""
    if value <= 0:
        return 1.0
    step = 1.0
    while step * 10 <= value:
        step *= 10
    while step > value:
        step /= 10
    return next(step * factor for factor in (1, 2, 4, 5, 10) if step * factor >= value)
