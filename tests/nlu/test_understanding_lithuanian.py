from collections.abc import Callable
from functools import partial

import pytest

Meant = Callable[..., list[str]]


@pytest.fixture
def reiskia(meant: Meant) -> Meant:
    return partial(meant, language="lt")


@pytest.mark.parametrize(
    ("said", "commands"),
    [
        ("Laba diena, norėčiau užsiregistruoti pas odontologą.", ["StartFlow book_appointment"]),
        (
            "noreciau uzsiregistruoti burnos higienai",
            ["StartFlow book_appointment", "SetSlot service=hygiene"],
        ),
        (
            "Norėčiau atšaukti rytojaus vizitą.",
            ["StartFlow cancel_appointment", "SetSlot visit_when={'days': [['2026-11-24', '2026-11-25']]}"],
        ),
        (
            "Deja, trečiadienį atvykti negalėsiu, prašau atšaukti.",
            ["StartFlow cancel_appointment", "SetSlot visit_when={'days': [['2026-11-25', '2026-11-26']]}"],
        ),
        ("Kada mano vizitas?", ["StartFlow check_appointment"]),
        ("Vėluosiu apie penkiolika minučių", ["StartFlow running_late", "SetSlot minutes_late=15"]),
        ("Labai skauda dantį", ["StartFlow urgent_visit"]),
        ("Man reikia pratęsti receptą.", ["StartFlow prescription"]),
        ("Norėčiau pakalbėti su žmogumi.", ["WantPerson"]),
        ("Kiek kainuoja burnos higiena?", ["Ask price hygiene"]),
        ("Ar dirbate šeštadieniais?", ["Ask hours"]),
        ("Kur jūs esate ir ar yra kur pastatyti automobilį?", ["Ask directions", "Ask parking"]),
        ("Ar turite sutartį su ligonių kasa?", ["Ask state_funding"]),
    ],
)
def test_a_request_is_known_by_its_words(reiskia: Meant, said: str, commands: list[str]):
    assert reiskia(said) == commands


def test_diacritics_do_not_matter(reiskia: Meant):
    with_marks = reiskia("Ar galėčiau užsirašyti pas gydytoją Kazlauskienę ketvirtadienį?")
    assert with_marks == reiskia("ar galeciau uzsirasyti pas gydytoja kazlauskiene ketvirtadieni")
    assert "SetSlot provider=kazlauskiene" in with_marks


def test_the_new_day_of_a_move_is_the_one_it_goes_to(reiskia: Meant):
    assert reiskia("Ar galima perkelti vizitą iš trečiadienio į penktadienį?") == [
        "StartFlow reschedule_appointment",
        "SetSlot visit_when={'days': [['2026-11-25', '2026-11-26']]}",
        "SetSlot wish={'days': [['2026-11-27', '2026-11-28']]}",
    ]


def test_a_negation_may_stand_after_what_it_denies(reiskia: Meant):
    assert reiskia("ne atšaukti, o perkelti noriu") == ["StartFlow reschedule_appointment"]
    said = "perkelti nenoriu, tiesiog atšaukite"
    assert reiskia(said) == ["StartFlow cancel_appointment"]


@pytest.mark.parametrize(
    "said", ["taip", "ne, tinka", "nieko, gerai", "nu jo", "būtent", "mhm", "viskas gerai"]
)
def test_these_agree_to_a_read_back(reiskia: Meant, said: str):
    assert reiskia(said, "confirm") == ["Affirm"]


@pytest.mark.parametrize(
    "said", ["ar tai teisinga kaina", "nežinau, ar tinka", "ar tinka vaikui", "kada tai bus tiksliai"]
)
def test_agreement_inside_a_question_is_no_consent(reiskia: Meant, said: str):
    assert "Affirm" not in reiskia(said, "confirm")


@pytest.mark.parametrize("said", ["ne", "nea", "netinka", "neteisingai", "ne visai"])
def test_these_deny_a_read_back(reiskia: Meant, said: str):
    assert reiskia(said, "confirm") == ["Deny"]


def test_not_knowing_begins_with_no_and_is_none(reiskia: Meant):
    assert reiskia("nežinau", "confirm") == ["NotUnderstood unsure"]


def test_a_yes_with_an_exception_is_no_consent(reiskia: Meant):
    exception = ["Correct wish={'not_days': [['2026-11-24', '2026-11-25']]}"]
    assert reiskia("gerai, bet ne antradienį", "confirm") == exception


def test_not_the_thirteenth_but_the_thirtieth(reiskia: Meant):
    assert reiskia("Ne tryliktą, o trisdešimtą", "confirm") == [
        "Correct wish={'days': [['2026-11-30', '2026-12-01']]}"
    ]


def test_a_withdrawal_is_not_a_cancellation(reiskia: Meant):
    said = "Persigalvojau, neatšaukite, palikime kaip buvo."
    assert reiskia(said, "confirm", reads=("appointment",), flow="cancel_appointment") == ["Cancel"]


@pytest.mark.parametrize(
    ("said", "option"),
    [
        ("antras", 1),
        ("pirmą prašau", 0),
        ("vėlesnį", 1),
        ("pusę keturių tinka", 1),
        ("antradienį", 0),
        ("pas Aistę", 1),
    ],
)
def test_an_offer_is_taken_by_place_or_property(reiskia: Meant, said: str, option: int):
    assert reiskia(said, "offer") == [f"Choose {option}"]


def test_a_name_that_sounds_like_a_word_of_a_rule_is_a_name(reiskia: Meant):
    named = reiskia("mano vardas Petras Jonaitis", "full_name")
    assert named == ["SetSlot full_name={'first': 'Petras', 'last': 'Jonaitis'}"]


def test_two_denials_are_no_yes(reiskia: Meant):
    assert reiskia("ne, negaliu nei taip, nei taip", "offer") == ["Deny"]
    assert reiskia("ne pirmą, o antrą", "offer") == ["Choose 1"]


def test_a_visit_that_does_not_suit_is_moved(reiskia: Meant):
    assert reiskia("esu užsirašęs ketvirtadieniui, bet man reikia penktadienio") == [
        "StartFlow reschedule_appointment",
        "SetSlot visit_when={'days': [['2026-11-26', '2026-11-27']]}",
        "SetSlot wish={'days': [['2026-11-27', '2026-11-28']]}",
    ]


def test_a_surname_that_is_wrong_is_no_surname(reiskia: Meant):
    assert reiskia("pavardė neteisinga", "confirm") == ["Deny full_name"]


def test_neither_of_two_is_a_no(reiskia: Meant):
    assert reiskia("nei vienas, nei kitas", "offer") == ["Deny"]
    assert reiskia("antradienis netinka, o trečiadienis tinka", "offer") == ["Choose 1"]


def test_a_word_that_is_a_place_and_an_hour_of_the_offer_is_asked_again(reiskia: Meant):
    eight, one = {"start": "2026-11-30T08:00"}, {"start": "2026-11-30T13:00"}
    for said in ("pirmą", "imu pirmą", "pirmą prašau"):
        assert reiskia(said, "offer", options=(eight, one)) in (["NotUnderstood ambiguous"], ["Affirm"])
        assert reiskia(said, "offer", options=(one, eight)) == ["Choose 0"]
    assert reiskia("pirmas", "offer", options=(eight, one)) == ["Choose 0"]
    assert reiskia("pirmą valandą", "offer", options=(eight, one)) == ["Choose 1"]
