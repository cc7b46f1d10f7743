"""Exploring: the real `step` over every move, until nothing new is found or a bound is reached.

States are explored by how many surprises they took, and among those by how many events: first everything
that a caller and services who co-operate can bring about, then that with one surprise at any moment, with
two, and so on (iterative context bounding of Musuvathi and Qadeer, PLDI 2007, with a surprise in the place
of a preemption). When a round finds nothing new, every call whatsoever has been tried: a fixed point. Until
then the bound has a plain meaning: how many surprises a call may hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.core.decision import Verdict
from engine.core.machine import step
from engine.core.state import DialogueState
from engine.proof.moves import Move, happen
from engine.proof.properties import Fresh
from engine.proof.words import NEUTRAL

if TYPE_CHECKING:
    from datetime import datetime

    from engine.core.decision import Step
    from engine.core.domain import Domain
    from engine.core.events import Event
    from engine.proof.alphabet import Alphabet
    from engine.proof.normal import Key, Normal
    from engine.proof.properties import Judge

CLIMB = 12
"""How often a question is left unanswered before we say that its ladder does not end; ladders are shorter."""
QUIET = 40
"""Silences and missing answers after which a call is said never to end by itself."""
Fold = Callable[[DialogueState, "Event", Fresh], tuple["Step", Fresh]]
ANY = "*"
"""Of what a bound stops at: any property whatsoever."""
SHORTEST = "<"
"""Of what a bound stops at: once something is broken, no call with more surprises is tried."""
_NOBODY: Fresh = frozenset()
_NONE_YET = 1_000
"""More surprises than any exploration comes to."""
_TOLD = 500
"""States between two words about how far we are."""


@dataclass(frozen=True, slots=True)
class Bound:
    """How far an exploration goes."""

    surprises: int | None = None
    """None: as far as the states and the seconds allow."""
    states: int = 400_000
    seconds: float | None = None
    """Of the processor, for each way in which a call begins."""
    until: str = ""
    """Stop as soon as this property is broken, or `ANY`; or look no further than the `SHORTEST` breach."""


class Least:
    """The fewest surprises of a call that breaks something, over all explorations that share it.

    Whoever explores another beginning need not look at calls with more: the shortest is what is told.
    """

    def __init__(self, cell: Any = None) -> None:
        self.cell = [_NONE_YET] if cell is None else cell
        """What has one integer under index 0, if need be in memory that processes share."""

    def note(self, surprises: int) -> None:
        """A call with so many surprises breaks something; of two notes at once either may win."""
        self.cell[0] = min(self.cell[0], surprises)

    def is_over(self, surprises: int) -> bool:
        """Whether calls with so many surprises hold more than is needed."""
        return bool(surprises > self.cell[0])


@dataclass(slots=True)
class Found:
    """A property that a move breaks."""

    broken: str
    moves: tuple[Move, ...]
    """The call, the breaking move last."""
    surprises: int
    events: int
    where: str = ""
    """The line to blame, for a rule that fails."""


@dataclass(slots=True)
class Explored:
    """What an exploration came to."""

    states: int = 0
    steps: int = 0
    transitions: int = 0
    """Different ways from one state to another."""
    surprises: int = -1
    """Every call with at most so many surprises was tried; -1: not even those without."""
    fixed_point: bool = False
    frontier: int = 0
    """States that were found and not explored to the end."""
    deepest: int = 0
    """Events of the longest call that was needed to reach a state."""
    seconds: float = 0.0
    found: dict[str, Found] = field(default_factory=dict)
    """Property, and place, to its first breach."""
    controls: dict[str, set[str]] = field(default_factory=dict)
    """Where calls can stand to where they can go from there, in flows and steps."""


class Explorer:
    """One exploration, from one way in which a call may begin."""

    def __init__(self, domain: Domain, normal: Normal, alphabet: Alphabet, judge: Judge, start: Move) -> None:
        self.domain, self.normal, self.alphabet, self.judge, self.start = (
            domain,
            normal,
            alphabet,
            judge,
            start,
        )
        self.result = Explored()
        self.numbers: dict[Key, int] = {}
        self._states: list[DialogueState | None] = []
        self._fresh: list[Fresh] = []
        self._parents: list[tuple[int, Move]] = []
        self._costs: list[int] = []
        self._depths: list[int] = []
        self._waiting: list[dict[int, list[int]]] = []
        """Surprises to events to states that are to be explored."""
        self._surprised: list[list[int]] = []
        """Surprises to states of which all that takes no further surprise is explored."""
        self._ending: set[Key] = set()
        """States from which a silent caller reaches the end or a person."""

    def run(
        self, bound: Bound, clock: Callable[[], float], tell: Callable[[Explored], None] | None = None,
        least: Least | None = None,
    ) -> Explored:  # fmt: skip
        """Explore until nothing new is found or the bound is reached; going on where it stopped before."""
        result, began, least = self.result, clock() - self.result.seconds, least or Least()
        if not self._states:
            self._begin()
        for number, surprise in self._order(bound):
            late = bound.seconds is not None and clock() - began > bound.seconds
            over = bool(bound.until) and self._is_over(bound.until, self._costs[number] + surprise, least)
            if late or over or len(self._states) > bound.states:
                self._put_back(number, surprise)
                break
            self._expand(number, surprise)
            if tell is not None and not number % _TOLD:
                result.seconds, result.states = clock() - began, len(self._states)
                tell(result)
        result.seconds, result.states = clock() - began, len(self._states)
        result.frontier = sum(state is not None for state in self._states)
        result.fixed_point = not result.frontier
        result.deepest = max(self._depths, default=0)
        return result

    def _is_over(self, until: str, cost: int, least: Least) -> bool:
        """Whether what a bound stops at was found, before calls with so many surprises."""
        found = self.result.found.values()
        if until == SHORTEST:
            for item in found:
                least.note(item.surprises)
            return least.is_over(cost)
        return any(until in {item.broken, ANY} for item in found)

    def _order(self, bound: Bound) -> Iterator[tuple[int, int]]:
        """What to explore next, and whether by surprises: those with fewest surprises, then events, first."""
        cost = 0
        while bound.surprises is None or cost <= bound.surprises:
            if cost:
                self._surprised[cost - 1].sort(key=lambda number: -self._depths[number])
                while self._surprised[cost - 1]:
                    yield self._surprised[cost - 1].pop(), 1
            self._room(cost)
            waiting = self._waiting[cost]
            while waiting:
                depth = min(waiting)
                number = waiting[depth].pop()
                if not waiting[depth]:
                    del waiting[depth]
                yield number, 0
            self.result.surprises = max(self.result.surprises, cost)
            if not self._surprised[cost] and not any(self._waiting[cost:]):
                return
            cost += 1

    def _room(self, cost: int) -> None:
        while len(self._waiting) <= cost:
            self._waiting.append({})
            self._surprised.append([])

    def _put_back(self, number: int, surprise: int) -> None:
        if surprise:
            self._surprised[self._costs[number]].append(number)
        else:
            self._waiting[self._costs[number]].setdefault(self._depths[number], []).append(number)

    def _begin(self) -> None:
        state = DialogueState()
        event = happen(self.domain, self.start, state, self.normal.at)
        if event is not None:
            outcome, fresh = self._step(state, event, _NOBODY, -1, self.start)
            self._add(outcome.state, fresh, -1, self.start, 0, 1)

    def _expand(self, number: int, surprise: int) -> None:
        state, fresh = self._states[number], self._fresh[number]
        if state is None:
            return
        if not surprise:
            self._listen(number, state, fresh)
        cost, depth = self._costs[number] + surprise, self._depths[number] + 1
        reached: set[int] = set()
        here = stands(state)
        self.normal.explore(state)
        for move in self.alphabet.moves(state):
            if move.cost != surprise:
                continue
            if move.climbs:
                self._climb(number, state, fresh, move)
                continue
            event = happen(self.domain, move, state, self.normal.at)
            if event is not None:
                outcome, later = self._step(state, event, fresh, number, move)
                reached.add(self._add(outcome.state, later, number, move, cost, depth))
                self._note(here, outcome.state)
        self.result.transitions += len(reached)
        if surprise:
            self._states[number] = None
        else:
            self._room(cost)
            self._surprised[cost].append(number)

    def _note(self, here: str, later: DialogueState) -> None:
        there = stands(later)
        if here != there:
            self.result.controls.setdefault(here, set()).add(there)

    def _step(
        self, state: DialogueState, event: Event, fresh: Fresh, number: int, move: Move
    ) -> tuple[Step, Fresh]:
        outcome = step(self.domain, state, event)
        self.result.steps += 1
        later = self.judge.fresh(state, event, outcome, fresh)
        for broken in self.judge.breaches(state, event, outcome, later):
            self._broken(broken, number, move, blamed(broken, outcome))
        return outcome, later

    def _broken(self, broken: str, number: int, move: Move, where: str = "") -> None:
        name = f"{broken} {where}".strip()
        cost = (self._costs[number] if number >= 0 else 0) + move.cost
        before = self.result.found.get(name)
        length = self._depths[number] + 1 if number >= 0 else 1
        if before is None or (cost, length) < (before.surprises, before.events):
            self.result.found[name] = Found(broken, (*self.path(number), move), cost, length, where)

    def _add(self, state: DialogueState, fresh: Fresh, parent: int, move: Move, cost: int, depth: int) -> int:
        key = self.normal.key(state, fresh)
        number = self.numbers.get(key)
        if number is None:
            number = self.numbers[key] = len(self._states)
            self._states.append(self.normal.state(state))
            self._fresh.append(fresh)
            self._parents.append((parent, move))
            self._costs.append(cost)
            self._depths.append(depth)
            self._room(cost)
            self._waiting[cost].setdefault(depth, []).append(number)
        return number

    def _climb(self, number: int, state: DialogueState, fresh: Fresh, move: Move) -> None:
        """Do not answer a question, over and over: it must be given up, and what then comes is explored."""
        depth = self._depths[number]
        fold = self._folded(number, move)
        for now, later, taken in climbing(self.domain, move, state, self.normal.at, fresh, fold):
            depth += taken
            if asked(now) != asked(state):
                self._add(now, later, number, move, self._costs[number] + move.cost, depth)
                self._note(stands(state), now)
                return
        self._broken("loops_end", number, move)

    def _folded(self, number: int, move: Move) -> Fold:
        return lambda state, event, fresh: self._step(state, event, fresh, number, move)

    def _listen(self, number: int, state: DialogueState, fresh: Fresh) -> None:
        """Follow a caller who says nothing more, and services that do not answer, to the end."""
        trail: list[Key] = []
        now, move = state, _SILENCE
        for _ in range(QUIET):
            key = self.normal.key(now, fresh)
            if now.phase != "talking" or key in self._ending:
                self._ending.update(trail)
                return
            trail.append(key)
            move = quiet(now)
            fold = self._folded(number, move)
            for later, after, _ in climbing(self.domain, move, now, self.normal.at, fresh, fold):
                if asked(later) != asked(now) or not move.climbs:
                    now, fresh = self.normal.state(later), after
                    break
            else:
                break
            if self.normal.key(now, fresh) in trail:
                break
        self._broken("silence_ends", number, _SILENCE)

    def path(self, number: int) -> tuple[Move, ...]:
        """The moves that lead to a state."""
        moves: list[Move] = []
        while number >= 0:
            number, move = self._parents[number]
            moves.append(move)
        return tuple(moves[::-1])


_SILENCE = Move("silence", None, 0, climbs=True)


def quiet(state: DialogueState) -> Move:
    """What happens when nobody says anything and no service answers."""
    if state.understanding is not None:
        return Move("not_understood")
    if state.asking is None:
        for item in state.pending.values():
            if not item.abandoned:
                return Move("timed_out", ((item.service, item.step, False),))
    return _SILENCE


def climbing(
    domain: Domain, move: Move, state: DialogueState, at: datetime, fresh: Fresh, fold: Fold
) -> Iterator[tuple[DialogueState, Fresh, int]]:
    """The states up a ladder, with how many events each round took."""
    now = fresh
    for _ in range(CLIMB):
        taken = 0
        words = (Move("heard", NEUTRAL), move) if move.kind == "understood" else (move,)
        for item in words:
            event = happen(domain, item, state, at)
            if event is not None:
                outcome, now = fold(state, event, now)
                state = outcome.state
                taken += 1
        yield state, now, taken


def asked(state: DialogueState) -> Any:
    """What a call waits for: it must change, or a ladder never ends."""
    asking = state.asking
    return (
        state.phase,
        tuple((frame.flow, frame.step) for frame in state.stack),
        (asking.kind, asking.slot) if asking is not None else None,
    )


def stands(state: DialogueState) -> str:
    """Where a call stands, in flows and steps."""
    if state.phase != "talking":
        return state.phase if state.transfer is None else f"{state.phase} {state.transfer.target}"
    frames = [f"{frame.flow}.{frame.step}" for frame in state.stack[-1:]]
    return frames[0] if frames else "open question"


def blamed(broken: str, outcome: Step) -> str:
    """The line of a rule that failed."""
    if broken != "nothing_fails":
        return ""
    return next((item.where for item in outcome.decisions if item.verdict is Verdict.FAILED_CLOSED), "")
