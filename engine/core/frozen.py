"""Frozen values, made at the price of open ones.

A frozen dataclass sets each of its fields through a call, which makes it five times as dear as an open
one; a turn makes some hundred. So the constructor that `quick` gives a class fills an open twin of the
same layout, by plain assignments, and then turns it into the frozen class: nobody outside sees the twin.
What `dataclass` writes and compiles for each class when it is imported, a quarter of the start of a
command, is written once for all here, or when the first value is made. In all else a value is as
`dataclass(frozen=True, slots=True)` makes it, which is also what a type checker is told.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import MISSING, FrozenInstanceError, fields
from operator import attrgetter
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

__all__ = ["changed", "closed", "opened", "quick"]

_Value = TypeVar("_Value")

_OPENERS: dict[type[Any], Callable[[Any], Any]] = {}
"""Class to the function that makes an open copy of its value."""

if TYPE_CHECKING:
    from dataclasses import dataclass as quick
else:

    def quick(*, frozen: bool, slots: bool) -> Callable[[type[Any]], type[Any]]:
        """Make a frozen dataclass with slots; it must not be subclassed.

        Raises:
            TypeError: it is neither, has a field that is no argument, or work to do after it was made.
        """
        return lambda plain: _frozen(plain, plain_enough=frozen and slots)


def _frozen(plain: type[Any], *, plain_enough: bool) -> type[Any]:
    made: type[Any] = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True)(plain)
    every = fields(made)
    if (
        not plain_enough
        or hasattr(made, "__post_init__")
        or not all(item.init and not item.kw_only for item in every)
    ):
        message = f"{made.__name__}: quick are only frozen values with slots whose fields are plain arguments"
        raise TypeError(message)
    of_all = _values(tuple(item.name for item in every))
    shown = tuple(item.name for item in every if item.repr)

    def first(self: Any, *given: Any, **named: Any) -> None:
        _write(made)
        made.__init__(self, *given, **named)

    def told(self: Any) -> str:
        return f"{made.__qualname__}({', '.join([f'{name}={getattr(self, name)!r}' for name in shown])})"

    methods: dict[str, Any] = {
        "__init__": first,
        "__repr__": recursive_repr()(told),
        "__reduce__": lambda self: (made, of_all(self)),
        "__setattr__": _set,
        "__delattr__": _delete,
    }
    for name, method in methods.items():
        setattr(made, name, method)
    made.__dataclass_params__.frozen = made.__dataclass_params__.eq = True
    return made


def _set(_self: Any, name: str, _value: Any) -> NoReturn:
    message = f"cannot assign to field {name!r}"
    raise FrozenInstanceError(message)


def _delete(_self: Any, name: str) -> NoReturn:
    message = f"cannot delete field {name!r}"
    raise FrozenInstanceError(message)


def _values(names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    """The function that gives some fields of a value, always as a tuple."""
    if len(names) > 1:
        return attrgetter(*names)
    return (lambda value: (getattr(value, names[0]),)) if names else lambda _: ()


def _write(made: type[Any]) -> Callable[[Any], Any]:
    """Write what is done often with values of a class, before there is one; returns what opens them."""
    names: dict[str, Any] = {
        "made": made,
        "twin": type(made.__name__, (), {"__slots__": made.__slots__}),
        "become": object.__dict__["__class__"].__set__,
        "new": object.__new__,
        "MISSING": MISSING,
    }
    arguments, fill, copy, mine, others = ["self"], [], [], [], []
    for item in fields(made):
        name, value = item.name, item.name
        if item.default is not MISSING:
            names[f"_{name}"] = item.default
            arguments.append(f"{name}=_{name}")
        elif item.default_factory is not MISSING:
            names[f"_{name}"] = item.default_factory
            arguments.append(f"{name}=MISSING")
            value = f"_{name}() if {name} is MISSING else {name}"
        else:
            arguments.append(name)
        fill.append(f" self.{name} = {value}")
        copy.append(f" copy.{name} = value.{name}")
        if item.compare:
            mine.append(f"self.{name}, ")
            others.append(f"other.{name}, ")
    lines = [
        f"def __init__({', '.join(arguments)}):", " become(self, twin)", *fill, " self.__class__ = made",
        "def opened(value):", " copy = new(twin)", *copy, " return copy",
        "def __eq__(self, other):",
        f" return ({''.join(mine)}) == ({''.join(others)}) if other.__class__ is made else NotImplemented",
        "def __hash__(self):", f" return hash(({''.join(mine)}))",
    ]  # fmt: skip
    exec("\n".join(lines), names)  # noqa: S102 - as dataclasses does it: the names come from the class alone
    for name in ("__init__", "__eq__", "__hash__"):
        names[name].__qualname__ = f"{made.__qualname__}.{name}"
        setattr(made, name, names[name])
    opener: Callable[[Any], Any] = names["opened"]
    _OPENERS[made] = opener
    return opener


def opened(value: _Value) -> _Value:
    """An open copy of a value of a quick class, to be changed in place; nobody else may see it."""
    kind = type(value)
    copy: _Value = (_OPENERS.get(kind) or _write(kind))(value)
    return copy


def closed(copy: _Value, kind: type[_Value]) -> _Value:
    """Freeze an open copy: from now on it is a value like any other."""
    copy.__class__ = kind
    return copy


def changed(value: _Value, /, **changes: Any) -> _Value:
    """The value with other values in some of its fields, as `dataclasses.replace` makes it.

    Raises:
        AttributeError: it has no such field.
    """
    copy = opened(value)
    for name, item in changes.items():
        setattr(copy, name, item)
    return closed(copy, type(value))
