"""What the caller really heard: by the clock where sound is paced, by marks where it is buffered."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.heard import HeardTo, Ledger


def paced() -> Ledger:
    ledger = Ledger(marked=False)
    ledger.prepared(1, 1.0, whole=True)
    ledger.sent(1, 1.0, 0.0)
    return ledger


def test_a_prompt_is_heard_when_its_last_sample_was_played():
    ledger = paced()
    assert ledger.heard(0.99) == []
    assert ledger.heard(1.0) == [HeardTo(1, 1.0)]
    assert ledger.heard(2.0) == [], "and it is told once"


def test_a_prompt_of_which_more_is_being_made_is_not_heard_to_the_end():
    ledger = Ledger(marked=False)
    ledger.prepared(1, 1.0)
    ledger.sent(1, 1.0, 0.0)
    assert ledger.heard(5.0) == []


def test_prompts_sound_one_after_the_other():
    ledger = paced()
    ledger.prepared(2, 1.0, whole=True)
    ledger.sent(2, 1.0, 0.0)
    assert [item.say for item in ledger.heard(1.5)] == [1]
    assert [item.say for item in ledger.heard(2.0)] == [2]


def test_an_interrupted_prompt_tells_the_share_that_sounded():
    ledger = paced()
    ledger.clear(0.25)
    assert ledger.drop(1, 0.25).share == pytest.approx(0.25, abs=0.01)


def test_what_was_cleared_and_sent_again_counts_once():
    ledger = paced()
    assert ledger.clear(0.4) == {1: pytest.approx(0.4)}
    ledger.sent(1, 0.6, 2.0)
    assert ledger.heard(2.5) == []
    assert ledger.heard(2.61) == [HeardTo(1, 1.0)]


def test_without_its_mark_a_buffered_prompt_is_not_heard_however_late_it_is():
    ledger = Ledger(marked=True)
    ledger.prepared(1, 1.0, whole=True)
    ledger.sent(1, 1.0, 0.0, "m1")
    assert ledger.heard(60.0) == []
    ledger.marked("m1", 60.0, cleared=False)
    assert ledger.heard(60.0) == [HeardTo(1, 1.0)]


def test_a_mark_that_comes_back_from_a_clear_says_nothing():
    ledger = Ledger(marked=True)
    ledger.prepared(1, 1.0, whole=True)
    ledger.sent(1, 1.0, 0.0, "m1")
    ledger.clear(0.3)
    ledger.marked("m1", 0.31, cleared=True)
    assert ledger.heard(9.0) == []
    assert ledger.drop(1, 9.0).share == pytest.approx(0.3, abs=0.01)


def test_a_slow_line_moves_what_follows_its_mark():
    ledger = Ledger(marked=True)
    ledger.prepared(1, 2.0, whole=True)
    ledger.sent(1, 1.0, 0.0, "m1")
    ledger.sent(1, 1.0, 0.0, "m2")
    ledger.marked("m1", 3.0, cleared=False)
    assert ledger.drop(1, 3.5).share == pytest.approx(0.75, abs=0.01)


def test_a_prompt_without_any_sound_was_not_heard():
    ledger = Ledger(marked=False)
    ledger.prepared(1, 0.0, whole=True)
    assert ledger.heard(9.0) == []
    assert ledger.drop(1, 9.0) == HeardTo(1, 0.0)


OPERATIONS = st.lists(
    st.tuples(st.sampled_from(["prepare", "finish", "send", "clear", "mark", "bad mark", "ask"]), st.integers(1, 3), st.floats(0.02, 2.0)),
    max_size=40,
)  # fmt: skip


@given(OPERATIONS, st.booleans())
def test_nobody_heard_more_than_was_sent_nor_a_prompt_twice(operations, marked):
    ledger, at, marks = Ledger(marked=marked), 0.0, 0
    sent: dict[int, float] = {}
    prepared: dict[int, float] = {}
    done: list[int] = []
    for what, say, seconds in operations:
        at += seconds / 4
        if say in done:
            continue
        if what == "prepare":
            ledger.prepared(say, seconds)
            prepared[say] = prepared.get(say, 0.0) + seconds
        elif what == "finish":
            ledger.prepared(say, 0.0, whole=True)
        elif what == "send" and prepared.get(say, 0.0) - sent.get(say, 0.0) >= 0.02:
            marks += 1
            ledger.sent(say, 0.02, at, f"m{marks}" if marked else None)
            sent[say] = sent.get(say, 0.0) + 0.02
        elif what == "clear":
            sent |= ledger.clear(at)
        elif what in {"mark", "bad mark"}:
            ledger.marked(f"m{say}", at, cleared=what == "bad mark")
        for heard in ledger.heard(at):
            assert heard.say not in done
            assert sent[heard.say] >= prepared[heard.say] - 1e-3
            done.append(heard.say)
    for say in ledger.open:
        assert 0.0 <= ledger.drop(say, at).share < 1.0
