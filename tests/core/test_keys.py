"""What pressed keys mean depends on what is being asked."""

from __future__ import annotations

import pytest

from engine.core import keys
from engine.core.actions import Expecting
from engine.core.commands import Affirm, Choose, Command, Deny, NotUnderstood, SetSlot, WantPerson

NOTHING = NotUnderstood("no_match")


@pytest.mark.parametrize(
    ("asking", "digits", "meant"),
    [
        (Expecting("confirm"), "1", Affirm()),
        (Expecting("confirm"), "2", Deny()),
        (Expecting("confirm"), "3", NOTHING),
        (Expecting("slot", slot="gears", type="bool"), "1", Affirm()),
        (Expecting("slot", slot="gears", type="bool"), "2", Deny()),
        (Expecting("offer", options=("a", "b")), "2", Choose(1)),
        (Expecting("offer", options=("a", "b")), "3", NOTHING),
        (Expecting("offer", options=("a", "b")), "0", WantPerson()),
        (Expecting("open"), "0", WantPerson()),
        (Expecting("open"), "5", NOTHING),
        (Expecting("slot", slot="size", type="number"), "56", SetSlot("size", "56")),
        (Expecting("slot", slot="size", type="number"), "0", SetSlot("size", "0")),
        (Expecting("slot", slot="born", type="birth_date"), "12031984", SetSlot("born", "1984-03-12")),
        (Expecting("slot", slot="born", type="birth_date"), "1203", NOTHING),
        (Expecting("slot", slot="phone", type="phone"), "0037061234567", SetSlot("phone", "+37061234567")),
        (Expecting("slot", slot="phone", type="phone"), "37061234567#", SetSlot("phone", "+37061234567")),
        (Expecting("slot", slot="phone", type="phone"), "612", NOTHING),
        (Expecting("slot", slot="phone", type="phone"), "0", WantPerson()),
        (Expecting("slot", slot="note", type="text"), "0", WantPerson()),
        (Expecting("confirm"), "#*", NOTHING),
        (None, "1", NOTHING),
    ],
)
def test_keys_answer_the_question(asking: Expecting | None, digits: str, meant: Command) -> None:
    assert keys.commands(asking, digits) == (meant,)
