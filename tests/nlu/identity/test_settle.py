"""What several attempts add up to."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.nlu.identity import SURE, NamesOnFile, settle

ON_FILE = NamesOnFile(
    ["Steven Wright", "Stephen Wright", "Stephen Moss", "Lee Andrews", "Leigh Andrews", "Anna Novak"]
)


def reading(name: str) -> dict[str, str | None]:
    first, _, last = name.partition(" ")
    return {"first": first or None, "last": last or None}


def test_two_attempts_that_agree_are_sure() -> None:
    settled = settle([["a"], ["a", "b"]])
    assert settled is not None
    assert settled.value == "a"
    assert settled.lead >= SURE


def test_attempts_that_differ_are_not() -> None:
    settled = settle([["a"], ["b"]])
    assert settled is not None
    assert settled.lead < SURE


def test_nothing_heard_settles_nothing() -> None:
    assert settle([[], []]) is None
    assert ON_FILE.settle([]) is None
    assert ON_FILE.settle([], ["novak"]) is None


def test_names_that_sound_the_same_are_not_sure_until_spelled() -> None:
    heard = [[reading("lee andrews")], [reading("lee andrews")]]
    unsure = ON_FILE.settle(heard)
    assert unsure is not None
    settled = ON_FILE.settle(heard, ["leighandrews"])
    assert settled is not None
    assert settled.value == ("Leigh", "Andrews")
    assert settled.lead >= SURE


def test_letters_decide_between_two_spellings() -> None:
    settled = ON_FILE.settle([[reading("steven moss"), reading("stephen moss")]], ["stephen"])
    assert settled is not None
    assert settled.value == ("Stephen", "Moss")


def test_a_name_nobody_has_can_be_settled() -> None:
    settled = ON_FILE.settle([[reading("Zoltan Farkas")], [reading("Zoltan Farkas")]], ["zoltanfarkas"])
    assert settled is not None
    assert settled.value == ("Zoltan", "Farkas")


@given(attempts=st.lists(st.lists(st.integers(0, 5), max_size=5), max_size=4))
def test_the_settled_value_was_heard(attempts: list[list[int]]) -> None:
    settled = settle(attempts)
    if settled is None:
        assert not any(attempts)
    else:
        assert any(settled.value in readings for readings in attempts)
        assert settled.lead >= 0
