"""A flow drawn as inline SVG: its steps from top to bottom, its ways on at the side, END below."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from engine.core.domain import END
from engine.pack.graph import ASKING, edges, reachable

if TYPE_CHECKING:
    from engine.core.domain import Flow, FlowStep

_ROW, _BOX_WIDTH, _BOX_HEIGHT, _LEFT = 46, 300, 32, 250
_LABEL = 26
"""Characters of a label that are drawn; the rest is in its title."""


def flowchart(flow: Flow, title: str) -> Markup:
    """The chart of one flow."""
    names = [step.id for step in flow.steps]
    if END in reachable(flow):
        names.append(END)
    place = {name: number for number, name in enumerate(names)}
    shapes = [_box(step, place[step.id]) for step in flow.steps]
    if END in place:
        y = _y(place[END])
        shapes.append(
            f'<rect class="end" x="{_LEFT}" y="{y}" width="{_BOX_WIDTH}" height="{_BOX_HEIGHT}" rx="16"/>'
            f'<text x="{_LEFT + 14}" y="{y + 20}">END</text>'
        )
    ways = dict.fromkeys((edge.source, edge.target) for edge in edges(flow) if edge.target in place)
    ranks: dict[str, int] = {}
    drawn = []
    for source, target in ways:
        labels = [edge.label for edge in edges(flow) if (edge.source, edge.target) == (source, target)]
        label = ", ".join(label for label in labels if label)
        drawn.append(_arrow(label, place[source], place[target], ranks.get(source, 0)))
        # The how many-th way of its step that does not go straight down: none covers another.
        ranks[source] = ranks.get(source, 0) + (place[target] != place[source] + 1)
    height = _y(len(names)) + 8
    width = _LEFT + _BOX_WIDTH + 260
    return Markup(  # noqa: S704 - made of numbers and escaped texts
        f'<svg class="flow" role="img" aria-label="{escape(title)}" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}"><defs><marker id="tip-{escape(flow.id)}" viewBox="0 0 8 8" '
        f'refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        f'<path class="tip" d="M0 0L8 4L0 8z"/></marker></defs>'
        + "".join(shapes)
        + "".join(draw(flow.id) for draw in drawn)
        + "</svg>"
    )


def _y(place: int) -> int:
    return 8 + place * _ROW


def _box(step: FlowStep, place: int) -> str:
    y = _y(place)
    what = step.service or step.slot or step.response or step.flow or step.target
    kind = "asks" if step.kind in ASKING else "acts" if step.service else "moves"
    text = f"{step.kind.value} {what}".strip()
    return (
        f'<g class="step {kind}"><title>{escape(step.id)} {escape(step.where)}</title>'
        f'<rect x="{_LEFT}" y="{y}" width="{_BOX_WIDTH}" height="{_BOX_HEIGHT}" rx="6"/>'
        f'<text x="{_LEFT + 10}" y="{y + 20}">{escape(_short(text, 42))}</text></g>'
    )


def _arrow(label: str, source: int, target: int, number: int) -> Callable[[str], str]:
    tip = 'marker-end="url(#tip-{})"'
    if target == source + 1:
        x = _LEFT + 24
        line = f'<path class="way" d="M{x} {_y(source) + _BOX_HEIGHT}V{_y(target)}" {tip}/>'
        text_x, text_y, anchor = x + 8, _y(source) + _BOX_HEIGHT + 11, "start"
    elif target > source:
        x = _LEFT + _BOX_WIDTH
        reach = x + 16 + 9 * min(9, target - source) + 5 * (number % 4)
        y1, y2 = _y(source) + 6 + number % 4 * 10, _y(target) + 12
        line = f'<path class="way" d="M{x} {y1}H{reach}V{y2}H{x + 2}" {tip}/>'
        text_x, text_y, anchor = reach + 5, y1 + 4, "start"
    else:
        x = _LEFT
        reach = x - 14 - 8 * min(9, source - target) - 5 * (number % 4)
        y1, y2 = _y(source) + 6 + number % 4 * 10, _y(target) + 20
        line = f'<path class="way back" d="M{x} {y1}H{reach}V{y2}H{x - 2}" {tip}/>'
        text_x, text_y, anchor = reach - 4, y1 + 4, "end"
    short = escape(_short(label, _LABEL))
    text = f'<text class="label" x="{text_x}" y="{text_y}" text-anchor="{anchor}">{short}</text>'
    shown = f"<g><title>{escape(label)}</title>{line}{text if label else ''}</g>"
    return lambda flow: shown.replace("{}", str(escape(flow)))


def _short(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
