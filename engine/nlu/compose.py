"""What everything found in an utterance comes to, under the question that was asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

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
from engine.core.domain import SlotType
from engine.nlu.choices import choose, contradicts
from engine.nlu.entity import Entity
from engine.nlu.fill import Filled, fills, rule_values, without_preference
from engine.nlu.phrases import Occurrence
from engine.nlu.repair import NEGATOR
from engine.nlu.rules import Request
from engine.nlu.scene import Scene
from engine.nlu.wishes import TEMPORAL

_CONTROL: Mapping[str, Command] = {
    "repeat": Repeat(),
    "wait": Wait(),
    "person": WantPerson(),
    "cancel": Cancel(),
}
"""What a rule of kind `command` may name."""
_ABOUT: Mapping[str, tuple[SlotType, ...]] = {
    "!when": (SlotType.OPENING, SlotType.WHEN, SlotType.DATE, SlotType.TIME),
    "!name": (SlotType.NAME,),
    "!phone": (SlotType.PHONE,),
    "!birth_date": (SlotType.BIRTH_DATE,),
    "!service": (SlotType.SERVICE,),
    "!provider": (SlotType.PROVIDER, SlotType.OPENING),
}
"""What a caller may say is wrong about a read-back."""
_TELLING = ("goodbye", "how_are_you")
"""Small talk that says more than what stands beside it."""
_SURE, _FAIR = 0.95, 0.75
_OFFERS = frozenset({"offer", "open"})
"""Kinds of questions that may have options: values, or the tasks that were perhaps meant."""
_FACTS = frozenset({SlotType.BIRTH_DATE, SlotType.NAME, SlotType.PHONE, SlotType.EMAIL, SlotType.RECORD})
"""What is so already, so that "either" picks none of two readings of it."""

_QUESTION = "question"
"""The concept of words that ask."""
_WHO = frozenset({SlotType.NAME, SlotType.BIRTH_DATE, SlotType.PHONE})
"""What somebody says of themselves, whatever else they say."""
_NAMED = frozenset({"service", "provider"})
"""A question that names one of these does not ask for it."""

Placed = list[tuple[int, Command]]


def compose(scene: Scene) -> tuple[tuple[Command, ...], float]:
    """The commands, and how sure they are."""
    if not scene.heard.words:
        return (NotUnderstood("empty"),), 0.0
    controls = _controls(scene)
    if scene.expecting.kind == "slot" and scene.expecting.type == SlotType.TEXT and not controls:
        return (SetSlot(scene.expecting.slot or "", scene.heard.text, 0.9, scene.heard.text),), _SURE
    option = _option(scene)
    asks = _asks(scene)
    values = _one_each([*rule_values(scene), *fills(scene, _skipped(scene, chosen=option is not None))])
    if asks and scene.idle and not scene.tasks():
        # What a question is about is no value of a task that nobody asked for; who is calling stays so.
        values = [item for item in values if scene.domain.slots[item[1].slot].type in _WHO]
    if option is None and not asks:
        values += without_preference(scene, [command.slot for _, command in values])
    if option is not None:
        answer: list[Command] = [Choose(option, scene.heard.text)]
    else:
        answer, values = _answer(scene, values, others=bool(controls or asks or scene.tasks()))
    placed: Placed = [*controls, *asks, *_starts(scene, others=bool(controls or asks or values or answer))]
    commands = _in_order(scene, answer, values, placed)
    commands = _without_shadows(commands)
    if not commands:
        commands = list(_small_talk(scene))
    if not commands:
        return (NotUnderstood(_why(scene)),), 0.0
    return tuple(commands), _confidence(scene, commands)


def _without_shadows(commands: list[Command]) -> list[Command]:
    """Waiting adds nothing to words that say more, nor "repeat" to a task, nor yes or no to a withdrawal."""
    if any(isinstance(command, Cancel) for command in commands):
        commands = [command for command in commands if not isinstance(command, Affirm | Deny)]
    if any(isinstance(command, StartFlow) for command in commands):
        commands = [command for command in commands if not isinstance(command, Repeat)]
    more: list[Command] = [command for command in commands if not isinstance(command, Wait)]
    return more or commands


def _why(scene: Scene) -> str:
    """Why nothing came of the words."""
    if any(request.rule.kind == "ignore" for request in scene.requests):
        return "out_of_scope"
    if scene.answer.unsure:
        return "unsure"
    return "ambiguous" if scene.answer.yes is not None or scene.entities else "no_match"


def _in_order(
    scene: Scene, answer: list[Command], values: list[tuple[int, Filled]], placed: Placed
) -> list[Command]:
    """In a read-back a correction comes before the yes it would make void; elsewhere the answer is first."""
    rest = sorted([*placed, *values], key=lambda item: item[0])
    if scene.expecting.kind != "confirm":
        return [*answer, *(command for _, command in rest)]
    others = sorted(placed, key=lambda item: item[0])
    if any(isinstance(command, StartFlow) for _, command in others):
        return [*answer, *(command for _, command in rest)]
    return [*(command for _, command in values), *answer, *(command for _, command in others)]


def _controls(scene: Scene) -> Placed:
    return [
        (request.first, _CONTROL[request.rule.target])
        for request in scene.requests
        if request.rule.kind == "command" and request.rule.target in _CONTROL
    ]


def _starts(scene: Scene, *, others: bool) -> Placed:
    """The tasks asked for; the one in hand only when nothing else was said."""
    seen: set[str] = set()
    out: Placed = []
    for request in scene.requests:
        flow = request.rule.target
        if request.rule.kind != "start" or flow in seen or (others and flow == scene.expecting.flow):
            continue
        seen.add(flow)
        out.append((_place(scene, request), StartFlow(flow)))
    return out


def _place(scene: Scene, request: Request) -> int:
    """A task comes before what was said for it, also when that was said first."""
    tasks = scene.tasks()
    return -1 if tasks and request is tasks[0] else request.first


def _asks(scene: Scene) -> Placed:
    out: Placed = []
    for request in scene.requests:
        if request.rule.kind != "ask":
            continue
        topic = request.rule.target
        found = scene.domain.answers.get(topic)
        kinds = {found.about} if found is not None and found.about else {topic}
        about = next((str(item.value) for item in scene.entities if item.type in kinds), None)
        out.append((request.first, Ask(topic, about)))
    return out


def _skipped(scene: Scene, *, chosen: bool) -> frozenset[str]:
    """Types of mentions that requests have used up, or that told the option."""
    skip: set[str] = set()
    tasks = scene.tasks()
    for request in scene.requests:
        if request.rule.kind == "set":
            skip |= request.rule.takes
            continue
        if tasks and request.rule.kind == "ask":
            continue
        skip |= request.rule.takes
        if request.rule.kind == "ask":
            found = scene.domain.answers.get(request.rule.target)
            skip |= _NAMED - {scene.expecting.type or ""}
            skip |= {found.about} if found is not None and found.about else set()
    if chosen:
        skip |= {"when", "provider", "service", "person_name"}
    elif scene.expecting.kind == "offer" and _names_place_and_time(scene):
        skip.add("when")
    return frozenset(skip)


def _names_place_and_time(scene: Scene) -> bool:
    """Whether the same words name an option's place and a time: where both are offered, who knows which."""
    times = {scene.place(item) for item in scene.entities if item.type in TEMPORAL}
    return any(
        (item.first, item.last) in times and item.value.lstrip("#-").isdigit() for item in scene.occurrences
    )


