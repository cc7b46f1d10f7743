import pytest

from engine.core.actions import Expecting
from engine.core.domain import Domain
from engine.nlu.assign import Slotting, Target

BOOK = "book_appointment"


@pytest.fixture(scope="module")
def slotting(domain: Domain) -> Slotting:
    return Slotting(domain)


def test_a_flow_collects_in_its_own_order_what_it_and_the_flows_it_calls_ask_for(slotting: Slotting):
    collected = slotting.collects(BOOK)
    assert collected.index("service") < collected.index("full_name") < collected.index("wish")


def test_a_flow_that_cancels_wishes_for_no_day(slotting: Slotting):
    assert slotting.target("wish", Expecting("open"), "cancel_appointment") is None


def test_the_slot_asked_for_comes_first(slotting: Slotting):
    asked = Expecting("slot", slot="phone_on_file", type="phone", flow=BOOK, open_slots=("phone",))
    assert slotting.target("phone", asked) == Target("phone_on_file", corrects=False)


def test_what_answers_the_question_as_well_comes_next(slotting: Slotting):
    asked = Expecting(
        "slot", slot="wish", type="when", accepts=("provider",), flow=BOOK, filled=("provider",)
    )
    assert slotting.target("provider", asked) == Target("provider", corrects=False)


def test_what_the_task_still_needs_is_filled(slotting: Slotting):
    asked = Expecting(
        "slot", slot="service", type="service", flow=BOOK, open_slots=("callback_window", "wish")
    )
    assert slotting.target("wish", asked) == Target("wish", corrects=False)


def test_what_is_held_is_corrected(slotting: Slotting):
    asked = Expecting(
        "slot", slot="phone", type="phone", flow=BOOK, filled=("wish",), open_slots=("callback_window",)
    )
    assert slotting.target("wish", asked) == Target("wish", corrects=True)


def test_what_is_read_back_is_corrected(slotting: Slotting):
    asked = Expecting("confirm", reads=("phone",), flow=BOOK, open_slots=("phone_on_file",))
    assert slotting.target("phone", asked) == Target("phone", corrects=True)


def test_a_new_wish_during_an_offer_is_no_correction(slotting: Slotting):
    asked = Expecting("offer", slot="opening", type="opening", flow=BOOK, filled=("wish",))
    assert slotting.target("wish", asked) == Target("wish", corrects=False)


def test_what_only_services_fill_is_never_a_target(slotting: Slotting, domain: Domain):
    given = {slot.id for slot in domain.slots.values() if slot.filled_by == "service"}
    for kind in ("wish", "number", "service", "provider", "person_name", "phone", "email", "date_of_birth"):
        asked = Expecting("open", open_slots=tuple(domain.slots), filled=tuple(domain.slots))
        target = slotting.target(kind, asked)
        assert target is None or target.slot not in given
