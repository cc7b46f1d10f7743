"""What services answer: in time, too late, twice, or not at all."""

from __future__ import annotations

import pytest

from engine.core.actions import Transfer
from engine.core.commands import Affirm, Choose, Correct, StartFlow, WantPerson
from engine.core.decision import Verdict
from engine.core.events import Answered, Heard, TimedOut
from engine.core.state import Status
from engine.core.utterance import Transcript
from tests.core.workshop import (
    BOOK,
    BOOKED,
    HOLD,
    LATER,
    MORNING,
    Call,
    act,
    at_the_offer,
    at_the_readback,
    with_policy,
)

RENEWED = {"id": "h1", "expires": "2026-11-23T08:09:00+00:00"}


def waiting_for_a_hold() -> Call:
    call = at_the_offer()
    del call.world["bench.hold"]
    return call.means(Choose(0))


def test_an_answer_fills_the_slots_that_the_service_gives() -> None:
    held = at_the_offer().state.slots["openings"]
    assert (held.value, held.status, held.source) == ((MORNING, LATER), Status.GIVEN, "service")


def test_an_answer_that_comes_twice_is_taken_once() -> None:
    call = waiting_for_a_hold()
    number = call.waits_for
    call.happens(Answered(call.at, number, "held", {"hold": HOLD}))
    call.happens(Answered(call.at, number, "held", {"hold": RENEWED}))
    assert call.ruled(Verdict.STALE) == ["answered"]
    assert call.value("hold") == HOLD


def test_an_answer_to_what_was_never_asked_is_stale() -> None:
    call = Call()
    call.happens(Answered(call.at, 7, "held", {"hold": HOLD}))
    assert call.ruled(Verdict.STALE) == ["answered"]
    assert call.value("hold") is None


def test_a_late_hold_is_released() -> None:
    call = waiting_for_a_hold()
    number = call.waits_for
    call.happens(TimedOut(call.at, f"request:{number}"))
    assert call.state.phase == "transferring"
    call.happens(Answered(call.at, number, "held", {"hold": HOLD}))
    assert call.requests == ["bench.release"]
    assert call.value("hold") is None


def test_a_late_failure_needs_no_undoing() -> None:
    call = waiting_for_a_hold()
    number = call.waits_for
    call.happens(TimedOut(call.at, f"request:{number}"))
    call.happens(Answered(call.at, number, "taken"))
    assert call.requests == []
    assert call.ruled(Verdict.STALE) == ["bench.hold"]


def test_a_timer_that_runs_out_after_the_answer_changes_nothing() -> None:
    call = waiting_for_a_hold()
    number = call.waits_for
    call.happens(Answered(call.at, number, "held", {"hold": HOLD}))
    before = call.state
    call.happens(TimedOut(call.at, f"request:{number}"))
    assert call.state == before


def test_a_timer_that_runs_out_twice_counts_once() -> None:
    call = waiting_for_a_hold()
    number = call.waits_for
    call.happens(TimedOut(call.at, f"request:{number}"), TimedOut(call.at, f"request:{number}"))
    assert [item.abandoned for item in call.state.pending.values()] == [True]


def test_an_outcome_that_the_pack_does_not_know_is_what_it_assumes_then() -> None:
    call = waiting_for_a_hold()
    call.happens(Answered(call.at, call.waits_for, "surprise"))
    assert call.state.phase == "transferring"
    assert [item.why for item in call.decisions if item.by == "bench.hold"] == ["failed"]


def test_a_hold_that_was_booked_is_no_longer_given_back() -> None:
    call = at_the_readback().means(Affirm())
    assert call.value("hold") is None
    assert "bench.release" not in call.requests


def test_a_hold_whose_booking_is_unknown_is_not_given_back_either() -> None:
    call = at_the_readback()
    call.world["bench.commit"] = ("unknown", {})
    call.means(Affirm())
    assert call.says == ["utter_unsure"]
    assert "bench.release" not in call.requests


def test_a_conflict_gives_the_hold_back_before_another_time_is_sought() -> None:
    call = at_the_readback()
    call.world["bench.commit"] = ("conflict", {})
    call.world["bench.find"] = ("found", {"openings": [LATER]})
    call.means(Affirm())
    assert call.says == ["utter_taken", "utter_offer_openings"]
    assert call.requests == ["bench.renew", "bench.commit", "bench.find", "bench.release"]


def test_a_hold_that_is_renewed_lives_on_and_the_consent_with_it() -> None:
    call = at_the_readback()
    call.world["bench.renew"] = ("held", {"hold": RENEWED})
    call.happens(*call.listened(), Heard(call.at, Transcript.of("let me think")))
    assert call.value("hold") == RENEWED
    assert call.state.readback is not None


