"""A media socket opens for whom we told, once, and not for long."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.lines.capability import Ticket, TicketOffice

TICKET = Ticket("twilio", "north", "run-1")
KEY = b"0123456789abcdef"


def test_a_ticket_is_taken_once():
    office = TicketOffice(KEY)
    word = office.issue(TICKET, now=100.0)
    assert office.take(TICKET, word, now=101.0)
    assert not office.take(TICKET, word, now=102.0)


def test_two_tickets_of_one_call_in_one_second_are_two():
    office = TicketOffice(KEY)
    first, second = office.issue(TICKET, now=100.0), office.issue(TICKET, now=100.0)
    assert office.take(TICKET, first, now=100.0)
    assert office.take(TICKET, second, now=100.0)


def test_a_ticket_runs_out():
    office = TicketOffice(KEY, lifetime_s=60)
    assert not office.take(TICKET, office.issue(TICKET, now=100.0), now=161.0)


@pytest.mark.parametrize(
    "other",
    [
        Ticket("browser", "north", "run-1"),
        Ticket("twilio", "south", "run-1"),
        Ticket("twilio", "north", "run-2"),
    ],
)
def test_a_ticket_is_good_for_what_it_names(other):
    office = TicketOffice(KEY)
    assert not office.take(other, office.issue(TICKET, now=100.0), now=100.0)


def test_another_process_with_the_same_key_takes_it():
    assert TicketOffice(KEY).take(TICKET, TicketOffice(KEY).issue(TICKET, now=1.0), now=1.0)
    assert not TicketOffice(b"another key of 16 bytes").take(
        TICKET, TicketOffice(KEY).issue(TICKET, now=1.0), now=1.0
    )


def test_a_short_key_is_none():
    with pytest.raises(ValueError, match="at least 16 bytes"):
        TicketOffice(b"short")


def test_what_has_run_out_is_forgotten():
    office = TicketOffice(KEY, lifetime_s=1)
    for second in range(50):
        assert office.take(TICKET, office.issue(TICKET, now=second), now=second)
    assert len(office._used) < 5


@given(word=st.text(max_size=60))
def test_no_other_word_is_taken(word):
    assert not TicketOffice(KEY).take(TICKET, word, now=0.0)
