from collections.abc import Callable

import pytest

Meant = Callable[..., list[str]]


@pytest.mark.parametrize(
    ("said", "commands"),
    [
        ("I'd like to make an appointment", ["StartFlow book_appointment"]),
        ("a cleaning please", ["StartFlow book_appointment", "SetSlot service=hygiene"]),
        ("I need to move my visit", ["StartFlow reschedule_appointment"]),
        ("please cancel my appointment", ["StartFlow cancel_appointment"]),
        (
            "I won't be able to come on Thursday",
            ["StartFlow cancel_appointment", "SetSlot visit_when={'days': [['2026-11-26', '2026-11-27']]}"],
        ),
        ("when is my appointment", ["StartFlow check_appointment"]),
        ("I'm running ten minutes late", ["StartFlow running_late", "SetSlot minutes_late=10"]),
        ("my tooth hurts since Monday", ["StartFlow urgent_visit"]),
        ("could somebody call me back", ["StartFlow request_callback"]),
        ("I need my prescription renewed", ["StartFlow prescription"]),
        ("are my x-ray results ready", ["StartFlow results"]),
        ("I don't understand my bill", ["StartFlow billing"]),
        ("put me through to a person", ["WantPerson"]),
        ("how much is a filling", ["Ask price filling"]),
        ("are you open on Saturdays", ["Ask hours"]),
        ("where can I park", ["Ask parking"]),
        ("do you do braces", ["Ask not_offered braces"]),
        ("am I talking to a robot", ["Ask are_you_a_robot"]),
        ("do you do emergency appointments", ["Ask emergency_service"]),
        ("is there a fee if I cancel", ["Ask cancel_policy"]),
    ],
)
def test_a_request_is_known_by_its_words(meant: Meant, said: str, commands: list[str]):
    assert meant(said) == commands


def test_two_tasks_in_one_breath_keep_their_own_days(meant: Meant):
    assert meant("cancel Tuesday and book me for Friday") == [
        "StartFlow cancel_appointment",
        "SetSlot visit_when={'days': [['2026-11-24', '2026-11-25']]}",
        "StartFlow book_appointment",
        "SetSlot wish={'days': [['2026-11-27', '2026-11-28']]}",
    ]


def test_a_task_taken_back_in_the_same_breath_is_not_meant(meant: Meant):
    assert meant("cancel no wait reschedule my appointment") == ["StartFlow reschedule_appointment"]
    assert meant("I don't want to cancel, I want to reschedule") == ["StartFlow reschedule_appointment"]


def test_the_day_of_the_visit_that_exists_is_not_the_wish(meant: Meant):
    told = "SetSlot visit_when={'days': [['2026-11-25', '2026-11-26']]}"
    wish = "SetSlot wish={'days': [['2026-11-27', '2026-11-28']]}"
    for said in (
        "move my Wednesday appointment to Friday",
        "move my appointment from Wednesday to Friday",
        "can I move my appointment on Wednesday to Friday",
        "I can't come on Wednesday can I move it to Friday",
    ):
        assert meant(said) == ["StartFlow reschedule_appointment", told, wish]


def test_stuttering_and_fillers_do_not_matter(meant: Meant):
    said = "um so I'd like to I'd like to uh book a a cleaning please"
    assert meant(said) == ["StartFlow book_appointment", "SetSlot service=hygiene"]


def test_a_slip_of_the_recogniser_does_not_matter(meant: Meant):
    assert meant("i want to cancle my apointment") == ["StartFlow cancel_appointment"]
    assert meant("teeth whitning please") == ["StartFlow book_appointment", "SetSlot service=whitening"]


def test_facts_given_early_are_taken(meant: Meant):
    assert meant("a check-up with Doctor Petraitis on Thursday at nine, I'm new") == [
        "StartFlow book_appointment",
        "SetSlot service=check_up",
        "SetSlot provider=petraitis",
        "SetSlot wish={'days': [['2026-11-26', '2026-11-27']], 'exact': ['2026-11-26T09:00']}",
        "SetSlot been_before=False",
    ]


