"""What a call came to, read from its tape: what lists, filters, numbers and replays say of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from engine.core.events import Failed
from engine.core.safety import Level

if TYPE_CHECKING:
    from engine.core.domain import Domain
    from engine.traces import Tape

OUTCOMES = ("done", "answered", "transferred", "unreached", "abandoned", "live")
"""done: the book was changed as wanted. answered: nothing was to be changed. transferred: a person took over.
unreached: nobody took over. abandoned: the caller left in the middle of a task. live: it is not over."""
_RULED = frozenset({"took_over", "joined", "forbade", "breached", "failed_closed"})
"""Verdicts by which a rule makes a difference; what it merely allowed is no news."""
_FLAGGED = {
    "breached": "breached",
    "failed_closed": "failed_closed",
    "forbade": "forbidden",
    "stale": "stale",
}
BY_A_PERSON = "policy:console"
"""Who a decision is by when somebody at the console took the call away from the machine."""
_URGENT = Level.L1


def handed_over(at: datetime) -> Failed:
    """The event by which somebody at the console takes a call away from the machine."""
    return Failed(at, BY_A_PERSON, kind="HandedOver")


@dataclass(frozen=True, slots=True)
class Use:
    """One request to a language model, without what was said."""

    source: str
    outcome: str
    """As in events.ModelUse."""
    latency_ms: int
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    cost: float

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Use:
        """From its entry on a tape, which leaves out what is nought."""
        return cls(
            data["source"], data["outcome"], data.get("latency_ms", 0), data.get("input_tokens", 0),
            data.get("cached_tokens", 0), data.get("output_tokens", 0), data.get("cost", 0.0),
        )  # fmt: skip


@dataclass(slots=True)
class Summary:
    """One call in a few values, none of them private."""

    call: str = ""
    domain: str = ""
    version: str = ""
    started: str = ""
    """ISO, aware; empty before the first event."""
    ended: str = ""
    duration_s: float = 0.0
    language: str = ""
    outcome: str = "live"
    reason: str = ""
    """The rule or flow that asked for the last transfer."""
    target: str = ""
    level: str = Level.L4.name
    turns: int = 0
    entries: int = 0
    asking: str = ""
    """What was last asked: a slot, or confirm, offer, open."""
    flags: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    tasks: list[str] = field(default_factory=list)
    """Flows that callers started, in order."""
    deeds: list[str] = field(default_factory=list)
    """Writes with their outcomes, in order: "booking.commit committed"."""
    no_match: Counter[str] = field(default_factory=Counter)
    no_input: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    """What was asked for, and how often: slots, or confirm, offer, open."""
    uses: list[Use] = field(default_factory=list)
    denied: Counter[str] = field(default_factory=Counter)
    """Read-backs answered with no, by step."""
    confirmed: int = 0
    corrections: int = 0
    model_calls: int = 0
    disclosed: bool = False
    """Whether the first prompt was heard to its end."""
    latencies_ms: list[int] = field(default_factory=list)
    """From the caller's words to the first prompt after them, a value a turn."""


