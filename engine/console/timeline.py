"""A tape as a reviewer reads it: turn by turn, what was heard, decided, done and said, with its times.

Pure: entries in, plain values out. Private values are still placeholders here unless the tape was opened.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.core.trace import SEALED
from engine.tape_summary import Use

_NEAR_MS = 500
"""A turn that ended at the line within so long of one on the tape is that one."""
_QUIET = frozenset({"Understand", "Wait", "Say", "Request", "Listen"})
"""Actions that have a place of their own in a turn, or none."""


@dataclass(slots=True)
class Heard:
    """What the recogniser said, or the caller did without words."""

    kind: str
    """speech | partial | keys | silence"""
    hypotheses: Any = ()
    """Pairs of text and confidence, or a placeholder."""


@dataclass(slots=True)
class Understanding:
    """What was understood of it."""

    source: str
    confidence: float
    commands: list[Any] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    """What a model proposed and did not get."""
    model_calls: int = 0


@dataclass(slots=True)
class Call:
    """A request to the world, and its answer."""

    service: str
    key: str
    args: Any
    compensates: bool = False
    outcome: str = ""
    """Empty while nobody has answered."""
    data: Any = None
    ms: int | None = None
    at: datetime | None = None


@dataclass(slots=True)
class Said:
    """A prompt."""

    id: int
    response: str
    text: Any
    style: str = ""
    heard_to: float = 0.0
    """Share that the caller heard, 0..1."""
    cut: bool = False


@dataclass(slots=True)
class Turn:
    """One turn of the caller with all that came of it; turn 0 is the greeting."""

    number: int
    at: datetime
    offset_s: float
    """Seconds since the call began."""
    heard: list[Heard] = field(default_factory=list)
    understanding: list[Understanding] = field(default_factory=list)
    decisions: list[Mapping[str, Any]] = field(default_factory=list)
    slots: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    actions: list[Mapping[str, Any]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    levels: list[str] = field(default_factory=list)
    """Safety levels that were reached in it."""
    asking: str = ""
    stack: list[str] | None = None
    latency_ms: int | None = None
    """From the caller's last words to our first."""
    understood_ms: int | None = None
    service_ms: int = 0
    uses: list[Use] = field(default_factory=list)
    """Requests to language models."""
    model_ms: int = 0
    """What of understanding was waiting for a model."""
    waited_ms: int | None = None
    """Silence that was waited for until the turn was over; known of calls with sound."""
    sound_ms: int | None = None
    """From our first words decided to their first sound; known of calls with sound."""
    entries: list[int] = field(default_factory=list)
    """Numbers of the tape's entries."""

    @property
    def parts(self) -> list[tuple[str, int]]:
        """What the caller waited for, from the end of their voice to the first sound of ours, in order."""
        if self.latency_ms is None:
            return []
        understood = min(self.understood_ms or 0, self.latency_ms)
        model = min(self.model_ms, understood)
        service = min(self.service_ms, self.latency_ms - understood)
        return [
            ("waited", self.waited_ms or 0), ("understood", understood - model), ("model", model),
            ("service", service), ("rest", self.latency_ms - understood - service),
            ("sound", self.sound_ms or 0),
        ]  # fmt: skip

    @property
    def whole_ms(self) -> int:
        """All of it."""
        return sum(ms for _, ms in self.parts)

    @property
    def ruled(self) -> list[Mapping[str, Any]]:
        """Decisions of rules that made a difference."""
        return [item for item in self.decisions if item["verdict"] not in {"advanced", "accepted", "allowed"}]


