"""Frozen values that are made at the price of open ones.

A frozen dataclass sets each of its fields through a call, which makes it five times as dear as an open
one; a turn makes some hundred. So `quick` gives a dataclass a constructor that fills an open twin of the
same layout, by plain assignments, and then turns it into the frozen class. Nobody outside sees the twin:
what is made is as frozen, compares, hashes and pickles as before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, fields
from functools import wraps
from typing import Any, TypeVar

_Class = TypeVar("_Class", bound=type[Any])
_Value = TypeVar("_Value")

_OPENERS: dict[type[Any], Callable[[Any], Any]] = {}
"""Class to the function that makes an open copy of its value."""


def quick(frozen: _Class) -> _Class:
    """Give a frozen dataclass with slots a quick constructor; it must not be subclassed.

    It is written when the first value is made: a command that starts should not wait for all of them.

    Raises:
        TypeError: it has a field that is no argument, or work to do after it was made.
    """
    every = fields(frozen)
    if hasattr(frozen, "__post_init__") or not all(item.init and not item.kw_only for item in every):
        message = f"{frozen.__name__}: only fields that are plain arguments can be set quickly"
        raise TypeError(message)

    @wraps(frozen.__init__)
    def first(self: Any, *given: Any, **named: Any) -> None:
        _write(frozen)
        frozen.__init__(self, *given, **named)

    frozen.__init__ = first
    return frozen


def _write(frozen: type[Any]) -> Callable[[Any], Any]:
    """Write the constructor of a class and the function that opens its values; returns the latter."""
    names: dict[str, Any] = {
        "frozen": frozen,
        "twin": type(frozen.__name__, (), {"__slots__": frozen.__slots__}),
        "become": object.__dict__["__class__"].__set__,
        "new": object.__new__,
        "MISSING": MISSING,
    }
    arguments, fill, copy = ["self"], [], []
    for item in fields(frozen):
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
    lines = [
        f"def __init__({', '.join(arguments)}):", " become(self, twin)", *fill, " self.__class__ = frozen",
        "def opened(value):", " copy = new(twin)", *copy, " return copy",
    ]  # fmt: skip
    exec("\n".join(lines), names)  # noqa: S102 - as dataclasses does it: the names come from the class alone
    names["__init__"].__qualname__ = f"{frozen.__qualname__}.__init__"
    frozen.__init__ = names["__init__"]
    opener: Callable[[Any], Any] = names["opened"]
    _OPENERS[frozen] = opener
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
