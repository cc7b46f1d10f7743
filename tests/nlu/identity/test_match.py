"""Finding the person on file."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.catalogue import Person
from engine.nlu.identity import Match, PeopleIndex, match_people


def person(id: str, name: str, born: str, phone: str = "") -> Person:  # noqa: A002 - as the class has it
    return Person(id, name, date.fromisoformat(born), phone)


PEOPLE = (
    person("tomas", "Tomas Balčiūnas", "1984-03-12", "+37061234567"),
    person("anna", "Anna Novak", "1991-11-02", "+37062011223"),
    person("lukas", "Lukas Novak", "2016-06-30", "+37062011223"),
    person("darius", "Darius Petrauskas", "1969-07-07", "+37061122334"),
    person("daria", "Daria Petrauskienė", "1971-07-17", "+37061122335"),
    person("stephen", "Stephen Wright", "1988-04-04", "+447700900123"),
    person("steven", "Steven Wright", "1988-04-14", "+447700900456"),
    person("ona", "Ona Žukauskienė", "1947-12-05", "+37068877665"),
    person("twin_a", "Rasa Kazlauskaitė", "2000-01-01", "+37060000001"),
    person("twin_b", "Rūta Kazlauskaitė", "2000-01-01", "+37060000002"),
)


def match(*names: str, born: tuple[str, ...] = (), phone: str | None = None) -> Match:
    readings = [
        {"first": name.partition(" ")[0] or None, "last": name.partition(" ")[2] or None} for name in names
    ]
    return match_people(PEOPLE, names=readings, born=[date.fromisoformat(day) for day in born], phone=phone)


@pytest.mark.parametrize(
    ("name", "born", "expected"),
    [
        ("Anna Novak", "1991-11-02", "anna"),
        ("tomas balciunas", "1984-03-12", "tomas"),
        ("Tomo Balčiūno", "1984-03-12", "tomas"),
        ("Thomas Balchunas", "1984-03-12", "tomas"),
        ("ona zukauskiene", "1947-12-05", "ona"),
        ("onna shoe kauskiene", "1947-12-05", "ona"),
        ("daria petrauskas", "1971-07-17", "daria"),
        ("Steven Wright", "1988-04-14", "steven"),
        ("Stephen Wright", "1988-04-04", "stephen"),
    ],
)
def test_name_and_birth_date_that_agree_find_the_person(name: str, born: str, expected: str) -> None:
    found = match(name, born=(born,))
    assert (found.verdict, found.person) == ("match", expected)


@pytest.mark.parametrize(
    ("name", "born"),
    [
        ("Anna Novak", "1991-11-03"),
        ("Maria Silva", "1991-11-02"),
        ("Darius Petrauskas", "1971-07-17"),
        ("Anna", "1991-11-02"),
        ("Novak", "1991-11-02"),
        ("Anna Miller", "1991-11-02"),
    ],
)
def test_one_identifier_is_not_enough(name: str, born: str) -> None:
    found = match(name, born=(born,))
    assert found.person is None


def test_an_alternative_of_the_birth_date_counts() -> None:
    assert match("Anna Novak", born=("1991-11-20", "1991-11-02")).person == "anna"


def test_a_lower_reading_of_the_name_counts() -> None:
    assert match("Hannah Bonsack", "Anna Novak", born=("1991-11-02",)).person == "anna"


def test_a_wrong_date_is_none_and_leaves_a_hint() -> None:
    found = match("Anna Novak", born=("1991-11-03",))
    assert (found.verdict, found.near) == ("none", ("anna",))


def test_near_namesakes_are_asked_never_picked() -> None:
    by_sound = match("Stephen Wright", born=("1988-04-14",))
    assert (by_sound.verdict, by_sound.person, set(by_sound.near)) == (
        "ambiguous",
        None,
        {"stephen", "steven"},
    )
    by_date = match("Steven Wright", "Stephen Wright", born=("1988-04-04", "1988-04-14"))
    assert (by_date.verdict, by_date.person, set(by_date.near)) == ("ambiguous", None, {"stephen", "steven"})


def test_a_phone_settles_a_tie_only_between_people_who_agree() -> None:
    assert match("Rasa Kazlauskaitė", "Rūta Kazlauskaitė", born=("2000-01-01",)).verdict == "ambiguous"
    settled = match("Rasa Kazlauskaitė", "Rūta Kazlauskaitė", born=("2000-01-01",), phone="+37060000002")
    assert settled.person == "twin_b"
    assert match("Anna Novak", born=("1991-11-03",), phone="+37062011223").person is None


def test_a_name_alone_only_tells_who_is_near() -> None:
    found = match("Ana Novak")
    assert (found.verdict, found.person, found.near[0]) == ("ambiguous", None, "anna")
    assert match("Peter Miller").verdict == "none"


def test_where_no_birth_date_is_on_file_the_telephone_takes_its_place() -> None:
    people = [Person(name.lower(), f"{name} Reed", None, "+37060000009") for name in ("Cleo", "Max")]
    people.append(person("dated", "Cleo Reed", "1969-07-07", "+37060000009"))

    def found(first: str, phone: str | None, *born: date) -> Match:
        return match_people(people, names=[{"first": first, "last": "Reed"}], born=born, phone=phone)

    assert found("Cleo", "+37060000009").person == "cleo"
    assert found("Max", "+37060000009").person == "max"
    assert found("Cleo", "+37060000001").person is None
    assert found("Cleo", None).verdict == "ambiguous"
    assert found("Cleo", "+37060000009", date(1969, 7, 7)).person == "dated"


def test_no_reading_is_none() -> None:
    assert match(born=("1991-11-02",)) == Match(None, (), 0.0, "none")
    assert match_people(PEOPLE, names=[{"first": None, "last": None}]).verdict == "none"


def test_halves_from_two_turns_make_a_name() -> None:
    readings: list[dict[str, Any]] = [{"first": "Anna", "last": None}, {"first": None, "last": "Novak"}]
    assert match_people(PEOPLE, names=readings, born=[date(1991, 11, 2)]).person == "anna"


def test_spelled_letters_help() -> None:
    readings: list[dict[str, Any]] = [{"first": "Anna", "last": None}, {"spelled": "novak"}]
    assert match_people(PEOPLE, names=readings, born=[date(1991, 11, 2)]).person == "anna"
    assert match_people(PEOPLE, names=[{"spelled": "annanovak"}], born=[date(1991, 11, 2)]).person == "anna"


LETTERS = st.text(alphabet="aeiounrstlkmbdvp", min_size=3, max_size=8)


@given(
    names=st.lists(st.tuples(LETTERS, LETTERS), min_size=1, max_size=20, unique=True),
    pick=st.integers(min_value=0),
    year=st.integers(1930, 1935),
)
def test_a_match_always_has_the_birth_date_said(names: list[tuple[str, str]], pick: int, year: int) -> None:
    people = [
        person(str(n), f"{first} {last}", f"{1930 + n % 6}-05-05") for n, (first, last) in enumerate(names)
    ]
    first, last = names[pick % len(names)]
    found = PeopleIndex(people).match(names=[{"first": first, "last": last}], born=[date(year, 5, 5)])
    if found.person is not None:
        assert people[int(found.person)].born == date(year, 5, 5)
    assert (found.verdict == "match") == (found.person is not None)
