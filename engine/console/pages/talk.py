"""Talking to the receptionist by text, with the state of the call beside the conversation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from engine import jsonl
from engine.console.web import Visit

if TYPE_CHECKING:
    from starlette.responses import Response

    from engine.console.hub import Talk
    from engine.core.decision import Decision
    from engine.core.state import DialogueState

_SAY = 500
_KINDS = frozenset({"say", "silence", "keys", "hang_up"})


def start(visit: Visit) -> Response:
    """The page from which a call is begun."""
    microphone = visit.hub.microphone
    missing = microphone.missing() if microphone is not None else ""
    aloud = microphone.languages() if microphone is not None and not missing else ()
    return visit.page("talk_start.html", languages=visit.hub.domain.languages, aloud=aloud, missing=missing)


def begin(visit: Visit) -> Response:
    """Take a call."""
    wanted = visit.form.get("spoken", "")
    talk = visit.hub.talks.begin(visit.who.account, wanted if wanted in visit.hub.domain.languages else None)
    return visit.to(f"/talk/{talk.name}")


def one(visit: Visit) -> Response:
    """A conversation; only whoever has it may read it, since nothing in it is redacted."""
    talk = _own(visit)
    return visit.wrong("wrong.no_talk") if talk is None else _page(visit, talk)


def act(visit: Visit) -> Response:
    """What the caller says or does."""
    talk = _own(visit)
    if talk is None:
        return visit.wrong("wrong.no_talk")
    kind = visit.form.get("kind", "say")
    text = visit.form.get("text", "").strip()[:_SAY]
    if kind in _KINDS and (text or kind not in {"say", "keys"}):
        visit.hub.talks.act(talk, kind, text)
    if visit.form.get("part"):
        return _page(visit, talk)
    return visit.to(f"/talk/{talk.name}#say")


def _own(visit: Visit) -> Talk | None:
    talk = visit.hub.talks.get(visit.path("call"))
    return talk if talk is not None and talk.account == visit.who.account else None


def _page(visit: Visit, talk: Talk) -> Response:
    decisions = talk.reply.decisions if talk.reply is not None else ()
    return visit.page("talk.html", talk=talk, lines=talk.lines, **state_of(talk.call.state, decisions))


def state_of(state: DialogueState, decisions: Iterable[Decision]) -> dict[str, Any]:
    """What stands beside a conversation, for the templates."""
    return {
        "state": state,
        "slots": {name: held for name, held in state.slots.items() if held.value is not None},
        "asking": jsonl.asking(state),
        "flow": jsonl.flow(state),
        "decisions": [jsonl.decision(item) for item in decisions],
        "ended": state.phase == "ended",
    }
