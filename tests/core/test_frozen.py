"""Values that are made quickly are frozen like any other."""

from __future__ import annotations

import dataclasses
import pickle
from dataclasses import InitVar, dataclass, field
from typing import Any

import pytest

from engine.core import actions, commands, decision, events, state, utterance
from engine.core.frozen import changed, closed, opened, quick
from engine.core.state import DialogueState, FlowFrame, Prompt

QUICK = [
    kind
    for module in (actions, commands, decision, events, state, utterance)
    for kind in vars(module).values()
    if dataclasses.is_dataclass(kind) and isinstance(kind, type) and kind.__module__ == module.__name__
]


@dataclass(frozen=True, slots=True)
class Plain:
    """As it would be without help."""

    name: str
    count: int = 1
    kept: dict[str, int] = field(default_factory=dict)


@quick
@dataclass(frozen=True, slots=True)
class Quick:
    """The same, made quickly."""

    name: str
    count: int = 1
    kept: dict[str, int] = field(default_factory=dict)


def test_a_quick_value_is_made_like_a_plain_one():
    ways: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
        (("a",), {}),
        (("a", 2), {}),
        ((), {"name": "a", "kept": {"b": 1}}),
    ]
    for given, named in ways:
        plain, made = Plain(*given, **named), Quick(*given, **named)
        assert dataclasses.astuple(made) == dataclasses.astuple(plain)
        assert type(made) is Quick


def test_what_is_left_out_is_made_anew_for_each():
    assert Quick("a").kept is not Quick("a").kept


def test_a_missing_or_unknown_argument_is_named():
    with pytest.raises(
        TypeError, match=r"Quick\.__init__\(\) missing 1 required positional argument: 'name'"
    ):
        Quick()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="unexpected keyword argument 'colour'"):
        Quick("a", colour="red")  # type: ignore[call-arg]


@pytest.mark.parametrize("kind", QUICK, ids=lambda kind: kind.__name__)
def test_every_value_of_the_core_is_frozen(kind):
    required = [item for item in dataclasses.fields(kind) if item.default is item.default_factory]
    made = kind(*("x" for _ in required))
    for item in dataclasses.fields(kind):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(made, item.name, "y")
    assert type(made) is kind
    assert pickle.loads(pickle.dumps(made)) == made  # noqa: S301 - what we have just written
    assert dataclasses.replace(made) == made


def test_it_compares_and_hashes_by_its_fields():
    assert Prompt(1, "hello", "Hello") == Prompt(1, "hello", "Hello")
    assert Prompt(1, "hello", "Hello") != Prompt(2, "hello", "Hello")
    assert hash(Prompt(1, "hello", "Hello")) == hash(Prompt(1, "hello", "Hello"))


def test_a_changed_value_is_another_one():
    before = FlowFrame("book", "ask", 1, called=True)
    after = changed(before, step="offer", asked=2)
    assert after == FlowFrame("book", "offer", 1, called=True, asked=2)
    assert before == FlowFrame("book", "ask", 1, called=True)
    with pytest.raises(dataclasses.FrozenInstanceError):
        after.step = "ask"  # type: ignore[misc]
    with pytest.raises(AttributeError, match="colour"):
        changed(before, colour="red")


def test_an_open_copy_is_closed_for_good():
    before = DialogueState(call="c")
    copy = opened(before)
    copy.turn = 3  # type: ignore[misc]
    after = closed(copy, DialogueState)
    assert (before.turn, after) == (0, DialogueState(call="c", turn=3))
    with pytest.raises(dataclasses.FrozenInstanceError):
        after.turn = 4  # type: ignore[misc]


def test_only_plain_arguments_can_be_set_quickly():
    @dataclass(frozen=True, slots=True)
    class Computed:
        name: str
        length: int = field(init=False, default=0)

    @dataclass(frozen=True, slots=True)
    class Worked:
        name: str
        given: InitVar[int] = 0

        def __post_init__(self, given: int) -> None:
            pass

    for kind in (Computed, Worked):
        with pytest.raises(TypeError, match=f"{kind.__name__}: only fields that are plain arguments"):
            quick(kind)
