"""Keys and likeness of names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.nlu.identity.sounds import alike, name_key, run_together, sound

Tables = Callable[[str], dict[str, Any]]


@pytest.mark.parametrize(
    "names",
    [
        ("Stephen", "Steven"), ("Catherine", "Katherine", "Kathryn"), ("Balčiūnas", "Balciunas", "balčiūno", "Balčiūną"), ("Jonas", "Jono", "Jonui", "joną"),
        ("Petraitis", "Petraičio", "Petraičiui", "Petraitį"), ("Petrauskienė", "Petrauskienę", "Petrauskiene"), ("Philip", "Filip"),
        ("Medis", "Medžio"),
    ],
)  # fmt: skip
def test_names_that_are_one_share_a_key(tables: Tables, names: tuple[str, ...]) -> None:
    endings = tables("lt")["identity"]["case_endings"]
    assert len({name_key(name, endings) for name in names}) == 1


@pytest.mark.parametrize(
    "names",
    [
        ("Petrauskas", "Petrauskienė"),
        ("Petrauskienė", "Petrauskaitė"),
        ("Novak", "Norris"),
        ("Darius", "Tomas"),
    ],
)
def test_names_that_are_two_do_not(tables: Tables, names: tuple[str, str]) -> None:
    endings = tables("lt")["identity"]["case_endings"]
    assert name_key(names[0], endings) != name_key(names[1], endings)


def test_a_misheard_name_is_more_alike_than_another() -> None:
    assert alike(sound("Fox"), sound("box")) > alike(sound("Fox"), sound("Miller"))
    assert run_together(sound("and Tony shop"), sound("Antony Shaw")) > run_together(
        sound("and Tony shop"), sound("Brenda White")
    )


@given(one=st.text(max_size=12), other=st.text(max_size=12))
def test_likeness_is_a_fair_number(one: str, other: str) -> None:
    assert 0.0 <= alike(sound(one), sound(other)) <= 1.0
    assert alike(sound(one), sound(one)) == 1.0
    assert alike(sound(one), sound(other)) == pytest.approx(alike(sound(other), sound(one)))