@pytest.mark.parametrize(
    ("said", "value"), [("for my son", "child"), ("it's for my mother", "other"), ("for me", "self")]
)
def test_whom_it_is_for(meant: Meant, said: str, value: str):
    assert meant(said, "for_whom") == [f"SetSlot for_whom={value}"]


def test_the_same_doctor_as_last_time_is_left_to_the_file(meant: Meant):
    assert meant("with the same doctor as last time", "wish", accepts=("provider",)) == [
        "SetSlot provider=same"
    ]


@pytest.mark.parametrize(
    "said",
    ["doctor petraytis", "with doctor petraitys", "doctor Petraičio", "jonas", "with Petraitis please"],
)
def test_a_provider_is_known_by_any_form_of_the_name(meant: Meant, said: str):
    assert meant(said, "provider") == ["SetSlot provider=petraitis"]


@pytest.mark.parametrize(
    "said",
    [
        "yes",
        "that's right",
        "correct",
        "no, that's fine",
        "no problem",
        "sure",
        "okay",
        "mm-hmm",
        "sounds good",
    ],
)
def test_these_agree_to_a_read_back(meant: Meant, said: str):
    assert meant(said, "confirm") == ["Affirm"]


@pytest.mark.parametrize(
    "said",
    [
        "can you tell me how much it is",
        "is it right next to the church",
        "I don't know if that is right",
        "can you check whether that's correct",
        "which doctor it is",
        "is that okay with a cold",
    ],
)
def test_agreement_inside_a_question_is_no_consent(meant: Meant, said: str):
    assert "Affirm" not in meant(said, "confirm")


@pytest.mark.parametrize(
    "said", ["no", "nope that's wrong", "not really", "I don't think so", "that's not right"]
)
def test_these_deny_a_read_back(meant: Meant, said: str):
    assert meant(said, "confirm") == ["Deny"]


@pytest.mark.parametrize(
    ("said", "slot"), [("no, not that day", "wish"), ("no the name is wrong", "full_name")]
)
def test_a_denial_says_what_is_wrong(meant: Meant, said: str, slot: str):
    assert meant(said, "confirm") == [f"Deny {slot}"]


def test_a_correction_takes_the_place_of_the_no(meant: Meant):
    thirtieth = ["Correct wish={'days': [['2026-11-30', '2026-12-01']]}"]
    assert meant("no, the thirtieth", "confirm") == thirtieth
    assert meant("actually make it the thirtieth", "phone", filled=("wish",)) == thirtieth


def test_days_keep_the_times_they_were_said_with(meant: Meant):
    assert meant("Tuesday at ten or Wednesday after four", "wish") == [
        (
            "SetSlot wish={'either': [{'exact': ['2026-11-24T10:00']}, "
            "{'days': [['2026-11-25', '2026-11-26']], 'times': [['16:00', None]]}]}"
        )
    ]
    assert meant("either Friday morning or any time Thursday", "wish") == [
        (
            "SetSlot wish={'either': [{'days': [['2026-11-27', '2026-11-28']], 'times': [['06:00', '12:00']]}, "
            "{'days': [['2026-11-26', '2026-11-27']]}]}"
        )
    ]


def test_a_number_is_put_together_over_several_turns(meant: Meant):
    assert meant("three seven zero", "phone") == ["SetSlot phone={'so_far': '370'}"]
    assert meant("six one two", "phone", so_far="370") == ["SetSlot phone={'so_far': '370612'}"]
    assert meant("three four five six seven", "phone", so_far="370612") == ["SetSlot phone=+37061234567"]


def test_the_moment_of_speaking_wishes_nothing(meant: Meant):
    tuesday = "SetSlot wish={'days': [['2026-11-24', '2026-11-25']]}"
    assert meant("I am at work at the moment, Tuesday would be good", "wish") == [tuesday]


def test_a_yes_with_an_exception_is_no_consent(meant: Meant):
    assert meant("yes but not Tuesday", "confirm") == [
        "Correct wish={'not_days': [['2026-11-24', '2026-11-25']]}"
    ]


