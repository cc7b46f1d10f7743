"""What is understood of a text, without a call: lines for people, and the protocol of `--jsonl`."""

from __future__ import annotations

from datetime import datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from engine import jsonl
from engine.calls import asked, understanding_of
from engine.core.actions import Expecting, Understand
from engine.core.safety import assess_all
from engine.core.state import DialogueState
from engine.core.utterance import Hypothesis, Transcript, Utterance
from engine.nlu.cascade import Result
from engine.pack.cache import keep_for_good
from engine.trace_text import brief

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from engine.core.domain import Domain
    from engine.nlu.model import ModelUnderstanding


class Reader:
    """Answers lines; one for a whole session, so that tables are compiled once."""

    def __init__(self, domain: Domain, now: str | None, model: str = "none") -> None:
        """Compile the site's understanding; `model` names the language models that help.

        Raises:
            ValueError: there is no such model, or it lacks its key.
        """
        self._domain = domain
        self._now = now
        self._understanding = understanding_of(domain)
        self._understanding.prepare()
        self._consultant = asked(domain, model)
        self._model: ModelUnderstanding | None = None
        if self._consultant is not None:
            from engine.nlu.model import ModelUnderstanding  # noqa: PLC0415 - rules alone need none of it

            self._model = ModelUnderstanding(domain, self._understanding)
        self._lines = 0
        keep_for_good()

    def answer(self, line: str) -> dict[str, Any]:
        """The output line of an input line; what cannot be read is answered with an error."""
        number: Any = None
        try:
            data = jsonl.parse(line)
            number = data.get("id")
            return {"id": number, **self._understood(data)}
        except (jsonl.LineError, KeyError, TypeError, ValueError, AttributeError) as error:
            why = (
                str(error)
                if isinstance(error, jsonl.LineError)
                else "the line is not of the form it must have"
            )
            return {"id": number, "error": why}

    def _understood(self, data: Mapping[str, Any]) -> dict[str, Any]:
        transcript = _transcript(data)
        language = str(data.get("language") or self._domain.languages[0])
        utterance = Utterance(transcript, 1, language)
        moment = data.get("now") or self._now
        now = datetime.fromisoformat(str(moment)) if moment else datetime.now(self._domain.catalogue.zone)
        action = Understand(utterance, self._expecting(data.get("asking")))
        found, helped = self._helped(action, now.replace(tzinfo=None))
        safety = assess_all(self._domain.patterns.values(), transcript.texts)
        standing = [hit for hit in safety.hits if hit.suppressed_by is None and hit.level is not None]
        worst = min(
            standing, key=lambda hit: (hit.level if hit.level is not None else 9, hit.rank), default=None
        )
        return {
            **self._understanding.plain(found),
            **helped,
            "safety": safety.level.name if safety.level is not None else "L4",
            "safety_rule": worst.rule if worst is not None else None,
        }

    def _helped(self, action: Understand, now: datetime) -> tuple[Result, dict[str, Any]]:
        """What was understood, by a model where the rules are not sure; each line is a call of its own."""
        found = self._understanding.understand(action, now)
        if self._model is None or self._consultant is None:
            return found, {}
        state = DialogueState(language=action.utterance.language)
        if not self._model.wanted(action, found, state):
            return found, {"model_calls": 0}
        self._lines += 1
        turn = self._model.turn(action, found, state)
        ticket = self._consultant.begin("", self._lines, turn.question, self._domain.model.deadline_s)
        consulted = ticket.end()
        helped = self._model.read(consulted.text, turn, action, found, now)
        return helped.result, {"model_calls": consulted.calls, "refused": list(helped.refused)}

    def _expecting(self, asking: Any) -> Expecting:
        """What a call would expect when it asks for this slot, or for this type of thing."""
        fillable = tuple(slot.id for slot in self._domain.slots.values() if slot.filled_by == "caller")
        if asking is None:
            return Expecting("open", open_slots=fillable)
        if asking in {"confirm", "yes_no"}:
            return Expecting("confirm", open_slots=fillable)
        slot = self._domain.slots.get(str(asking))
        kind = slot.type.value if slot is not None else str(asking)
        rest = tuple(name for name in fillable if name != asking)
        return Expecting("slot", slot=str(asking), type=kind, open_slots=rest)


def asked_for(domain: Domain, name: str) -> str:
    """A thing that callers are asked for, as `asking` names it.

    Raises:
        ValueError: nobody is asked for it; names what is near.
    """
    known = [*(slot.id for slot in domain.slots.values() if slot.filled_by == "caller"), "confirm"]
    if name not in known:
        near = get_close_matches(name, known, 1)
        hint = f"did you mean '{near[0]}'?" if near else f"callers are asked for {', '.join(sorted(known))}"
        raise ValueError(f"--asking {name}: no such slot; {hint}")
    return name


def told(answer: Mapping[str, Any]) -> Iterator[str]:
    """An answer as people read it: a command a line with its words, then by whom and how surely."""
    if "error" in answer:
        yield f"  {answer['error']}"
        return
    for command in answer["commands"]:
        ((name, fields),) = command.items()
        said = fields.get("evidence")
        rest = " ".join(
            brief(value) for key, value in fields.items() if key not in {"evidence", "confidence"}
        )
        yield f"  {name:<16} {rest}{f'   ({said})' if said else ''}".rstrip()
    by = f", {answer['why']}" if answer.get("why") else ""
    sign = f" ({answer['safety_rule']})" if answer["safety_rule"] else ""
    yield f"  {answer['source']} {answer['confidence']:.2f}{by} · safety {answer['safety']}{sign}"


def _transcript(data: Mapping[str, Any]) -> Transcript:
    if "nbest" in data:
        return Transcript(
            tuple(Hypothesis(str(item["text"]), float(item.get("confidence", 1.0))) for item in data["nbest"])
        )
    text = data["text"]
    if not isinstance(text, str):
        raise TypeError
    return Transcript.of(text)
