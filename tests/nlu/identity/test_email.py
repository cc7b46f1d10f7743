"""E-mail addresses as people say them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.nlu.identity import IdentityGrammar

Tables = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="module")
def english(tables: Tables) -> IdentityGrammar:
    return IdentityGrammar(tables("en"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("anna dot novak at gmail dot com", "anna.novak@gmail.com"),
        ("my email is anna underscore novak 84 at yahoo dot co dot uk thanks", "anna_novak84@yahoo.co.uk"),
        ("it's anna novak eighty four at inbox dot lt", "annanovak84@inbox.lt"),
        ("a n n a at gmail dot com", "anna@gmail.com"),
        ("s c o double t at outlook dot com", "scott@outlook.com"),
        ("anna hyphen novak at my dash firm dot eu", "anna-novak@my-firm.eu"),
        ("write to me at anna@novak.lt please", "anna@novak.lt"),
        ("Anna.Novak@Example.COM", "anna.novak@example.com"),
        ("it's anna at gmail", "anna@gmail.com"),
    ],
)
def test_an_address_is_heard(english: IdentityGrammar, text: str, expected: str) -> None:
    (found,) = english.emails([text])
    assert (found.type, found.value) == ("email", expected)


@pytest.mark.parametrize(
    "text",
    [
        "at nine on monday",
        "see you at the clinic dot",
        "anna at home",
        "meet me at half past two",
        "alice@abc is wrong",
        "@",
        "at",
    ],
)
def test_an_at_alone_is_no_address(english: IdentityGrammar, text: str) -> None:
    assert english.emails([text]) == ()


def test_other_languages(tables: Tables) -> None:
    assert (
        IdentityGrammar(tables("lt")).emails(["ona taškas žukauskienė eta gmail taškas com"])[0].value
        == "ona.zukauskiene@gmail.com"
    )
    assert (
        IdentityGrammar(tables("es")).emails(["mi correo es a uno b dos arroba correo punto es"])[0].value
        == "a1b2@correo.es"
    )
    assert (
        IdentityGrammar(tables("de")).emails(["max punkt muster ät web punkt de"])[0].value
        == "max.muster@web.de"
    )


def test_hypotheses_that_differ_are_a_question(english: IdentityGrammar) -> None:
    (found,) = english.emails(["ann at gmail dot com", "anna at gmail dot com"])
    assert found.alternatives == ("ann@gmail.com", "anna@gmail.com")


def test_two_addresses_are_both_found(english: IdentityGrammar) -> None:
    assert [found.value for found in english.emails(["a@b.lt or c@d.lt"])] == ["a@b.lt", "c@d.lt"]


NAME = st.from_regex(r"[b-z]{3,8}", fullmatch=True)


@given(
    first=NAME, last=NAME, host=NAME, mark=st.sampled_from([("dot", "."), ("underscore", "_"), ("dash", "-")])
)
def test_any_address_survives_being_said(
    english: IdentityGrammar, first: str, last: str, host: str, mark: tuple[str, str]
) -> None:
    said = f"{' '.join(first)} {mark[0]} {' '.join(last)} at {' '.join(host)} dot com"
    assert english.emails([said])[0].value == f"{first}{mark[1]}{last}@{host}.com"


@given(text=st.text(alphabet="abc@. -_'1", max_size=60))
def test_any_text_can_be_read(english: IdentityGrammar, text: str) -> None:
    for found in english.emails([text]):
        assert text[slice(*found.span)] == found.text