def test_a_yes_that_repeats_the_day_corrects_nothing(meant: Meant):
    assert meant("yes Tuesday at ten", "confirm") == ["Affirm"]


def test_a_question_with_the_yes_is_answered_after_it(meant: Meant):
    assert meant("yes and is there parking", "confirm") == ["Affirm", "Ask parking"]


@pytest.mark.parametrize(
    ("said", "option"),
    [
        ("the second one", 1),
        ("the latter", 1),
        ("the later one", 1),
        ("the earlier", 0),
        ("the ten o'clock", 0),
        ("half past three works", 1),
        ("Tuesday", 0),
        ("the one with Tom Becker", 0),
        ("either", 0),
        ("the morning one", 0),
        ("the first of December", 0),
    ],
)
def test_an_offer_is_taken_by_place_or_property(meant: Meant, said: str, option: int):
    assert meant(said, "offer") == [f"Choose {option}"]


@pytest.mark.parametrize("said", ["neither", "none of those", "no", "both don't work, no"])
def test_an_offer_is_declined(meant: Meant, said: str):
    assert meant(said, "offer") == ["Deny"]


@pytest.mark.parametrize(
    ("said", "wish"),
    [
        ("anything after four?", {"times": [["16:00", None]]}),
        ("do you have something earlier", {"order": "earlier"}),
        ("no, what about Friday", {"days": [["2026-11-27", "2026-11-28"]]}),
    ],
)
def test_another_wish_during_an_offer_is_a_new_wish(meant: Meant, said: str, wish: dict[str, object]):
    assert meant(said, "offer") == [f"SetSlot wish={wish}"]


@pytest.mark.parametrize(
    ("said", "command"),
    [
        ("could you repeat that", "Repeat"),
        ("sorry?", "Repeat"),
        ("hold on", "Wait"),
        ("one second, let me check my diary", "Wait"),
        ("forget it", "Cancel"),
        ("never mind, stop", "Cancel"),
        ("can I talk to somebody", "WantPerson"),
    ],
)
def test_what_can_be_said_at_any_time(meant: Meant, said: str, command: str):
    assert meant(said, "wish") == [command]


@pytest.mark.parametrize("said", ["leave it as it was", "no don't cancel it", "I changed my mind, keep it"])
def test_a_withdrawal_is_not_a_cancellation(meant: Meant, said: str):
    assert meant(said, "confirm", reads=("appointment",), flow="cancel_appointment") == ["Cancel"]


def test_a_sign_of_listening_answers_only_a_yes_no_question(meant: Meant):
    assert meant("okay", "been_before") == ["Affirm"]
    assert meant("okay", "wish") == ["SmallTalk acknowledgement"]


@pytest.mark.parametrize("said", ["no", "no thanks", "no that's fine", "that's all", "nothing else"])
def test_nothing_more_is_a_no_to_anything_else(meant: Meant, said: str):
    assert meant(said, "anything_else", flow=None) == ["Deny"]


@pytest.mark.parametrize(
    ("said", "commands"),
    [
        ("yes", ["Affirm"]),
        ("it's my first time", ["SetSlot been_before=False"]),
        ("I've been there before", ["SetSlot been_before=True"]),
        ("not yet", ["Deny"]),
        ("I'm not sure", ["NotUnderstood unsure"]),
    ],
)
def test_a_yes_no_question_is_answered_in_other_words_too(meant: Meant, said: str, commands: list[str]):
    assert meant(said, "been_before") == commands


def test_one_mention_fills_one_slot(meant: Meant):
    commands = meant("Thursday", "callback_window", flow="request_callback")
    assert commands == ["SetSlot callback_window={'days': [['2026-11-26', '2026-11-27']]}"]


def test_no_preference_answers_the_question_for_a_time(meant: Meant):
    assert meant("whenever suits you", "wish") == ["SetSlot wish={'order': 'soonest'}"]
    assert meant("the sooner the better", "wish") == ["SetSlot wish={'order': 'soonest'}"]


def test_a_birth_date_prefers_the_past(meant: Meant):
    assert meant("the second of November ninety one", "date_of_birth") == ["SetSlot date_of_birth=1991-11-02"]