def test_a_renewal_never_brings_back_what_was_given_up() -> None:
    call = at_the_readback()
    del call.world["bench.renew"]
    call.happens(Heard(call.at, Transcript.of("let me think")))
    number = next(key for key, item in call.state.pending.items() if item.service == "bench.renew")
    call.happens(Answered(call.at, number, "held", {"hold": {"id": "h9", "expires": RENEWED["expires"]}}))
    assert call.value("hold") == HOLD
    call.happens(Heard(call.at, Transcript.of("well")))
    number = max(key for key, item in call.state.pending.items() if item.service == "bench.renew")
    call.happens(Answered(call.at, number, "failed", {"hold": RENEWED}))
    assert call.value("hold") == HOLD


def test_a_renewal_without_an_answer_is_forgotten() -> None:
    call = at_the_readback()
    del call.world["bench.renew"]
    call.happens(Heard(call.at, Transcript.of("let me think")))
    number = next(iter(call.state.pending))
    call.happens(TimedOut(call.at, f"request:{number}"))
    assert call.state.pending == {}


def test_an_answer_for_an_interrupted_task_is_taken_in_by_it() -> None:
    call = Call()
    del call.world["bench.find"]
    call.means(*BOOK)
    number = call.waits_for
    call.means(StartFlow("open_lock"))
    call.happens(Answered(call.at, number, "found", {"openings": [MORNING]}))
    assert [frame.step for frame in call.state.stack] == ["offer", "collect_lock_code"]
    assert call.asks == "lock_code"


def test_the_same_answer_again_leaves_the_choice_in_place() -> None:
    call = at_the_readback()
    call.world["bench.commit"] = ("committed", {"booked": BOOKED, "unknown": 1})
    call.means(Affirm())
    assert call.says[0] == "utter_booked"


@pytest.mark.parametrize("kind", [list, tuple])
def test_a_new_search_makes_the_chosen_time_void_even_when_it_finds_the_same(kind: type) -> None:
    call = at_the_readback(with_policy(act("action", "bench.find"), when="turn == 3"))
    call.world["bench.find"] = ("found", {"openings": kind([MORNING, LATER])})
    call.happens(Heard(call.at, Transcript.of("hm")))
    assert call.requests == ["bench.find", "bench.release"]
    assert call.value("opening") is None
    assert call.asks == "opening"


def test_a_record_that_is_given_again_does_not_count_as_a_change() -> None:
    call = at_the_readback(with_policy(act("action", "bench.hold"), when="turn == 3"))
    call.happens(Heard(call.at, Transcript.of("hm")))
    assert call.requests == ["bench.hold"]
    assert call.value("hold") == HOLD
    assert call.asks == "confirm"


def test_what_is_said_while_a_booking_is_written_waits_for_its_outcome() -> None:
    call = at_the_readback()
    committed = call.world.pop("bench.commit")
    call.means(Affirm())
    waited_for = call.waits_for
    call.means(Correct("wish", {"order": "soonest"}))
    assert call.ruled(Verdict.REFUSED) == ["understanding"]
    assert "bench.find" not in call.requests
    call.happens(Answered(call.at, waited_for, *committed))
    assert "utter_booked" in call.says


def test_a_question_that_a_policy_puts_while_a_booking_is_written_is_answered() -> None:
    """Somebody says yes, they are in danger: that answer must not wait for the book."""
    call = at_the_readback(
        with_policy(
            act("start", "pattern_safety_check"),
            when="confirmed(opening) and not active(pattern_safety_check)",
        )
    )
    del call.world["bench.commit"]
    call.means(Affirm())
    call.happens(Heard(call.at, Transcript.of("hm")))
    call.means(Correct("wish", {"order": "soonest"}), Affirm())
    assert [item.target for item in call.actions if isinstance(item, Transfer)] == ["emergency"]


def test_a_wish_for_a_person_is_heard_over_such_a_question() -> None:
    call = at_the_readback(
        with_policy(
            act("start", "pattern_no_advice"), when="confirmed(opening) and not active(pattern_no_advice)"
        )
    )
    del call.world["bench.commit"]
    call.means(Affirm())
    call.happens(Heard(call.at, Transcript.of("hm")))
    assert call.asks == "connect_me"
    call.means(Correct("wish", {"order": "soonest"}))
    assert call.asks == "connect_me"
    call.means(WantPerson())
    assert [item.target for item in call.actions if isinstance(item, Transfer)] == ["reception"]
