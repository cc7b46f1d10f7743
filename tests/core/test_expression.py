"""Expressions: what authors may write, what becomes of it, and what is said of a mistake."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.condition import Condition, compile_condition
from engine.core.errors import ConditionError
from engine.core.events import CallStarted, Heard, TransferEnded, Understood
from engine.core.expression import BUILT_IN, FUNCTIONS, MEANT, ExpressionProblem, Names, parse
from engine.core.utterance import Transcript
from engine.core.view import View
from tests.core.workshop import DOMAIN, START, Call, at_the_offer, at_the_readback, condition


def value(text: str, call: Call | None = None, event: Any = None) -> Any:
    return condition(text).value(View(DOMAIN, (call or at_the_readback()).state, event))


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("service", "brakes"),
        ('service == "brakes" and bike != "road"', True),
        ('service == "x" or not false', True),
        ('bike in ["road", "city"]', True),
        ('bike in ("road",)', False),
        ('bike not in ["road"]', True),
        ("email is none", True),
        ("email is not none", False),
        ("email is defined", False),
        ("3 + 4 - 2", 5),
        ("-3 < turn < 9", True),
        ("turn <= 2 and turn >= 2 and turn > 1", True),
        ('"road" if gears else "city"', "city"),
        ('"road" if true', "road"),
        ('"road" if false', ""),
        ("opening.provider", "vilte"),
        ("full_name.first", "Ona"),
        ("wish.days[0]", None),
        ("openings[0].start", None),
        ("booked.start", None),
        ("hold.live", True),
        ('facts.address["en"]', "one Canal Street, Vilnius"),
        ("context.about is none", True),
        ("rules.hold_seconds > 0", True),
        ("signal.wants_person", False),
        ("meant.affirm", False),
        ("flow", "book_repair"),
        ("asking is none", True),
        ("count(openings)", 2),
        ("count(email)", 0),
        ('heard("readback")', False),
        ("heard(readback)", False),
        ("heard(utter_greeting)", True),
        ("said(utter_confirm_repair)", True),
        ("confirmed(opening)", False),
        ("filled(opening) and not filled(email)", True),
        ("active(book_repair) and not active(open_lock)", True),
        ("today()", "2026-11-23"),
        ("days_until(opening.start)", 1),
        ("hours_until(opening.start)", 24.0),
        ('age_on("2026-11-23", "1984-11-24")', 41),
        ("safety.level", "L4"),
        ("safety.prepared is none", True),
        ("secret.found", False),
        ("no_match.slot + no_match.row + no_match.total + no_input.slot", 0),
        ("caller.number is none", True),
        ("business.open", True),
        ("action.name", ""),
        ("transfer.outcome", ""),
        ("transfer.target", ""),
    ],
)
def test_an_expression_reads_the_call(text: str, result: Any) -> None:
    assert value(text) == result


@pytest.mark.parametrize("name", sorted(BUILT_IN))
def test_every_name_has_a_value_at_any_moment(name: str) -> None:
    for event in (
        None,
        CallStarted(START, "x"),
        Heard(START, Transcript.of("hm")),
        TransferEnded(START, "busy"),
    ):
        value(name, Call(), event)


def test_an_event_is_seen_while_it_happens() -> None:
    assert value("transfer.outcome", event=TransferEnded(START, "busy")) == "busy"
    assert value("event", event=Heard(START, Transcript.of("hm", final=False))) == "Partial"
    from engine.core.commands import WantPerson

    assert value("meant.want_person", event=Understood(START, 1, (WantPerson(),))) is True
    assert value("meant.affirm", event=Understood(START, 1, (WantPerson(),))) is False


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("servise", "unknown name 'servise'", "did you mean 'service'?"),
        ("opening.strat", "unknown field of slot 'opening' 'strat'", "did you mean 'start'?"),
        ("bike.colour", "slot 'bike' has no fields", "it is a plain value"),
        ("signal.wants_persn", "unknown signal", "did you mean 'wants_person'?"),
        ("meant.afirm", "unknown command", "did you mean 'affirm'?"),
        ("rules.hold_second", "unknown rule", "did you mean 'hold_seconds'?"),
        ("action.comit", "unknown action", "did you mean 'commit'?"),
        ("safety.height", "unknown name 'safety.height'", "did you mean 'safety.check'?"),
        ("herd(utter_greeting)", "unknown function", "did you mean 'heard'?"),
        ("(1)(2)", "unknown function '?'", ""),
        ("heard(utter_greting)", "unknown prompt", "did you mean 'utter_greeting'?"),
        ("said(readback)", "unknown response", ""),
        ("confirmed(servise)", "unknown slot", "did you mean 'service'?"),
        ("active(book_repai)", "unknown flow", "did you mean 'book_repair'?"),
        ("filled(service, bike)", "filled() takes one slot", ""),
        ("service is even", "unknown test 'is even'", "allowed: is none"),
        ("bike < 3", "slot 'bike' of type choice has no order", "only number, date and time"),
        ("3 > bike", "slot 'bike' of type choice has no order", "only number, date and time"),
        ("service | upper", "unknown filter 'upper'", ""),
        ("{'a': 1}", "'Dict' is not allowed in an expression", ""),
        ("service ~ bike", "'Concat' is not allowed in an expression", ""),
        ("service ==", "unexpected", ""),
        ("1) }} {{ (2", "not one expression", ""),
    ],
)
def test_a_mistake_is_named_with_what_is_allowed(text: str, message: str, hint: str) -> None:
    with pytest.raises(ExpressionProblem) as problem:
        condition(text)
    assert message in problem.value.message
    assert problem.value.hint.startswith(hint)


def test_a_mistake_is_underlined_where_it_stands() -> None:
    with pytest.raises(ExpressionProblem) as problem:
        condition('bike == "road" and servise')
    assert (problem.value.offset, problem.value.width) == (19, 7)


def test_a_slot_of_a_mapping_may_have_any_field() -> None:
    assert value("booked.id") is None
    assert value("openings.first") is None


def test_a_condition_knows_the_slots_it_reads_and_what_they_are_compared_with() -> None:
    made = condition('bike in ["road", "city"] and "brakes" == service and filled(email) and 3 != frame_size')
    assert made.names_used == {"bike", "service", "email", "frame_size"}
    assert made.constants == {"bike": {"road", "city"}, "service": {"brakes"}, "frame_size": {3}}
    assert condition("bike == service").constants == {}
    assert condition('bike in ["road", service]').constants == {"bike": {"road"}}


@pytest.mark.parametrize(
    ("text", "actions"),
    [
        ("action.commit and not hold.live", {"commit"}),
        ("not hold.live and action.commit", {"commit"}),
        ("action.commit or action.hold", {"commit", "hold"}),
        ("action.commit or hold.live", None),
        ("hold.live or action.commit", None),
        ('action.name == "utter_booked"', {"utter_booked"}),
        ('action.name in ["utter_booked", "utter_taken"]', {"utter_booked", "utter_taken"}),
        ('action.kind == "transfer"', {"transfer"}),
        ('action.name != "utter_booked"', None),
        ("action.name in openings", None),
        ("action.name == bike", None),
        ("action.name in [bike]", None),
        ('"x" < action.name < "z"', None),
        ("hold.live", None),
    ],
)
def test_a_condition_knows_the_actions_without_which_it_cannot_hold(
    text: str, actions: set[str] | None
) -> None:
    assert condition(text).actions == actions


atoms = st.sampled_from([
    *BUILT_IN, *DOMAIN.slots, "1", "-2", "0.5", '"road"', "true", "none", "opening.start", "full_name.first",
    "hold.live", "wish.days", "facts.address", "context.about", "rules.hold_seconds", "signal.wants_person",
    *(f"meant.{name}" for name in MEANT), "today()", "action.commit",
])  # fmt: skip
expressions = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from([" and ", " or ", " == ", " < ", " in ", " + ", " - "]), inner).map(
            "".join
        ),
        inner.map(lambda text: f"(not {text})"),
        inner.map(lambda text: f"[{text}]"),
        st.tuples(st.sampled_from(sorted(FUNCTIONS)), inner).map(lambda pair: f"{pair[0]}({pair[1]})"),
    ),
    max_leaves=6,
)


@given(expressions)
def test_a_condition_raises_nothing_but_its_own_errors(text: str) -> None:
    try:
        made = condition(text)
    except ExpressionProblem:
        return
    for call in (Call(), OFFERED, READ_BACK):
        view = View(DOMAIN, call.state, Heard(START, Transcript.of("hm")))
        view.values = {"value": 3}
        with suppress(ConditionError):
            made.holds(view)


OFFERED, READ_BACK = at_the_offer(), at_the_readback()


@given(st.text(max_size=30))
def test_no_text_breaks_the_parser(text: str) -> None:
    try:
        compile_condition(text, Names(), "x.yml:1")
    except ExpressionProblem:
        return


def test_a_text_that_is_no_template_is_a_problem() -> None:
    with pytest.raises(ExpressionProblem, match="Expected an expression"):
        parse("{% if %}")


def test_a_condition_without_a_value_says_where_it_stands() -> None:
    with pytest.raises(
        ConditionError, match=r"^test.yml:1: 'hours_until\(email\) > 1' has no value here \(TypeError\)$"
    ):
        value("hours_until(email) > 1")


def test_conditions_are_compared_by_text_and_place() -> None:
    import pickle

    made = condition("turn > 1")
    made.holds(View(DOMAIN, Call().state))
    again = pickle.loads(pickle.dumps(made))  # noqa: S301 - our own
    assert again == made
    assert hash(again) == hash(made)
    assert again.holds(View(DOMAIN, at_the_readback().state))
    assert made != condition("turn > 2")
    assert made != "turn > 1"
    assert repr(made) == "Condition('turn > 1', 'test.yml:1')"
    assert isinstance(made, Condition)