def _option(scene: Scene) -> int | None:
    expecting = scene.expecting
    if expecting.kind not in _OFFERS or not expecting.options or scene.tasks():
        return None
    if (
        scene.answer.yes is True
        and len(expecting.options) == 1
        and not scene.answer.but
        and not scene.entities
    ):
        return 0
    free = _not_denied(scene, [item for item in scene.occurrences if not _inside_a_time(scene, item)])
    if expecting.kind == "open":  # tasks have a place in what was said, and nothing else in common with times
        free = [item for item in free if item.value.lstrip("#-").isdigit()]
    if scene.answer.yes is False or expecting.type in _FACTS:
        free = [item for item in free if item.value != "#either"]
    told_by = frozenset[str]() if expecting.type == SlotType.BIRTH_DATE else scene.weekdays
    return choose(expecting.options, free, _judged(scene), told_by)


def _judged(scene: Scene) -> list[Entity]:
    """ "Tuesday is no good but Wednesday works": of several, that which a no stands behind is not wanted."""
    days = [item for item in scene.entities if item.type in TEMPORAL]
    unwanted = [item for item in days if scene.after(scene.place(item)[1], {"=no", "#neither"}, 2)]
    if not unwanted or len(unwanted) == len(days):
        return list(scene.entities)
    return [replace(item, excluded=True) if item in unwanted else item for item in scene.entities]


def _not_denied(scene: Scene, marks: list[Occurrence]) -> list[Occurrence]:
    """ "Not the first, the second": without the place that is denied, if another one is named."""
    places = [item for item in marks if item.value.lstrip("#-").isdigit()]
    denied = [item for item in places if scene.before(item.first, {NEGATOR})]
    if {item.value for item in denied} >= {item.value for item in places}:
        return marks
    return [item for item in marks if item not in denied]


