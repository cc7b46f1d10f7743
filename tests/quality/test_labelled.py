"""What a line of labelled data may be, and what it says."""

import pytest

from engine.pack import load
from engine.quality.labelled import DataError, expecting_of, label_of, labelled


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ({"label": "ask.a"}, "ask.a"),
        ({"intent": "oos"}, "out_of_scope"),
        ({"commands": [{"start_flow": {"flow": "order"}}]}, "start.order"),
        ({"commands": [{"ask": {"topic": "hours"}}], "asking": None}, "ask.hours"),
        ({"commands": [{"not_understood": {}}]}, "out_of_scope"),
        ({"commands": [{"affirm": {}}]}, None),
        ({"commands": [{"ask": {"topic": "hours"}}], "asking": "wish"}, None),
        ({"commands": [{"ask": {"topic": "a"}}, {"ask": {"topic": "b"}}]}, None),
    ],
)
def test_a_line_has_the_label_that_the_classifier_should_find(line, label):
    assert label_of(line) == label


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ("no json", "2: not JSON"),
        ("[]", "2: a line is an object with a text"),
        ('{"text": 1}', "2: a line is an object with a text"),
        ('{"text": "x"}', "2: a line has a label, an intent, or a list of commands"),
        ('{"text": "x", "commands": ["affirm"]}', "2: commands are a list of mappings"),
    ],
)
def test_a_line_that_cannot_be_used_is_named(tmp_path, raw, message):
    path = tmp_path / "lines.jsonl"
    path.write_text(f'{{"text": "a", "label": "b"}}\n{raw}\n', "utf-8")
    with pytest.raises(DataError, match=message):
        labelled(path)


def test_a_line_is_read_under_the_question_that_it_answers():
    domain = load("gedimino")
    opened = expecting_of(domain, None)
    assert opened is not None
    assert opened.kind == "open"
    asked = expecting_of(domain, "wish")
    assert asked is not None
    assert (asked.kind, asked.slot, asked.flow) == ("slot", "wish", "book_appointment")
    assert "wish" not in asked.open_slots
    assert "wish" in opened.open_slots


def test_a_readback_is_the_fullest_of_the_usual_task():
    found = expecting_of(load("gedimino"), "confirm")
    assert found is not None
    assert found.reads == ("service", "opening", "full_name", "date_of_birth")
    assert {"service", "wish", "full_name"} <= set(found.filled)
    assert not set(found.filled) & set(found.open_slots)


@pytest.mark.parametrize(("site", "asking"), [("gedimino", "offer"), ("crossroads", "of_another_pack")])
def test_a_question_that_cannot_be_asked_without_a_call_is_left_out(site, asking):
    assert expecting_of(load(site), asking) is None
