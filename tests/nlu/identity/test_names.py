"""Names in what callers say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine.nlu.identity import IdentityGrammar

Tables = Callable[[str], dict[str, Any]]
Halves = tuple[str | None, str | None]


def heard(grammar: IdentityGrammar, *texts: str, asking: bool) -> Halves | None:
    found = grammar.names(texts, asking=asking)
    return (found[0].value["first"], found[0].value["last"]) if found else None


@pytest.fixture(scope="module")
def english(tables: Tables) -> IdentityGrammar:
    return IdentityGrammar(tables("en"))


@pytest.fixture(scope="module")
def lithuanian(tables: Tables) -> IdentityGrammar:
    return IdentityGrammar(tables("lt"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("my name is anna novak", ("Anna", "Novak")),
        ("hello, my name is Anna Novak and I would like to book", ("Anna", "Novak")),
        ("it's tomas balčiūnas", ("Tomas", "Balčiūnas")),
        ("this is James O'Connor speaking", ("James", "O'Connor")),
        ("james o'connor here", ("James", "O'Connor")),
        ("my name is mary smith-jones", ("Mary", "Smith-Jones")),
        ("my first name is anna", ("Anna", None)),
        ("the surname is novak", (None, "Novak")),
        ("last name novak, first name anna", ("Anna", "Novak")),
        ("this is mr wright", (None, "Wright")),
        ("i'd like to book for my son lukas novak", ("Lukas", "Novak")),
        ("my name is april may", ("April", "May")),
        ("there is a booking under anna novak for monday", ("Anna", "Novak")),
        ("can you cancel the visit for Kristof Balder", ("Kristof", "Balder")),
    ],
)
def test_an_introduced_name_is_heard_unasked(english: IdentityGrammar, text: str, expected: Halves) -> None:
    assert heard(english, text, asking=False) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Anna Novak", ("Anna", "Novak")),
        ("anna novak", ("Anna", "Novak")),
        ("Novak, Anna", ("Anna", "Novak")),
        ("smith-jones, mary", ("Mary", "Smith-Jones")),
        ("yes it's anna novak thanks", ("Anna", "Novak")),
        ("um, steven wright please", ("Steven", "Wright")),
        ("anna maria novak", ("Anna Maria", "Novak")),
        ("maria de silva", ("Maria", "de Silva")),
        ("o connor", (None, "O'Connor")),
        ("anna", ("Anna", None)),
        ("anna novak and my birthday is tomorrow", ("Anna", "Novak")),
        ("Anna, Novak", ("Anna", "Novak")),
        ("McDonald, Ronan", ("Ronan", "McDonald")),
    ],
)
def test_a_bare_name_is_heard_when_asked_for(english: IdentityGrammar, text: str, expected: Halves) -> None:
    assert heard(english, text, asking=True) == expected


@pytest.mark.parametrize(
    "text",
    [
        "yes please",
        "next tuesday",
        "i want to book",
        "no",
        "",
        "that's okay",
        "a cleaning please",
        "six one two",
        "at half past three",
        "for my son",
    ],
)
def test_ordinary_words_are_no_names_even_when_asked(english: IdentityGrammar, text: str) -> None:
    assert heard(english, text, asking=True) is None


@pytest.mark.parametrize(
    "text",
    [
        "anna novak", "hi it's urgent", "this is about my appointment", "i'm calling about my bill", "it's me again", "i am running late",
        "it's throbbing badly", "i'm in real pain here", "it's for tomorrow", "it's long overdue", "this is for severe jet lag", "that's strange", "how long before the taxi gets here",
    ],
)  # fmt: skip
def test_nothing_is_taken_for_a_name_unasked(english: IdentityGrammar, text: str) -> None:
    assert heard(english, text, asking=False) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mano vardas tomas balčiūnas", ("Tomas", "Balčiūnas")),
        ("čia ona žukauskienė", ("Ona", "Žukauskienė")),
        ("labas skambina jonas petraitis norėčiau vizito", ("Jonas", "Petraitis")),
        ("mano pavardė stankevičiūtė", (None, "Stankevičiūtė")),
        ("cia ona zukauskiene", ("Ona", "Zukauskiene")),
    ],
)
def test_lithuanian_introductions(lithuanian: IdentityGrammar, text: str, expected: Halves) -> None:
    assert heard(lithuanian, text, asking=False) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("balčiūnas tomas", ("Tomas", "Balčiūnas")),
        ("gintarė", ("Gintarė", None)),
        ("stankevičiūtė", (None, "Stankevičiūtė")),
        ("taip, ona žukauskienė", ("Ona", "Žukauskienė")),
        ("taip prašau", None),
        ("kitą antradienį", None),
        ("ne aš tik noriu paklausti", None),
    ],
)
def test_lithuanian_answers(lithuanian: IdentityGrammar, text: str, expected: Halves | None) -> None:
    assert heard(lithuanian, text, asking=True) == expected


def test_a_sentence_that_opens_with_a_full_name_gives_it_unasked(
    tables: Tables, lithuanian: IdentityGrammar
) -> None:
    assert heard(lithuanian, "jonas petraitis, norėčiau vizito", asking=False) == ("Jonas", "Petraitis")
    grammar = IdentityGrammar(tables("en"), known=["Anna Novak"])
    assert heard(grammar, "anna novak i need to move my appointment", asking=False) == ("Anna", "Novak")


def test_unknown_words_are_less_sure_than_names(english: IdentityGrammar) -> None:
    known = english.names(["anna novak"], asking=True)[0].confidence
    unknown = english.names(["zimble frandle"], asking=True)[0].confidence
    assert unknown < known


def test_the_half_that_was_asked_for_takes_a_bare_word(english: IdentityGrammar) -> None:
    assert english.names(["novak"], asking=True, half="last")[0].value == {"first": None, "last": "Novak"}
    assert english.names(["novak"], asking=True, half="first")[0].value == {"first": "Novak", "last": None}
    assert english.names(["anna novak"], asking=True, half="last")[0].value == {
        "first": "Anna",
        "last": "Novak",
    }


def test_a_last_name_on_file_said_alone_is_no_first_name(tables: Tables) -> None:
    grammar = IdentityGrammar(tables("en"), known=["Anna Novak", "Novak Stone", "Lee Anna"])
    assert heard(grammar, "stone", asking=True) == (None, "Stone")
    assert heard(grammar, "novak", asking=True) == ("Novak", None)
    assert heard(grammar, "anna", asking=True) == ("Anna", None)


def test_every_reading_of_the_n_best_is_kept_in_order(english: IdentityGrammar) -> None:
    (found,) = english.names(["leigh andrews", "lee andrews", "lee andrews"], asking=True)
    assert found.value == {"first": "Leigh", "last": "Andrews"}
    assert found.alternatives == ({"first": "Leigh", "last": "Andrews"}, {"first": "Lee", "last": "Andrews"})


def test_a_reading_made_of_names_on_file_goes_first(tables: Tables) -> None:
    grammar = IdentityGrammar(tables("en"), known=["Lee Andrews"])
    (found,) = grammar.names(["leigh andrews", "lee andrews"], asking=True)
    assert found.value == {"first": "Lee", "last": "Andrews"}


def test_a_surname_that_is_an_ordinary_word_counts_beside_a_name_when_on_file(tables: Tables) -> None:
    grammar = IdentityGrammar(tables("en"), known=["Robert Good"])
    assert heard(grammar, "robert good", asking=True) == ("Robert", "Good")
    assert heard(grammar, "good", asking=True) is None
    assert heard(grammar, "it's good", asking=False) is None


def test_a_language_without_a_table_finds_no_names(tables: Tables) -> None:
    assert IdentityGrammar(tables("de")).names(["ja bitte", "anna novak"], asking=True) == ()


def test_words_of_the_business_are_no_names(tables: Tables) -> None:
    grammar = IdentityGrammar(tables("en"), ordinary=["Scale and polish"])
    assert heard(grammar, "scale polish", asking=True) is None


def test_the_span_covers_the_words_as_heard(english: IdentityGrammar) -> None:
    text = "well, my name is Anna Novak."
    (found,) = english.names([text], asking=False)
    assert text[slice(*found.span)] == found.text == "Anna Novak"
