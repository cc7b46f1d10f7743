"""Commands as people and programs write them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from engine.core.command_forms import CommandFormError, plain, read
from engine.core.commands import Affirm, Ask, Cancel, Choose, Command, Deny, SetSlot, StartFlow
from tests.core.test_codec import command


@given(command)
def test_what_is_written_is_read_back(meant: Command) -> None:
    assert read(plain(meant)) == meant


@pytest.mark.parametrize(
    ("form", "meant"),
    [
        ("affirm", Affirm()),
        ("Affirm", Affirm()),
        ({"affirm": None}, Affirm()),
        ({"affirm": {}}, Affirm()),
        ({"start_flow": "book_repair"}, StartFlow("book_repair")),
        ({"command": "start_flow", "flow": "book_repair"}, StartFlow("book_repair")),
        ({"is": "command.StartFlow", "flow": "book_repair"}, StartFlow("book_repair")),
        ({"type": "deny", "slot": "bike"}, Deny("bike")),
        ({"choose": "1"}, Choose(1)),
        ({"cancel": None}, Cancel()),
        ({"ask": {"topic": "price", "about": "brakes"}}, Ask("price", "brakes")),
        (
            {"set_slot": {"slot": "pickup", "value": "x", "alternatives": ["a", "b"]}},
            SetSlot("pickup", "x", alternatives=("a", "b")),
        ),
    ],
)
def test_a_command_has_short_forms(form: Any, meant: Command) -> None:
    assert read(form) == meant


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ("afirm", "did you mean 'affirm'"),
        ("zzz", "allowed: start_flow"),
        ({"set_slot": {"slot": "bike"}}, "needs: slot, value"),
        ({"choose": "first"}, "needs: option"),
        ({"affirm": {"loud": 1}}, "has no 'loud', it has: nothing"),
        ({"deny": {"slt": 1}}, "has no 'slt', it has: slot"),
        ({"set_slot": {"slot": "x", "value": 1, "alternatives": 3}}, "needs: slot, value"),
        ({"a": 1, "b": 2}, "a command is a name"),
        (None, "a command is a name"),
    ],
)
def test_what_is_no_command_is_refused_with_what_is_allowed(form: Any, why: str) -> None:
    with pytest.raises(CommandFormError, match=why):
        read(form)
