"""How values look on a page: filters of the templates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from engine.core.trace import SEALED
from engine.core.words import fold_word

_LONG = 400


@pass_context
def value(context: Context, data: Any) -> Markup:
    """A value in a few words; what is sealed as a lozenge that says its class in the reader's language."""
    return said(data, context["term"])


def said(data: Any, term: Callable[[str, str], str]) -> Markup:
    """The same, with the way to find the word for one of a closed set."""
    if isinstance(data, Mapping):
        if SEALED in data:
            return Markup('<span class="sealed">{}</span>').format(term("class", data["class"]))
        if "is" in data:
            kind = str(data["is"]).removeprefix("command.")
            fields = [
                Markup("{}={}").format(key, said(item, term))
                for key, item in data.items()
                if key not in _LEFT_OUT
            ]
            return Markup("<b>{}</b> {}").format(kind, Markup(" ").join(fields))
        parts = [
            Markup("{} {}").format(key, said(item, term)) for key, item in data.items() if item is not None
        ]
        return Markup(", ").join(parts) if parts else Markup("–")
    if isinstance(data, list | tuple):
        return Markup("; ").join(said(item, term) for item in data) if data else Markup("–")
    if data is None or data == "":
        return Markup("–")
    if isinstance(data, bool):
        return escape("✓" if data else "✗")
    text = str(data)
    return escape(text if len(text) <= _LONG else text[:_LONG] + "…")


_LEFT_OUT = frozenset({"is", "at", "evidence", "data_class"})


def when(moment: datetime, zone: tzinfo) -> str:
    """A moment in the site's own time."""
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"


def seconds(length: float) -> str:
    """A length of time, as minutes and seconds."""
    whole = round(length)
    return f"{whole // 60}:{whole % 60:02}"


def percent(share: float | None) -> str:
    """A share as people read it."""
    return "–" if share is None else f"{share * 100:.0f} %"


def bar(parts: list[tuple[str, int]], total: int) -> Markup:
    """Milliseconds as one bar of several parts; `total` is the whole width."""
    at = 0.0
    out = Markup("")
    for name, ms in parts:
        width = 100 * ms / total if total else 0.0
        out += Markup('<rect class="{}" x="{:.1f}" width="{:.1f}" height="6"/>').format(name, at, width)
        at += width
    head = '<svg class="latency" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">{}</svg>'
    return Markup(head).format(out)  # noqa: S704 - a constant


FILTERS = {
    "value": value,
    "when": when,
    "seconds": seconds,
    "percent": percent,
    "bar": bar,
    "folded": fold_word,
}
