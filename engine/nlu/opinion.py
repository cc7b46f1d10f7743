"""What the classifier's word counts for beside what the rules found."""

from __future__ import annotations

from dataclasses import replace

from engine.core.commands import Ask, Command, NotUnderstood, StartFlow, WantPerson
from engine.nlu.classify import OUT_OF_SCOPE, Verdict
from engine.nlu.reading import Reading
from engine.nlu.result import Result

_SURER, _SUREST = 0.88, 0.93
"""How sure the classifier must be for its word to stand against that of a rule, and of several."""
_LIKELY = {"start": 0.6, "ask": 0.65}
"""How likely what the classifier is not sure of must be; where a rule fell back on a task, as likely as a
question."""


def disputed(found: Result, reading: Reading, verdict: Verdict) -> Result | None:
    """What the rules found, perhaps in doubt; None where the classifier is surer of something else."""
    if not verdict.accepted:
        return found
    if reading.plain and verdict.confidence >= _needed(found):
        return None
    return replace(found, doubt=True, why=verdict.told)


def is_likely(verdict: Verdict, found: Result) -> bool:
    """Whether it is worth asking about, or, of a question, worth answering: a wrong answer does no harm."""
    kind = "ask" if any(isinstance(item, StartFlow) for item in found.commands) else verdict.label
    return verdict.confidence >= _LIKELY.get(kind.partition(".")[0], 1.0)


def asked_about(commands: tuple[Command, ...], before: tuple[Command, ...]) -> tuple[Command, ...]:
    """The commands with their task as a question, in which those tasks that were found before have a part."""
    others = [item.flow for item in before if isinstance(item, StartFlow)]
    return tuple(
        replace(item, alternatives=(item.flow, *others)) if isinstance(item, StartFlow) else item
        for item in commands
    )


def is_one_thing(found: Result, reading: Reading, verdict: Verdict) -> bool:
    """ "I can't find a space, so I'll be late" asks about no parking: one of several that the rules found.

    Two that are meant are joined by a word, or leave the classifier less sure of the one.
    """
    return reading.plain and _wanted(found) > 1 and verdict.accepted and verdict.confidence >= _SURER


def _wanted(found: Result) -> int:
    return sum(isinstance(item, StartFlow | Ask | WantPerson) for item in found.commands)


def _needed(found: Result) -> float:
    """How sure the classifier must be of something else than the rules found."""
    return _SURER if _wanted(found) <= 1 else _SUREST


def refused(found: Result, verdict: Verdict) -> Result:
    """What stands where the classifier guesses nothing: what was found, or that it is not for us."""
    if found.source != "none":
        return found
    if verdict.reason == OUT_OF_SCOPE:
        return replace(found, commands=(NotUnderstood(OUT_OF_SCOPE),), why=verdict.told)
    return replace(found, why=verdict.told)


def is_same(command: Command, meant: Command) -> bool:
    """Whether two commands are the same task or question, whatever a question is about."""
    if isinstance(command, Ask) and isinstance(meant, Ask):
        return command.topic == meant.topic
    return command == meant
