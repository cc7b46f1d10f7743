"""Counterexamples: a failing call, played again in the real machine and told as a conversation.

Nothing that the exploration left out is left out here: real numbers, real texts, real counters. A breach
that does not show again is the proof's own mistake, and it is said so instead of being reported as a fault.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.core.actions import HangUp, Request, Say, Transfer
from engine.core.decision import Verdict
from engine.core.machine import step
from engine.core.state import DialogueState
from engine.proof.explore import CLIMB, QUIET, asked, blamed, quiet
from engine.proof.meaning import meant
from engine.proof.moves import Move, after, happen
from engine.proof.properties import Fresh
from engine.proof.words import NEUTRAL

if TYPE_CHECKING:
    from engine.core.actions import Action
    from engine.core.decision import Decision
    from engine.core.events import Event
    from engine.proof.explore import Found
    from engine.proof.subject import Beginning, Subject


@dataclass(frozen=True, slots=True)
class Line:
    """One event of a call and what came of it."""

    move: Move
    event: Event
    actions: tuple[Action, ...]
    decisions: tuple[Decision, ...]
    state: DialogueState


@dataclass(slots=True)
class Counterexample:
    """A call that breaks a property."""

    broken: str
    why: str
    beginning: Beginning
    surprises: int
    lines: list[Line] = field(default_factory=list)
    confirmed: bool = False
    """Whether it breaks it in the real machine as well."""
    blamed: tuple[str, ...] = ()
    """file:line of the rules that took part in the breaking step, the broken one first."""
    saved: str = ""
    """Where it is kept as an example call."""

    @property
    def events(self) -> int:
        """How many events it takes."""
        return len(self.lines)


class Player:
    """Plays moves in the real machine."""

    def __init__(self, subject: Subject, beginning: Beginning) -> None:
        self._domain = subject.domain
        self._judge = subject.judge()
        self._at = subject.at(beginning)
        self._state = DialogueState()
        self._fresh: Fresh = frozenset()
        self.lines: list[Line] = []
        self.broken: list[str] = []
        """What the last event broke."""

    def play(self, move: Move) -> bool:
        """Let a move happen; False when it cannot."""
        if move.climbs:
            return self._climb(move)
        event = happen(self._domain, move, self._state, self._at)
        if event is None:
            return False
        self._at = after(move, self._at)
        outcome = step(self._domain, self._state, event)
        self._fresh = self._judge.fresh(self._state, event, outcome, self._fresh)
        self.broken = [
            f"{item} {blamed(item, outcome)}".strip()
            for item in self._judge.breaches(self._state, event, outcome, self._fresh)
        ]
        self._state = outcome.state
        self.lines.append(Line(move, event, outcome.actions, outcome.decisions, outcome.state))
        return True

    def _climb(self, move: Move) -> bool:
        before = asked(self._state)
        one = Move(move.kind, move.what, move.cost)
        broken: list[str] = []
        for _ in range(CLIMB):
            if move.kind == "understood":
                self.play(Move("heard", NEUTRAL))
            played = self.play(one)
            broken += self.broken
            if not played or asked(self._state) != before:
                break
        else:
            broken.append("loops_end")
        self.broken = broken
        return True

    def fall_silent(self) -> None:
        """Say nothing more, and let no service answer."""
        for _ in range(QUIET):
            if self._state.phase != "talking":
                return
            move = quiet(self._state)
            self.play(Move(move.kind, move.what))
        self.broken = ["silence_ends"]


def replay(subject: Subject, beginning: Beginning, found: Found, why: str) -> Counterexample:
    """Play a failing call in the real machine."""
    player = Player(subject, beginning)
    name = f"{found.broken} {found.where}".strip()
    if found.broken == "silence_ends":
        for move in found.moves[:-1]:
            player.play(move)
        player.fall_silent()
    else:
        for move in found.moves:
            player.play(move)
            if name in player.broken:
                break
    out = Counterexample(found.broken, why, beginning, found.surprises, player.lines)
    out.confirmed = name in player.broken
    out.blamed = tuple(dict.fromkeys(_to_blame(player.lines[-1:], found.where)))
    return out


_DECIDING = frozenset({Verdict.ADVANCED, Verdict.TOOK_OVER, Verdict.JOINED, Verdict.FORBADE, Verdict.ALLOWED})
"""Verdicts that brought a step about."""


def _to_blame(lines: list[Line], where: str) -> Iterator[str]:
    if where:
        yield where
    for line in lines:
        for verdict in (Verdict.BREACHED, Verdict.FAILED_CLOSED):
            yield from (item.where for item in line.decisions if item.verdict is verdict and item.where)
        for item in line.decisions:
            if item.verdict in _DECIDING and not item.where.startswith("engine/"):
                yield item.where


def conversation(example: Counterexample) -> Iterator[str]:
    """The call as people read it, what only repeats itself told once; with the decisions of its last step."""
    last = len(example.lines) - 1
    before: list[list[str]] = []
    again = 0
    for number, line in enumerate(example.lines):
        told = list(_told(line))
        if told and told == before[-1:][0] if before else False:
            again += 1
        else:
            yield from [f"        [... and so {again} more times]"] if again else []
            yield from told
            again = 0
        before = [told]
        if number == last and again:
            yield f"        [... and so {again} more times]"
        if number == last:
            for item in line.decisions:
                yield f"        {item.verdict.value:<14}{item.by:<32} {item.where}  {item.why}".rstrip()


def _told(line: Line) -> Iterator[str]:
    said = caller(line.move)
    if said:
        yield said
    for action in line.actions:
        match action:
            case Say():
                yield f"desk    {action.text or action.response}"
            case Request():
                yield f"        [asks {action.service}]"
            case Transfer():
                yield f"        [transfer to {action.target}]"
            case HangUp():
                yield "        [hangs up]"
            case _:
                pass


def caller(move: Move) -> str:
    """What a move is, in words."""
    what = move.what
    match move.kind:
        case "start":
            return "        [the telephone rings]"
        case "heard" | "second":
            return "" if what == NEUTRAL else f'caller  "{what}"'
        case "partial":
            return f'caller  "{what} ..." (still speaking)'
        case "understood":
            return f"caller  ({meant(what[0])})"
        case "answered":
            return f"        [{what[0][0]} answers: {what[1]}{', too late' if what[0][2] else ''}]"
        case "timed_out" | "failed":
            return f"        [{what[0][0]} {'does not answer' if move.kind == 'timed_out' else 'fails'}]"
        case "cut_off":
            return f"caller  (speaks over {what})"
        case "silence":
            return "caller  (silence)"
        case "keys":
            return f"caller  (presses {what})"
        case "clock":
            return f"        [{what:.0f} seconds pass]"
        case "transfer":
            return f"        [the transfer: {what}]"
        case "hang_up":
            return "caller  (hangs up)"
        case "not_understood":
            return "        [understanding fails]"
        case _:
            return ""
