"""Replies: what a template may say, which wording is chosen, and how private it is."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.errors import ConditionError
from engine.core.expression import ExpressionProblem, Names
from engine.core.reply import Response, Template, Variant, compile_template, render
from engine.core.view import View
from tests.core.workshop import DOMAIN, NAME, Call, at_the_readback, condition

NAMES = Names(
    slots={slot.id: slot.type.value for slot in DOMAIN.slots.values()}, extra=frozenset({"value"}),
    responses=frozenset(DOMAIN.responses),
)  # fmt: skip


def template(text: str) -> Template:
    return compile_template(text, NAMES, "en.yml:1")


def view_of(call: Call, context: Mapping[str, Any] | None = None) -> View:
    view = View(DOMAIN, call.state)
    view.context = context or {}
    return view


def said(text: str, context: Mapping[str, Any] | None = None, *, language: str = "en") -> str:
    view = view_of(at_the_readback(), context)
    view.state = replace(view.state, language=language)
    return template(text).render(view)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("just words", "just words"),
        ("{{ service | service }}", "new brakes"),
        ("{{ opening | service }}", "new brakes"),
        ("{{ opening | provider }}", "Ms Kalnė"),
        ('{{ opening | provider("full") }}', "Viltė Kalnė"),
        ("{{ context.who | provider }}", "Ms Kalnė"),
        ("{{ full_name | name }}", "Ona Petrė"),
        ("{{ full_name | first_name }}", "Ona"),
        ("{{ context.person | name }}", "Jonas Kalnas"),
        ('{{ "Jonas" | name }}', "Jonas"),
        ("{{ context.who | upper_first }} {{ context.loud | lower }}", "Vilte stop"),
        ("{{ 75 | money }}", "seventy-five euros"),
        ("{{ service | price }}", "forty euros"),
        ('{{ "overhaul" | length }}', "an hour and a half"),
        ("{{ 3 | number }}", "three"),
        ("{{ 90 | minutes }}", "an hour and a half"),
        ("{{ context.list | join }}", "a, b and c"),
        ('{{ context.list | join("or") }}', "a, b or c"),
        ("{{ facts.name | local }}", "Canal Street Bicycles"),
        ('{{ "plain" | local }}', "plain"),
        ("{% if gears %}with{% elif bike == 'city' %}a city bike{% else %}without{% endif %}", "a city bike"),
        ("{% if gears %}with{% else %}without{% endif %} gears", "without gears"),
        ("{% if gears %}with{% endif %}", ""),
        ("{{ turn }}", "2"),
    ],
)
def test_a_template_says_values_as_people_do(text: str, words: str) -> None:
    context = {"who": "vilte", "loud": "STOP", "list": ["a", "b", "c"], "person": {"name": "Jonas Kalnas"}}
    assert said(text, context) == words


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("{{ opening | when }}", "ten"),
        ("{{ opening | day }}", "tomorrow"),
        ("{{ opening | time }}", "ten"),
        ('{{ "15:30" | time }}', "half past three"),
        ('{{ "2026-11-25T14:00" | time }}', "two"),
        ('{{ "1984-03-12" | date_of_birth }}', "March"),
        ("{{ openings | options }}", " or "),
        ("{{ openings | services }}", "new brakes"),
        ('{{ "+37061234567" | digits }}', "six one two"),
    ],
)
def test_times_and_numbers_are_spoken(text: str, part: str) -> None:
    assert part in said(text)


@pytest.mark.parametrize(
    ("kind", "reading", "part"),
    [
        ("date", "2026-12-01", "the first of December"),
        ("birth_date", "1984-03-12", "March"),
        ("service", "brakes", "new brakes"),
        ("provider", "vilte", "Ms Kalnė"),
        ("phone", "+37061234567", "six one two"),
        ("name", NAME, "Ona Petrė"),
        ("when", {"days": [["2026-12-01", "2026-12-02"]]}, "December"),
        ("choice", "road", "road"),
    ],
)
def test_a_reading_is_said_by_its_kind(kind: str, reading: Any, part: str) -> None:
    assert part in said("{{ context.options | readings }}", {"type": kind, "options": [reading, reading]})


def test_what_the_site_says_is_said_in_the_language_of_the_call() -> None:
    assert said("{{ facts.name | local }}", language="lt") == "Kanalo dviračiai"
    assert said("{{ facts.name | local }}", language="de") == "Canal Street Bicycles"
    assert said("{{ service | service }}", language="lt") == "stabdžiai"
    assert said("{{ service | service }}", language="de") == "new brakes"
    assert said("{{ 3 | number }}", language="de") == "three"
    assert said("{{ opening | provider }}", language="de") == "Kalnė"


@pytest.mark.parametrize(
    "text",
    [
        "{{ email }}",
        "{{ full_name }}",
        "{{ openings }}",
        "{{ email | service }}",
        '{{ "overhaul" | price }}',
        "{{ booked | when }}",
    ],
)
def test_what_has_no_value_cannot_be_said(text: str) -> None:
    with pytest.raises(ConditionError, match=r"^en\.yml:1: the template has no value here"):
        said(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{% for x in openings %}{% endfor %}", "'For' is not allowed in a response"),
        ("{% set x = 1 %}", "'Assign' is not allowed in a response"),
        ("{{ servise }}", "unknown name 'servise'"),
        ("{{ service | servise }}", "unknown filter 'servise'"),
        ("{{ service", "unexpected"),
    ],
)
def test_a_mistake_in_a_template_is_named(text: str, message: str) -> None:
    with pytest.raises(ExpressionProblem) as problem:
        template(text)
    assert message in problem.value.message


@given(st.text(alphabet="{}%|. abdeilnortvw_()\"'0", max_size=24))
def test_no_text_breaks_a_template(text: str) -> None:
    try:
        made = template(text)
    except ExpressionProblem:
        return
    try:
        made.render(view_of(Call()))
    except ConditionError:
        return


def responding(*variants: Variant, again: tuple[str, ...] = ()) -> View:
    found = Response(
        "utter_x", {"en": variants}, {"en": tuple(template(text) for text in again)}, style="calm"
    )
    return View(replace(DOMAIN, responses={"utter_x": found}), at_the_readback().state)


def test_the_first_wording_that_holds_is_said() -> None:
    view = responding(
        Variant(condition("gears"), template("geared")),
        Variant(condition('bike == "city"'), template("a city bike")),
        Variant(None, template("anything")),
    )
    assert render(view, "utter_x").text == "a city bike"
    assert render(view, "utter_x").style == "calm"


def test_a_response_without_a_wording_for_this_moment_fails() -> None:
    with pytest.raises(ConditionError, match="'utter_x' has no wording here"):
        render(responding(Variant(condition("gears"), template("geared"))), "utter_x")
    with pytest.raises(ConditionError, match="no response 'utter_y'"):
        render(responding(), "utter_y")


def test_a_question_asked_again_is_worded_anew_and_the_last_wording_stays() -> None:
    view = responding(Variant(None, template("first")), again=("second", "third"))
    assert [render(view, "utter_x", asked).text for asked in range(5)] == [
        "first",
        "second",
        "third",
        "third",
        "third",
    ]
    assert render(responding(Variant(None, template("first"))), "utter_x", 2).text == "first"


def test_a_language_without_words_falls_back_on_the_first() -> None:
    view = responding(Variant(None, template("words")))
    view.state = replace(view.state, language="lt")
    assert render(view, "utter_x").text == "words"


def test_spaces_of_the_page_are_not_spoken() -> None:
    assert (
        render(responding(Variant(None, template("one\n  {% if gears %}x{% endif %}  two"))), "utter_x").text
        == "one two"
    )


def test_a_text_is_as_private_as_the_most_private_slot_in_it() -> None:
    view = View(DOMAIN, Call().state)
    assert view.domain.lookups.data_class(frozenset({"bike"})) == "none"
    assert view.domain.lookups.data_class(frozenset({"bike", "email"})) == "personal"
    assert view.domain.lookups.data_class(frozenset({"email", "lock_code"})) == "secret"
    assert view.domain.lookups.data_class(frozenset({"nothing"})) == "none"
    assert template("{{ email }} {{ bike }}").names_used == {"email", "bike"}


def test_templates_are_compared_by_text_and_place() -> None:
    made = template("{{ turn }}")
    made.render(view_of(Call()))
    again = pickle.loads(pickle.dumps(made))  # noqa: S301 - our own
    assert again == made
    assert hash(again) == hash(made)
    assert made != template("{{ flow }}")
    assert made != "{{ turn }}"
    assert repr(made) == "Template('{{ turn }}', 'en.yml:1')"
