"""A value that is made quickly is what `dataclass(frozen=True, slots=True)` makes of the same class."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from dataclasses import dataclass, field
from typing import Any

import pytest

from engine.core import actions, commands, decision, events, state, utterance
from engine.core.frozen import changed, closed, opened, quick
from engine.core.state import DialogueState, FlowFrame, Prompt

VALUES = [
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
    kept: list[Any] = field(default_factory=list)
    noted: str = field(default="", compare=False, repr=False)

    @property
    def twice(self) -> int:
        """Twice the count."""
        return 2 * self.count


@quick(frozen=True, slots=True)
class Quick:
    """The same, made quickly."""

    name: str
    count: int = 1
    kept: list[Any] = field(default_factory=list)
    noted: str = field(default="", compare=False, repr=False)

    @property
    def twice(self) -> int:
        """Twice the count."""
        return 2 * self.count


@quick(frozen=True, slots=True)
class Empty:
    """Nothing to tell."""


@quick(frozen=True, slots=True)
class Single:
    """One thing."""

    value: Any


def test_a_quick_value_is_made_like_a_plain_one():
    ways: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
        (("a",), {}),
        (("a", 2), {}),
        ((), {"name": "a", "kept": [1]}),
    ]
    for given, named in ways:
        plain, made = Plain(*given, **named), Quick(*given, **named)
        assert dataclasses.astuple(made) == dataclasses.astuple(plain)
        assert (type(made), made.twice) == (Quick, plain.twice)
        assert repr(made) == repr(plain).replace("Plain", "Quick")


def test_what_is_left_out_is_made_anew_for_each():
    assert Quick("a").kept is not Quick("a").kept


def test_a_missing_or_unknown_argument_is_named():
    with pytest.raises(
        TypeError, match=r"Quick\.__init__\(\) missing 1 required positional argument: 'name'"
    ):
        Quick()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="unexpected keyword argument 'colour'"):
        Quick("a", colour="red")  # type: ignore[call-arg]


@pytest.mark.parametrize("kind", VALUES, ids=lambda kind: kind.__name__)
def test_every_value_of_the_core_is_frozen(kind):
    required = [item for item in dataclasses.fields(kind) if item.default is item.default_factory]
    made = kind(*("x" for _ in required))
    for item in dataclasses.fields(kind):
        with pytest.raises(dataclasses.FrozenInstanceError, match=f"cannot assign to field '{item.name}'"):
            setattr(made, item.name, "y")
        with pytest.raises(dataclasses.FrozenInstanceError, match=f"cannot delete field '{item.name}'"):
            delattr(made, item.name)
    assert type(made) is kind
    assert not hasattr(made, "__dict__")
    assert pickle.loads(pickle.dumps(made)) == made  # noqa: S301 - what we have just written
    assert copy.deepcopy(made) == dataclasses.replace(made) == made


def test_it_compares_and_hashes_by_its_fields():
    assert Prompt(1, "hello", "Hello") == Prompt(1, "hello", "Hello")
    assert Prompt(1, "hello", "Hello") != Prompt(2, "hello", "Hello")
    assert hash(Prompt(1, "hello", "Hello")) == hash(Prompt(1, "hello", "Hello"))
    assert Quick("a", noted="now") == Quick("a", noted="then")
    others: list[Any] = [Quick("a"), Plain("a")]
    assert others[0] != others[1]
    assert (Empty(), hash(Empty())) == (Empty(), hash(Empty()))
    assert (Single(1), hash(Single(1))) == (Single(1), hash(Single(1)))
    assert Single(1) != Single(2)
    with pytest.raises(TypeError, match="unhashable"):
        hash(Quick("a"))


def test_a_value_that_holds_itself_can_be_told():
    made = Quick("a")
    made.kept.append(made)
    assert repr(made) == "Quick(name='a', count=1, kept=[...])"


def test_it_can_be_matched_by_its_places():
    match Quick("a", 3):
        case Quick(name, count):
            assert (name, count) == ("a", 3)


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
    copied = opened(before)
    copied.turn = 3  # type: ignore[misc]
    after = closed(copied, DialogueState)
    assert (before.turn, after) == (0, DialogueState(call="c", turn=3))
    with pytest.raises(dataclasses.FrozenInstanceError):
        after.turn = 4  # type: ignore[misc]


def test_only_frozen_values_with_plain_arguments_are_quick():
    class Computed:
        name: str
        length: int = field(init=False, default=0)

    class Named:
        name: str = field(kw_only=True)

    class Worked:
        name: str

        def __post_init__(self) -> None:
            """Work that nobody would see done."""

    for kind in (Computed, Named, Worked):
        with pytest.raises(TypeError, match=f"{kind.__name__}: quick are only frozen values"):
            quick(frozen=True, slots=True)(kind)
    for frozen, slots in ((False, True), (True, False)):
        with pytest.raises(TypeError, match="Loose: quick are only frozen values"):
            quick(frozen=frozen, slots=slots)(type("Loose", (), {}))
