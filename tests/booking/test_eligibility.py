"""Who may have which service, and from when to when."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from engine.booking.eligibility import DayWindow, PersonFacts, Reason, Standing, eligible_days
from engine.core.catalogue import BookingRules

TODAY = date(2026, 11, 23)
LAST = TODAY + timedelta(days=180)
RULES = BookingRules(missed_before_prepayment=3)


@pytest.fixture
def eligible(catalogue):
    def ask(service: str, **facts: object) -> DayWindow | Reason:
        return eligible_days(catalogue.offerings[service], PersonFacts(**facts), RULES, TODAY)  # type: ignore[arg-type]

    return ask


def test_without_rules_every_day_up_to_the_horizon_is_open(eligible):
    window = eligible("massage")
    assert (window.first, window.last) == (TODAY, LAST)


@pytest.mark.parametrize(
    ("service", "standing", "reason"),
    [
        ("review", Standing.NEW, Reason.EXISTING_ONLY),
        ("first_visit", Standing.EXISTING, Reason.NEW_ONLY),
    ],
)
def test_a_service_for_others_says_for_whom_it_is(eligible, service, standing, reason):
    assert eligible(service, standing=standing) is reason


@pytest.mark.parametrize("service", ["review", "first_visit"])
def test_somebody_not_identified_yet_may_still_be_told_times(eligible, service):
    assert isinstance(eligible(service, standing=Standing.UNKNOWN), DayWindow)


def test_three_missed_visits_need_a_prepayment(eligible):
    assert eligible("massage", missed=3) is Reason.PREPAYMENT
    assert isinstance(eligible("massage", missed=2), DayWindow)


def test_an_operation_needs_a_referral(eligible):
    assert eligible("operation") is Reason.REQUIRES_REFERRAL
    assert isinstance(eligible("operation", referral=True), DayWindow)


def test_age_is_that_on_the_day_of_the_visit(eligible):
    sixteen_on = date(2027, 1, 10)
    window = eligible("child_review", born=sixteen_on.replace(year=2011))
    assert window.last == sixteen_on - timedelta(days=1)
    assert window.last_reason is Reason.TOO_OLD
    eighteen_on = date(2027, 2, 1)
    window = eligible("adult_course", born=eighteen_on.replace(year=2009))
    assert window.first == eighteen_on
    assert window.first_reason is Reason.TOO_YOUNG


def test_too_old_and_too_young_are_said(eligible):
    assert eligible("child_review", born=date(1990, 1, 1)) is Reason.TOO_OLD
    assert eligible("child_review", born=TODAY.replace(year=2010)) is Reason.TOO_OLD
    assert eligible("adult_course", born=date(2015, 1, 1)) is Reason.TOO_YOUNG


def test_a_required_visit_counts_for_so_many_months_up_to_the_new_visit(eligible):
    window = eligible("deep_massage", visits={"review": date(2026, 1, 31)})
    assert window.last == date(2027, 1, 31)
    assert eligible("deep_massage", visits={"review": date(2025, 11, 22)}) is Reason.REQUIRES_VISIT
    assert eligible("deep_massage", visits={"massage": TODAY}) is Reason.REQUIRES_VISIT
    assert eligible("deep_massage") is Reason.REQUIRES_VISIT


def test_of_several_visits_that_count_the_latest_decides(eligible):
    window = eligible("deep_massage", visits={"review": date(2020, 1, 1), "first_visit": date(2026, 1, 31)})
    assert window.last == date(2027, 1, 31)


def test_a_booked_visit_is_no_proof_of_having_been_seen(eligible):
    assert eligible("deep_massage", upcoming={"review": date(2026, 11, 25)}) is Reason.REQUIRES_VISIT


def test_a_minimum_distance_counts_from_the_visit_or_from_the_booked_one(eligible):
    assert eligible("cast_removal", visits={"cast": date(2026, 11, 20)}).first == date(2026, 11, 30)
    assert eligible("cast_removal", visits={"cast": date(2026, 11, 1)}).first == TODAY
    assert eligible("cast_removal", upcoming={"cast": date(2026, 12, 1)}).first == date(2026, 12, 11)
    assert eligible("cast_removal") is Reason.REQUIRES_VISIT


def test_a_second_series_does_not_delay_the_first(eligible):
    window = eligible("cast_removal", visits={"cast": date(2026, 11, 1)}, upcoming={"cast": date(2027, 1, 5)})
    assert window.first == TODAY
