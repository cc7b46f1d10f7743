"""What the calls of some days came to, as numbers and plots."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from engine.archive import listing as index
from engine.archive.numbers import Numbers, numbers
from engine.console import charts
from engine.console.web import Visit
from engine.tape_summary import OUTCOMES

if TYPE_CHECKING:
    from markupsafe import Markup
    from starlette.responses import Response

_DAYS = 30


def overview(visit: Visit) -> Response:
    """The numbers of a stretch of days; without a choice, of the last thirty."""
    today = visit.hub.clock().astimezone(visit.hub.domain.catalogue.zone).date()
    since = _day(visit.query.get("since", "")) or (today - timedelta(days=_DAYS)).isoformat()
    until = _day(visit.query.get("until", "")) or today.isoformat()
    choices = index.choices(visit.hub.archive)["task"]
    task = visit.query.get("task", "") if visit.query.get("task", "") in choices else ""
    found = numbers(visit.hub.archive, since, until, task)
    labels = [group.name[5:] for group in found.days]
    names = [name for name in OUTCOMES if any(name in group.outcomes for group in found.days)]
    calls = charts.bars(
        visit.t("numbers.calls_a_day"),
        labels,
        [(visit.term("outcome", name), [day.outcomes.get(name, 0) for day in found.days]) for name in names],
    )
    latency = charts.lines(
        visit.t("numbers.latency"),
        labels,
        [(f"p{share * 100:.0f}", [day.percentile(share) for day in found.days]) for share in (0.5, 0.95)],
    )
    shares = [None if day.contained is None else round(day.contained * 100, 1) for day in found.days]
    contained = charts.lines(visit.t("numbers.contained"), labels, [(visit.t("numbers.contained"), shares)])
    return visit.page(
        "numbers.html", found=found, since=since, until=until, calls=calls, latency=latency,
        contained=contained, outcomes=names, task=task, choices=choices, costs=_costs(visit, found, labels),
    )  # fmt: skip


def _costs(visit: Visit, found: Numbers, labels: list[str]) -> Markup | None:
    """What models cost, day by day; None when nothing was asked of any."""
    if not found.all.models.requests:
        return None
    values = [round(day.models.cost, 5) for day in found.days]
    return charts.bars(visit.t("numbers.cost"), labels, [(visit.t("numbers.cost"), values)])


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""