def _inside_a_time(scene: Scene, item: Occurrence) -> bool:
    """Whether words are only part of a day or time ("the other" of "the other week")."""
    for entity in scene.entities:
        first, last = scene.place(entity)
        if (
            entity.type in TEMPORAL
            and first <= item.first
            and item.last <= last
            and item.length <= last - first
        ):
            return True
    return False


def _one_each(values: list[tuple[int, Filled]]) -> list[tuple[int, Filled]]:
    seen: set[str] = set()
    out = []
    for place, command in values:
        if command.slot not in seen:
            seen.add(command.slot)
            out.append((place, command))
    return out


def _answer(
    scene: Scene, values: list[tuple[int, Filled]], *, others: bool
) -> tuple[list[Command], list[tuple[int, Filled]]]:
    """Yes or no, and the values that are more than a restatement of what was agreed to."""
    yes = scene.answer.yes if scene.answer.clear else None
    if yes is None and scene.answer.acknowledged and scene.asks_yes_no and not _leaves(scene):
        yes = True
    kind = scene.expecting.kind
    if kind == "confirm":
        agreed = True if yes is None and not values and not others and _says_do_it(scene) else yes
        return _confirmed(scene, values, yes=agreed)
    if kind == "offer":
        declined = yes is False or any(item.value == "#neither" for item in scene.occurrences)
        if values or others:
            return [], values
        return ([Deny()] if declined else [Affirm()] if yes else []), values
    told = any(command.slot == scene.expecting.slot for _, command in values)
    if yes is None or told or scene.answer.but:
        return [], values
    if scene.asks_yes_no:
        return [Affirm() if yes else Deny()], values
    if values or others or not scene.answer.mostly:
        return [], values
    return [Affirm() if yes else Deny()], values


def _leaves(scene: Scene) -> bool:
    """Whether somebody takes leave."""
    return any(item.rule.kind == "say" and item.rule.target == "goodbye" for item in scene.requests)


def _says_do_it(scene: Scene) -> bool:
    """ "Book it", while the booking is read back; "is it free to book" only asks."""
    if scene.says(_QUESTION):
        return False
    words = len(scene.heard.words)
    return any(
        item.rule.kind == "start"
        and item.rule.target == scene.expecting.flow
        and 2 * len(item.words) >= words
        for item in scene.requests
    )


def _confirmed(
    scene: Scene, values: list[tuple[int, Filled]], *, yes: bool | None
) -> tuple[list[Command], list[tuple[int, Filled]]]:
    about = next((item.value for item in scene.occurrences if item.value in _ABOUT), None)
    if yes is True:
        said = [item for item in scene.entities if item.type in TEMPORAL]
        if scene.answer.but or any(item.excluded for item in scene.entities):
            return [], values
        if values and contradicts(scene.expecting.options, said, scene.weekdays):
            return [], values
        restated = {scene.slotting.target("wish", scene.expecting)}
        slots = {target.slot for target in restated if target is not None}
        told = (scene.slotting.telling(kind, scene.expecting) for kind in ("wish", *_NAMED))
        slots |= {slot for slot in told if slot is not None}
        return [Affirm()], [item for item in values if item[1].slot not in slots]
    if yes is False and not values:
        return [Deny(_denied(scene, about) if about is not None else None)], values
    return [], values


def _denied(scene: Scene, about: str) -> str | None:
    """The slot that is wrong: of a time the wish that led to it, which else would lead to it again."""
    wish = scene.slotting.target("wish", scene.expecting) if about == "!when" else None
    if wish is not None and wish.slot in scene.expecting.filled:
        return wish.slot
    return scene.slotting.read_back(_ABOUT[about], scene.expecting, scene.domain)


def _small_talk(scene: Scene) -> list[Command]:
    kinds = [request.rule.target for request in scene.requests if request.rule.kind == "say"]
    if kinds:
        telling = (kind for kind in _TELLING if kind in kinds)
        return [SmallTalk(next(telling, kinds[0]))]
    answer = scene.answer
    return [SmallTalk("acknowledgement")] if answer.acknowledged or answer.listening else []


def _confidence(scene: Scene, commands: list[Command]) -> float:
    """As sure as the least sure of the commands."""
    light = [item for item in scene.requests if item.rule.kind in {"start", "ask"} and not item.heavy]
    sure = _FAIR if light else _SURE
    for command in commands:
        if isinstance(command, SetSlot | Correct):
            sure = min(sure, command.confidence)
    return sure
