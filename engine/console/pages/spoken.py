"""Talking to the receptionist by microphone: the page that a speech shell speaks with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.console.pages.talk import state_of
from engine.console.web import Visit

if TYPE_CHECKING:
    from starlette.responses import Response


def begin(visit: Visit) -> Response:
    """Expect a call by microphone; it begins when its page is given the microphone."""
    microphone = visit.hub.microphone
    wanted = visit.form.get("spoken", "")
    if microphone is None or microphone.missing() or wanted not in microphone.languages():
        return visit.wrong("wrong.no_speech", 409)
    return visit.to(f"/talk/spoken/{microphone.begin(visit.who.account, wanted).name}")


def one(visit: Visit) -> Response:
    """A call by microphone; only whoever has it may read it, since nothing in it is redacted."""
    microphone = visit.hub.microphone
    call = microphone.get(visit.path("call")) if microphone is not None else None
    if call is None or call.account != visit.who.account:
        return visit.wrong("wrong.no_talk")
    return visit.page(
        "talk_spoken.html", talk=call, lines=tuple(call.lines), **state_of(call.state, call.decisions)
    )
