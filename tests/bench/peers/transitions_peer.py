"""transitions with one machine for all calls and compiled Jinja2 templates; meaning comes free. It keeps no history."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, Template
from transitions import Machine

from tests.bench.peers import slots
from tests.bench.script import GOLD


class Call:
    """The model that the machine drives."""

    def __init__(self) -> None:
        self.slots: dict[str, str] = {}


class Shared:
    """The machine and the templates, one for all calls."""

    machine: Any
    templates: dict[str, Template]


def setup() -> None:
    """Build the machine: a state for each reply, a trigger to reach it from anywhere."""
    environment = Environment(autoescape=False)  # noqa: S701  # spoken text, not HTML
    Shared.templates = {
        name: environment.from_string(text.replace("{", "{{").replace("}", "}}"))
        for name, text in slots.REPLIES.items()
    }
    Shared.machine = Machine(
        model=None, states=["silent", *slots.REPLIES], initial="silent", auto_transitions=False
    )
    for name in slots.REPLIES:
        Shared.machine.add_transition(f"say_{name}", "*", name)


def open(number: int) -> Call:
    """A call is a model that is added to the machine."""
    call = Call()
    Shared.machine.add_model(call)
    return call


def turn(call: Any, text: str) -> str:
    """One trigger."""
    call.slots, reply = slots.decide(call.slots, GOLD[text])
    call.trigger(f"say_{reply}")
    return Shared.templates[call.state].render(call.slots)


def booked(call: Call) -> dict[str, str]:
    """What was booked."""
    return slots.booking(call.slots)


def close(call: Call) -> None:
    """The machine keeps every model until it is told."""
    Shared.machine.remove_model(call)
