"""The list of calls: filters, search, saved views, and the calls in progress above it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from engine.archive import listing as index
from engine.archive.listing import Filter
from engine.console.web import Visit

if TYPE_CHECKING:
    from starlette.responses import Response

_CHOICES = (
    "outcome", "reason", "level", "language", "task", "rule", "flag", "slot", "left", "slow", "tag",
    "version",
)  # fmt: skip
"""Filters in the order of the page."""
_FIRST = ("outcome", "task", "flag")
"""Those that are always to be seen; the others are behind a click."""


def home(visit: Visit) -> Response:
    """The first page is the list of calls."""
    return visit.to("/calls")


def listing(visit: Visit) -> Response:
    """The calls that fit, a page at a time."""
    wanted = Filter.of(visit.query)
    try:
        page = index.listed(visit.hub.archive, wanted, after=visit.query.get("after", ""))
    except ValueError:
        return visit.to("/calls")
    known = index.choices(visit.hub.archive)
    return visit.page(
        "calls.html",
        page=page,
        wanted=wanted,
        set=wanted.plain(),
        query_string=urlencode(wanted.plain()),
        next=urlencode({**wanted.plain(), "after": page.after}) if page.after else "",
        choices={name: known[name] for name in _CHOICES},
        first=_FIRST,
        more=any(name in _CHOICES and name not in _FIRST for name in wanted.plain()),
        views=visit.hub.accounts.views(visit.who.account),
        live=visit.hub.live(),
        count_to=index.COUNT_TO,
    )


def save_view(visit: Visit) -> Response:
    """Keep the filters under a name, or forget a view."""
    name = visit.form.get("name", "").strip()[:60]
    query = urlencode(Filter.of(dict(_pairs(visit.form.get("query", "")))).plain())
    if name:
        visit.hub.accounts.save_view(visit.who.account, name, "" if visit.form.get("forget") else query)
    return visit.to(f"/calls?{query}")


def _pairs(query: str) -> list[tuple[str, str]]:
    from urllib.parse import parse_qsl  # noqa: PLC0415

    return parse_qsl(query)
