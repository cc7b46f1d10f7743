"""Calls in progress, and the button that gives one to a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.console.web import Visit

if TYPE_CHECKING:
    from starlette.responses import Response


def listing(visit: Visit) -> Response:
    """The calls in progress."""
    return visit.page("live.html", live=visit.hub.live())


def hand_over(visit: Visit) -> Response:
    """Put a live call through to a person."""
    name = visit.path("call")
    done = visit.hub.hand_over(name)
    what = "handed to a person" if done else "could not hand over"
    visit.hub.archive.saw(visit.who.account, visit.who.role.name.lower(), what, name, "")
    return visit.to(f"/calls/{name}") if done else visit.wrong("wrong.not_live", 409)
