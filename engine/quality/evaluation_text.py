"""The report of `frontdesk evaluate` in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.quality.model_need import need_line
from engine.quality.trained import summary

_SHOWN = 12
"""Lines of each list."""


def report_lines(report: Mapping[str, Any]) -> Iterator[str]:
    """The lines of a report."""
    for language, part in report["languages"].items():
        name = f"{report['pack']} {language}"
        yield from _classifier(name, part["classifier"])
        yield from _examples(name, part["examples"])
        yield from _labelled(name, part["lines"])
    need = report.get("calls") or {}
    if need.get("turns"):
        yield need_line(str(report["pack"]), need)


def _classifier(name: str, part: Mapping[str, Any]) -> Iterator[str]:
    yield summary(name, part, "trained now")
    inside, right, outside = part["in_scope"], part["right"], part["out_of_scope"]
    yield f"  {inside} sentences in scope, {right} right; {outside} out of scope"
    if part["confusions"]:
        yield "  taken for something else:"
        for item in part["confusions"]:
            yield f"    {item['count']:4}  {item['label']} -> {item['guessed']}"
    if part["calibration"]:
        yield "  confidence, and how often it was right:"
        for item in part["calibration"]:
            span, said, right = f"{item['from']:.1f}-{item['to']:.1f}", item["said"], item["right"]
            yield f"    {span}  {item['sentences']:5} sentences  said {said:.2f}  right {right:.2f}"
    if part["surest_mistakes"]:
        yield "  surest mistakes:"
        for item in part["surest_mistakes"]:
            yield f"    {item['confidence']:.2f}  {item['text']} ({item['label']} -> {item['guessed']})"
    if part["trade_off"]:
        yield "  out of scope refused, at an accuracy in scope of:"
        for item in part["trade_off"]:
            yield f"    {item['accuracy']:6.1%}  {item['out_of_scope_refused']:6.1%}"


def _examples(name: str, part: Mapping[str, Any]) -> Iterator[str]:
    known, missed, wrong = part["right"], part["missed"], part["wrong"]
    added, rightly = part["added_right"] + part["added_wrong"], part["added_right"]
    outside, taken = part["out_of_scope"], part["out_of_scope_taken"]
    yield f"{name}: {part['in_scope']} examples by the rules: {known} right, {missed} missed, {wrong} wrong"
    yield f"  {outside} out of scope, {taken} of them taken for something"
    yield f"  the classifier, not having seen them, acts on {added} of those missed, {rightly} rightly"
    yield from _worst(part["worst"][:_SHOWN])


def _labelled(name: str, part: Mapping[str, Any]) -> Iterator[str]:
    if not part["lines"]:
        return
    f1, precision, recall = part["f1"], part["precision"], part["recall"]
    stages = ", ".join(f"{stage} {count}" for stage, count in part["by_stage"].items())
    yield f"{name}: {part['lines']} labelled lines by {stages}; model calls {part['model_calls']}"
    yield f"  commands F1 {f1:.1%} (precision {precision:.1%}, recall {recall:.1%})"
    if part["left_out"]:
        yield f"  {part['left_out']} more need a call around them, or names of another pack"
    yield from _worst(part["worst"])


def _worst(items: Any) -> Iterator[str]:
    if items:
        yield "  worst:"
    for item in items:
        yield f"    {item['text']}"
        yield f"      meant {', '.join(item['meant'])}; found {', '.join(item['found'])}"