def test_two_readings_of_a_birth_date_are_no_matter_of_taste(meant: Meant):
    readings = {"slot": "date_of_birth", "type": "birth_date", "options": ("1985-02-01", "1985-01-02")}
    for said in ("either", "any", "any time on Friday"):  # the first of February 1985 was a Friday
        assert not any(found.startswith("Choose") for found in meant(said, "offer", **readings)), said
    assert meant("the second one", "offer", **readings) == ["Choose 1"]
    assert meant("the second of January", "offer", **readings) == ["Choose 1"]


def test_spelled_letters_decide_how_a_name_is_written(meant: Meant):
    said = meant("Anna Nowak, N O V A K", "full_name")
    assert said == ["SetSlot full_name={'first': 'Anna', 'last': 'Novak'}"]


def test_a_free_answer_is_taken_as_it_was_said(meant: Meant):
    said = "it's about the bill I got last week"
    assert meant(said, "callback_reason") == [f"SetSlot callback_reason={said}"]


@pytest.mark.parametrize(
    "said",
    [
        "what's the capital of France",
        "tell me a joke",
        "turn off the lights in the kitchen",
        "asdf qwer zxcv",
    ],
)
def test_what_a_site_cannot_do_is_known_not_to_be_understood(meant: Meant, said: str):
    assert meant(said) == ["NotUnderstood no_match"]


def test_silence_is_empty(meant: Meant):
    assert meant("  ") == ["NotUnderstood empty"]


def test_not_knowing_is_no_consent(meant: Meant):
    assert meant("hmm I don't know", "confirm")[0].startswith("NotUnderstood")
    assert meant("uh huh", "confirm") == ["Affirm"]


TUESDAY_AT_TEN = {
    "start": "2026-12-01T10:00",
    "end": "2026-12-01T11:00",
    "service": "hygiene",
    "provider": "becker",
}


def test_to_be_told_to_go_on_is_a_yes_unless_something_else_is_said(meant: Meant):
    assert meant("go ahead and book it", "confirm") == ["Affirm"]
    friday = ["Correct wish={'days': [['2026-11-27', '2026-11-28']]}"]
    assert meant("book it for Friday", "confirm", options=(TUESDAY_AT_TEN,)) == friday
    assert meant("yes, on Friday", "confirm", options=(TUESDAY_AT_TEN,)) == friday
    assert meant("yes, Tuesday at ten", "confirm", options=(TUESDAY_AT_TEN,)) == ["Affirm"]
    cancelling = {"flow": "cancel_appointment", "reads": ("appointment",)}
    assert meant("cancel it", "confirm", **cancelling) == ["Affirm"]
    assert meant("no, keep it", "confirm", **cancelling) == ["Cancel"]
    assert "Affirm" not in meant("is it free to cancel", "confirm", **cancelling)
    assert "Affirm" not in meant("do I pay if you cancel it", "confirm", **cancelling)


def test_of_two_places_the_one_that_is_not_denied_is_taken(meant: Meant):
    assert meant("not the first one, the second one", "offer") == ["Choose 1"]
    assert meant("not the first one", "offer") != ["Choose 1"]


def test_a_time_that_is_not_offered_is_a_wish_whatever_else_is_said(meant: Meant):
    assert meant("anything after five", "offer") == ["SetSlot wish={'times': [['17:00', None]]}"]


def test_a_day_that_only_contrasts_is_no_exclusion(meant: Meant):
    wish = "{'days': [['2026-11-26', '2026-11-27']]}"
    assert meant("Thursday not Wednesday", "wish") == [f"SetSlot wish={wish}"]
    assert meant("not Wednesday, Thursday", "wish") == [f"SetSlot wish={wish}"]
    narrowed = "{'days': [['2026-11-30', '2026-12-07']], 'not_days': [['2026-12-01', '2026-12-02']]}"
    assert meant("next week but not Tuesday the first", "wish") == [f"SetSlot wish={narrowed}"]
    assert meant("not this week, next week", "wish") == [
        "SetSlot wish={'days': [['2026-11-30', '2026-12-07']]}"
    ]
