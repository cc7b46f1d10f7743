"""The bench measures only engines that do the work, and ours does; no time is asserted here."""

from __future__ import annotations

import pytest

from tests.bench.measure import whole_call
from tests.bench.peers import floor
from tests.bench.script import TURNS, WrongAnswerError, check_booking, check_reply


def test_an_engine_that_does_the_work_is_measured_turn_by_turn():
    spent: list[int] = []
    whole_call(floor, 0, spent)
    assert len(spent) == len(TURNS)


def test_a_reply_without_its_key_word_is_refused():
    with pytest.raises(WrongAnswerError, match="'How much is a check-up\\?' the engine replied 'Let me see'"):
        check_reply(TURNS[3], "Let me see")


@pytest.mark.parametrize(
    "wrong", [{}, {"start": "2026-11-26T09:00"}, {"provider": "carter"}, {"service": "hygiene"}]
)
def test_a_wrong_booking_is_refused(wrong):
    right = {"service": "check_up", "provider": "petraitis", "start": "2026-11-26T14:30"}
    check_booking(right)
    with pytest.raises(WrongAnswerError, match="the engine booked"):
        check_booking(right | wrong if wrong else {})


def test_ours_answers_the_script_and_leaves_the_book_as_it_was():
    from tests.bench import ours

    ours.setup()
    for number in range(2):
        whole_call(ours, number, [])
