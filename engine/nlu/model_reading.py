"""A model's answer, weighed: in the closed vocabulary, in the caller's words, and read so by our grammars.

The model points, our grammars read. An answer is a claim about a caller's words, and every part of it is
checked against them; whatever does not hold is refused with its reason, and what is left may be nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from engine.core.actions import Expecting
from engine.core.commands import (
    Affirm,
    Ask,
    Cancel,
    Choose,
    Command,
    Correct,
    Deny,
    Repeat,
    SetSlot,
    SmallTalk,
    StartFlow,
    Wait,
    WantPerson,
)
from engine.core.domain import Domain, Slot, SlotType
from engine.core.words import split_words
from engine.nlu.cascade import Understanding
from engine.nlu.model_prompt import Turn
from engine.nlu.model_schema import CLOSED, DEEDS, Vocabulary, most_commands, small_talk

_FIELDS = {"do", "name", "value", "words"}
_SURE = 0.7
"""How sure a value is that a model pointed at and a grammar read."""
_BARE: Mapping[str, Command] = {
    "cancel": Cancel(),
    "repeat": Repeat(),
    "wait": Wait(),
    "person": WantPerson(),
}


class _RefusedError(Exception):
    """A claim that does not hold; the message is ours and holds no word of the caller or the model."""


@dataclass(slots=True)
class Weighed:
    """What is left of an answer."""

    commands: list[Command] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


class AnswerReader:
    """Reads the answers of models for one site."""

    def __init__(self, domain: Domain, vocabulary: Vocabulary, understanding: Understanding) -> None:
        self._domain = domain
        self._vocabulary = vocabulary
        self._understanding = understanding

    def read(self, text: str, turn: Turn, expecting: Expecting, language: str, now: datetime) -> Weighed:
        """Weigh an answer, command by command; anything at all may come in."""
        weighed = Weighed()
        try:
            claims = _claims(text)
        except _RefusedError as error:
            weighed.refused.append(str(error))
            return weighed
        claim = _Claim(self._domain, self._vocabulary, self._understanding, turn, expecting, language, now)
        for item in claims[: most_commands()]:
            try:
                command = claim.command(item)
                if command not in weighed.commands:
                    weighed.commands.append(command)
            except _RefusedError as error:
                weighed.refused.append(f"{_told(item, self._vocabulary)}: {error}")
        if len(claims) > most_commands():
            weighed.refused.append("more commands than a turn can hold")
        return weighed


def _claims(text: str) -> list[Any]:
    try:
        data = orjson.loads(text)
    except ValueError as error:
        raise _RefusedError("no JSON") from error
    if not isinstance(data, dict) or data.keys() != {"commands"} or not isinstance(data["commands"], list):
        raise _RefusedError("not of the form that was asked for")
    return list(data["commands"])


def _told(item: Any, vocabulary: Vocabulary) -> str:
    """What was claimed, in names that are ours; everything else is a question mark."""
    if not isinstance(item, dict):
        return "?"
    deed = item.get("do")
    name = item.get("name")
    known = {*vocabulary.flows, *vocabulary.slots, *vocabulary.topics}
    told = deed if isinstance(deed, str) and deed in DEEDS else "?"
    return f"{told} {name if isinstance(name, str) and name in known else '?'}" if name else told


@dataclass(slots=True)
class _Claim:
    """The claims of one answer, each against the words that have not been used yet."""

    domain: Domain
    vocabulary: Vocabulary
    understanding: Understanding
    turn: Turn
    expecting: Expecting
    language: str
    now: datetime
    used: list[range] = field(default_factory=list)

    def command(self, item: Any) -> Command:
        """The command that a claim stands for; raises _RefusedError."""
        if (
            not isinstance(item, dict)
            or item.keys() != _FIELDS
            or not all(isinstance(part, str) for part in item.values())
        ):
            raise _RefusedError("not of the form that was asked for")
        deed, name, value = item["do"], item["name"], item["value"]
        if deed not in DEEDS:
            raise _RefusedError("outside the vocabulary")
        place = self._place(item["words"])
        words = self._words(place)
        match deed:
            case "start":
                return StartFlow(_known(name, self.vocabulary.flows))
            case "set":
                return self._set(name, value, words, place)
            case "same":
                return self._same(name, value, words)
            case "choose":
                return self._choose(value, words)
            case "yes" | "no":
                return self._answer(words, yes=deed == "yes")
            case "ask":
                return self._ask(name, value)
            case "small_talk":
                return SmallTalk(_known(value, small_talk()))
            case _:
                return _BARE[deed]

    def _place(self, words: str) -> range:
        """Where the claimed words stand in those the model was shown."""
        shown, claimed = split_words(self.turn.masked.text).folded, split_words(words).folded
        size = len(claimed)
        if size:
            for start in range(len(shown) - size + 1):
                if shown[start : start + size] == claimed:
                    return range(start, start + size)
        raise _RefusedError("the caller did not say these words")

    def _words(self, place: range) -> str:
        shown = split_words(self.turn.masked.text)
        return self.turn.masked.restored(shown.said(place[0], place[-1]))

    def _slot(self, name: str) -> Slot:
        slot = self.domain.slots.get(name)
        if slot is not None and slot.filled_by == "service":
            raise _RefusedError("only a service fills this slot")
        _known(name, tuple(self.vocabulary.slots))
        allowed = {*self.expecting.open_slots, *self.expecting.filled, *self.expecting.accepts}
        if name not in {*allowed, self.expecting.slot}:
            raise _RefusedError("this slot is not talked about")
        return self.vocabulary.slots[name]

    def _filled(self, slot: Slot, value: Any, words: str, others: tuple[Any, ...] = ()) -> Command:
        asked = slot.id == self.expecting.slot or slot.id in self.expecting.accepts
        made = Correct if slot.id in self.expecting.filled and not asked else SetSlot
        return made(slot.id, value, _SURE, words, others)

    def _set(self, name: str, value: str, words: str, place: range) -> Command:
        slot = self._slot(name)
        if any(set(place) & set(taken) for taken in self.used):
            raise _RefusedError("these words say another value already")
        read = self._read(slot, words)
        if slot.type in CLOSED:
            _known(value, self.vocabulary.values(self.domain, slot))
            if read is not None and read.value != value:
                raise _RefusedError("the grammar reads the words as another value")
            self.used.append(place)
            return self._filled(slot, value, words)
        if value:
            raise _RefusedError("a value where only words are allowed")
        if slot.type is SlotType.TEXT:
            self.used.append(place)
            return self._filled(slot, words, words)
        if read is None:
            raise _RefusedError("the grammar cannot read the words")
        self.used.append(place)
        return self._filled(slot, read.value, words, read.alternatives)

    def _read(self, slot: Slot, words: str) -> SetSlot | Correct | None:
        """What our grammars make of the words, as an answer to the question for a slot."""
        expecting = Expecting(
            "slot", slot=slot.id, type=slot.type.value, flow=self.expecting.flow, open_slots=(slot.id,)
        )
        reading = self.understanding.read_as(self.language, words, expecting, self.now)
        for command in reading.commands:
            if isinstance(command, SetSlot | Correct) and command.slot == slot.id:
                return command
            if slot.type is SlotType.BOOL and isinstance(command, Affirm | Deny):
                return SetSlot(slot.id, isinstance(command, Affirm))
        return None

    def _same(self, name: str, value: str, words: str) -> Command:
        slot = self._slot(name)
        places = {f"c{number}": item for number, item in enumerate(self.turn.candidates, 1)}
        candidate = places.get(value)
        if candidate is None:
            raise _RefusedError("no such candidate was offered")
        if candidate.type != slot.type.value:
            raise _RefusedError("the candidate is of another kind")
        return self._filled(slot, candidate.value, words)

    def _choose(self, value: str, words: str) -> Command:
        if (
            self.expecting.kind != "offer"
            or not value.isdecimal()
            or int(value) >= len(self.expecting.options)
        ):
            raise _RefusedError("no such option was offered")
        return Choose(int(value), words)

    def _answer(self, words: str, *, yes: bool) -> Command:
        if yes and self.expecting.kind == "confirm":
            raise _RefusedError("a yes that only a model heard is not consent")
        expecting = Expecting("slot", slot="", type=SlotType.BOOL.value, flow=self.expecting.flow)
        reading = self.understanding.read_as(self.language, words, expecting, self.now)
        answer = next((item for item in reading.commands if isinstance(item, Affirm | Deny)), None)
        if answer is None or isinstance(answer, Affirm) is not yes:
            raise _RefusedError("the grammar reads no such answer in the words")
        return Affirm() if yes else Deny()

    def _ask(self, name: str, value: str) -> Command:
        topics = {f"a{number}": topic for number, topic in enumerate(self.turn.topics, 1)}
        topic = topics.get(name) or _known(name, self.vocabulary.topics)
        about = self.domain.answers[topic].about
        known: tuple[str, ...] = ()
        if about == SlotType.SERVICE:
            known = tuple(self.domain.catalogue.offerings)
        elif about == SlotType.PROVIDER:
            known = tuple(self.domain.catalogue.providers)
        return Ask(topic, _known(value, known) if value and about else None)


def _known(name: str, known: tuple[str, ...]) -> str:
    if name not in known:
        raise _RefusedError("outside the vocabulary")
    return name