class _Builder:
    def __init__(self) -> None:
        self.turns: list[Turn] = []
        self._began: datetime | None = None
        self._calls: dict[int, Call] = {}
        self._said: dict[int, Said] = {}
        self._waiting: datetime | None = None

    def take(self, entry: Mapping[str, Any]) -> None:
        event, changes = entry["event"], entry["changes"]
        at = datetime.fromisoformat(event["at"])
        self._began = self._began or at
        number = changes.get("turn")
        if not self.turns or (number is not None and number != self.turns[-1].number):
            self.turns.append(Turn(number or 0, at, (at - self._began).total_seconds()))
        turn = self.turns[-1]
        turn.entries.append(entry["n"])
        self._event(turn, event, at)
        turn.decisions += entry["decisions"]
        for action in entry["actions"]:
            self._action(turn, action, at)
        turn.slots += changes.get("slots", {}).items()
        turn.stack = changes.get("stack", turn.stack)
        if "level" in changes:
            turn.levels.append(changes["level"])

    def _event(self, turn: Turn, event: Mapping[str, Any], at: datetime) -> None:
        match event["is"]:
            case "Heard":
                self._heard(turn, event, at)
            case "Keyed":
                turn.heard.append(Heard("keys", event["digits"]))
                self._waiting = at
            case "FellSilent":
                turn.heard.append(Heard("silence"))
                self._waiting = at
            case "Understood":
                commands, refused = list(event.get("commands", ())), list(event.get("refused", ()))
                turn.understanding.append(
                    Understanding(
                        event.get("source", "lexical"), event.get("confidence", 1.0), commands, refused,
                        event.get("model_calls", 0),
                    )
                )  # fmt: skip
                if self._waiting is not None:
                    turn.understood_ms = _ms(self._waiting, at)
                turn.model_ms += self._used(turn, event)
            case "Composed":
                self._used(turn, event)
            case "Answered":
                self._answered(turn, event, at)
            case "Spoken" | "BargedIn":
                said = self._said.get(event["say"])
                if said is not None:
                    said.heard_to = event.get("heard_to", 1.0)
                    said.cut = event["is"] == "BargedIn"
            case "Failed":
                turn.failures.append(f"{event['what']} {event.get('kind', '')}".strip())
            case "TransferEnded" | "CallEnded" | "TimedOut":
                turn.actions.append({k: v for k, v in event.items() if k != "at"})

    @staticmethod
    def _used(turn: Turn, event: Mapping[str, Any]) -> int:
        """Note the requests behind an event; how long they took."""
        uses = [Use.of(item) for item in event.get("uses", ())]
        turn.uses += uses
        return sum(use.latency_ms for use in uses)

    def _heard(self, turn: Turn, event: Mapping[str, Any], at: datetime) -> None:
        transcript = event["transcript"]
        if SEALED in transcript:
            turn.heard.append(Heard("speech", transcript))
            self._waiting = at
            return
        final = transcript.get("final", True)
        pairs = [(item["text"], item.get("confidence", 1.0)) for item in transcript.get("hypotheses", ())]
        turn.heard.append(Heard("speech" if final else "partial", pairs))
        if final:
            self._waiting = at

    def _answered(self, turn: Turn, event: Mapping[str, Any], at: datetime) -> None:
        call = self._calls.get(event["request"])
        if call is None:
            return
        call.outcome, call.data = event["outcome"], event.get("data")
        call.ms = None if call.at is None else _ms(call.at, at)
        turn.service_ms += call.ms or 0

    def _action(self, turn: Turn, action: Mapping[str, Any], at: datetime) -> None:
        match action["is"]:
            case "Say":
                said = Said(action["id"], action["response"], action["text"], action.get("style", ""))
                self._said[said.id] = said
                turn.said.append(said)
                if self._waiting is not None:
                    turn.latency_ms, self._waiting = _ms(self._waiting, at), None
            case "Request":
                call = Call(
                    action["service"],
                    action["key"],
                    action.get("args"),
                    action.get("compensates", False),
                    at=at,
                )
                self._calls[action["id"]] = call
                turn.calls.append(call)
            case "Listen":
                turn.asking = action.get("slot") or action["kind"]
        if action["is"] not in _QUIET:
            turn.actions.append(action)


def timeline(entries: Sequence[Mapping[str, Any]], timings: Sequence[Mapping[str, Any]] = ()) -> list[Turn]:
    """The turns of a tape; `timings` are what was measured at its line, where it had one."""
    builder = _Builder()
    for entry in entries:
        builder.take(entry)
    for turn in builder.turns:
        ended_ms = 1000 * turn.offset_s
        at = min(timings, key=lambda item: abs(item["ended_ms"] - ended_ms), default=None)
        # The tape and the line count in one clock each, from the same moment on.
        if at is not None and turn.latency_ms is not None and abs(at["ended_ms"] - ended_ms) < _NEAR_MS:
            turn.waited_ms, turn.sound_ms = at.get("waited_ms"), at.get("sound_ms")
    return builder.turns


def slots_at_end(turns: Sequence[Turn]) -> dict[str, tuple[Mapping[str, Any], list[Mapping[str, Any]]]]:
    """Slot to what it holds at the end and everything it held, oldest first."""
    history: dict[str, list[Mapping[str, Any]]] = {}
    for turn in turns:
        for name, held in turn.slots:
            history.setdefault(name, []).append(held)
    return {name: (items[-1], items) for name, items in history.items()}


def _ms(since: datetime, until: datetime) -> int:
    return max(0, round((until - since).total_seconds() * 1000))
