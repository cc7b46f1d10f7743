"""Obeying commands: what a caller meant is weighed against the state, one command at a time.

Understanding proposes, nothing more. A command that does not fit is refused and recorded, and
a turn in which none had an effect counts as not understood.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, assert_never, get_args

from engine.core import consent, flow, ledger, prompts, rewind, talk, tasks, unclear
from engine.core.commands import (
    Affirm,
    Ask,
    Cancel,
    Choose,
    Command,
    Correct,
    Deny,
    NotUnderstood,
    Repeat,
    SetSlot,
    SmallTalk,
    StartFlow,
    Wait,
    WantPerson,
)
from engine.core.decision import Verdict
from engine.core.intake import fill

if TYPE_CHECKING:
    from engine.core.turn import Turn

_ABOUT: Mapping[type[Command], str] = {
    kind: next((item for item in ("slot", "flow", "topic", "kind", "reason") if hasattr(kind, item)), "")
    for kind in get_args(Command)
}
"""What a command is about, by the name of its field; what the caller said is in none of these."""
_PERSON = "pattern_human_handoff"


def obey(turn: Turn, commands: tuple[Command, ...], source: str) -> None:
    """Weigh the commands of one utterance, in the caller's order.

    Raises:
        ConditionError: a condition or template has no value on this state.
    """
    taken = unclear.taken_as(turn, commands, source)
    answers, others = unclear.parted(turn, taken.commands)
    effects = int(taken.moved_on) + _weigh(turn, answers, source)
    if answers:
        flow.run_out(turn)
    effects += _weigh(turn, _in_order(turn, others), source)
    if effects:
        turn.change(row=0)
    elif turn.state.asking is not None or not (rewind.awaits(turn) or turn.state.composing is not None):
        ledger.no_match(turn, cannot=any(_is_out_of_scope(item) for item in commands))


def _weigh(turn: Turn, commands: tuple[Command, ...], source: str) -> int:
    """Obey what fits, and record all of it; returns how many commands had an effect."""
    effects = 0
    for command in commands:
        if turn.state.phase != "talking" or turn.breach is not None:
            break
        where = _place(turn, command)
        effect = _obey_one(turn, command, source)
        effects += effect
        verdict = Verdict.ACCEPTED if effect else Verdict.REFUSED
        turn.decide("understanding", where, verdict, _described(command))
    return effects


def _is_unsure(command: Command) -> bool:
    return isinstance(command, StartFlow) and bool(command.alternatives)


def _is_out_of_scope(command: Command) -> bool:
    """Whether the words are understood to ask for what this business does not do by phone."""
    return isinstance(command, NotUnderstood) and command.reason == "out_of_scope"


def _described(command: Command) -> str:
    """A command without what the caller said."""
    kind = type(command)
    about = _ABOUT[kind]
    what = getattr(command, about) if about else ""
    return f"{kind.__name__}({what})" if what else kind.__name__


def _place(turn: Turn, command: Command) -> str:
    """The line of the pack that the command is about: a slot's, a flow's, an answer's, or the question's."""
    domain = turn.domain
    match command:
        case SetSlot() | Correct() if command.slot in domain.slots:
            return domain.slots[command.slot].where
        case StartFlow() if command.flow in domain.flows:
            return domain.flows[command.flow].where
        case Ask() if command.topic in domain.answers:
            return domain.answers[command.topic].where
        case _:
            step = prompts.step_of_question(turn)
            return step.where if step is not None else "engine/core/obey.py"


def _in_order(turn: Turn, commands: tuple[Command, ...]) -> tuple[Command, ...]:
    """Bind what was said for a second task to that task, so that the first can be done first.

    A task that is only likely comes last: what else was said is kept while it is asked about.
    """
    commands = tuple(sorted(commands, key=_is_unsure))
    starts = [place for place, item in enumerate(commands) if isinstance(item, StartFlow)]
    if len(starts) < 2:
        return commands
    flow.drop_patterns(turn)
    first, later = commands[: starts[1]], commands[starts[1] :]
    for place in reversed([place - starts[1] for place in starts[1:]]):
        start = later[place]
        given = []
        for item in later[place + 1 :]:
            if isinstance(item, StartFlow):
                break
            if isinstance(item, SetSlot):
                given.append(item)
        if isinstance(start, StartFlow) and tasks.may_start(turn, start.flow):
            turn.push(start.flow, queued=True, given=tuple(given))
            where = _place(turn, start)
            turn.decide("understanding", where, Verdict.ACCEPTED, f"StartFlow({start.flow}) afterwards")
    return first


def _obey_one(turn: Turn, command: Command, source: str) -> bool:
    match command:
        case StartFlow():
            return tasks.start(turn, command)
        case SetSlot() | Correct():
            return fill(turn, command, source)
        case Cancel():
            return tasks.leave(turn, command.flow)
        case Affirm():
            return consent.affirm(turn, source)
        case Deny():
            return consent.deny(turn, command.slot, source)
        case Choose():
            return consent.choose(turn, command.option)
        case Ask():
            found = turn.domain.answers.get(command.topic)
            if found is not None and found.flow is not None:
                return tasks.begin(turn, found.flow)
            return found is not None and talk.answer(turn, found, command.about)
        case Repeat():
            return talk.repeat(turn)
        case Wait():
            return talk.wait(turn)
        case WantPerson():
            turn.change(composing=None, clarify=None)
            flow.drop_patterns(turn)
            turn.push(_PERSON)
            return True
        case SmallTalk():
            return talk.small_talk(turn, command.kind)
        case NotUnderstood():
            return False
        case _:
            assert_never(command)
