"""Public holidays of the bookable years, computed once when a site compiles."""

from __future__ import annotations

from datetime import date

from engine.pack.report import Report
from engine.pack.source import Node

_YEARS = 3
"""This year and those after it: nothing is booked further ahead."""


def holidays(site: Node, report: Report, today: date | None = None) -> dict[str, str]:
    """ISO date to the holiday's name for the country that the site names; empty without one."""
    country = site.get("holidays")
    if country is None:
        return {}
    import holidays as calendar  # noqa: PLC0415 - it loads every country of the world

    first = (today or date.today()).year  # noqa: DTZ011 - a year is the same in every zone
    try:
        days = calendar.country_holidays(country.text, years=range(first, first + _YEARS))
    except NotImplementedError:
        report.error(
            country, f"no holidays are known for the country '{country.text}'", "an ISO code, e.g. LT"
        )
        return {}
    return {day.isoformat(): name for day, name in sorted(days.items())}
