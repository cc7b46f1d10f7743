"""What a question makes likely to be heard, and who is told of it."""

from __future__ import annotations

from pathlib import Path

import pytest

import telephony
from engine.core.actions import Expecting, Listen
from telephony.expecting import hints_of
from tests.telephony.talking import domain

ON_FILE = ("Anna Novak",)


@pytest.mark.parametrize(("kind", "expected"), [("name", ON_FILE), ("birth_date", ()), ("phone", ())])
def test_names_on_file_are_expected_where_a_name_is_asked_for(kind, expected):
    listen = Listen(Expecting("slot", slot="x", type=kind), silence_s=3.0)
    assert hints_of(domain(), "en", listen, ON_FILE).on_file == expected


def test_names_on_file_are_not_among_the_phrases_that_a_vendor_gets():
    listen = Listen(Expecting("slot", slot="x", type="name"), silence_s=3.0)
    assert "Anna Novak" not in hints_of(domain(), "en", listen, ON_FILE).phrases


def test_only_the_recogniser_of_this_process_reads_them():
    folder = Path(telephony.__file__).parent / "asr"
    reading = {path.name for path in folder.glob("*.py") if "on_file" in path.read_text(encoding="utf-8")}
    assert reading == {"local.py", "moonshine.py"}