class _Reader:
    """Goes through the entries of a tape once."""

    def __init__(self, writes: Mapping[str, frozenset[str]] | None) -> None:
        self.out = Summary()
        self._writes = writes
        """Service to the outcomes after which the world has changed; None: not known."""
        self._services: dict[int, str] = {}
        self._stack: list[str] = []
        self._heard: datetime | None = None
        self._transfers: list[str] = []
        self._done = False
        self._cut = False

    def take(self, entry: Mapping[str, Any]) -> None:
        out, event, changes = self.out, entry["event"], entry["changes"]
        out.entries += 1
        at = datetime.fromisoformat(event["at"])
        if not out.started:
            out.started = event["at"]
        out.ended = event["at"]
        self._event(event, at)
        for decision in entry["decisions"]:
            self._decision(decision)
        for action in entry["actions"]:
            self._action(action, at)
        self._changes(changes)

    def _event(self, event: Mapping[str, Any], at: datetime) -> None:
        out = self.out
        match event["is"]:
            case "Heard" if event.get("transcript", {}).get("final", True):
                self._heard = at
                # A prompt that is cut off by the caller's going is no barge-in.
                out.flags["barged_in"] += self._cut
                self._cut = False
            case "Spoken" if event["say"] == 1 and event.get("heard_to", 1.0) >= 1.0:
                out.disclosed = True
            case "BargedIn":
                self._cut = True
            case "Failed":
                out.flags["failed"] += 1
            case "Understood":
                out.model_calls += event.get("model_calls", 0)
                out.flags["model"] += event.get("source") == "model"
                out.flags["refused_by_model"] += bool(event.get("refused"))
                out.uses += map(Use.of, event.get("uses", ()))
            case "Composed":
                out.model_calls += event.get("model_calls", 0)
                out.uses += map(Use.of, event.get("uses", ()))
            case "Answered":
                self._answered(self._services.get(event["request"], ""), event["outcome"])
            case "TransferEnded":
                self._transfers.append(event["outcome"])

    def _answered(self, service: str, outcome: str) -> None:
        self.out.flags["unknown_outcome"] += outcome == "unknown"
        if self._writes is not None and service in self._writes:
            self.out.deeds.append(f"{service} {outcome}")
            self._done = self._done or outcome in self._writes[service]

    def _decision(self, item: Mapping[str, Any]) -> None:
        out, verdict = self.out, item["verdict"]
        if item["by"] == BY_A_PERSON:
            out.flags["handed_over"] += 1
            return
        if verdict in _RULED:
            out.rules[item["by"]] += 1
        if verdict in _FLAGGED:
            out.flags[_FLAGGED[verdict]] += 1
        if verdict == "accepted" and item["why"].startswith("StartFlow("):
            out.tasks.append(item["why"][len("StartFlow(") : -1])
        elif verdict == "accepted" and item["why"].startswith("Correct("):
            out.corrections += 1
        elif verdict == "advanced" and item["why"].startswith(("confirmed", "denied")):
            if item["why"].startswith("denied"):
                out.denied[item["by"]] += 1
            else:
                out.confirmed += 1

    def _action(self, action: Mapping[str, Any], at: datetime) -> None:
        match action["is"]:
            case "Say" if self._heard is not None:
                self.out.latencies_ms.append(max(0, round((at - self._heard).total_seconds() * 1000)))
                self._heard = None
            case "Request" if not action.get("compensates"):
                self._services[action["id"]] = action["service"]
            case "Transfer":
                self.out.reason, self.out.target = action["reason"], action["target"]
            case "Listen":
                self.out.asking = action.get("slot") or action["kind"]
                self.out.asked[self.out.asking] += 1

    def _changes(self, changes: Mapping[str, Any]) -> None:
        out = self.out
        out.turns = changes.get("turn", out.turns)
        out.language = changes.get("language", out.language)
        out.level = changes.get("level", out.level)
        if changes.get("phase") == "ended":
            self._end(changes.get("ended_by", ""))
        self._stack = changes.get("stack", self._stack)
        out.flags["secret"] += bool(changes.get("secret"))
        for name, counts in (("no_match", out.no_match), ("no_input", out.no_input)):
            for slot, count in changes.get(name, {}).items():
                counts[slot] = max(counts[slot], count)

    def _end(self, by: str) -> None:
        open_task = any(not frame.startswith("pattern_") for frame in self._stack)
        if "answered" in self._transfers:
            self.out.outcome = "transferred"
        elif self._done:
            self.out.outcome = "done"
        elif self._transfers:
            self.out.outcome = "unreached"
        elif by != "us" and (open_task or not self.out.turns):
            self.out.outcome = "abandoned"
        else:
            self.out.outcome = "answered"

    def finish(self) -> Summary:
        out = self.out
        if out.started:
            started, ended = datetime.fromisoformat(out.started), datetime.fromisoformat(out.ended)
            out.duration_s = (ended - started).total_seconds()
        if Level[out.level] <= _URGENT:
            out.flags["emergency"] += 1
        out.no_match, out.no_input = +out.no_match, +out.no_input
        for name, count in (("no_match", out.no_match), ("no_input", out.no_input), ("denied", out.denied)):
            out.flags[name] += bool(count)
        out.flags["corrected"] += bool(out.corrections)
        out.flags["not_disclosed"] += not out.disclosed
        out.flags = +out.flags
        return out


def summarised(tape: Tape, domain: Domain | None = None) -> Summary:
    """What a call came to; with the pack, also whether it changed the world as wanted."""
    writes = None
    if domain is not None:
        writes = {
            service.id: frozenset(service.success)
            for service in domain.services.values()
            if service.effect == "write" and service.success
        }
    reader = _Reader(writes)
    for entry in tape.entries:
        reader.take(entry)
    out = reader.finish()
    header = tape.header
    out.call, out.domain, out.version = str(header["call"]), str(header["domain"]), str(header["version"])
    return out
